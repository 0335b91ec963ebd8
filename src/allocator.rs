//! The program's allocator, mimalloc, and the one unsafe call of the project.
//!
//! The program uses it; the library leaves the choice to its user.
//!
//! # Invariants
//!
//! - Free memory returns to the system at once.

use libmimalloc_sys::{mi_option_set_default, mi_option_t};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_purge_delay` of `mimalloc.h`, in milliseconds. The crate has no name for it.
const PURGE_DELAY: mi_option_t = 15;

/// Has mimalloc return free memory at once, unless `MIMALLOC_PURGE_DELAY` is set. Call it before there are
/// threads.
///
/// By default mimalloc waits for a second, and then for the next call to free: an idle service would keep
/// all memory that it ever had.
#[allow(unsafe_code, reason = "mimalloc's options have no safe functions")]
pub(crate) fn purge_at_once() {
    // SAFETY: the function is unsafe only because it is not thread safe, and there is one thread.
    unsafe { mi_option_set_default(PURGE_DELAY, 0) }
}
