//! Busy periods over connections in memory.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::super::testing::{Script, connection, serving, silent_worker};
use super::*;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// How the connection over `script` ends, and what was written to it.
async fn serve(script: Script) -> (Ending, String) {
    let worker = silent_worker();
    let (_sender, phases, _) = serving();
    let handle = connection(&worker, script);
    let ending = follow_phases(&worker, &handle, &phases).await;
    let written = handle.borrow_mut().inner_mut().written.clone();
    (ending, String::from_utf8(written).unwrap())
}

fn answers(written: &str) -> usize {
    written.matches("HTTP/1.1 200 OK\r\n").count()
}

/// hyper answers 16 requests in one poll, and may hold an error back until the next.
#[tokio::test]
async fn an_error_behind_the_answers_ends_the_connection() {
    for requests in 1..20 {
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        let reads = [Ok(REQUEST.repeat(requests)), Err(reset)].into();
        let (ending, written) = serve(Script {
            reads,
            ..Script::default()
        })
        .await;
        assert_eq!(ending, Ending::Failed, "{requests}");
        assert_eq!(answers(&written), requests, "{written}");
    }
}

#[tokio::test]
async fn the_peers_end_behind_the_answers_ends_the_connection() {
    for requests in 0..20 {
        let reads = [Ok(REQUEST.repeat(requests))].into();
        let (ending, written) = serve(Script {
            reads,
            ..Script::default()
        })
        .await;
        assert_eq!(ending, Ending::Finished, "{requests}");
        assert_eq!(answers(&written), requests, "{written}");
    }
}

#[tokio::test]
async fn requests_are_answered_however_they_are_cut_over_busy_periods() {
    let sent = [
        REQUEST,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
        REQUEST,
    ]
    .concat();
    for size in 1..=sent.len() {
        let worker = silent_worker();
        let (_sender, phases, _) = serving();
        let (mut client, ours) = duplex(4096);
        let talk = async {
            for piece in sent.chunks(size) {
                client.write_all(piece).await.unwrap();
                // The connection takes the piece before the next comes.
                for _ in 0..4 {
                    yield_now().await;
                }
            }
            client.shutdown().await.unwrap();
            let mut written = String::new();
            client.read_to_string(&mut written).await.unwrap();
            written
        };
        let handle = connection(&worker, ours);
        let ((), written) = tokio::join!(serve_to_end(&worker, handle, &phases), talk);
        assert_eq!(answers(&written), 4, "cut by {size}: {written}");
    }
}
