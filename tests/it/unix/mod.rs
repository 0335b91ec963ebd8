//! Unix sockets: what a client gets over one, the file, the end, and who the peer is.
//!
//! This file has the helpers.

mod ends;
mod files;
mod serving;
mod tools;
mod users;

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::support::{BOUND, Service, directory, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// A directory, and the path of a socket in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let directory = directory();
    let path = directory.path().join("s.sock");
    (directory, path)
}

fn address(path: &Path) -> String {
    format!("unix:{}", path.display())
}

/// What the arguments start, once it listens at `path`.
#[track_caller]
fn start(path: &Path, arguments: &[&str]) -> Service {
    let mut command = program();
    command.args(arguments).args(["--listen", &address(path)]);
    let service = Service::launch_on(&mut command, 0);
    let greeting = format!("listening on {}", address(path));
    assert_eq!(service.stderr.next(), greeting);
    service
}

#[track_caller]
fn connect(path: &Path) -> UnixStream {
    let stream =
        UnixStream::connect(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    stream.set_read_timeout(Some(BOUND)).unwrap();
    stream.set_write_timeout(Some(BOUND)).unwrap();
    stream
}

#[track_caller]
fn read_to_end(mut stream: &UnixStream) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        panic!("{error} after {}", bytes.escape_ascii());
    }
    String::from_utf8(bytes).unwrap()
}

/// What comes back for these bytes, up to the end, which the client brings about itself.
#[track_caller]
fn exchange(path: &Path, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = connect(path);
    stream.write_all(bytes.as_ref()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    read_to_end(&stream)
}
