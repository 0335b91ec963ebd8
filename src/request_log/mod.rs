//! The request log: from the bytes of a connection to records in a sink.
//!
//! ```text
//! bytes ─ capture ─ recorder (exclude) ─ format ─ queue ─ writer ─ sink (stdout or a file)
//! ```
//!
//! What always holds: one connection's records, joined, are the bytes read from its socket, in
//! order, but for the requests that its user excluded; a record is in the queue before the service
//! sees the last byte of its request; nothing is dropped uncounted. This module knows no socket and
//! no HTTP library.

mod batch;
mod blocks;
pub mod capture;
mod chunk_line;
mod chunked;
pub(crate) mod cut;
mod exclude;
pub mod format;
pub(crate) mod growth;
mod head;
mod log;
mod opening;
mod origin;
mod protocol;
mod queue;
pub mod record;
mod recorder;
mod refusal;
mod rules;
mod search;
mod shared_file;
mod sink;
mod writer;

pub use exclude::Excluded;
pub use head::SERVED_METHODS;
pub use log::{Closed, Config, Handle, Log, OpenError, Overflow};
pub use origin::Origin;
pub use protocol::Protocol;
pub use recorder::{Entries, Recorder, Trail};
pub use refusal::{Kind, Refusal, Rule};
pub(crate) use rules::{BODY_CUT_SHORT, BODY_TOO_SLOW, HEAD_TOO_SLOW};
pub use sink::Target;
