//! Handles that can be told apart, also when they are gone.
//!
//! What C holds is the address of a slot: a tag and a pointer to the value. A slot is never given back to the allocator, so a
//! tag can always be read: a handle that was freed, or one of another kind, is refused instead of followed. A freed slot
//! serves again only after [`RESTING`] others were freed, so that a handle freed a while ago is refused as well. Live slots
//! are known to their owners alone: a leak checker still finds a handle that nobody freed.

use octostore::{Code, Error, Result};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Mutex, TryLockError};

/// How many freed slots rest before one of them serves again.
const RESTING: usize = 1024;

/// In the upper bytes of a tag: the slot holds a value, or held one.
const LIVE: u32 = 0x6f63_7400;
const FREED: u32 = 0x6672_6500;

struct Slot {
    tag: AtomicU32,
    value: AtomicPtr<()>,
}

/// The value behind a handle. The pointer that C sees has this type, but points to a slot.
pub(crate) trait Handle: Sized {
    /// Tells the kinds apart: below 256, never used twice.
    const KIND: u32;
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($number:literal $kind:path;)+) => {
        $(impl Handle for $kind {
            const KIND: u32 = $number;
            const NAME: &'static str = stringify!($kind);
        })+
        const NAMES: &[(u32, &str)] = &[$(($number, stringify!($kind)),)+];
    };
}

use crate::{
    octo_add_report, octo_cancel, octo_context, octo_document, octo_entry_list, octo_error, octo_file,
    octo_fsck_report, octo_log_list, octo_path, octo_repo, octo_resolved, octo_status_list, octo_store_info,
    octo_strings, octo_table, octo_task,
};

kinds! {
    1 octo_context;
    2 octo_cancel;
    3 octo_error;
    4 octo_repo;
    5 octo_file;
    6 octo_task;
    7 octo_table;
    8 octo_strings;
    9 octo_path;
    10 octo_add_report;
    11 octo_status_list;
    12 octo_entry_list;
    13 octo_log_list;
    14 octo_resolved;
    15 octo_fsck_report;
    16 octo_store_info;
    17 octo_document;
}

/// Freed slots, the longest freed first.
static RESTED: Mutex<VecDeque<Address>> = Mutex::new(VecDeque::new());

struct Address(*const Slot);
// SAFETY: a slot is two atomics that live for ever.
unsafe impl Send for Address {}

/// Runs `work` on the freed slots, unless the lock cannot be had in a short while: it may have been held by a thread that a
/// fork did not copy. Then a slot more is made, or one is not used again.
fn rested<T>(work: impl FnOnce(&mut VecDeque<Address>) -> T) -> Option<T> {
    for _ in 0..1000 {
        match RESTED.try_lock() {
            Ok(mut slots) => return Some(work(&mut slots)),
            Err(TryLockError::Poisoned(slots)) => return Some(work(&mut slots.into_inner())),
            Err(TryLockError::WouldBlock) => std::thread::yield_now(),
        }
    }
    None
}

/// A new handle for a value.
pub(crate) fn create<T: Handle>(value: T) -> *mut T {
    let value = Box::into_raw(Box::new(value)).cast();
    let old = rested(|slots| if slots.len() > RESTING { slots.pop_front() } else { None }).flatten();
    let Some(Address(slot)) = old else {
        let tag = AtomicU32::new(LIVE | T::KIND);
        return Box::into_raw(Box::new(Slot { tag, value: AtomicPtr::new(value) })).cast();
    };
    // SAFETY: slots live for ever.
    let reused = unsafe { &*slot };
    reused.value.store(value, Ordering::Relaxed);
    reused.tag.store(LIVE | T::KIND, Ordering::Release);
    slot.cast_mut().cast()
}

/// The slot that a handle means.
unsafe fn slot<'a, T: Handle>(handle: *const T) -> Option<&'a Slot> {
    let slot = handle.cast::<Slot>();
    // SAFETY: what came from `create` is a slot, and slots live for ever. An address that never was one is beyond us, except
    // where it cannot be one.
    if slot.is_null() || !slot.is_aligned() { None } else { Some(unsafe { &*slot }) }
}

/// The value of a handle, if it is a live one of this kind. Nothing but the tag is read else.
#[inline]
pub(crate) unsafe fn get<'a, T: Handle>(handle: *const T) -> Option<&'a T> {
    // SAFETY: as for `slot`.
    let slot = unsafe { slot(handle) }?;
    if slot.tag.load(Ordering::Acquire) != LIVE | T::KIND {
        return None;
    }
    // SAFETY: the tag says that the value is there and of this type; it is dropped by `destroy` alone, which the header
    // forbids while a call uses the handle.
    Some(unsafe { &*slot.value.load(Ordering::Relaxed).cast::<T>() })
}

/// The value of the handle that an argument must be.
#[inline]
pub(crate) unsafe fn handle<'a, T: Handle>(handle: *const T, argument: &str) -> Result<&'a T> {
    // SAFETY: as for `get`.
    match unsafe { get(handle) } {
        Some(value) => Ok(value),
        // SAFETY: as above.
        None => Err(unsafe { refused(handle, argument) }),
    }
}

/// Why a handle is none.
#[cold]
unsafe fn refused<T: Handle>(handle: *const T, argument: &str) -> Error {
    if handle.is_null() {
        return crate::args::null(argument);
    }
    // SAFETY: as for `slot`.
    let tag = unsafe { slot(handle) }.map_or(0, |s| s.tag.load(Ordering::Acquire));
    let kind = NAMES.iter().find(|(n, _)| *n == tag & 0xff).map_or("handle", |(_, name)| name);
    let what = match tag & !0xff {
        LIVE => format!("argument {argument} is an {kind}, and an {} is needed", T::NAME),
        FREED => format!("argument {argument} is an {kind} that was freed"),
        _ => format!("argument {argument} is not a handle of octostore"),
    };
    Error::new(Code::InvalidArgument, what).remedy("Pass the handle that the call asks for, before it is freed.")
}

/// Takes a value back; nothing happens if the handle is not a live one of this kind. Of two calls at once, one has the value.
pub(crate) unsafe fn destroy<T: Handle>(handle: *mut T) -> Option<Box<T>> {
    // SAFETY: as for `slot`.
    let slot = unsafe { slot(handle) }?;
    let (live, freed) = (LIVE | T::KIND, FREED | T::KIND);
    slot.tag.compare_exchange(live, freed, Ordering::AcqRel, Ordering::Relaxed).ok()?;
    let value = slot.value.swap(std::ptr::null_mut(), Ordering::Relaxed).cast::<T>();
    let address = Address(slot);
    rested(|slots| slots.push_back(address));
    // SAFETY: `create` boxed it, and the exchange above lets only one call come here.
    Some(unsafe { Box::from_raw(value) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn strings(n: u8) -> *mut octo_strings {
        create(octo_strings(vec![vec![n]]))
    }

    #[test]
    fn a_handle_is_refused_once_it_was_freed_and_while_it_is_of_another_kind() {
        // SAFETY: handles of this library, dead or alive.
        unsafe {
            let mine = strings(7);
            assert_eq!(handle(mine, "x").unwrap().0, [[7]]);
            let other = mine.cast::<octo_path>();
            let said = refused(other, "x");
            assert_eq!(said.message(), "argument x is an octo_strings, and an octo_path is needed");
            assert!(get(other).is_none() && destroy(other).is_none());
            assert!(destroy(mine).is_some());
            assert!(get(mine).is_none() && destroy(mine).is_none());
            assert_eq!(refused(mine, "x").message(), "argument x is an octo_strings that was freed");
            assert!(get(mine.cast::<u8>().wrapping_add(1).cast::<octo_strings>()).is_none());
        }
    }

    #[test]
    fn a_freed_slot_rests_while_a_thousand_others_come_and_go() {
        // SAFETY: as above.
        unsafe {
            let mine = strings(1);
            destroy(mine);
            for _ in 0..RESTING {
                let other = strings(2);
                assert_ne!(other, mine);
                destroy(other);
            }
            assert!(get(mine).is_none());
        }
    }

    #[test]
    fn of_many_threads_that_free_a_handle_one_does() {
        for _ in 0..200 {
            let address = strings(3) as usize;
            let freed: usize = std::thread::scope(|scope| {
                // SAFETY: as above.
                let free = || unsafe { destroy(address as *mut octo_strings) }.map_or(0, |_| 1);
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(free)).collect();
                threads.into_iter().map(|t| t.join().unwrap()).sum()
            });
            assert_eq!(freed, 1);
        }
    }
}
