//! Timeouts under paused time: tokio's clock jumps to the next timer whenever all tasks wait.

use std::time::Duration;

use tempfile::tempdir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::{Instant, resume, sleep};

use super::super::testing::{
    HEADER_TIMEOUT, IDLE_TIMEOUT, LINGER, connection, serving, silent_worker, worker,
};
use super::*;
use crate::request_log::Format;
use crate::request_log::{Config, Log, Overflow, Selection, Target, View};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A pause that is just short enough.
const ALMOST_IDLE: Duration = Duration::from_secs(IDLE_TIMEOUT.as_secs() - 1);

/// A connection whose kernel buffer has this many bytes each way: what the client makes of it, and when
/// the service was done with it.
async fn serve<R>(
    worker: &Worker,
    buffer: usize,
    client: impl AsyncFnOnce(DuplexStream) -> R,
) -> (R, Duration) {
    let (_sender, phases, _) = serving();
    let (peer, ours) = duplex(buffer);
    let begun = Instant::now();
    let service = async {
        serve_to_end(worker, connection(worker, ours), &phases).await;
        begun.elapsed()
    };
    tokio::join!(client(peer), service)
}

/// All that comes until the end.
async fn rest(client: &mut DuplexStream) -> String {
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    all
}

/// Sends `bytes`, and returns what comes back, when, and the log.
async fn send_and_wait(bytes: &[u8]) -> (String, Duration, String) {
    let directory = tempdir().unwrap();
    let path = directory.path().join("log");
    let config = Config {
        format: Some(Format::Line),
        view: View::PLAIN,
        target: Target::File(path.clone()),
        overflow: Overflow::Wait,
        queue: 1 << 20,
        selection: Selection::default(),
        count: None,
        recent: None,
        metrics: None,
    };
    let log = Log::open(config, |_| {}).await.unwrap();
    let worker = worker(log.handle());
    let begun = Instant::now();
    let ((answer, time), _) = serve(&worker, 4096, async |mut client| {
        client.write_all(bytes).await.unwrap();
        (rest(&mut client).await, begun.elapsed())
    })
    .await;
    // The writer is a thread, whose time is real.
    resume();
    log.close(Instant::now() + Duration::from_secs(30)).await;
    (answer, time, std::fs::read_to_string(path).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_head_that_takes_too_long_gets_408_and_a_record() {
    let (answer, time, log) = send_and_wait(b"GET / HTTP/1.1\r\nHost").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\nthe head took too long"), "{answer}");
    assert_eq!(time.as_secs(), HEADER_TIMEOUT.as_secs());
    assert!(log.contains("the head took too long"), "{log}");
    assert!(log.contains("Host"), "{log}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_pauses_too_long_gets_408_and_a_record() {
    let (answer, time, log) =
        send_and_wait(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\nthe body took too long"), "{answer}");
    assert_eq!(time.as_secs(), IDLE_TIMEOUT.as_secs());
    assert!(log.contains("the body took too long"), "{log}");
    assert!(log.contains("abc"), "{log}");
}

#[tokio::test(start_paused = true)]
async fn more_bytes_of_a_head_give_it_no_more_time() {
    let (answer, _) = serve(&silent_worker(), 4096, async |mut client| {
        for _ in 0..HEADER_TIMEOUT.as_secs() - 1 {
            client.write_all(b"A").await.unwrap();
            sleep(Duration::from_secs(1)).await;
        }
        let begun = Instant::now();
        let answer = rest(&mut client).await;
        (answer, begun.elapsed().as_secs())
    })
    .await;
    assert!(answer.0.starts_with("HTTP/1.1 408 "), "{}", answer.0);
    assert_eq!(answer.1, 1);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_ends_without_an_answer() {
    let (answer, _) = serve(&silent_worker(), 4096, async |mut client| {
        client.write_all(REQUEST).await.unwrap();
        sleep(ALMOST_IDLE).await;
        client.write_all(REQUEST).await.unwrap();
        let begun = Instant::now();
        let answer = rest(&mut client).await;
        (answer, begun.elapsed().as_secs())
    })
    .await;
    assert_eq!(answer.0.matches("HTTP/1.1 ").count(), 2, "{}", answer.0);
    assert_eq!(answer.0.matches(" 200 OK").count(), 2, "{}", answer.0);
    assert_eq!(answer.1, IDLE_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_ends_without_an_answer() {
    let (answer, time) = serve(&silent_worker(), 4096, async |mut client| {
        rest(&mut client).await
    })
    .await;
    assert_eq!(answer, "");
    assert_eq!(time.as_secs(), HEADER_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_dropped() {
    let (_client, time) = serve(&silent_worker(), 64, async |mut client| {
        client.write_all(REQUEST).await.unwrap();
        client
    })
    .await;
    assert_eq!(time.as_secs(), IDLE_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_its_answers_slowly_gets_them_all() {
    let (answer, time) = serve(&silent_worker(), 32, async |mut client| {
        let mut got = Vec::new();
        client.write_all(REQUEST).await.unwrap();
        client.shutdown().await.unwrap();
        loop {
            sleep(ALMOST_IDLE).await;
            if client.read_buf(&mut got).await.unwrap() == 0 {
                return String::from_utf8(got).unwrap();
            }
        }
    })
    .await;
    assert!(answer.ends_with("\r\n\r\nhi"), "{answer}");
    assert!(time > IDLE_TIMEOUT, "{time:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_peer_that_goes_on_sending_is_read_for_a_limited_time() {
    let (answer, time) = serve(&silent_worker(), 4096, async |mut client| {
        client.write_all(b"?\r\n\r\n").await.unwrap();
        let answer = rest(&mut client).await;
        sleep(2 * LINGER).await;
        answer
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(time.as_secs(), LINGER.as_secs());
}

/// When a connection ends to which `bytes` came before the drain.
async fn drained(bytes: &[u8]) -> (String, Duration) {
    let worker = silent_worker();
    let (sender, phases, follow) = serving();
    let (mut client, ours) = duplex(4096);
    let talk = async {
        client.write_all(bytes).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        let begun = Instant::now();
        sender.send_replace(Phase::Draining);
        let answer = rest(&mut client).await;
        drop(client);
        (answer, begun.elapsed())
    };
    let service = serve_to_end(&worker, connection(&worker, ours), &phases);
    select! {
        (drained, ()) = async { tokio::join!(talk, service) } => drained,
        () = follow => unreachable!("the service is not cut"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_idle_connections_at_once_and_new_ones_after_a_round_trip() {
    let (answer, time) = drained(REQUEST).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(time, Duration::ZERO);
    let (answer, time) = drained(b"").await;
    assert_eq!(answer, "");
    assert!(time <= Duration::from_millis(300), "{time:?}");
}

#[tokio::test(start_paused = true)]
async fn a_drain_waits_for_a_head_that_has_begun() {
    let (answer, time) = drained(b"GET").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(time.as_secs(), HEADER_TIMEOUT.as_secs() - 1);
}
