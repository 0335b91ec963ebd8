//! The program's allocator, mimalloc, and the unsafe code of the project.
//!
//! The program uses it; the library leaves the choice to its user.
//!
//! # Invariants
//!
//! - Free memory returns to the system at once.
//! - A block is aligned as its layout asks.

#![allow(
    unsafe_code,
    reason = "an allocator and mimalloc's options have no safe functions"
)]

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_option_set_default, mi_option_t, mi_realloc,
    mi_realloc_aligned, mi_zalloc, mi_zalloc_aligned,
};

#[global_allocator]
static ALLOCATOR: Mimalloc = Mimalloc;

/// mimalloc as Rust's allocator.
///
/// The crate `mimalloc` names the alignment in every call, and mimalloc then takes its slower way for each block
/// over 1 KiB, as hyper's buffers are: 270 of the 16 200 instructions of a request.
struct Mimalloc;

/// The alignment of each block of at least this size, in bytes: `MI_MAX_ALIGN_SIZE` of mimalloc.
const NATURAL: usize = 16;

/// Whether mimalloc aligns a block of this size like this by itself.
fn is_natural(size: usize, align: usize) -> bool {
    align <= NATURAL && align <= size
}

// SAFETY: mimalloc's blocks are of the size and the alignment that were asked for, and null means that there is no
// memory. No function panics.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: the functions take any size, and any alignment that a layout has.
        let block = unsafe {
            if is_natural(size, align) {
                mi_malloc(size)
            } else {
                mi_malloc_aligned(size, align)
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: as above.
        let block = unsafe {
            if is_natural(size, align) {
                mi_zalloc(size)
            } else {
                mi_zalloc_aligned(size, align)
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller has the block from this allocator.
        unsafe { mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (block, align) = (block.cast(), layout.align());
        // SAFETY: as above, for both.
        let block = unsafe {
            if is_natural(size, align) {
                mi_realloc(block, size)
            } else {
                mi_realloc_aligned(block, size, align)
            }
        };
        block.cast()
    }
}

/// `mi_option_purge_delay` of `mimalloc.h`, in milliseconds. The crate has no name for it.
const PURGE_DELAY: mi_option_t = 15;

/// Has mimalloc return free memory at once, unless `MIMALLOC_PURGE_DELAY` is set. Call it before there are
/// threads.
///
/// By default mimalloc waits for a second, and then for the next call to free: an idle service would keep
/// all memory that it ever had.
pub(crate) fn purge_at_once() {
    // SAFETY: the function is unsafe only because it is not thread safe, and there is one thread.
    unsafe { mi_option_set_default(PURGE_DELAY, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_aligned_as_its_layout_asks() {
        for size in [1, 8, 15, 16, 24, 1000, 1025, 8192, 1 << 20] {
            for align in [1, 2, 8, 16, 32, 4096] {
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: the layout has a size, and each block is freed once, with its layout.
                unsafe {
                    let block = ALLOCATOR.alloc_zeroed(layout);
                    assert!(block.addr().is_multiple_of(align), "{layout:?}: {block:?}");
                    let larger = ALLOCATOR.realloc(block, layout, size + 100);
                    assert!(
                        larger.addr().is_multiple_of(align),
                        "{layout:?}: {larger:?}"
                    );
                    assert_eq!(*larger, 0);
                    ALLOCATOR.dealloc(larger, Layout::from_size_align(size + 100, align).unwrap());
                    let block = ALLOCATOR.alloc(layout);
                    assert!(block.addr().is_multiple_of(align), "{layout:?}: {block:?}");
                    ALLOCATOR.dealloc(block, layout);
                }
            }
        }
    }
}
