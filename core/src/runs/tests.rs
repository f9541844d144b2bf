//! Runs as files: written, read back, and damaged.

use super::alive::State;
use super::folder::Experiment;
use super::layout::{KeyKind, check_key};
use super::read::Point;
use super::*;
use crate::error::Code;
use std::fs;
use std::path::Path;
use std::process::Command;

fn folder() -> (tempfile::TempDir, RunsFolder) {
    let home = tempfile::tempdir().unwrap();
    let folder = RunsFolder::open(home.path().join("runs")).unwrap();
    (home, folder)
}

fn new(experiment: &str) -> New<'_> {
    New { experiment, user: "ada", start_ms: 1_700_000_000_000, ..New::default() }
}

fn metric(key: &str, value: f64, step: i64) -> Metric<'_> {
    Metric { key, value, step, time_ms: 1_700_000_000_000 + step }
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

fn ids(records: &[RunRecord]) -> Vec<&str> {
    records.iter().map(|r| r.meta.name.as_str()).collect()
}

#[test]
fn a_run_has_all_that_mlflow_wants_from_its_first_moment() {
    let (_home, folder) = folder();
    let parent = folder.create(new("my churn")).unwrap();
    let tags = [("octostore.x".to_owned(), "1".to_owned())];
    let run = folder.create(New { name: "first", parent: Some(parent.id()), tags: &tags, ..new("my churn") }).unwrap();
    let dir = folder.root().join("my-churn").join(run.id());
    assert_eq!(run.dir(), dir);
    for part in ["metrics", "params", "artifacts", "tags", "inputs", "outputs", "octostore"] {
        assert!(dir.join(part).is_dir(), "{part}");
    }
    assert_eq!(text(dir.join("tags/mlflow.runName")), "first");
    assert_eq!(text(dir.join("tags/mlflow.user")), "ada");
    assert_eq!(text(dir.join("tags/mlflow.parentRunId")), parent.id());
    assert_eq!(text(dir.join("tags/octostore.x")), "1");
    let meta = text(dir.join("meta.yaml"));
    let uri = format!("artifact_uri: \"./runs/my-churn/{}/artifacts\"\n", run.id());
    assert!(meta.starts_with(&uri) && meta.contains("\nstatus: 1\n") && meta.contains("\nend_time: null\n"), "{meta}");
    let experiment = text(folder.root().join("my-churn/meta.yaml"));
    assert!(experiment.contains("experiment_id: \"my-churn\"\n") && experiment.contains("name: \"my churn\"\n"));
    assert!(experiment.starts_with("artifact_location: \"file:///"), "{experiment}");
    run.finish(Status::Finished, 1_700_000_000_500).unwrap();
    assert!(text(dir.join("meta.yaml")).contains("end_time: 1700000000500\n"));
    let left: Vec<_> = files::keys(&dir).unwrap().into_iter().filter(|(name, _)| name.contains(".tmp")).collect();
    assert_eq!(left, []);
}

#[test]
fn what_was_logged_is_read_back() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    run.log_metrics(&[metric("loss", 0.5, 1), metric("val/loss", f64::NAN, 1), metric("loss", 0.25, 2)]).unwrap();
    run.log_metrics(&[metric("loss", 0.75, 1), metric("up", f64::INFINITY, 0), metric("down", f64::NEG_INFINITY, -1)])
        .unwrap();
    run.log_metrics(&[metric("small", 1e-300, i64::MAX), metric("one", 1.0, 0)]).unwrap();
    run.log_param("depth", "3").unwrap();
    run.log_param("model/kind", "").unwrap();
    run.set_tag("note", "größe\n\"x\"").unwrap();
    run.set_tag("note", "two").unwrap();
    run.put_text("notes/a.txt", "hello").unwrap();

    let dir = run.dir();
    assert_eq!(text(dir.join("metrics/loss")), "1700000000001 0.5 1\n1700000000002 0.25 2\n1700000000001 0.75 1\n");
    assert_eq!(text(dir.join("metrics/val/loss")), "1700000000001 nan 1\n");
    assert_eq!(text(dir.join("metrics/up")), "1700000000000 inf 0\n");
    assert_eq!(text(dir.join("metrics/down")), "1699999999999 -inf -1\n");
    assert_eq!(text(dir.join("params/depth")), "3");

    let record = folder.find(run.id()).unwrap().read().unwrap();
    assert_eq!(record.metrics["loss"], Point { value: 0.25, step: 2, time_ms: 1_700_000_000_002 });
    assert!(record.metrics["val/loss"].value.is_nan());
    assert_eq!(record.metrics["small"].value, 1e-300);
    assert_eq!((record.params["depth"].as_str(), record.params["model/kind"].as_str()), ("3", ""));
    assert_eq!((record.tags["note"].as_str(), record.state), ("two", State::Running));
    let steps: Vec<i64> = run.history("loss").unwrap().iter().map(|p| p.step).collect();
    assert_eq!(steps, [1, 2, 1]);
    let whole = run.whole().unwrap();
    assert_eq!(whole["histories"]["loss"]["value"], serde_json::json!([0.5, 0.25, 0.75]));
    assert_eq!(whole["histories"]["up"]["value"][0], "Infinity");
    assert_eq!(whole["artifacts"], serde_json::json!(["notes/a.txt"]));
}

#[test]
fn of_metrics_one_of_which_has_a_bad_name_none_is_written() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    let e = run.log_metrics(&[metric("loss", 0.5, 1), metric("../loss", 0.5, 1)]).unwrap_err();
    assert_eq!(e.code(), Code::InvalidArgument);
    assert_eq!(fs::read_dir(run.dir().join("metrics")).unwrap().count(), 0);
}

#[test]
fn a_parameter_stays_as_it_is() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    run.log_param("lr", "0.1").unwrap();
    run.log_param("lr", "0.1").unwrap();
    let e = run.log_param("lr", "0.2").unwrap_err();
    assert_eq!(e.code(), Code::AlreadyExists);
    assert!(e.message().contains("\"0.1\"") && e.message().contains("\"0.2\""), "{e}");
    assert_eq!(run.log_param("long", &"é".repeat(6001)).unwrap_err().code(), Code::InvalidArgument);
    run.log_param("long", &"é".repeat(6000)).unwrap();
    assert_eq!(text(run.dir().join("params/lr")), "0.1");
}

#[test]
fn a_name_cannot_be_a_group_as_well() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    run.log_metrics(&[metric("a", 1.0, 0), metric("b/c", 1.0, 0)]).unwrap();
    for key in ["a/b", "b"] {
        let e = run.log_metrics(&[metric(key, 1.0, 0)]).unwrap_err();
        assert!(e.code() == Code::InvalidArgument && e.message().contains("cannot stand beside"), "{key}: {e}");
    }
    run.log_param("a", "1").unwrap();
    run.log_param("b/c", "1").unwrap();
    for key in ["a/b", "b"] {
        assert_eq!(run.log_param(key, "1").unwrap_err().code(), Code::InvalidArgument, "{key}");
    }
    run.set_tag("a", "1").unwrap();
    run.set_tag("b/c", "1").unwrap();
    for key in ["a/b", "b"] {
        assert_eq!(run.set_tag(key, "1").unwrap_err().code(), Code::InvalidArgument, "{key}");
    }
}

#[test]
fn a_line_that_was_cut_short_is_passed_over_and_taken_away_by_the_next() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    run.log_metrics(&[metric("loss", 0.5, 1)]).unwrap();
    let path = run.dir().join("metrics/loss");
    for torn in ["1700000000002 0.2", "1700000000002 0.25 2", "17", " "] {
        let whole = text(&path);
        fs::write(&path, whole.clone() + torn).unwrap();
        assert_eq!(run.read().unwrap().metrics["loss"].value, 0.5, "{torn}");
        // Both a process that comes anew, and one that has the file open.
        let again = if torn.len() > 2 { folder.find(run.id()).unwrap() } else { run.clone() };
        again.log_metrics(&[metric("loss", 0.5, 1)]).unwrap();
        assert_eq!(text(&path), whole + "1700000000001 0.5 1\n", "{torn}");
    }
}

#[test]
fn damage_in_the_middle_hides_nothing_else() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    run.log_metrics(&[metric("loss", 0.5, 1)]).unwrap();
    let path = run.dir().join("metrics/loss");
    let damaged = "1 0.5 1\n17000 0.x\n\n2 0.25\n3 0.1 7 data abc\n1 2 3 4\n\u{0}\u{0}\n";
    fs::write(&path, damaged).unwrap();
    let points: Vec<_> = run.history("loss").unwrap().iter().map(|p| (p.time_ms, p.value, p.step)).collect();
    assert_eq!(points, [(1, 0.5, 1), (2, 0.25, 0), (3, 0.1, 7)]);
    append::mend(&run.own_dir(), &[("loss".into(), path.clone())]).unwrap();
    assert_eq!(text(&path), "1 0.5 1\n2 0.25\n3 0.1 7 data abc\n");
}

#[test]
fn long_histories_are_read_in_pieces() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    let metrics: Vec<Metric> = (0..20_000).map(|i| metric("loss", 1.0 / (i as f64 + 3.0), i)).collect();
    run.log_metrics(&metrics).unwrap();
    let history = run.history("loss").unwrap();
    assert!(
        history.iter().zip(&metrics).all(|(p, m)| p.value == m.value && p.step == m.step) && history.len() == 20_000
    );
    assert_eq!(run.read().unwrap().metrics["loss"].step, 19_999);
}

#[test]
fn more_metrics_than_handles_are_all_written() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    let keys: Vec<String> = (0..300).map(|i| format!("m{i}")).collect();
    for step in 0..3 {
        let metrics: Vec<Metric> = keys.iter().map(|k| metric(k, 1.0, step)).collect();
        run.log_metrics(&metrics).unwrap();
    }
    run.finish(Status::Finished, 1_700_000_001_000).unwrap();
    let record = run.read().unwrap();
    assert!(record.metrics.len() == 300 && record.metrics.values().all(|p| p.step == 2));
    assert_eq!(run.history("m7").unwrap().len(), 3);
}

/// Threads and processes write to one metric at once; the processes are this test program, started again.
#[test]
fn writers_at_once_lose_nothing() {
    const EACH: i64 = 2000;
    const RUN: &str = "OCTOSTORE_TEST_WRITER";
    let write = |run: &RunDir, who: i64| {
        for i in 0..EACH {
            run.log_metrics(&[metric("shared", 0.125, who * EACH + i), metric(&format!("own{who}"), 1.0, i)]).unwrap();
        }
    };
    if let Ok(place) = std::env::var(RUN) {
        let (root, rest) = place.split_once('|').unwrap();
        let (id, who) = rest.split_once('|').unwrap();
        write(&RunsFolder::open(root).unwrap().find(id).unwrap(), who.parse().unwrap());
        return;
    }
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    let program = std::env::current_exe().unwrap();
    let start = |who: i64| {
        let place = format!("{}|{}|{who}", folder.root().display(), run.id());
        let name = "runs::tests::writers_at_once_lose_nothing";
        Command::new(&program).args(["--exact", name]).env(RUN, place).output().unwrap()
    };
    std::thread::scope(|scope| {
        let (start, write) = (&start, &write);
        let processes: Vec<_> = (8..10).map(|who| scope.spawn(move || start(who))).collect();
        for who in 0..8 {
            // Every second one has handles of its own.
            let run = if who % 2 == 0 { run.clone() } else { folder.find(run.id()).unwrap() };
            scope.spawn(move || write(&run, who));
        }
        for process in processes {
            let output = process.join().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
    });
    let mut steps: Vec<i64> = run.history("shared").unwrap().iter().map(|p| p.step).collect();
    steps.sort_unstable();
    assert_eq!(steps, (0..10 * EACH).collect::<Vec<_>>());
    assert!((0..10).all(|who| run.history(&format!("own{who}")).unwrap().len() == EACH as usize));
    assert!(text(run.dir().join("metrics/shared")).lines().all(|l| l.split(' ').count() == 3));
}

#[test]
fn a_run_that_was_deleted_under_us_says_so() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    fs::remove_dir_all(run.dir()).unwrap();
    let failures = [
        run.log_metrics(&[metric("loss", 1.0, 0)]),
        run.log_param("a", "1"),
        run.set_tag("a", "1"),
        run.put_text("a", "1"),
        run.log_input(&DatasetInput { name: "d".into(), digest: "1".into(), ..DatasetInput::default() }),
        run.finish(Status::Finished, 1),
    ];
    for (i, failure) in failures.into_iter().enumerate() {
        assert_eq!(failure.unwrap_err().code(), Code::NotFound, "{i}");
    }
    assert!(!run.dir().join("metrics/loss").exists() && !run.dir().join("meta.yaml").exists());
}

#[test]
fn inputs_are_recorded_once_with_mlflows_names() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    let input = DatasetInput {
        name: "data/train.csv".into(),
        digest: "b3:0123456789abcdef".into(),
        source: "{\"uri\":\"octostore://x\"}".into(),
        source_type: "octostore".into(),
        schema: Some("{\"columns\":2}".into()),
        profile: None,
        context: "training".into(),
    };
    run.log_input(&input).unwrap();
    run.log_input(&input).unwrap();
    let dataset = md5::hex(&["data/train.csv", "b3:0123456789abcdef"]);
    let link = text(run.dir().join("inputs").join(md5::hex(&[&dataset, run.id()])).join("meta.yaml"));
    assert!(
        link.contains(&format!("source_id: \"{dataset}\""))
            && link.ends_with("\"mlflow.data.context\": \"training\"\n")
    );
    assert!(run.experiment().dir.join("datasets").join(&dataset).join("meta.yaml").is_file());
    assert_eq!(run.inputs().unwrap(), [input]);
    assert_eq!(run.read().unwrap().json()["inputs"][0]["source"]["uri"], "octostore://x");
}

#[test]
fn artifacts_are_copied_whole() {
    let (home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    fs::create_dir_all(home.path().join("model/parts")).unwrap();
    fs::write(home.path().join("model/parts/w.bin"), [7; 10_000]).unwrap();
    run.put_artifact(&home.path().join("model"), "").unwrap();
    run.put_artifact(&home.path().join("model/parts/w.bin"), "best/w.bin").unwrap();
    for place in ["model/parts/w.bin", "best/w.bin"] {
        assert_eq!(fs::read(run.artifacts().join(place)).unwrap(), [7; 10_000]);
    }
    assert_eq!(run.put_artifact(&home.path().join("none"), "x").unwrap_err().code(), Code::NotFound);
    assert_eq!(run.put_text("../x", "").unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(run.put_artifact(home.path(), "all").unwrap_err().code(), Code::InvalidArgument);
    run.put_artifact(&run.artifacts().join("model"), "again").unwrap();
    assert!(run.artifacts().join("again/parts/w.bin").is_file());
}

#[test]
fn experiments_have_their_true_name_inside() {
    let (_home, folder) = folder();
    let one = folder.ensure_experiment("a b").unwrap();
    assert_eq!(folder.ensure_experiment("a b").unwrap(), one);
    let other = folder.ensure_experiment("a-b").unwrap();
    assert_eq!(one.id, "a-b");
    assert!(other.id.starts_with("a-b-") && other.name == "a-b", "{other:?}");
    assert_eq!(folder.ensure_experiment("a-b").unwrap(), other);
    let reserved = folder.ensure_experiment("models").unwrap();
    assert!(reserved.id.starts_with("models-"));
    let names: Vec<String> = folder.experiments().unwrap().into_iter().map(|e| e.name).collect();
    assert_eq!(names, ["a b", "a-b", "models"]);
    for bad in ["", "  ", "a\nb", &"n".repeat(501)] {
        assert_eq!(folder.ensure_experiment(bad).unwrap_err().code(), Code::InvalidArgument);
    }
    let e = folder.experiment("none").unwrap_err();
    assert!(e.code() == Code::NotFound && e.hint().contains("a-b"), "{e}");
}

#[test]
fn experiments_that_mlflow_made_are_found_by_name() {
    let (_home, folder) = folder();
    let dir = folder.root().join("123456789012345678");
    fs::create_dir_all(&dir).unwrap();
    let meta = "artifact_location: /elsewhere/123456789012345678\ncreation_time: 1\nexperiment_id: '123456789012345678'\n\
                last_update_time: 1\nlifecycle_stage: active\nname: x\n";
    fs::write(dir.join("meta.yaml"), meta).unwrap();
    assert_eq!(folder.ensure_experiment("x").unwrap().id, "123456789012345678");
    // The folder was moved here, and MLflow has to write here.
    assert!(text(dir.join("meta.yaml")).contains("/runs/123456789012345678\""));
    // A place of somebody's choice stays.
    for chosen in ["/elsewhere/artifacts", "s3://bucket/123456789012345678"] {
        fs::write(dir.join("meta.yaml"), meta.replace("/elsewhere/123456789012345678", chosen)).unwrap();
        folder.ensure_experiment("x").unwrap();
        assert!(text(dir.join("meta.yaml")).contains(chosen));
    }
}

#[test]
fn a_deleted_experiment_is_not_made_again() {
    let (_home, folder) = folder();
    let experiment = folder.ensure_experiment("x").unwrap();
    fs::create_dir(folder.root().join(".trash")).unwrap();
    fs::rename(&experiment.dir, folder.root().join(".trash/x")).unwrap();
    assert_eq!(folder.ensure_experiment("x").unwrap_err().code(), Code::NotFound);
}

#[test]
fn of_processes_that_make_one_experiment_all_get_the_same() {
    let (_home, folder) = folder();
    let made: Vec<Experiment> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| folder.ensure_experiment("x y").unwrap())).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(made.windows(2).all(|w| w[0] == w[1]));
    assert_eq!(folder.experiments().unwrap().len(), 1);
}

#[test]
fn runs_are_found_by_the_beginning_of_their_id_or_by_name() {
    let (_home, folder) = folder();
    let one = folder.create(New { name: "one", ..new("e") }).unwrap();
    let two = folder.create(New { name: "two", start_ms: 1_600_000_000_000, ..new("f") }).unwrap();
    assert_eq!(folder.find(&one.id()[..11]).unwrap().id(), one.id());
    assert_eq!(folder.find("two").unwrap().id(), two.id());
    let e = folder.find("01").unwrap_err();
    assert!(e.code() == Code::InvalidArgument && e.message().contains("2 runs"), "{e}");
    for none in ["", "zz", "../e"] {
        assert_eq!(folder.find(none).unwrap_err().code(), Code::NotFound, "{none}");
    }
}

#[test]
fn a_deleted_run_is_listed_no_more_and_stays() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    folder.create(New { name: "other", ..new("e") }).unwrap();
    folder.trash(run.id()).unwrap();
    folder.trash(run.id()).unwrap();
    assert_eq!(ids(&search(&folder, None, "", &[], 10).unwrap()), ["other"]);
    assert!(text(run.dir().join("meta.yaml")).contains("lifecycle_stage: \"deleted\"\n"));
    assert_eq!(run.take_over(1).unwrap_err().code(), Code::NotFound);
}

/// Puts the owner of a run in another place or time.
fn owned_by(run: &RunDir, change: impl Fn(&mut serde_json::Value)) {
    let path = run.own_dir().join("owner.json");
    let mut owner: serde_json::Value = serde_json::from_str(&text(&path)).unwrap();
    change(&mut owner);
    fs::write(path, owner.to_string()).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_whose_writer_died_here_is_ended_and_one_from_elsewhere_is_left_alone() {
    let (_home, folder) = folder();
    let [dead, far] = ["dead", "far"].map(|name| folder.create(New { name, ..new("e") }).unwrap());
    for run in [&dead, &far] {
        run.log_metrics(&[metric("loss", 0.5, 1)]).unwrap();
        fs::write(run.dir().join("metrics/empty"), "").unwrap();
        fs::write(run.dir().join("metrics/loss"), "1 0.5 1\n1 0.").unwrap();
        owned_by(run, |owner| owner["started"] = 1.into());
    }
    owned_by(&far, |owner| owner["host"] = "elsewhere".into());
    assert_eq!((dead.state().unwrap(), far.state().unwrap().name()), (State::Dead, "unknown"));
    let found = search(&folder, None, "", &["run_name".into()], 10).unwrap();
    let states: Vec<_> = found.iter().map(|r| (r.meta.status, r.state.name())).collect();
    assert_eq!(states, [(Status::Killed, "ended"), (Status::Running, "unknown")]);
    assert_eq!(found[0].meta.end_ms, Some(1_700_000_000_000));
    assert_eq!(text(dead.dir().join("metrics/loss")), "1 0.5 1\n");
    assert!(!dead.dir().join("metrics/empty").exists() && far.dir().join("metrics/empty").exists());
    // Whoever knows better goes on with either.
    far.take_over(5).unwrap();
    dead.take_over(5).unwrap();
    assert_eq!((far.state().unwrap(), dead.state().unwrap()), (State::Running, State::Running));
}

#[test]
fn a_run_that_another_process_writes_is_not_taken_over() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    owned_by(&run, |owner| {
        owner["pid"] = child.id().into();
        let stat = text(format!("/proc/{}/stat", child.id()));
        let started: u64 = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().parse().unwrap();
        owner["started"] = started.into();
    });
    let taken = run.take_over(5);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(taken.unwrap_err().code(), Code::Locked);
    run.take_over(5).unwrap();
}

#[test]
fn a_clone_that_lost_its_empty_folders_is_mended() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    run.finish(Status::Finished, 1_700_000_001_000).unwrap();
    for part in ["metrics", "params", "artifacts"] {
        fs::remove_dir(run.dir().join(part)).unwrap();
    }
    assert_eq!(run.read().unwrap().metrics.len(), 0);
    folder.mend().unwrap();
    assert!(["metrics", "params", "artifacts"].iter().all(|part| run.dir().join(part).is_dir()));
}

#[test]
fn runs_are_chosen_and_ordered_as_mlflow_does() {
    let (_home, folder) = folder();
    for (i, (name, loss)) in
        [("a", Some(0.3)), ("b", None), ("c", Some(f64::NAN)), ("d", Some(0.1))].into_iter().enumerate()
    {
        let run = folder.create(New { name, start_ms: 1_700_000_000_000 + i as i64, ..new("e") }).unwrap();
        run.log_metrics(&loss.map(|l| metric("val/loss", l, 1)).into_iter().collect::<Vec<_>>()).unwrap();
        run.log_param("model", if i % 2 == 0 { "tree" } else { "Forest" }).unwrap();
        run.set_tag("my note", name).unwrap();
        let context = if i == 0 { "training" } else { "" };
        run.log_input(&DatasetInput {
            name: "d".into(),
            digest: i.to_string(),
            context: context.into(),
            ..DatasetInput::default()
        })
        .unwrap();
        run.finish(Status::Finished, 1_700_000_001_000).unwrap();
    }
    let found = |filter: &str, order: &[&str]| {
        let order: Vec<String> = order.iter().map(|o| (*o).to_owned()).collect();
        ids(&search(&folder, Some("e"), filter, &order, 10).unwrap()).concat()
    };
    assert_eq!(found("", &[]), "dcba");
    assert_eq!(found("", &["metrics.`val/loss`"]), "dacb");
    assert_eq!(found("", &["metrics.`val/loss` DESC"]), "adcb");
    assert_eq!(found("", &["params.model", "metrics.`val/loss` ASC"]), "dbac");
    assert_eq!(found("metrics.`val/loss` < 0.2", &[]), "d");
    assert_eq!(found("metrics.`val/loss` != 0.1", &[]), "ca");
    assert_eq!(found("params.model = 'tree' AND tags.\"my note\" LIKE '%'", &[]), "ca");
    assert_eq!(found("params.model ILIKE 'FOR%'", &[]), "db");
    assert_eq!(found("params.other IS NULL and status = 'FINISHED'", &["start_time"]), "abcd");
    assert_eq!(found("start_time > 1700000000001 and user_id = 'ada'", &[]), "dc");
    assert_eq!(found("datasets.context = 'training'", &[]), "a");
    assert_eq!(found("dataset.digest IN ('1', '3')", &[]), "db");
    assert_eq!(search(&folder, None, "", &[], 2).unwrap().len(), 2);
    assert_eq!(search(&folder, Some("none"), "", &[], 2).unwrap_err().code(), Code::NotFound);
}

#[test]
fn an_empty_project_has_no_runs() {
    let (_home, folder) = folder();
    assert!(search(&folder, None, "", &[], 10).unwrap().is_empty());
    assert!(!folder.root().exists());
}

#[test]
fn a_comparison_shows_what_differs_and_nothing_else_is_markup() {
    let (_home, folder) = folder();
    let evil = "<script>alert(1)</script>";
    let runs: Vec<RunDir> = (0..3)
        .map(|i| {
            let run = folder.create(New { name: evil, ..new("e") }).unwrap();
            run.log_param("lr", &format!("0.{i}")).unwrap();
            run.log_param("model", evil).unwrap();
            run.set_tag("mlflow.source.git.commit", &"ab".repeat(20)).unwrap();
            run.log_input(&DatasetInput { name: "d".into(), digest: (i / 2).to_string(), ..DatasetInput::default() })
                .unwrap();
            run.log_metrics(&[metric("loss", 1.0, 1), metric("loss", f64::from(i), 2)]).unwrap();
            run
        })
        .collect();
    runs[0].log_metrics(&[metric("auc", f64::NAN, 1)]).unwrap();
    fs::write(runs[1].own_dir().join("diff.patch"), "+x\n").unwrap();
    let (table, page) = compare(&runs).unwrap();
    assert_eq!(
        table["params"][0],
        serde_json::json!({ "name": "lr", "values": ["0.0", "0.1", "0.2"], "differs": true })
    );
    assert_eq!(table["params"][1]["differs"], false);
    assert_eq!(
        table["metrics"][0],
        serde_json::json!({ "name": "auc", "values": ["NaN", null, null], "steps": [1, null, null], "differs": true })
    );
    assert_eq!(table["metrics"][1]["values"], serde_json::json!([0.0, 1.0, 2.0]));
    assert_eq!((&table["code"][0]["name"], &table["code"][0]["differs"]), (&"commit".into(), &false.into()));
    assert_eq!(
        (&table["code"][1]["name"], &table["code"][1]["differs"]),
        (&"uncommitted changes".into(), &true.into())
    );
    assert_eq!(
        (&table["data"][0]["values"], &table["data"][0]["differs"]),
        (&serde_json::json!(["0", "0", "1"]), &true.into())
    );
    assert!(!page.contains(evil) && page.contains("&lt;script&gt;"));
    assert!(!page.contains("NaN\"") && !page.contains("http:") && !page.contains("https:"));
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(page.matches("class=\"run r2 c2\"").count() >= 2, "a line in each picture");
}

#[test]
fn keys_are_held_to_mlflows_rules_everywhere() {
    let (_home, folder) = folder();
    let run = folder.create(new("e")).unwrap();
    let long = "k".repeat(251);
    for key in ["", "..", "a/../../b", "/a", &long] {
        assert!(check_key(KeyKind::Metric, key).is_err());
        assert!(
            run.log_metrics(&[metric(key, 1.0, 0)]).is_err()
                && run.log_param(key, "1").is_err()
                && run.set_tag(key, "1").is_err(),
            "{key}"
        );
        assert!(run.history(key).is_err(), "{key}");
    }
}
