//! What the service and the clients share: addresses, listening sockets, outgoing connections, and a
//! connection's socket.
//!
//! ```text
//! address ─ zone ─ listen ─ accept (tcp) ─ transport (socket), peer
//!         │    └─ dial
//!         └─ interfaces
//! ```
//!
//! Knows no HTTP, no log and no service, and imports nothing of the other folders.

pub(crate) mod accept;
pub mod address;
pub mod dial;
pub(crate) mod interfaces;
pub mod listen;
pub mod peer;
pub mod socket;
pub(crate) mod tcp;
pub mod transport;
pub mod write_last;
pub mod zone;
