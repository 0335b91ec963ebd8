//! What the HTTP connections of one worker share. It never leaves the worker's thread.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::rc::Rc;

use hyper::server::conn::http1::Builder;

use super::config::Config;
use crate::capture;
use crate::request_log::Recorder;

/// What the connections of one worker share.
#[derive(Debug)]
pub struct Worker {
    pub(super) config: Config,
    pub(super) recorder: Rc<Recorder>,
    /// Makes a hyper connection for each busy period.
    pub(super) hyper: Builder,
    /// A busy period begins with reads into this buffer.
    pub(super) space: RefCell<Box<[MaybeUninit<u8>]>>,
}

/// The length of [`Worker::space`] in bytes: the rest of a usual body comes in one read.
pub(super) const SPACE: usize = 64 * 1024;

impl Worker {
    /// What its connections may send, and how much of it is kept.
    pub(super) fn capture_limits(&self) -> capture::Limits {
        capture::Limits {
            head: self.config.max_head,
            target: self.config.max_target,
            body: self.config.max_body,
            kept_body: self.config.kept_body,
            is_strict: self.config.is_strict,
        }
    }
}
