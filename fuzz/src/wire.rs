//! A connection in memory. Its peer sends one piece at a time and accepts all that is written.
//!
//! After each piece, one read finds nothing. hyper then handles all bytes that have arrived before it
//! reads the next piece, as on a network.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hellowire::net::write_last::WriteLast;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::conversation::Conversation;

/// The service's end of the connection.
#[derive(Debug)]
pub struct Wire {
    /// The pieces that are still to be read, the last one first.
    pieces: Vec<Vec<u8>>,
    has_paused: bool,
    /// The bytes that were written to the peer.
    pub written: Vec<u8>,
}

impl Wire {
    /// A connection on which the peer sends this conversation.
    #[must_use]
    pub fn of(sent: &Conversation) -> Self {
        let mut pieces: Vec<_> = sent.pieces().map(<[u8]>::to_vec).collect();
        pieces.reverse();
        Self {
            pieces,
            has_paused: true,
            written: Vec::new(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.has_paused {
            self.has_paused = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(mut piece) = self.pieces.pop() {
            let rest = piece.split_off(buf.remaining().min(piece.len()));
            buf.put_slice(&piece);
            if rest.is_empty() {
                self.has_paused = false;
            } else {
                self.pieces.push(rest);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
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

impl WriteLast for Wire {}
