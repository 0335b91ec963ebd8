//! Shared code of the fuzz targets.
//!
//! - [`conversation`]: what a peer sends, and in which pieces, decoded from the fuzzer's bytes.
//! - [`generate`] and [`mutate`]: conversations that look like HTTP, so that the fuzzer reaches the deep
//!   states.
//! - [`capturing`]: runs a capture over a conversation.
//! - [`wire`] and [`server`]: hyper over a connection in memory, alone or behind a request filter.
//! - [`request`]: an independent reader of requests on the wire.
//! - [`decode`] and [`screen`]: decoders of the log's formats, and the characters that a terminal may get.
//! - [`people`]: what the formats for people may write.
//! - [`memory`]: measures how much memory something holds.
//!
//! # Invariants
//!
//! - No reader, decoder or judge of this crate shares code with the part of the service that it checks.

pub mod capturing;
pub mod conversation;
pub mod decode;
pub mod generate;
pub mod memory;
pub mod mutate;
pub mod people;
pub mod request;
pub mod screen;
pub mod server;
pub mod wire;
