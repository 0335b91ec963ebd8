//! Asking a future no more often than it can have an answer.
//!
//! A connection's task waits for several things at once, and is woken for one of them with every
//! request. Asking the others again, a timer and a word from the service, would cost 230 user
//! instructions, of 8930 (callgrind), locks and atomic operations among them. What always holds: a
//! future is asked when somebody else asks than last time, so the task that waits is the one that it
//! wakes. It is for futures that wake their task only when they are ready, and for tokio's: those
//! of a task that has spent its budget (`tokio::task::coop`) may be pending without a word of when
//! to ask again, so they are asked again.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::task::coop::has_budget_remaining;

/// A future, and who was told to wait for it.
#[derive(Debug)]
pub(super) struct Lazily<F> {
    future: F,
    told: Option<Waker>,
}

impl<F: Future + Unpin> Lazily<F> {
    /// Nobody has asked `future` yet.
    pub(super) fn new(future: F) -> Self {
        Self { future, told: None }
    }

    /// As [`Future::poll`], but asks the future only if whoever asks was not told to wait before, or
    /// it `is_due`: if it would be ready.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, is_due: bool) -> Poll<F::Output> {
        let is_told = |told: &Waker| told.will_wake(cx.waker());
        if !is_due && self.told.as_ref().is_some_and(is_told) {
            return Poll::Pending;
        }
        let can_register = has_budget_remaining();
        let answer = Pin::new(&mut self.future).poll(cx);
        let is_registered = can_register && answer.is_pending();
        self.told = is_registered.then(|| cx.waker().clone());
        answer
    }

    /// The future.
    pub(super) fn get(&self) -> &F {
        &self.future
    }

    /// The future, to change what it waits for: then it is asked again.
    pub(super) fn change(&mut self) -> &mut F {
        self.told = None;
        &mut self.future
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Wake;
    use std::time::Duration;

    use tokio::task::coop::consume_budget;
    use tokio::time::{sleep, timeout};

    use super::*;

    struct Somebody;

    impl Wake for Somebody {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn it_is_asked_by_others_when_due_and_after_a_change() {
        let mut asked = 0;
        let mut lazily = Lazily::new(poll_fn(|_| {
            asked += 1;
            if asked < 5 {
                Poll::Pending
            } else {
                Poll::Ready(asked)
            }
        }));
        let [mine, yours] = [(); 2].map(|()| Waker::from(Arc::new(Somebody)));
        let (mine, yours) = (
            &mut Context::from_waker(&mine),
            &mut Context::from_waker(&yours),
        );
        let mut ask = |cx: &mut Context<'_>, is_due| lazily.poll(cx, is_due);
        // Asked once.
        assert!(ask(mine, false).is_pending());
        assert!(ask(mine, false).is_pending());
        // Twice, and a third time.
        assert!(ask(yours, false).is_pending());
        assert!(ask(mine, false).is_pending());
        assert!(ask(mine, false).is_pending());
        assert!(ask(mine, true).is_pending());
        lazily.change();
        assert_eq!(lazily.poll(mine, false), Poll::Ready(5));
    }

    #[tokio::test]
    async fn a_timer_that_is_first_asked_without_budget_wakes_all_the_same() {
        let mut sleep = Lazily::new(Box::pin(sleep(Duration::from_millis(20))));
        let mut is_first = true;
        let passed = poll_fn(|cx| {
            while is_first && has_budget_remaining() {
                let _ = pin!(consume_budget()).poll(cx);
            }
            is_first = false;
            let is_due = sleep.get().is_elapsed();
            sleep.poll(cx, is_due)
        });
        timeout(Duration::from_secs(30), passed).await.unwrap();
    }
}
