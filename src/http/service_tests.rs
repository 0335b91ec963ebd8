//! Answers that are late or planned, over connections in memory and under paused time.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::select;
use tokio::time::{Instant, sleep};

use super::super::connection::serve_to_end;
use super::super::testing::{IDLE_TIMEOUT, LINGER, config, connection, serving};
use super::super::{Answer, Answers, Config, Http, Worker};
use crate::request_log::Log;
use crate::server::acceptor::Protocol as _;
use crate::server::phase::{Phase, PhaseSender};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const PROBE: &[u8] = b"GET /up HTTP/1.1\r\nHost: a\r\n\r\n";

/// Longer than each time limit of a connection.
const DELAY: Duration = Duration::from_mins(5);

/// A worker without a log that answers "hi", this late, and on /up what it does.
fn late(delay: Duration) -> Worker {
    let answer = Answer::new("hi".into(), "200".parse().unwrap(), Vec::new());
    let config = Config {
        answers: Answers::new(answer, delay, false, Some("/up".to_owned())),
        ..config()
    };
    Http::new(config, Log::off().handle()).worker()
}

/// What the client of a connection, whose buffer has this many bytes each way, makes of it, and how long the
/// connection took.
async fn serve<R>(
    delay: Duration,
    buffer: usize,
    client: impl AsyncFnOnce(DuplexStream, &PhaseSender) -> R,
) -> (R, Duration) {
    let worker = late(delay);
    let (sender, phases, follow) = serving();
    let (peer, ours) = duplex(buffer);
    let begun = Instant::now();
    let service = async {
        serve_to_end(&worker, connection(&worker, ours), &phases).await;
        begun.elapsed()
    };
    let both = async { tokio::join!(client(peer, &sender), service) };
    select! {
        both = both => both,
        () = follow => unreachable!("the service is not cut"),
    }
}

/// One answer of this many bytes of content.
async fn answer(client: &mut DuplexStream, content: usize) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(client.read_u8().await.unwrap());
    }
    let head = bytes.len();
    bytes.resize(head + content, 0);
    client.read_exact(&mut bytes[head..]).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

/// All that comes until the end.
async fn rest(client: &mut DuplexStream) -> String {
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    all
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_longer_than_any_timeout_and_the_time_of_a_pause_begins_behind_it() {
    let ((), time) = serve(DELAY, 4096, async |mut client, _phase| {
        client.write_all(REQUEST).await.unwrap();
        let begun = Instant::now();
        answer(&mut client, 2).await;
        assert_eq!(begun.elapsed().as_secs(), DELAY.as_secs());
        assert_eq!(rest(&mut client).await, "");
    })
    .await;
    assert_eq!(time.as_secs(), (DELAY + IDLE_TIMEOUT).as_secs());
}

#[tokio::test(start_paused = true)]
async fn each_pipelined_answer_leaves_when_it_is_due() {
    serve(DELAY, 4096, async |mut client, _phase| {
        client.write_all(&REQUEST.repeat(3)).await.unwrap();
        client.shutdown().await.unwrap();
        let begun = Instant::now();
        for number in 1..=3 {
            answer(&mut client, 2).await;
            let due = number * DELAY.as_secs();
            assert_eq!(begun.elapsed().as_secs(), due, "{number}");
        }
        assert_eq!(rest(&mut client).await, "");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn half_a_request_behind_a_delayed_answer_has_its_own_time() {
    serve(DELAY, 4096, async |mut client, _phase| {
        client.write_all(&[REQUEST, b"GET"].concat()).await.unwrap();
        answer(&mut client, 2).await;
        client.write_all(&REQUEST[3..]).await.unwrap();
        answer(&mut client, 2).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_and_a_probe_are_not_delayed() {
    serve(DELAY, 4096, async |mut client, _phase| {
        let begun = Instant::now();
        client.write_all(PROBE).await.unwrap();
        let ready = answer(&mut client, "ready\n".len()).await;
        assert!(ready.starts_with("HTTP/1.1 200 OK\r\n"), "{ready}");
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let refusal = rest(&mut client).await;
        assert!(refusal.starts_with("HTTP/1.1 400 "), "{refusal}");
        assert_eq!(begun.elapsed(), Duration::ZERO);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_drain_waits_for_a_delayed_answer() {
    let ((), time) = serve(DELAY, 4096, async |mut client, phase| {
        client.write_all(REQUEST).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        phase.send_replace(Phase::Draining);
        let last = rest(&mut client).await;
        assert!(last.contains("\r\nconnection: close\r\n"), "{last}");
        assert!(last.ends_with("\r\n\r\nhi"), "{last}");
        drop(client);
    })
    .await;
    assert_eq!(time.as_secs(), DELAY.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_no_answer_is_dropped_although_the_next_is_delayed() {
    let (_client, time) = serve(DELAY, 80, async |mut client, _phase| {
        client.write_all(&REQUEST.repeat(2)).await.unwrap();
        client
    })
    .await;
    assert_eq!(time.as_secs(), (DELAY + IDLE_TIMEOUT).as_secs());
}

/// The plan is older than the phase: what the log says of the request stays true.
#[tokio::test(start_paused = true)]
async fn a_probe_behind_a_delayed_answer_gets_what_was_planned_when_it_came() {
    serve(LINGER, 4096, async |mut client, phase| {
        client.write_all(&[REQUEST, PROBE].concat()).await.unwrap();
        sleep(LINGER / 2).await;
        phase.send_replace(Phase::Closing);
        answer(&mut client, 2).await;
        let ready = rest(&mut client).await;
        assert!(ready.starts_with("HTTP/1.1 200 OK\r\n"), "{ready}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn from_the_first_signal_on_a_probe_gets_503() {
    for phase in [Phase::Closing, Phase::Draining] {
        serve(Duration::ZERO, 4096, async |mut client, sender| {
            client.write_all(&PROBE[..9]).await.unwrap();
            sleep(Duration::from_secs(1)).await;
            sender.send_replace(phase);
            sleep(Duration::from_millis(1)).await;
            client.write_all(&PROBE[9..]).await.unwrap();
            let stopping = rest(&mut client).await;
            assert!(stopping.starts_with("HTTP/1.1 503 "), "{stopping}");
            assert!(stopping.ends_with("\r\n\r\nstopping\n"), "{stopping}");
        })
        .await;
    }
}
