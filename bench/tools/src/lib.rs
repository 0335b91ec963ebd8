//! Shared code of the benchmark's servers: their listeners and their answer.
//!
//! Like hellowire, each server has one thread a core with its own listener (`SO_REUSEPORT`). So the
//! benchmark compares only the work for a connection. Connections inherit `TCP_NODELAY` from the
//! listener. A failure ends the program, so that it is noticed.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::AsRawFd as _;
use std::thread;

use rustix::net::{AddressFamily, SocketType, bind, listen, socket, sockopt};
use uapi::c::{IPPROTO_TCP, TCP_DEFER_ACCEPT, c_int};

/// The body of every answer.
pub const TEXT: &str = "Hello World";

/// The length of the accept queue, as hellowire's.
const BACKLOG: i32 = 4096;

/// Runs `serve` on one thread a core, each with its own listener. The program's first argument is the
/// port of loopback. Returns only if all threads return.
///
/// # Errors
///
/// No port, a failed listener, or a panic of a thread.
pub fn serve_on_each_core(serve: impl Fn(TcpListener) + Copy + Send + 'static) -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port = port.ok_or_else(|| io::Error::other("the first argument is no port"))?;
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let mut workers = Vec::new();
    for _ in 0..thread::available_parallelism()?.get() {
        let listener = listener(address)?;
        workers.push(thread::spawn(move || serve(listener)));
    }
    for worker in workers {
        worker
            .join()
            .map_err(|_| io::Error::other("a worker panicked"))?;
    }
    Ok(())
}

fn listener(address: SocketAddrV4) -> io::Result<TcpListener> {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    sockopt::set_tcp_nodelay(&socket, true)?;
    bind(&socket, &address)?;
    listen(&socket, BACKLOG)?;
    let listener = TcpListener::from(socket);
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Lets the kernel keep a connection until its first bytes arrive, as hellowire does.
///
/// # Errors
///
/// The error of the system call.
pub fn defer(listener: &TcpListener) -> io::Result<()> {
    let second: c_int = 1;
    uapi::setsockopt(listener.as_raw_fd(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &second)?;
    Ok(())
}
