//! The program's allocator, and the one unsafe call of the project.
//!
//! Stands under all of the program; the library leaves the choice to whoever uses it. What always holds:
//! memory that is free goes back to the system at once.

use libmimalloc_sys::{mi_option_set_default, mi_option_t};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_purge_delay` of `mimalloc.h`, in milliseconds. The crate has no name for it.
const PURGE_DELAY: mi_option_t = 15;

/// Has free memory given back at once, unless `MIMALLOC_PURGE_DELAY` says something else. To be called
/// before there are threads.
///
/// mimalloc alone waits for a second, and then for the next time that somebody frees: a service that has
/// nothing to do any more would keep all that it had.
#[allow(unsafe_code, reason = "mimalloc's options have no safe functions")]
pub(crate) fn give_back_at_once() {
    // SAFETY: the function is unsafe only for not being thread safe, and there is one thread.
    unsafe { mi_option_set_default(PURGE_DELAY, 0) }
}
