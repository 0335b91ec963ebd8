//! Finds the requests in the bytes of a connection. Pure: no IO, no clock.
//!
//! ```text
//! bytes ─ stream ─ search ─ head ──┬─ captured requests
//!                    └─ chunked ───┘  refusals
//! ```
//!
//! [`Capture`] follows one connection. `search` finds the end of a head that comes in pieces. `head` and
//! `chunked` parse. `rules` lists the rules that a request can break: a new refusal is a new entry
//! there. The module knows no socket and no log. Its only HTTP library is httparse, the parser that
//! hyper uses.

mod captured;
mod chunked;
pub(crate) mod cut;
mod head;
mod limits;
mod parts;
mod pending;
mod protocol;
mod refusal;
pub(crate) mod rules;
mod search;
mod stream;
mod unfinished;
mod verdict;

pub use captured::{Captured, State};
pub(crate) use captured::{path_of, request_line};
pub use chunked::chunk_data;
pub(crate) use head::SERVED_METHODS;
pub use head::hide_target;
pub use limits::Limits;
pub(crate) use limits::MAX_FIELDS;
pub(crate) use parts::HeadParts;
pub use refusal::{Kind, Refusal, Rule};
pub(crate) use rules::{BODY_CUT_SHORT, BODY_TOO_SLOW, HEAD_TOO_SLOW};
pub use stream::Capture;
pub use unfinished::{Missing, Unfinished};
pub(crate) use verdict::Phase;
pub use verdict::Verdict;
