//! Progress on standard error: bars on a terminal, now and then a line elsewhere.
#![allow(clippy::print_stderr)]

use crate::args::ProgressForm;
use crate::output::bytes;
use indicatif::{ProgressBar, ProgressStyle};
use octostore::{Cancel, Job, Progress};
use std::io::IsTerminal;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Elsewhere than on a terminal, jobs that last longer than this say so, this often.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// A job that shows its progress, and that Ctrl-C stops.
pub(crate) fn job(quiet: bool, form: ProgressForm) -> Job {
    let job = Job::new().cancel_with(ctrl_c());
    if form == ProgressForm::Json {
        return job.on_progress(|p| eprintln!("{}", document(p)));
    }
    if quiet {
        return job;
    }
    if std::io::stderr().is_terminal() {
        let bar = Mutex::new(Bar::default());
        return job.on_progress(move |p| bar.lock().unwrap_or_else(PoisonError::into_inner).show(p));
    }
    let last = Mutex::new(Instant::now());
    job.on_progress(move |p| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LINE_EVERY {
            eprintln!("{}", line(p));
            *last = Instant::now();
        }
    })
}

fn document(p: &Progress<'_>) -> serde_json::Value {
    serde_json::json!({"progress": {
        "phase": p.phase, "done_bytes": p.done_bytes, "total_bytes": p.total_bytes, "done_items": p.done_items,
        "total_items": p.total_items,
    }})
}

/// A silent job that Ctrl-C stops, and that is waited for however often it is pressed: the program that runs decides when it ends.
pub(crate) fn patient_job() -> Job {
    let cancel = Cancel::new();
    let handler = cancel.clone();
    // Without a handler Ctrl-C ends both, and the run is found dead later.
    let _ = ctrlc::set_handler(move || handler.cancel());
    Job::new().cancel_with(&cancel)
}

/// The token that Ctrl-C cancels: once stops tidily, twice at once.
fn ctrl_c() -> &'static Cancel {
    static CANCEL: OnceLock<Cancel> = OnceLock::new();
    CANCEL.get_or_init(|| {
        let cancel = Cancel::new();
        let handler = cancel.clone();
        // Without a handler Ctrl-C still ends the program, and nothing half-written is left either.
        let _ = ctrlc::set_handler(move || {
            if handler.is_cancelled() {
                std::process::exit(130);
            }
            handler.cancel();
        });
        cancel
    })
}

fn line(p: &Progress<'_>) -> String {
    match (p.total_bytes, p.total_items) {
        (0, 0) => format!("{} ...", p.phase),
        (0, items) => format!("{}: {} of {items}", p.phase, p.done_items),
        (total, _) => format!("{}: {} of {}", p.phase, bytes(p.done_bytes), bytes(total)),
    }
}

#[derive(Default)]
struct Bar {
    phase: String,
    bar: Option<ProgressBar>,
}

impl Bar {
    fn show(&mut self, p: &Progress<'_>) {
        if self.phase != p.phase || self.bar.is_none() {
            self.begin(p);
        }
        let Some(bar) = &self.bar else { return };
        if p.total_bytes > 0 {
            bar.set_length(p.total_bytes);
            bar.set_position(p.done_bytes);
        } else {
            bar.set_length(p.total_items);
            bar.set_position(p.done_items);
        }
        if bar.length().is_some_and(|len| len > 0 && bar.position() >= len) {
            bar.finish_and_clear();
        }
    }

    fn begin(&mut self, p: &Progress<'_>) {
        if let Some(old) = self.bar.take() {
            old.finish_and_clear();
        }
        let bytes = "{msg:>12} {bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}";
        let items = "{msg:>12} {bar:30} {pos}/{len}";
        let style = ProgressStyle::with_template(if p.total_bytes > 0 { bytes } else { items });
        let bar = ProgressBar::new(p.total_bytes.max(p.total_items));
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(p.phase.to_owned());
        self.phase = p.phase.to_owned();
        self.bar = Some(bar);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
