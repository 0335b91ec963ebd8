//! The request log: from captured requests to records in a file or on standard output.
//!
//! ```text
//! captured requests ─ recorder (selection, count) ─ format ─ queue ─ writer ─ sink
//! ```
//!
//! A worker's `Recorder` formats the requests of its connections and enqueues the records. One thread
//! writes them. [`crate::capture`] finds the requests; this module knows no socket and no HTTP library.
//! `format` has a file for each log format.
//!
//! # Invariants
//!
//! - The records of a connection, concatenated, are the bytes read from its socket, in order. Only
//!   requests that are not selected, omitted parts of bodies, and dropped records are missing.
//! - A record is enqueued before the service sees the last byte of its request. The format `short`, whose
//!   lines have the answer, is the exception.
//! - Each dropped record is counted.

mod answers;
mod batch;
mod blocks;
mod connection;
mod count;
mod decimal;
mod entries;
mod followers;
mod format;
mod log;
mod open;
mod queue;
mod recent;
mod record;
mod recorder;
mod selection;
mod shared_file;
mod sink;
mod view;
mod worker_log;
mod writer;

pub use connection::Connection;
pub use format::{Format, Formatter};
pub(crate) use format::{Piece, json_text, pieces};
pub(crate) use log::Log;
pub use log::{Config, Handle, OpenError};
pub use queue::Overflow;
#[cfg(test)]
pub(crate) use recent::Note;
pub use recent::Recent;
pub(crate) use recent::{Id, Kept, PART, Place, Reader, StateKind};
pub use record::{Answered, Record, Waiting};
pub(crate) use recorder::{ConnectionRecorder, Recorder};
pub use selection::{Only, OnlyError, Selection};
pub use sink::Target;
pub use view::{Columns, View, Zone};
