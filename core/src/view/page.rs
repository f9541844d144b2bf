//! The whole page.

use super::card::{Room, card};
use super::html::Html;
use super::{View, overview};
use crate::profile::summary::{Dependence, Kind, Table, share};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Columns with cards; of wider tables the rest has a line in the table only.
const CARDS: usize = 2000;
/// From so many columns on the cards are small.
const WIDE: usize = 100;
const PAIRS: usize = 20;
/// Columns that one line names.
const NAMED: usize = 20;

/// A page that needs nothing else: no network, no other file, and for reading no script either.
pub(crate) fn page(view: &View) -> String {
    let mut html = Html::default();
    // Whatever the data holds, nothing is loaded and nothing leaves.
    html.raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"><title>");
    html.text(&view.subject.name).raw("</title><style>").raw(STYLE);
    html.raw("</style></head><body class=\"octo-view\"><a class=\"skip\" href=\"#columns\">Skip to the columns</a><header><h1>");
    html.value(&view.subject.name).raw("</h1>");
    if let Some(against) = &view.against {
        html.raw("<p><span class=\"key a\">this</span> beside <span class=\"key b\">other</span>: ")
            .value(&against.name)
            .raw("</p>");
    }
    html.append(facts(view)).raw("</header>").append(controls(view)).raw("<main><section id=\"columns\">");
    html.append(overview::table(view, usize::MAX, true))
        .raw("</section>")
        .append(pairs(&view.subject.table))
        .append(gaps(&view.subject.table));
    html.raw("<section id=\"cards\" aria-label=\"Each column\">");
    let room = Room {
        top_values: if view.rows.len() > WIDE { 5 } else { 10 },
        buckets: view.rows.len() <= WIDE,
        linked: true,
    };
    for (index, row) in view.rows.iter().enumerate().take(CARDS) {
        html.append(card(view, row, index, room));
    }
    if view.rows.len() > CARDS {
        html.raw("<p>")
            .text(&format!("The first {CARDS} columns are shown here; the table above has all."))
            .raw("</p>");
    }
    html.raw("</section></main><script>").raw(SCRIPT).raw("</script></body></html>\n");
    html.finish()
}

/// What the table is as a whole.
pub(super) fn facts(view: &View) -> Html {
    let mut html = Html::default();
    let tables: Vec<&Table> =
        [Some(&view.subject), view.against.as_ref()].into_iter().flatten().map(|s| &s.table).collect();
    html.raw("<table class=\"facts whole\"><caption>The table as a whole</caption>");
    if view.is_comparison() {
        html.raw("<thead><tr><td></td><th scope=\"col\" class=\"a\">this</th><th scope=\"col\" class=\"b\">other</th></tr></thead>");
    }
    html.raw("<tbody>");
    let mut line = |name: &'static str, write: &dyn Fn(&Table, &mut Html)| {
        html.raw("<tr><th scope=\"row\">").text(name).raw("</th>");
        for table in &tables {
            html.raw("<td>");
            write(table, &mut html);
            html.raw("</td>");
        }
        html.raw("</tr>");
    };
    line("rows", &|t, h| {
        h.count(t.rows);
    });
    line("columns", &|t, h| {
        h.count(t.columns.len() as u64).text(&kinds(t));
    });
    line("missing cells", &|t, h| {
        let missing: u64 = t.columns.iter().map(|c| c.missing).sum();
        h.count(missing).raw(" (").percent(share(missing, t.columns.iter().map(|c| c.rows()).sum())).raw(")");
    });
    if tables.iter().any(|t| t.duplicate_rows.is_some()) {
        line("rows that repeat others", &|t, h| {
            if let Some(d) = t.duplicate_rows {
                h.estimate(d);
            }
        });
    }
    let with_warnings = view.rows.iter().filter(|r| !r.concerns.is_empty()).count() as u64;
    html.raw("<tr><th scope=\"row\">columns with warnings</th><td>")
        .count(with_warnings)
        .raw("</td></tr></tbody></table>");
    html
}

fn kinds(table: &Table) -> String {
    let of = |kind: Kind| table.columns.iter().filter(|c| c.kind == kind).count();
    let all = [Kind::Int, Kind::Float, Kind::Text, Kind::Bytes, Kind::Struct];
    let named: Vec<String> =
        all.into_iter().filter(|k| of(*k) > 0).map(|k| format!("{} {}", of(k), k.name())).collect();
    if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
}

/// Search, sorting and choice: shown by the script, which they need.
fn controls(view: &View) -> Html {
    let mut html = Html::default();
    html.raw("<form id=\"controls\" role=\"search\" aria-label=\"Choose columns\" hidden><label>Search <input type=\"search\" id=\"search\" autocomplete=\"off\" placeholder=\"name ( / )\"></label><label>Sort by <select id=\"sort\">");
    let mut keys = vec![
        ("", "the table's order"),
        ("name", "name"),
        ("type", "type"),
        ("missing", "missing"),
        ("distinct", "distinct"),
    ];
    keys.extend([("evenness", "non-uniformity"), ("warnings", "warnings")]);
    if view.is_comparison() {
        keys.push(("distance", "distance"));
    }
    for (key, name) in keys {
        html.raw("<option").attr("value", key).raw(">").text(name).raw("</option>");
    }
    html.raw("</select></label><label>Type <select id=\"type\"><option value=\"\">all</option>");
    for kind in [Kind::Int, Kind::Float, Kind::Text, Kind::Bytes, Kind::Struct] {
        if view.rows.iter().filter_map(|r| view.either(r)).any(|c| c.kind == kind) {
            html.raw("<option>").text(kind.name()).raw("</option>");
        }
    }
    html.raw("</select></label><label>Histograms <select id=\"histograms\"><option value=\"\">both</option><option value=\"standard\">equal width</option><option value=\"quantiles\">equal weight</option></select></label>");
    html.raw("<label><input type=\"checkbox\" id=\"warned\"> only with warnings</label><button type=\"button\" id=\"theme\">Light or dark</button><span role=\"status\" aria-live=\"polite\" id=\"shown\"></span></form>");
    html
}

/// The pairs of columns that say the most of each other.
fn pairs(table: &Table) -> Html {
    let mut html = Html::default();
    let strongest = table.pairs.strongest(PAIRS);
    if strongest.is_empty() {
        return html;
    }
    html.raw("<section><details><summary>Columns that depend on each other</summary><table class=\"facts\"><caption>The strongest first</caption><thead><tr><th scope=\"col\">column</th><th scope=\"col\">and</th><th scope=\"col\">dependence</th></tr></thead><tbody>");
    for (x, y, dependence) in strongest {
        html.raw("<tr><td>").value(x).raw("</td><td>").value(y).raw("</td><td>");
        match dependence {
            Dependence::Correlation(r) => html.raw("correlation ").number(r),
            Dependence::Explained(share) => html.percent(share).raw(" explained"),
        };
        html.raw("</td></tr>");
    }
    html.raw("</tbody></table></details></section>");
    html
}

/// Columns that are missing in the same rows.
fn gaps(table: &Table) -> Html {
    let mut html = Html::default();
    if table.missing_together.is_empty() {
        return html;
    }
    html.raw("<section><details><summary>Columns that are missing together</summary><table class=\"facts\"><caption>The most frequent first</caption><thead><tr><th scope=\"col\">rows</th><th scope=\"col\">share</th><th scope=\"col\">columns</th></tr></thead><tbody>");
    for (columns, rows) in &table.missing_together {
        html.raw("<tr><td>").count(*rows).raw("</td><td>").percent(share(*rows, table.rows)).raw("</td><td>");
        for (i, column) in columns.iter().enumerate().take(NAMED) {
            html.text(if i > 0 { ", " } else { "" }).value(column);
        }
        let more = columns.len().saturating_sub(NAMED);
        html.text(&if more > 0 { format!(" and {more} more") } else { String::new() }).raw("</td></tr>");
    }
    html.raw("</tbody></table></details></section>");
    html
}
