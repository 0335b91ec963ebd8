//! The request log: from captured requests to records in a sink.
//!
//! ```text
//! captured requests ─ recorder (exclude) ─ format ─ queue ─ writer ─ sink (stdout or a file)
//! ```
//!
//! What always holds: one connection's records, joined, are the bytes read from its socket, in
//! order, but for the requests that its user excluded; a record is in the queue before the service
//! sees the last byte of its request; nothing is dropped uncounted. This module knows no socket and
//! no HTTP library; what a request is, [`crate::capture`] tells.

mod batch;
mod blocks;
mod decimal;
mod exclude;
pub mod format;
mod log;
mod opening;
mod origin;
mod queue;
pub mod record;
mod recorder;
mod shared_file;
mod sink;
mod writer;

pub use exclude::Excluded;
pub use log::{Closed, Config, Handle, Log, OpenError};
pub use origin::Origin;
pub use queue::Overflow;
pub use recorder::{ConnectionRecorder, Entries, Recorder};
pub use sink::Target;
