//! What a child made by fork must not share with its parent: threads and connections, which do not exist there, and locks, which
//! another thread of the parent may have held at that moment and nobody in the child will ever release.

use std::mem::ManuallyDrop;
use std::sync::{Arc, OnceLock};

/// A value for each process: a child made by fork makes one of its own. The parent's is left alone there, never dropped: its
/// threads do not exist in the child, and waiting for them would not end.
///
/// No lock is held while a value is used or made, so a fork at any moment leaves none behind: a process writes its own value
/// once, and its children theirs a place further on.
pub(crate) struct PerProcess<T> {
    own: OnceLock<(u32, ManuallyDrop<Arc<T>>)>,
    child: OnceLock<Box<PerProcess<T>>>,
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        PerProcess { own: OnceLock::new(), child: OnceLock::new() }
    }
}

impl<T> PerProcess<T> {
    /// This process' value, made if there is none yet. Of two threads that make one, the second one's is dropped.
    pub(crate) fn get_or_try<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        Ok(Arc::clone(self.borrow_or_try(make)?))
    }

    /// The same, borrowed.
    pub(crate) fn borrow_or_try<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<&Arc<T>, E> {
        let process = std::process::id();
        let mut place = self;
        loop {
            match place.own.get() {
                Some((owner, value)) if *owner == process => return Ok(value),
                Some(_) => place = place.child.get_or_init(Box::default),
                None => break,
            }
        }
        let made = make()?;
        let (_, value) = place.own.get_or_init(move || (process, ManuallyDrop::new(Arc::new(made))));
        Ok(value)
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        if let Some((owner, value)) = self.own.take()
            && owner == std::process::id()
        {
            drop(ManuallyDrop::into_inner(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_and_dropped_with_its_place() {
        let place = PerProcess::default();
        let made = |n: i32| place.get_or_try(|| Ok::<_, ()>(n));
        assert_eq!((made(1), made(2)), (Ok(1.into()), Ok(1.into())));
        let held = made(3);
        drop(place);
        assert_eq!(held.as_ref().map(Arc::strong_count), Ok(1));
    }

    #[test]
    fn a_value_that_could_not_be_made_is_made_the_next_time() {
        let place = PerProcess::default();
        assert_eq!(place.get_or_try(|| Err::<i32, ()>(())), Err(()));
        assert_eq!(place.get_or_try(|| Ok::<_, ()>(5)), Ok(5.into()));
    }
}
