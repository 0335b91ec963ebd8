//! The listening sockets that a service manager passes on, as systemd does (socket activation, `LISTEN_FDS`,
//! `sd_listen_fds(3)`).
//!
//! A service takes them at its start, and [`listen`](super::listen) gives one to each worker. The manager keeps
//! them: they outlive this program, and what it leaves in their queues is for the next one.
//!
//! # Invariants
//!
//! - Nothing is set on them that would stay for the next program, but for what every service sets.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt as _;

use listenfd::ListenFd;
use socket2::{SockAddr, SockRef};
use thiserror::Error;

use super::bound::BoundAddress;
use super::listener::Listening;
use crate::diagnostics::debug_is_display;

/// The number of the first one (`sd_listen_fds(3)`).
const FIRST: usize = 3;

/// A descriptor that was passed on is of no use here.
#[derive(Error)]
#[error(
    "descriptor {descriptor} (LISTEN_FDS) can't be served: it has to be a listening TCP socket, or a listening Unix socket of the type stream"
)]
pub struct BadDescriptor {
    descriptor: usize,
    source: io::Error,
}

debug_is_display!(BadDescriptor);

/// Takes the sockets of `LISTEN_FDS`, if `LISTEN_PID` names this process, and removes both
/// variables. Call it before the program has threads.
///
/// # Errors
///
/// One of them is no listening stream socket.
pub(crate) fn take() -> Result<Vec<(BoundAddress, Listening)>, BadDescriptor> {
    // listenfd takes them without it too.
    if env::var_os("LISTEN_PID").is_none_or(|pid| pid.is_empty()) {
        return Ok(Vec::new());
    }
    let mut passed = ListenFd::from_env();
    let mut taken = Vec::new();
    for index in 0..passed.len() {
        match take_one(&mut passed, index) {
            Ok(socket) => taken.push(socket),
            Err(source) => {
                let descriptor = FIRST + index;
                return Err(BadDescriptor { descriptor, source });
            }
        }
    }
    Ok(taken)
}

/// Takes one socket.
fn take_one(passed: &mut ListenFd, index: usize) -> io::Result<(BoundAddress, Listening)> {
    // An error leaves the descriptor in its place.
    let tcp = passed.take_tcp_listener(index);
    let is_unix = tcp.is_err();
    let socket = match tcp {
        Ok(tcp) => tcp.map(OwnedFd::from),
        Err(_) => match passed.take_unix_listener(index) {
            Ok(unix) => unix.map(OwnedFd::from),
            Err(_) => return Err(io::Error::other("it is neither")),
        },
    };
    // Each is taken once.
    let socket = socket.ok_or(io::ErrorKind::NotFound)?;
    let options = SockRef::from(&socket);
    if !listens(&options)? {
        return Err(io::Error::other("it does not listen"));
    }
    options.set_nonblocking(true)?;
    if !is_unix {
        // As a service sets it on its own.
        options.set_tcp_nodelay(true)?;
    }
    let address = bound(&options.local_addr()?);
    let listening = Listening {
        socket,
        is_unix,
        is_inherited: true,
    };
    Ok((address, listening))
}

/// The address as it is announced. A Unix socket without a path has an abstract name, or none.
fn bound(address: &SockAddr) -> BoundAddress {
    if let Some(ip) = address.as_socket() {
        return BoundAddress::Ip(ip);
    }
    if let Some(path) = address.as_pathname() {
        return BoundAddress::Unix(path.to_owned());
    }
    let mut name = b"@".to_vec();
    name.extend(address.as_abstract_namespace().unwrap_or_default());
    BoundAddress::Unix(OsString::from_vec(name).into())
}

#[cfg(not(target_vendor = "apple"))]
fn listens(socket: &SockRef<'_>) -> io::Result<bool> {
    socket.is_listener()
}

/// Apple's systems do not tell.
#[cfg(target_vendor = "apple")]
fn listens(_: &SockRef<'_>) -> io::Result<bool> {
    Ok(true)
}
