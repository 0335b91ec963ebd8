//! The limit on open descriptors, of which every connection takes one.
//!
//! Many systems start programs with room for 1024, far below what they would allow, and below the
//! default limit of connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// How many descriptors the program needs besides its connections: listeners, runtimes, the log,
/// and a good margin.
const OTHERS: u64 = 128;

/// Raises this process's limit, as far as the system allows it, to what that many connections need.
/// What is missing is said: accepting will have to pause.
pub fn provide(connections: usize) {
    let wanted = (connections as u64).saturating_add(OTHERS);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // None is no limit.
    let Some(now) = current.filter(|&now| now < wanted) else {
        return;
    };
    let possible = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = Rlimit {
        current: Some(possible),
        maximum,
    };
    let has = if setrlimit(Resource::Nofile, raised).is_ok() {
        possible
    } else {
        now
    };
    if has < wanted {
        warn!("the system allows {has} open descriptors; {connections} connections need {wanted}");
    }
}
