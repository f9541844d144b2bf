#![allow(clippy::unwrap_used)]
use super::*;
use crate::data::SourceFile;
use crate::data::testing::{all, integers, opener, texts};
use std::collections::HashSet;

/// Rows with a number, a class (a tenth of them rare) and a day.
fn csv(from: u64, to: u64) -> String {
    let row = |n: u64| {
        format!(
            "{n},{},2026-{:02}-{:02}\n",
            if n.is_multiple_of(10) { "rare" } else { "common" },
            n % 12 + 1,
            n % 28 + 1
        )
    };
    format!("n,class,day\n{}", (from..to).map(row).collect::<String>())
}

fn sample(files: Vec<SourceFile>, plan: &Plan) -> (Vec<i64>, Facts) {
    let open = opener(files);
    let (rows, facts) = draw(plan, &open, &Job::new()).unwrap();
    (integers(&all(rows), "n"), facts)
}

fn one(text: String) -> Vec<SourceFile> {
    texts(&[("a.csv", text)])
}

#[test]
fn a_small_sample_is_within_a_large_one_and_stays_when_rows_are_appended() {
    let small = Plan::new(0.01, 0, "").unwrap();
    let large = Plan::new(0.1, 0, "").unwrap();
    let (few, facts) = sample(one(csv(0, 20_000)), &small);
    let (many, _) = sample(one(csv(0, 20_000)), &large);
    assert_eq!(facts.measured().of_rows, 20_000);
    assert!((140..260).contains(&few.len()) && (1800..2200).contains(&many.len()), "{} {}", few.len(), many.len());
    let many: HashSet<_> = many.into_iter().collect();
    assert!(few.iter().all(|n| many.contains(n)));
    let (later, _) = sample(one(csv(0, 30_000)), &large);
    let later: HashSet<_> = later.into_iter().filter(|n| *n < 20_000).collect();
    assert_eq!(later, many);
    let (again, _) = sample(one(csv(0, 20_000)), &Plan { seed: 1, ..large });
    assert!(again.iter().filter(|n| many.contains(n)).count() < 400, "another seed is another sample");
}

#[test]
fn the_order_of_files_and_of_rows_changes_nothing() {
    let plan = Plan::new(0.0, 500, "").unwrap();
    let whole = sample(one(csv(0, 4000)), &plan).0;
    assert_eq!(whole.len(), 500);
    let pieces = texts(&[("b.csv", csv(1000, 4000)), ("c.csv", csv(0, 1000))]);
    let mut pieces = sample(pieces, &plan).0;
    pieces.sort_unstable();
    assert_eq!(pieces, whole);
}

#[test]
fn exactly_as_many_rows_as_were_wanted_come_whatever_is_equal() {
    let same = format!("n\n{}", "7\n".repeat(300));
    for method in ["bottom-k", "hash", "reservoir", "blocks"] {
        let plan = Plan::new(0.0, 120, method).unwrap();
        assert_eq!(sample(one(same.clone()), &plan).0.len(), 120, "{method}");
        assert_eq!(sample(one(csv(0, 50)), &plan).0.len(), 50, "{method}: all that there are");
        let taken = sample(one(csv(0, 5000)), &plan).0;
        assert_eq!(taken.len(), 120, "{method}");
        assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 120, "{method}");
        assert_eq!(taken, sample(one(csv(0, 5000)), &plan).0, "{method}: the same again");
    }
    let open = opener(one(csv(0, 0)));
    let (rows, _) = draw(&Plan::new(0.0, 5, "").unwrap(), &open, &Job::new()).unwrap();
    assert_eq!(all(rows).num_rows(), 0);
}

#[test]
fn each_stratum_gives_its_exact_share() {
    let plan = Plan { stratify: vec!["class".into()], ..Plan::new(0.05, 0, "").unwrap() };
    let (taken, facts) = sample(one(csv(0, 2000)), &plan);
    assert_eq!(taken.len(), 100);
    assert_eq!(taken.iter().filter(|n| *n % 10 == 0).count(), 10);
    assert_eq!(facts.strata, [("common".into(), 1800, 90), ("rare".into(), 200, 10)]);
}

#[test]
fn the_newest_rows_are_the_newest() {
    let plan = Plan { time: "n".into(), ..Plan::new(0.0, 30, "time").unwrap() };
    let pieces = texts(&[("a.csv", csv(500, 1000)), ("b.csv", csv(0, 500))]);
    let (taken, facts) = sample(pieces, &plan);
    assert_eq!(taken, (970..1000).collect::<Vec<_>>());
    assert_eq!(facts.measured().design_effect, None);
    let by_day = Plan { time: "day".into(), ..Plan::new(0.5, 0, "time").unwrap() };
    assert_eq!(sample(one(csv(0, 1000)), &by_day).0.len(), 500);
}

#[test]
fn blocks_are_few_files_of_many_and_say_what_they_cost() {
    let names: Vec<String> = (0..50).map(|n| format!("p{n:02}.csv")).collect();
    let files: Vec<_> = names.iter().zip(0..).map(|(name, n)| (name.as_str(), csv(n * 100, n * 100 + 100))).collect();
    let plan = Plan::new(0.1, 0, "blocks").unwrap();
    let (taken, facts) = sample(texts(&files), &plan);
    assert!((400..=600).contains(&taken.len()) && taken.len() % 100 == 0, "{}", taken.len());
    let all_bytes: u64 = files.iter().map(|f| f.1.len() as u64).sum();
    assert!(facts.read_bytes < all_bytes / 8, "{} of {all_bytes}", facts.read_bytes);
    let measured = facts.measured();
    assert!(measured.of_rows.abs_diff(5000) < 300, "{measured:?}");
    // The numbers are sorted: rows of one block say next to nothing that one of them does not.
    assert!(measured.design_effect.unwrap() > 80.0, "{measured:?}");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_remedy() {
    for (fraction, rows, method) in [(0.1, 5, ""), (-0.1, 0, ""), (1.5, 0, ""), (0.0, 0, "magic"), (f64::NAN, 0, "")] {
        let e = Plan::new(fraction, rows, method).unwrap_err();
        assert!(e.code() == Code::InvalidArgument && !e.hint().is_empty());
    }
    let open = opener(one(csv(0, 10)));
    let refused = |plan: Plan| draw(&plan, &open, &Job::new()).err().unwrap().code();
    let plan = |method| Plan::new(0.0, 5, method).unwrap();
    assert_eq!(refused(plan("time")), Code::InvalidArgument);
    assert_eq!(refused(Plan { key: vec!["n".into()], ..plan("reservoir") }), Code::InvalidArgument);
    assert_eq!(refused(Plan { stratify: vec!["class".into()], ..plan("blocks") }), Code::InvalidArgument);
    assert_eq!(refused(Plan::new(0.5, 0, "reservoir").unwrap()), Code::InvalidArgument);
    assert_eq!(refused(Plan { key: vec!["no".into()], ..plan("") }), Code::NotFound);
    let sizes = ["0.01", "1%", "10000", "1"].map(|s| Plan::parse(s).unwrap().size);
    assert_eq!(sizes, [Size::Fraction(0.01), Size::Fraction(0.01), Size::Rows(10_000), Size::Rows(1)]);
    assert!(["", "0", "-1", "2.5", "x"].iter().all(|s| Plan::parse(s).is_err()));
}

/// One file that is large enough to be read here and there.
fn large() -> String {
    let row = |n: u64| format!("{n},\"a text, with\na line end and \"\"quotes\"\" {}\",{}\n", n % 7, n * 31 % 1000);
    format!("n,text,x\n{}", (0..60_000).map(row).collect::<String>())
}

#[test]
fn blocks_of_one_large_text_are_whole_rows_from_few_of_its_bytes() {
    let text = large();
    let plan = Plan { seed: 3, ..Plan::new(0.25, 0, "blocks").unwrap() };
    let (taken, facts) = sample(one(text.clone()), &plan);
    let share = facts.read_bytes as f64 / text.len() as f64;
    assert!((0.1..0.4).contains(&share), "{share}");
    assert!((taken.len() as f64 / 60_000.0 - share).abs() < 0.02);
    assert!(taken.windows(2).all(|w| w[0] < w[1]), "no row comes twice");
    let measured = facts.measured();
    assert!(measured.estimated && measured.of_rows.abs_diff(60_000) < 1500, "{measured:?}");
    let rows = Plan::new(0.0, 1000, "blocks").unwrap();
    let (taken, facts) = sample(one(text.clone()), &rows);
    assert_eq!(taken.len(), 1000);
    assert!(facts.read_bytes < text.len() as u64 / 2);
}

#[test]
fn all_blocks_together_are_all_rows() {
    let (taken, facts) = sample(one(large()), &Plan::new(1.0, 0, "blocks").unwrap());
    assert_eq!(taken, (0..60_000).collect::<Vec<_>>());
    assert_eq!(facts.measured().of_rows, 60_000);
}
