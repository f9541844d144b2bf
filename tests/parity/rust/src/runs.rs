//! The calls on runs.

use super::{Driver, Said, Step, missing};
use octostore::{
    Document, ExecuteOptions, InputOptions, Job, Result, Run, RunMetric, RunOptions, RunStatus, Runs, SearchOptions,
};

pub(super) fn play(driver: &mut Driver, step: &Step, job: &Job, said: &mut Said) -> Result<()> {
    if step.verb == "runs.open" {
        let runs = Runs::open(step.path("path").unwrap_or_default(), driver.context(step)?)?;
        driver.runs.insert(step.need("as"), runs);
        return Ok(());
    }
    if step.verb.starts_with("run.") {
        return write(driver.begun.get(&step.need("run")).ok_or_else(|| missing("run"))?, step);
    }
    let runs = driver.runs.get(&step.need("runs")).ok_or_else(|| missing("runs"))?;
    let run = match step.verb.as_str() {
        "runs.start" => {
            let options = RunOptions {
                experiment: step.need("experiment"),
                name: step.need("name"),
                parent: step.need("parent"),
                tags: pairs(step, "tag"),
                source: step.need("source"),
                python: step.need("python"),
                capture: step.need("capture") != "0",
            };
            runs.start(&options, job)?
        }
        "runs.resume" => runs.resume(&step.need("id"))?,
        _ => return read(runs, step, job, said),
    };
    driver.begun.insert(step.need("as"), run);
    Ok(())
}

fn read(runs: &Runs, step: &Step, job: &Job, said: &mut Said) -> Result<()> {
    let search = || SearchOptions {
        experiment: step.need("experiment"),
        filter: step.need("filter"),
        order_by: step.texts("order_by"),
        limit: step.number("limit"),
    };
    let document: Document = match step.verb.as_str() {
        "runs.search" => runs.search(&search(), job)?,
        "runs.show" => runs.show(&step.need("id"))?,
        "runs.compare" => runs.compare(&step.texts("id"), job)?,
        "runs.export" => runs.export(&step.path("to").unwrap_or_default(), &search(), job)?,
        "runs.why" => runs.why(&step.need("what"))?,
        "runs.remove" => return runs.remove(&step.need("id")),
        _ => {
            let options = ExecuteOptions {
                experiment: step.need("experiment"),
                name: step.need("name"),
                params: pairs(step, "param"),
                python: step.need("python"),
            };
            let code = runs.execute(&step.texts("command"), &options, job)?;
            said.word("exit", code.to_string());
            return Ok(());
        }
    };
    said.flag("answer", document.answer()).word("json", document.json());
    said.words("part", document.names().map(|name| format!("{name}:-")));
    Ok(())
}

fn write(run: &Run, step: &Step) -> Result<()> {
    match step.verb.as_str() {
        "run.log_metrics" => {
            let metric = |text: String| {
                let (key, value) = text.split_once(':').unwrap_or((&text, ""));
                let step = i64::try_from(step.number("step")).unwrap_or(0);
                RunMetric { key: key.into(), value: value.parse().unwrap_or(f64::NAN), step, time_ms: 0 }
            };
            run.log_metrics(&step.texts("metric").into_iter().map(metric).collect::<Vec<_>>())
        }
        "run.log_params" => run.log_params(&pairs(step, "param")),
        "run.set_tags" => run.set_tags(&pairs(step, "tag")),
        "run.log_input" => run.log_input(&InputOptions {
            path: step.path("path").unwrap_or_default(),
            rev: step.need("rev"),
            context: step.need("context"),
            name: step.need("name"),
            recipe: step.need("recipe"),
        }),
        "run.log_artifact" => run.log_artifact(&step.path("from").unwrap_or_default(), &step.need("to")),
        "run.log_text" => run.log_text(&step.need("to"), &step.need("text")),
        _ => run.end(RunStatus::from_name(&step.need("status")).ok_or_else(|| missing("status"))?),
    }
}

fn pairs(step: &Step, key: &str) -> Vec<(String, String)> {
    let pair = |text: String| text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    step.texts(key).into_iter().filter_map(pair).collect()
}
