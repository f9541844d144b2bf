//! Callbacks end with the call that they were given to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Every callback of a call goes through its gate, one at a time. Once the gate is closed, none is running and none will.
#[derive(Default)]
pub(crate) struct Gate {
    busy: Mutex<()>,
    closed: AtomicBool,
    /// The thread that is in a callback, or 0.
    inside: AtomicUsize,
}

/// A number that no other thread of now has, and that is not 0.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| std::ptr::from_ref(here) as usize)
}

impl Gate {
    /// Keeps callbacks waiting as long as the guard lives.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a callback, unless the gate is closed.
    pub(crate) fn enter(&self, callback: impl FnOnce()) {
        let _busy = self.hold();
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        self.inside.store(this_thread(), Ordering::Relaxed);
        callback();
        self.inside.store(0, Ordering::Relaxed);
    }

    /// Lets no callback in any more, and waits for the one that is running: unless that is who calls.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        if self.inside.load(Ordering::Relaxed) != this_thread() {
            drop(self.hold());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn nothing_runs_once_the_gate_is_closed() {
        let gate = Arc::new(Gate::default());
        let (closed, late) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (gate, closed, late) = (gate.clone(), closed.clone(), late.clone());
                std::thread::spawn(move || {
                    for _ in 0..2000 {
                        gate.enter(|| {
                            if closed.load(Ordering::SeqCst) {
                                late.store(true, Ordering::SeqCst);
                            }
                        });
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_micros(200));
        gate.close();
        closed.store(true, Ordering::SeqCst);
        threads.into_iter().for_each(|t| assert!(t.join().is_ok()));
        assert!(!late.load(Ordering::SeqCst));
    }

    #[test]
    fn a_callback_may_close_its_own_gate() {
        let gate = Gate::default();
        gate.enter(|| gate.close());
        gate.enter(|| assert!(!gate.closed.load(Ordering::Acquire)));
    }
}
