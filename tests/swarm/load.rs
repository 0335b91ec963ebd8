//! Steady load on a service that may have several replicas behind one name: `load NAME:PORT`.
//!
//! Runs within the replicas' network until its stdin ends, at most [`LONGEST`]. Each request is
//! counted, and nothing is tried again: a name that does not resolve, a connection that is refused,
//! an answer that is not whole is a failed request. Half of the clients connect for each request,
//! half keep their connection for as long as the service lets them. Says `ready` when it begins, and
//! the counts as JSON when it ends.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool of the tests, whose failure is to be seen"
)]

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How many clients there are, and how long each pauses between two requests: together a few
/// hundred requests a second, which leaves a small machine room for the engine.
const CLIENTS: usize = 8;
const PAUSE: Duration = Duration::from_millis(20);

/// How long a connection or an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// When it ends if nobody ends it.
const LONGEST: Duration = Duration::from_mins(10);

/// What became of the requests.
#[derive(Default)]
struct Counts {
    answered: u64,
    /// How often each reason came.
    failed: BTreeMap<String, u64>,
    /// How often each body came, and each replica answered.
    bodies: BTreeMap<String, u64>,
    replicas: BTreeMap<String, u64>,
}

fn main() {
    let Some(name) = std::env::args().nth(1) else {
        panic!("usage: load NAME:PORT");
    };
    request(&name, false, &mut None).expect("the service answers before the load begins");
    println!("ready");
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (name, stop) = (name.clone(), Arc::clone(&stop));
            thread::spawn(move || client(&name, number % 2 == 0, &stop))
        })
        .collect();
    let is_asked = Arc::clone(&stop);
    thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        is_asked.store(true, Ordering::Relaxed);
    });
    let mut total = Counts::default();
    for client in clients {
        let counts = client.join().expect("a client does not panic");
        total.answered += counts.answered;
        add(&mut total.failed, counts.failed);
        add(&mut total.bodies, counts.bodies);
        add(&mut total.replicas, counts.replicas);
    }
    println!(
        r#"{{"answered":{},"failed":{},"bodies":{},"replicas":{}}}"#,
        total.answered,
        object(&total.failed),
        object(&total.bodies),
        object(&total.replicas)
    );
}

fn add(total: &mut BTreeMap<String, u64>, counts: BTreeMap<String, u64>) {
    for (what, count) in counts {
        *total.entry(what).or_default() += count;
    }
}

fn object(counts: &BTreeMap<String, u64>) -> String {
    let fields: Vec<_> = counts
        .iter()
        .map(|(what, count)| format!("{what:?}:{count}"))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// One client's requests, one after the other.
fn client(name: &str, keeps: bool, stop: &AtomicBool) -> Counts {
    let start = Instant::now();
    let mut counts = Counts::default();
    let mut kept = None;
    while !stop.load(Ordering::Relaxed) && start.elapsed() < LONGEST {
        match request(name, keeps, &mut kept) {
            Ok((replica, body)) => {
                counts.answered += 1;
                *counts.bodies.entry(body).or_default() += 1;
                *counts.replicas.entry(replica.ip().to_string()).or_default() += 1;
            }
            Err(reason) => {
                kept = None;
                *counts.failed.entry(reason).or_default() += 1;
            }
        }
        thread::sleep(PAUSE);
    }
    counts
}

/// One request, on the connection that was kept or on a new one.
fn request(
    name: &str,
    keeps: bool,
    kept: &mut Option<TcpStream>,
) -> Result<(SocketAddr, String), String> {
    let is_kept = kept.is_some();
    let mut socket = match kept.take() {
        Some(socket) => socket,
        None => connect(name)?,
    };
    let replica = socket.peer_addr().map_err(|error| error.to_string())?;
    let fields = if keeps { "" } else { "Connection: close\r\n" };
    let (body, ends) = exchange(&mut socket, &format!("Host: {name}\r\n{fields}"))
        .map_err(|error| format!("{error}, kept: {is_kept}"))?;
    if keeps && !ends {
        *kept = Some(socket);
    }
    Ok((replica, body))
}

/// To the first address: the engine's resolver shuffles them.
fn connect(name: &str) -> Result<TcpStream, String> {
    let mut addresses = name
        .to_socket_addrs()
        .map_err(|error| format!("resolving: {error}"))?;
    let address = addresses.next().ok_or("resolving: no address")?;
    let socket = TcpStream::connect_timeout(&address, PATIENCE)
        .map_err(|error| format!("connecting: {error}"))?;
    let patient = socket
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| socket.set_nodelay(true));
    patient.map_err(|error| error.to_string())?;
    Ok(socket)
}

/// A whole answer's body, and whether the service ends the connection after it.
fn exchange(socket: &mut TcpStream, fields: &str) -> io::Result<(String, bool)> {
    write!(socket, "GET / HTTP/1.1\r\n{fields}\r\n")?;
    let mut input = BufReader::new(socket);
    let (mut length, mut ends, mut line) = (None, false, String::new());
    input.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200 ") {
        return Err(io::Error::other(format!("answered {line:?}")));
    }
    while line != "\r\n" {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        ends |= line.eq_ignore_ascii_case("connection: close\r\n");
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().ok();
        }
    }
    let length = length.ok_or_else(|| io::Error::other("no length"))?;
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    Ok((String::from_utf8_lossy(&body).into_owned(), ends))
}
