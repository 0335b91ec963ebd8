//! A panic in one connection ends that connection alone. The connection returns its permit and does not
//! hold up the drain, the other connections go on, and stderr reports the panic.

use std::io::Read;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use hellowire::diagnostics;
use hellowire::exit::Exit;
use hellowire::language::Language;
use hellowire::net::address::Address;
use hellowire::net::transport::Transport;
use hellowire::server::acceptor::{Accepted, Protocol};
use hellowire::server::phase::Phase;
use hellowire::server::{self, Config, Start};
use log::LevelFilter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::select;

use crate::support::Service;

/// This environment variable is set where the test runs as the service.
const AS_SERVICE: &str = "FRAIL_SERVICE";

/// How many connections the service serves at once.
const PERMITS: usize = 2;

/// Echoes, and panics at a `!`.
struct Frail;

impl Protocol for Frail {
    type Worker = ();

    fn worker(&self) {}

    async fn serve<T: Transport>(_: Rc<()>, accepted: Accepted<T>) {
        let (mut socket, phases) = (accepted.socket, accepted.phases);
        let _permit = accepted.permit;
        let echo = async {
            let mut byte = [0];
            while socket.read_exact(&mut byte).await.is_ok() {
                assert_ne!(byte, *b"!", "as it was asked to");
                socket.write_all(&byte).await.unwrap();
            }
        };
        select! {
            () = echo => {}
            () = phases.reached(Phase::Draining) => {}
        }
    }
}

fn serve() {
    diagnostics::init(LevelFilter::Warn, false);
    let config = Config {
        listen: vec![Address::Ip(([127, 0, 0, 1], 0).into())],
        is_listen_chosen: true,
        workers: 1,
        share_port: false,
        socket_buffer: None,
        socket_mode: 0o660,
        max_connections: PERMITS,
        shutdown_delay: Duration::ZERO,
        drain_timeout: Duration::from_hours(1),
        reopens_log: false,
        language: Language::English,
    };
    let start = Start {
        config,
        log: None,
        second: None,
    };
    let exit = server::run(start, |_| Frail).unwrap();
    assert!(matches!(exit, Exit::Done), "{exit:?}");
}

#[test]
fn a_panic_ends_its_connection_alone() {
    if std::env::var_os(AS_SERVICE).is_some() {
        return serve();
    }
    // The service is this same test in a process of its own.
    let mut command = Command::new(std::env::current_exe().unwrap());
    let name = concat!(module_path!(), "::a_panic_ends_its_connection_alone");
    let name = name.split_once("::").unwrap().1;
    command
        .args(["--exact", name, "--nocapture"])
        .env(AS_SERVICE, "1");
    let service = Service::launch(&mut command);
    let mut other = service.connect();
    let mut echo = |text: &[u8]| {
        other.send(text);
        let mut back = vec![0; text.len()];
        other.0.read_exact(&mut back).unwrap();
        assert_eq!(back, text);
    };
    echo(b"before");
    for _ in 0..10 {
        let mut client = service.connect();
        client.send("!");
        client.expect_end();
        service.stderr.until("as it was asked to");
        echo(b"after");
    }
    // All permits are free again, and the drain waits for no connection that has ended.
    let mut last = service.connect();
    last.send("x");
    last.0.read_exact(&mut [0]).unwrap();
    service.stop();
}
