//! Clients that make the service hold as much as they can, all at once. The memory stays within the bound
//! of docs/options.md, and the service frees it after they have gone, without another request.

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{length, raise_descriptors};
use crate::support::{BOUND, Service, expect_answer, memory};

/// What `deploy/` has: for heads and for bodies.
pub(crate) const DEPLOYED: (usize, usize) = (16 << 10, 11 << 10);

/// The defaults.
const DEFAULT: (usize, usize) = (64 << 10, 64 << 10);

/// How much more than at the start, in kB, a service of two workers may have once its clients are gone: for
/// each two of the allocator's pages of 4 MiB, into which the log's thread has freed long records.
const KEPT: u64 = 16 << 10;

/// The bound of docs/options.md for a connection, in bytes, with heads and kept bodies of this size.
fn bound((head, body): (usize, usize)) -> u64 {
    (4 * head + body + (16 << 10)) as u64 / 8 * 9
}

/// As many fields as hyper takes, short of a few, together `length` bytes long.
fn fields(length: usize) -> String {
    const FIELDS: usize = 97;
    let mut fields = String::new();
    for number in 0..FIELDS {
        let name = format!("x-{number}: ");
        let value = "v".repeat(length / FIELDS - name.len() - 2);
        let _ = write!(fields, "{name}{value}\r\n");
    }
    fields
}

fn head(length: usize, framing: &str) -> String {
    let start = format!("POST / HTTP/1.1\r\nHost: a\r\n{framing}\r\n");
    format!("{start}{}\r\n", fields(length - start.len() - 2))
}

/// A body over what is kept, and then half of the longest trailer section.
pub(crate) fn half_a_trailer_section((head_length, kept): (usize, usize)) -> String {
    let head = head(head_length, "Transfer-Encoding: chunked");
    let data = "b".repeat(kept + 1000);
    let trailers = fields(head_length - 1);
    let half = &trailers[..trailers.len() - 10];
    format!("{head}{:x}\r\n{data}\r\n0\r\n{half}", data.len())
}

fn half_a_chunk((head_length, kept): (usize, usize)) -> String {
    let head = head(head_length, "Transfer-Encoding: chunked");
    let data = "b".repeat(kept + 1000);
    format!("{head}{:x}\r\n{data}", data.len() + 1)
}

fn half_a_body((head_length, kept): (usize, usize)) -> String {
    let data = "b".repeat(kept + 1000);
    let framing = format!("Content-Length: {}", data.len() + 1);
    format!("{}{data}", head(head_length, &framing))
}

fn half_a_head((head_length, _): (usize, usize)) -> String {
    let head = head(head_length, "Transfer-Encoding: chunked");
    head[..head.len() - 4].to_owned()
}

fn much_behind_a_refusal((head_length, kept): (usize, usize)) -> String {
    let refused = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n";
    format!("{refused}{}", "z".repeat(head_length + kept))
}

#[test]
#[ignore = "needs 1100 descriptors and much memory"]
fn however_much_clients_have_kept_memory_is_bounded_and_comes_back() {
    raise_descriptors();
    for (name, sent) in [
        (
            "half a trailer section",
            half_a_trailer_section as fn(_) -> _,
        ),
        ("half a chunk", half_a_chunk),
        ("half a body", half_a_body),
        ("half a head", half_a_head),
        ("much behind a refusal", much_behind_a_refusal),
    ] {
        attack(name, DEPLOYED, "line", length(300, 1000), &sent(DEPLOYED));
    }
    for format in ["line", "json", "pretty"] {
        let sent = half_a_trailer_section(DEFAULT);
        attack(
            "half a trailer section",
            DEFAULT,
            format,
            length(150, 500),
            &sent,
        );
    }
    let large = (256 << 10, 64 << 10);
    let sent = half_a_trailer_section(large);
    attack(
        "half a trailer section",
        large,
        "line",
        length(50, 300),
        &sent,
    );
}

fn attack(name: &str, limits: (usize, usize), format: &str, clients: usize, sent: &str) {
    let (head, kept) = (limits.0.to_string(), limits.1.to_string());
    let service = Service::start(&[
        "--workers=2",
        "--log-file=/dev/null",
        "--log-queue=4MiB",
        // Nobody's time is up on a busy machine.
        "--header-timeout=10m",
        &format!("--max-head={head}"),
        &format!("--log-body={kept}"),
        &format!("--log={format}"),
    ]);
    expect_answer(&service.exchange(GET), 200, crate::support::HELLO);
    let before = memory(service.id(), "VmRSS");
    let connected = send_to(service.address(), clients, sent.as_bytes());
    wait_until_all_is_read("/proc/net/tcp", service.address().port());
    let grown = memory(service.id(), "VmHWM") - before;
    drop(connected);
    let (left, time) = wait_for_memory(service.id(), before + KEPT);
    let each = grown * 1024 / clients as u64;
    let bound = bound(limits);
    println!(
        "{name}, {head} + {kept}, {format}: {clients} clients take {grown} kB, {each} B each, {} % of the bound; {} kB are left after {time:.1?}",
        each * 100 / bound,
        left.saturating_sub(before),
    );
    assert!(each <= bound, "{name}: {each} of {bound} bytes");
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// Sends `bytes` from each of so many clients, in pieces and in turn, and keeps them connected. One whose
/// request is refused may be cut.
pub(crate) fn send_to(address: SocketAddr, clients: usize, bytes: &[u8]) -> Vec<TcpStream> {
    const PIECE: usize = 8 << 10;
    let connect = |_| {
        let client = TcpStream::connect(address).unwrap();
        client.set_nonblocking(true).unwrap();
        client
    };
    let clients: Vec<_> = (0..clients).map(connect).collect();
    let mut left: Vec<_> = clients.iter().map(|client| (client, bytes)).collect();
    let deadline = Instant::now() + BOUND;
    while !left.is_empty() {
        assert!(Instant::now() < deadline, "{} are not done", left.len());
        left.retain_mut(|(client, rest)| {
            let piece = &rest[..rest.len().min(PIECE)];
            match client.write(piece) {
                Ok(sent) => *rest = &rest[sent..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => *rest = &[],
            }
            !rest.is_empty()
        });
    }
    clients
}

/// Waits until nothing is on its way to this port any more, by a table of the kernel's.
pub(crate) fn wait_until_all_is_read(table: &str, port: u16) {
    let port = format!(":{port:04X}");
    let deadline = Instant::now() + BOUND;
    loop {
        let table = fs::read_to_string(table).unwrap();
        let queues = table.lines().skip(1).filter_map(|row| {
            let mut columns = row.split_whitespace().skip(1);
            let (local, remote) = (columns.next()?, columns.next()?);
            let queues = columns.nth(1)?;
            let (sending, receiving) = queues.split_once(':')?;
            if local.ends_with(&port) {
                Some(receiving.to_owned())
            } else {
                remote.ends_with(&port).then(|| sending.to_owned())
            }
        });
        let unread = queues.filter(|queue| queue != "00000000").count();
        if unread == 0 {
            return;
        }
        assert!(Instant::now() < deadline, "{unread} have unread bytes");
        thread::yield_now();
    }
}

/// Waits until a process has so little memory, in kB, and says how little and after how long.
fn wait_for_memory(id: u32, most: u64) -> (u64, Duration) {
    let began = Instant::now();
    loop {
        let now = memory(id, "VmRSS");
        if now <= most {
            return (now, began.elapsed());
        }
        assert!(began.elapsed() < BOUND, "{now} kB, not {most}");
        thread::yield_now();
    }
}
