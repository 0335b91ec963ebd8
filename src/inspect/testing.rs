//! What the tests of this folder share: records that come as from a connection.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use crate::capture::{Capture, Limits};
use crate::request_log::{
    Config, ConnectionRecorder, Log, Overflow, Recent, Selection, Target, View,
};

/// Records that are kept, and the one connection that they come from.
pub(super) struct Records {
    pub(super) recent: Arc<Recent>,
    recorder: RefCell<ConnectionRecorder>,
}

impl Records {
    /// None yet. One worker's ring keeps 1 MiB.
    pub(super) async fn new() -> Self {
        Self::keeping(1 << 20).await
    }

    /// None yet. One worker's ring keeps so many bytes.
    pub(super) async fn keeping(size: usize) -> Self {
        let recent = Arc::new(Recent::new(size, 1));
        let config = Config {
            format: None,
            view: View::PLAIN,
            target: Target::Stdout,
            overflow: Overflow::Wait,
            queue: 1 << 20,
            selection: Selection::default(),
            count: None,
            recent: Some(Arc::clone(&recent)),
            metrics: None,
        };
        let log = Log::open(config, |_| {}).await.unwrap();
        let recorder = Rc::new(log.handle().recorder(200));
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        Self {
            recent,
            recorder: recorder.connection(3, peer).into(),
        }
    }

    /// Records what these bytes are, as of a connection that fails behind them.
    pub(super) fn add(&self, bytes: &[u8]) {
        let mut capture = Capture::new(Limits {
            head: 64 << 10,
            target: 32 << 10,
            body: 64 << 20,
            kept_body: 64 << 20,
            is_strict: false,
        });
        self.recorder.borrow_mut().record(|entries| {
            capture.push(bytes, |request| entries.add(request));
            capture.finish(|rest| entries.add(rest));
        });
    }
}
