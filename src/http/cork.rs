//! Whether a flush of a tap sends the written bytes, or keeps them for a later flush.

/// What follows the bytes that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cork {
    /// Nothing, as far as is known. A flush sends the bytes.
    Open,
    /// More bytes, at once. A flush leaves them to a later one.
    Corked,
    /// The connection's end, at once. A flush sends them so that they leave with it.
    Closing,
}

impl Cork {
    /// Corks or uncorks, but for a connection that closes.
    pub(super) fn set_corked(&mut self, is_corked: bool) {
        if *self != Self::Closing {
            *self = if is_corked { Self::Corked } else { Self::Open };
        }
    }
}
