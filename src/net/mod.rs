//! What the service and the clients share: addresses, listening sockets, calls to others, and a
//! connection's socket.
//!
//! Knows no HTTP, no log and no service, and imports nothing of ours.

pub mod address;
pub mod dial;
pub mod listen;
pub mod socket;
pub mod transport;
pub mod write_last;
pub mod zone;
