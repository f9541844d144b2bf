//! What is odd about a column.

use super::{Column, Kind, Number, figures, share};

/// From this share of missing values on, a column is called mostly missing.
const MOSTLY: f64 = 0.5;
/// Below that, from here on the missing values are mentioned.
const SOME_MISSING: f64 = 0.05;
/// One value that is so frequent is all that a model sees of the column.
const DOMINANT: f64 = 0.9;
/// Text with more different values than this share of its rows is hardly a category.
const CARDINALITY: f64 = 0.5;
/// Fewer values than this say nothing about cardinality or skew.
const FEW: u64 = 20;
/// How far mean and median may be apart, in standard deviations.
const SKEW: f64 = 0.5;
/// So many values in one bucket of equal width mean that the others stretch the range.
const CROWDED: f64 = 0.99;

/// Something odd: a stable name, how much of it (0 to 1), and a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Concern {
    pub name: &'static str,
    pub score: f64,
    pub text: String,
    /// Whether the column is likely of no use, or wrong, as it is.
    pub serious: bool,
}

/// What is odd about the column, the worst first.
pub(crate) fn concerns(column: &Column) -> Vec<Concern> {
    let mut found = Vec::new();
    presence(column, &mut found);
    if column.present > 0 {
        values(column, &mut found);
        numbers(column, &mut found);
    }
    found.sort_by(|a, b| b.serious.cmp(&a.serious).then(b.score.total_cmp(&a.score)));
    found
}

fn presence(column: &Column, found: &mut Vec<Concern>) {
    let missing = column.missing_share();
    if column.present == 0 {
        add(found, "empty", 1.0, true, "no row has a value".into());
    } else if missing > MOSTLY {
        add(found, "mostly_missing", missing, true, format!("{} are missing", figures::percent(missing)));
    } else if missing > SOME_MISSING {
        add(found, "missing", missing, false, format!("{} are missing", figures::percent(missing)));
    }
}

fn values(column: &Column, found: &mut Vec<Concern>) {
    if column.is_constant() {
        add(found, "constant", 1.0, true, "every value is the same".into());
        return;
    }
    if let Some((_, count)) = column.frequencies().first() {
        let dominant = count / column.values() as f64;
        if dominant > DOMINANT {
            let text = format!("one value makes {}", figures::percent(dominant));
            add(found, "imbalanced", dominant, false, text);
        }
    }
    if is_id_like(column) {
        add(found, "unique", 1.0, true, "every value is different, as in an id".into());
    } else if let (Kind::Text, Some(distinct)) = (column.kind, column.distinct) {
        let different = share(distinct.value, column.values());
        if different > CARDINALITY && column.values() >= FEW {
            let text = format!("{} different values", figures::count(distinct.value));
            add(found, "high_cardinality", different, false, text);
        }
    }
    if let Some(invalid) = column.text.as_ref().map(|t| t.invalid_utf8).filter(|n| *n > 0) {
        let text = format!("{} values are not UTF-8", figures::count(invalid));
        add(found, "invalid_utf8", share(invalid, column.values()), true, text);
    }
}

fn numbers(column: &Column, found: &mut Vec<Concern>) {
    let Some(n) = &column.number else { return };
    if n.nan > 0 {
        let text = format!("{} values are not a number", figures::count(n.nan));
        add(found, "nan", share(n.nan, column.values()), true, text);
    }
    if n.min.is_infinite() || n.max.is_infinite() {
        add(found, "infinite", 1.0, true, "there are infinite values".into());
    }
    let zeros = share(n.zeros, column.values());
    if zeros > MOSTLY && !column.is_constant() {
        add(found, "zeros", zeros, false, format!("{} are zero", figures::percent(zeros)));
    }
    let standard = n.standard.as_ref().filter(|h| h.buckets.len() >= 10 && column.values() >= FEW);
    let crowd = standard.map_or(0.0, |h| {
        let total: f64 = h.buckets.iter().map(|b| b.count).sum();
        h.buckets.iter().map(|b| b.count / total).fold(0.0, f64::max)
    });
    // Of many zeros and of one value only was spoken already.
    if crowd > CROWDED && zeros <= MOSTLY && !column.is_constant() {
        let text = format!("outliers: {} lie in a tenth of the range", figures::percent(crowd));
        add(found, "outliers", crowd, false, text);
    }
    // Mean and median of any distribution are within one standard deviation of each other.
    let skew = (n.mean - n.median).abs() / n.std_dev;
    if skew.is_finite() && skew > SKEW && column.values() >= FEW {
        let side = if n.mean > n.median { "large" } else { "small" };
        add(found, "skewed", skew.min(1.0), false, format!("skewed: a tail of {side} values"));
    }
}

/// Whether each value occurs once. Measured numbers are different from each other by nature, and long text too.
pub(crate) fn is_id_like(column: &Column) -> bool {
    const LONG: f64 = 64.0;
    let Some(distinct) = column.distinct.filter(|_| column.present >= FEW) else { return false };
    // An estimate may miss by a few standard errors.
    let enough = column.values() as f64 * (1.0 - 3.0 * distinct.error);
    let all_different = distinct.value as f64 >= enough && column.valency.max <= 1;
    let id_typed = match column.kind {
        Kind::Int => !is_time(column),
        Kind::Text => column.text.as_ref().is_none_or(|t| t.mean_length <= LONG),
        _ => false,
    };
    all_different && id_typed
}

/// Whether whole numbers are moments between 1990 and 2030, in seconds or finer, or dates.
fn is_time(column: &Column) -> bool {
    const FROM: f64 = 631_152_000.0;
    const TO: f64 = 1_893_456_000.0;
    let fits = |n: &Number| [1.0, 1e3, 1e6, 1e9].iter().any(|unit| n.min >= FROM * unit && n.max <= TO * unit);
    column.custom.contains_key("first day") || column.number.as_ref().is_some_and(fits)
}

fn add(found: &mut Vec<Concern>, name: &'static str, score: f64, serious: bool, text: String) {
    found.push(Concern { name, score, text, serious });
}
