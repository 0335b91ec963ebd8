//! Measures how much memory something holds. The allocator of every target counts the bytes.

use peak_alloc::PeakAlloc;

#[global_allocator]
static COUNTED: PeakAlloc = PeakAlloc;

/// The most bytes that `work` holds at once, beyond those that the program held before.
pub fn peak(work: impl FnOnce()) -> usize {
    let before = COUNTED.current_usage();
    COUNTED.reset_peak_usage();
    work();
    COUNTED.peak_usage() - before
}
