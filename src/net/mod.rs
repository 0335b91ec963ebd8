//! Sockets: from addresses to accepted connections, what is done to each of them whatever it
//! speaks, and how all of it ends.
//!
//! Knows no HTTP and no log, and imports nothing of ours.

pub mod accept;
pub mod acceptor;
pub mod address;
pub mod defer;
pub mod descriptors;
pub mod dial;
pub mod first;
pub mod handover;
pub mod handshakes;
mod hangup;
pub mod last;
pub mod lazily;
pub mod linger;
pub mod listen;
pub mod shutdown;
pub mod signals;
pub mod socket;
pub mod taken;
pub mod tap;
pub mod workers;
pub mod zone;
