//! What a program and the machine use, read from the system's files.

use std::time::Instant;

/// One measurement; names are those that MLflow gives such metrics.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    pub values: Vec<(&'static str, f64)>,
}

/// Measures a program and its children, and the machine.
pub(super) struct Sampler {
    process: u32,
    begun: Instant,
    peak: Option<u64>,
    #[cfg(target_os = "linux")]
    before: Option<linux::Counters>,
}

impl Sampler {
    pub(super) fn new(process: u32) -> Self {
        Sampler {
            process,
            begun: Instant::now(),
            peak: None,
            #[cfg(target_os = "linux")]
            before: linux::Counters::read(),
        }
    }

    /// The most memory at once that was measured.
    pub(super) fn peak(&self) -> Option<u64> {
        self.peak
    }

    #[cfg(target_os = "linux")]
    pub(super) fn sample(&mut self) -> Option<Sample> {
        // What has ended and only waits to be collected has none.
        let memory = linux::memory_of(self.process).filter(|bytes| *bytes > 0);
        self.peak = self.peak.max(memory);
        // The first look is for the peak only: shares of time need a while.
        if self.begun.elapsed().as_millis() < 500 {
            return None;
        }
        let mut values = linux::machine(&mut self.before);
        values.extend(memory.map(|m| ("system/process_memory_megabytes", m as f64 / 1e6)));
        Some(Sample { values })
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn sample(&mut self) -> Option<Sample> {
        let _ = (self.process, self.begun);
        None
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::fs::read_to_string;

    /// What only grows.
    #[derive(Clone, Copy, Default)]
    pub(super) struct Counters {
        busy: u64,
        all: u64,
        received: u64,
        sent: u64,
    }

    impl Counters {
        pub(super) fn read() -> Option<Counters> {
            let stat = read_to_string("/proc/stat").ok()?;
            let times: Vec<u64> =
                stat.lines().next()?.split_whitespace().skip(1).take(8).filter_map(|n| n.parse().ok()).collect();
            let all: u64 = times.iter().sum();
            let idle = times.get(3)? + times.get(4).copied().unwrap_or(0);
            let network = read_to_string("/proc/net/dev").unwrap_or_default();
            let (mut received, mut sent) = (0, 0);
            for (name, numbers) in network.lines().filter_map(|l| l.split_once(':')) {
                let number =
                    |n: usize| numbers.split_whitespace().nth(n).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
                if name.trim() != "lo" {
                    received += number(0);
                    sent += number(8);
                }
            }
            Some(Counters { busy: all - idle, all, received, sent })
        }
    }

    /// What the machine does now, against what it had done before; that becomes now.
    pub(super) fn machine(before: &mut Option<Counters>) -> Vec<(&'static str, f64)> {
        let mut values = Vec::new();
        let now = Counters::read();
        if let (Some(then), Some(now)) = (&before, &now) {
            let all = now.all.saturating_sub(then.all);
            if all > 0 {
                values.push((
                    "system/cpu_utilization_percentage",
                    100.0 * now.busy.saturating_sub(then.busy) as f64 / all as f64,
                ));
            }
            let megabytes = |now: u64, then: u64| now.saturating_sub(then) as f64 / 1e6;
            values.push(("system/network_receive_megabytes", megabytes(now.received, then.received)));
            values.push(("system/network_transmit_megabytes", megabytes(now.sent, then.sent)));
        }
        *before = now;
        let info = read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = |key: &str| -> Option<f64> {
            info.lines().find_map(|l| l.strip_prefix(key))?.trim().trim_end_matches(" kB").parse().ok()
        };
        if let (Some(total), Some(free)) = (kib("MemTotal:"), kib("MemAvailable:")) {
            values.push(("system/system_memory_usage_megabytes", (total - free) * 1024.0 / 1e6));
            values.push(("system/system_memory_usage_percentage", 100.0 * (total - free) / total));
        }
        values
    }

    /// The resident memory of a process and all that it started, in bytes. What they share is counted for each.
    pub(super) fn memory_of(process: u32) -> Option<u64> {
        // SAFETY: it takes a number and gives one.
        let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
        let mut parents = HashMap::new();
        let mut sizes = HashMap::new();
        for entry in std::fs::read_dir("/proc").ok()?.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
            let Ok(stat) = read_to_string(entry.path().join("stat")) else { continue };
            // The program's name may hold anything, brackets too.
            let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
            let field = |n: usize| rest.split(' ').nth(n).and_then(|n| n.parse::<u64>().ok());
            if let (Some(parent), Some(pages)) = (field(1), field(21)) {
                parents.insert(id, u32::try_from(parent).unwrap_or(0));
                sizes.insert(id, pages.saturating_mul(page));
            }
        }
        let ours = |mut id: u32| {
            // No chain of parents is longer than there are processes.
            for _ in 0..parents.len() {
                if id == process {
                    return true;
                }
                match parents.get(&id) {
                    Some(parent) => id = *parent,
                    None => return false,
                }
            }
            false
        };
        sizes.contains_key(&process).then(|| sizes.iter().filter(|(id, _)| ours(**id)).map(|(_, size)| size).sum())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn this_process_uses_memory() {
            assert!(memory_of(std::process::id()).is_some_and(|m| m > 1 << 20));
            assert_eq!(memory_of(u32::MAX), None);
            let mut before = Counters::read();
            let names: Vec<_> = machine(&mut before).into_iter().map(|v| v.0).collect();
            assert!(names.contains(&"system/system_memory_usage_percentage"), "{names:?}");
        }
    }
}
