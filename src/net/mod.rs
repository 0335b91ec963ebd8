//! What the service and the clients share: addresses, listening sockets, outgoing connections, and a
//! connection's socket.
//!
//! ```text
//! address ─ zone ─ listen ─┬─ unix ──────┬─ accept (listener) ─ transport (socket), peer
//!         │    └─ dial      └─ inherited ─┘
//!         └─ interfaces
//! ```
//!
//! Knows no HTTP, no log and no service, and imports nothing of the other folders.

pub(crate) mod accept;
pub mod address;
pub mod bind_error;
pub mod bound;
pub mod dial;
pub mod inherited;
pub(crate) mod interfaces;
pub mod listen;
pub(crate) mod listener;
pub mod peer;
pub mod socket;
pub mod transport;
pub(crate) mod unix;
pub mod write_last;
pub mod zone;
