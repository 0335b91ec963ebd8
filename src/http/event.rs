//! The events that change the connection state, the outcome of each, and what a connection can wait for.
//! Pure.

use crate::capture::{Phase, Refusal};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// Bytes were read.
    Read {
        /// What the connection is in the middle of after them.
        phase: Phase,
        /// How many requests they completed.
        completed: u64,
        /// Whether any of them went on to hyper.
        has_passed: bool,
        /// The refusal that came with them.
        refusal: Option<Refusal>,
    },
    /// The peer ended its side. The refusal is that of the unfinished request, if there is one.
    PeerEnded(Option<Refusal>),
    /// Reading or writing failed.
    Failed,
    /// The log has no room, and nothing is read.
    LogBlocked,
    /// The log has room.
    LogUnblocked,
    /// The peer takes no bytes.
    WriteBlocked,
    /// The peer took bytes.
    WriteUnblocked,
    /// hyper flushed, and all bytes have left.
    Flushed,
    /// The service answers a request.
    Answered {
        /// The request asks for the end of the connection.
        asks_to_close: bool,
    },
    /// The body of the request failed, and the service answers with a refusal.
    BodyFailed,
    /// The next answer is due later.
    Delayed,
    /// It is due now.
    DelayOver,
    /// The service began to close.
    Closing,
    /// The service began to drain.
    Draining,
    /// What [`State::awaits`](super::state::State::awaits) named took too long.
    TimedOut,
}

/// What follows from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing.
    Continue,
    /// The answer that waits for the peer may go on.
    Resume,
    /// The answer is the last, and has to say so.
    Close,
    /// The answer is this refusal.
    Refuse(Refusal),
    /// hyper's input ends. With a refusal, the capture also refuses the unfinished request.
    EndInput(Option<Refusal>),
    /// The connection ends: the peer sends nothing, and nothing is owed to it.
    Silent,
    /// The connection ends: the peer takes nothing.
    Stuck,
}

/// What the connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Room in the log, without a limit.
    Log,
    /// The time at which an answer is due, without a limit of its own.
    Due,
    /// Nothing: its time is over.
    Nothing,
    /// The first byte, or the rest of a head.
    Head,
    /// The first byte, during a drain.
    FirstByteInDrain,
    /// The next request, or the rest of a body.
    Next,
    /// The peer takes what was written.
    Taking,
    /// hyper finishes after the end of its input.
    Finish,
}
