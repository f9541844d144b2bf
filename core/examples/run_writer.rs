//! A run that goes on until its program is stopped: what a training program does, without the training.
//!
//! ```text
//! run_writer DIR    begin a run in DIR's project and log a metric for ever
//! ```

use octostore::{Context, Job, Result, RunMetric, RunOptions, Runs};

fn main() -> Result<()> {
    let dir = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let runs = Runs::open(dir, &Context::default())?;
    let run = runs.start(&RunOptions { experiment: "training".into(), ..Default::default() }, &Job::new())?;
    for step in 0.. {
        let loss = 1.0 / (step + 1) as f64;
        run.log_metrics(&[RunMetric { key: "loss".into(), value: loss, step, ..Default::default() }])?;
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    Ok(())
}
