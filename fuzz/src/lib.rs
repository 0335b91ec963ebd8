//! What the fuzz targets share.
//!
//! - [`conversation`]: what a peer sends, and in which pieces, as the fuzzer's bytes say it.
//! - [`generate`] and [`mutate`]: conversations that look like HTTP, so that the deep states are
//!   reached.
//! - [`capturing`]: all that a capture does with one.
//! - [`wire`] and [`server`]: hyper over an IO in memory, alone or behind a request filter.
//! - [`request`]: what a request on the wire means, read by nobody's code but this.
//! - [`decode`] and [`screen`]: the ways back from the log's formats, and what a terminal may get.
//! - [`memory`]: how much something holds.
//!
//! What always holds: nothing here shares code with what it judges.

pub mod capturing;
pub mod conversation;
pub mod decode;
pub mod generate;
pub mod memory;
pub mod mutate;
pub mod request;
pub mod screen;
pub mod server;
pub mod wire;
