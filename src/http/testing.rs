//! What the tests of this folder share: connections in memory, and a worker to serve them.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use super::connection::open;
use super::handle::Handle;
use super::{Answer, Answers, Config, Http, Worker};
use crate::net::transport::{Fate, Transport};
use crate::net::write_last::WriteLast;
use crate::request_log::{self, Log};
use crate::server::acceptor::Protocol as _;
use crate::server::drain::DrainLimits;
use crate::server::linger;
use crate::server::phase::{PhaseSender, Phases, phases};

/// The time limit of a head.
pub(super) const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The time limit of a pause.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_mins(1);
/// The time limit of a peer that goes on sending.
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// The settings of all tests. The answer is "hi".
pub(super) fn config() -> Config {
    Config {
        answers: Answers::Same(Answer::new("hi".into(), "200".parse().unwrap(), Vec::new())),
        max_head: 1000,
        max_target: 1000,
        max_body: 1000,
        kept_body: 1000,
        is_strict: false,
        header_timeout: HEADER_TIMEOUT,
        idle_timeout: IDLE_TIMEOUT,
        linger: linger::Limits {
            time: LINGER,
            bytes: 1000,
        },
    }
}

/// A worker that logs to `log`.
pub(super) fn worker(log: request_log::Handle) -> Worker {
    Http::new(config(), log).worker()
}

/// A worker that logs nothing.
pub(super) fn silent_worker() -> Worker {
    worker(Log::off().handle())
}

/// A connection of the worker's over `transport`.
pub(super) fn connection<T: Transport>(worker: &Worker, transport: T) -> Handle<T> {
    open(worker, transport, 1, SocketAddr::from(([127, 0, 0, 1], 9)))
}

/// The phases of a service whose drain takes ten seconds, and what changes them as long as it is polled.
pub(super) fn serving() -> (PhaseSender, Phases, impl Future<Output = ()>) {
    let (sender, receiver) = phases(DrainLimits::new(Duration::from_secs(10)));
    let (phases, follow) = receiver.follow();
    (sender, phases, follow)
}

impl WriteLast for DuplexStream {}

impl Transport for DuplexStream {
    fn try_read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut buf = ReadBuf::new(buf);
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(self).poll_read(&mut cx, &mut buf) {
            Poll::Ready(read) => read.map(|()| buf.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    async fn readable(&mut self) -> io::Result<()> {
        unreachable!("HTTP reads at once")
    }

    fn fate(&self) -> Fate {
        Fate::Unknown
    }
}

/// A transport that follows a script, and takes all that is written.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// What each read gives. Behind the last, the peer has ended its side.
    pub(super) reads: VecDeque<io::Result<Vec<u8>>>,
    /// What was written.
    pub(super) written: Vec<u8>,
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(read) = self.reads.pop_front() {
            let mut bytes = read?;
            let rest = bytes.split_off(bytes.len().min(buf.remaining()));
            buf.put_slice(&bytes);
            if !rest.is_empty() {
                self.reads.push_front(Ok(rest));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl WriteLast for Script {}

impl Transport for Script {
    fn try_read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }

    async fn readable(&mut self) -> io::Result<()> {
        unreachable!("HTTP reads at once")
    }

    fn fate(&self) -> Fate {
        Fate::Unknown
    }
}
