//! Work on many threads whose results come in the order of the work.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// How many items per thread may be under way or wait for an earlier one: what bounds the memory.
const AHEAD: usize = 4;

/// Does `work` on every item, on `jobs` threads, and gives the results to `take` in the order of the items.
///
/// Items are asked for one at a time, and no more than four per thread before they are needed.
///
/// # Errors
/// The first that `take` returns; no further work is begun then.
pub(crate) fn in_order<I, T: Send, E>(
    items: impl Iterator<Item = I> + Send,
    jobs: NonZeroUsize,
    work: impl Fn(I) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    if jobs.get() == 1 {
        return items.map(work).try_for_each(take);
    }
    let window = Window { taken: Mutex::new(Some(0)), moved: Condvar::new(), jobs };
    let items = Mutex::new(items.enumerate());
    std::thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        for _ in 0..jobs.get() {
            let (done, items, window, work) = (done.clone(), &items, &window, &work);
            scope.spawn(move || {
                let _closing = Closing(window); // also if `work` panics: nobody may wait for it
                while let Some((number, item)) = window.next_of(items) {
                    if done.send((number, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut next = 0_usize;
        for (number, result) in results {
            early.insert(number, result);
            while let Some(result) = early.remove(&next) {
                if let Err(error) = take(result) {
                    window.close();
                    return Err(error);
                }
                next = next.saturating_add(1);
                window.move_to(next);
            }
        }
        Ok(())
    })
}

/// Which items may be begun.
struct Window {
    /// How many results have been taken; none once no further work is to begin.
    taken: Mutex<Option<usize>>,
    moved: Condvar,
    jobs: NonZeroUsize,
}

impl Window {
    /// Returns the next item, once it is near enough to the last result that was taken.
    fn next_of<I>(&self, items: &Mutex<impl Iterator<Item = (usize, I)>>) -> Option<(usize, I)> {
        // Whoever has this lock waits; the others queue behind it.
        let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, item) = items.next()?;
        let is_far = |taken: &mut Option<usize>| {
            let ahead = self.jobs.get().saturating_mul(AHEAD);
            taken.is_some_and(|taken| number >= taken.saturating_add(ahead))
        };
        let taken = self.moved.wait_while(self.lock(), is_far).unwrap_or_else(PoisonError::into_inner);
        taken.is_some().then_some((number, item))
    }

    fn move_to(&self, taken: usize) {
        if let Some(known) = self.lock().as_mut() {
            *known = taken;
        }
        self.moved.notify_all();
    }

    fn close(&self) {
        *self.lock() = None;
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Option<usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Closing<'w>(&'w Window);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    fn jobs(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[test]
    fn results_come_in_the_order_of_the_items_whatever_takes_longest() {
        for count in [1, 2, 7] {
            let mut taken = Vec::new();
            let slow_first = |number: u64| {
                std::thread::sleep(Duration::from_micros(if number.is_multiple_of(5) { 500 } else { 0 }));
                number
            };
            let result = in_order(0..100, jobs(count), slow_first, |number| {
                taken.push(number);
                Ok::<_, ()>(())
            });
            assert_eq!((result, taken), (Ok(()), (0..100).collect()), "{count} jobs");
        }
    }

    #[test]
    fn no_more_is_begun_than_what_is_taken_leaves_room_for() {
        let (begun, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let most_ahead = AtomicUsize::new(0);
        let work = |()| {
            let begun = begun.fetch_add(1, Ordering::SeqCst) + 1;
            most_ahead.fetch_max(begun - taken.load(Ordering::SeqCst), Ordering::SeqCst);
        };
        let slowly = |()| {
            std::thread::sleep(Duration::from_micros(100));
            taken.fetch_add(1, Ordering::SeqCst);
            Ok::<_, ()>(())
        };
        in_order(std::iter::repeat_n((), 200), jobs(3), work, slowly).unwrap();
        assert!(most_ahead.load(Ordering::SeqCst) <= 3 * AHEAD + 1, "{most_ahead:?}");
    }

    #[test]
    fn an_error_of_the_taker_ends_the_work() {
        let asked = AtomicUsize::new(0);
        let items = (0..1_000_000).inspect(|_| _ = asked.fetch_add(1, Ordering::SeqCst));
        let result =
            in_order(items, jobs(4), |number| number, |number| if number < 5 { Ok(()) } else { Err(number) });
        assert_eq!(result, Err(5));
        assert!(asked.load(Ordering::SeqCst) < 100);
    }

    #[test]
    fn a_panic_in_the_work_is_passed_on_and_leaves_nobody_waiting() {
        let work = |number: usize| assert_ne!(number, 3, "meant");
        let run = || in_order(0..1000, jobs(2), work, |()| Ok::<_, ()>(()));
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
