//! The runtime of the commands that have one connection: `send`, `chat` and `health`. The services have
//! one for each worker instead.

use std::io;
use std::pin::{Pin, pin};

use tokio::runtime::Builder;

/// Runs `future` to its end on this thread. Blocks.
///
/// Returns without waiting for a read from stdin or a name's resolution that is still under way: neither
/// can be cancelled.
///
/// # Errors
///
/// The system refuses the runtime its descriptors.
pub(crate) fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
    let mut output = None;
    run(pin!(async { output = Some(future.await) }))?;
    // Never none: `run` has run the future to its end.
    output.ok_or_else(|| io::ErrorKind::Other.into())
}

/// The runtime is the same code for every future: it is 5 kB.
fn run(future: Pin<&mut dyn Future<Output = ()>>) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(future);
    runtime.shutdown_background();
    Ok(())
}
