//! From the bytes of a connection to the requests in them. Pure: no IO and no clock.
//!
//! ```text
//! bytes ─ stream ─ search ─ head ──┬─ captured requests
//!                    └─ chunked ───┘  refusals
//! ```
//!
//! [`Capture`] follows one connection, and `search` finds the end of a head that comes in pieces. `head`
//! and `chunked` parse, and `rules` has all that a request can break. This module knows no socket, no log
//! and no HTTP library but httparse, the parser inside hyper.

mod captured;
mod chunked;
pub(crate) mod cut;
mod head;
mod protocol;
mod refusal;
pub(crate) mod rules;
mod search;
mod stream;

pub use captured::{Captured, State};
pub use head::{SERVED_METHODS, hide_target};
pub use protocol::Protocol;
pub use refusal::{Kind, Refusal, Rule};
pub(crate) use rules::{BODY_CUT_SHORT, BODY_TOO_SLOW, HEAD_TOO_SLOW};
pub use stream::{Capture, Limits, Phase, Verdict};
