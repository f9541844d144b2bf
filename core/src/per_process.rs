//! Threads and connections do not survive a fork. What depends on them is made anew by the child that needs it.

use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, PoisonError};

/// A value for each process: a child made by fork gets one of its own. The parent's is left alone there, never dropped: its
/// threads do not exist in the child, and waiting for them would not end.
pub(crate) struct PerProcess<T>(Mutex<Option<(u32, ManuallyDrop<Arc<T>>)>>);

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        PerProcess(Mutex::new(None))
    }
}

impl<T> PerProcess<T> {
    /// This process' value, made if there is none yet.
    pub(crate) fn get_or_try<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let process = std::process::id();
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((owner, value)) = &*slot
            && *owner == process
        {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(make()?);
        *slot = Some((process, ManuallyDrop::new(value.clone())));
        Ok(value)
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let slot = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some((owner, value)) = slot.take()
            && owner == std::process::id()
        {
            drop(ManuallyDrop::into_inner(value));
        }
    }
}
