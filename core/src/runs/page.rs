//! The comparison as one page.

mod html;
mod plot;

use super::compare::{Comparison, Line};
use super::curve::Curve;
use super::read::RunRecord;
use html::Html;

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");
/// Metrics that are drawn; the table has all.
const DRAWN: usize = 60;
/// Longer values are cut on the page.
const LONG: usize = 300;

/// A page that needs nothing else: no network, no other file, and for reading no script either.
pub(super) fn page(comparison: &Comparison, curves: &[(&str, Vec<Curve>)]) -> String {
    let names: Vec<String> = comparison.runs.iter().map(name).collect();
    let mut html = Html::default();
    // Whatever the runs recorded, nothing is loaded and nothing leaves.
    html.raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"><title>");
    html.text(&format!("{} runs compared", names.len())).raw("</title><style>").raw(STYLE);
    html.raw("</style></head><body class=\"octo-runs\"><h1>")
        .text(&format!("{} runs compared", names.len()))
        .raw("</h1>");
    html.append(controls(&names)).append(runs(comparison, &names));
    let metrics: Vec<Line<String>> = comparison.metrics.iter().map(shown).collect();
    for (title, lines, is_number) in [
        ("Parameters", &comparison.params, false),
        ("Metrics", &metrics, true),
        ("Code", &comparison.code, false),
        ("Data", &comparison.data, false),
        ("Tags", &comparison.tags, false),
    ] {
        html.append(table(title, lines, &names, is_number));
    }
    let picture = plot::parallel(comparison, &names);
    html.raw("<h2>Parallel coordinates</h2>").append(picture).raw("<h2>Curves</h2><div class=\"curves\">");
    let is_drawn = |(_, c): &&(&str, Vec<Curve>)| c.iter().any(|c| c.places.len() > 1);
    for (metric, of_runs) in curves.iter().filter(is_drawn).take(DRAWN) {
        html.append(plot::curves(metric, of_runs, &names));
    }
    html.raw("</div><script>").raw(SCRIPT).raw("</script></body></html>\n");
    html.finish()
}

/// A run as it is called on the page: names may be alike.
fn name(run: &RunRecord) -> String {
    let id = &run.meta.id;
    let end = id.char_indices().rev().nth(5).map_or(0, |(at, _)| at);
    if run.meta.name.ends_with(&id[end..]) {
        run.meta.name.clone()
    } else {
        format!("{} ({})", run.meta.name, &id[end..])
    }
}

/// Which runs are drawn, and whether only what differs is shown: done by the script, which they need.
fn controls(names: &[String]) -> Html {
    let mut html = Html::default();
    html.raw("<form id=\"controls\" aria-label=\"What is shown\" hidden>");
    for (run, name) in names.iter().enumerate() {
        html.raw("<label")
            .attr("class", &format!("key c{}", run % plot::COLOURS))
            .raw("><input type=\"checkbox\" checked");
        html.attr("value", &format!("r{run}")).raw("> ").value(name).raw("</label>");
    }
    html.raw("<label><input type=\"checkbox\" id=\"differs\"> only what differs</label><button type=\"button\" id=\"theme\">Light or dark</button></form>");
    html
}

fn runs(comparison: &Comparison, names: &[String]) -> Html {
    let mut html = Html::default();
    html.raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">run</th><th scope=\"col\">experiment</th><th scope=\"col\">status</th><th scope=\"col\">started (UTC)</th><th scope=\"col\">took</th><th scope=\"col\">user</th><th scope=\"col\">id</th></tr></thead><tbody>");
    for (i, (run, name)) in comparison.runs.iter().zip(names).enumerate() {
        html.raw("<tr><th scope=\"row\"")
            .attr("class", &format!("key c{}", i % plot::COLOURS))
            .raw(">")
            .value(name)
            .raw("</th>");
        let took = run.meta.end_ms.map_or_else(String::new, |end| took(end - run.meta.start_ms));
        for text in
            [&run.experiment, run.meta.status.name(), &time(run.meta.start_ms), &took, &run.meta.user, &run.meta.id]
        {
            html.raw("<td>").value(text).raw("</td>");
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div>");
    html
}

fn table(title: &str, lines: &[Line<String>], names: &[String], is_number: bool) -> Html {
    let mut html = Html::default();
    if lines.is_empty() {
        return html;
    }
    html.raw("<h2>").text(title).raw("</h2><div class=\"scroll\"><table><thead><tr><td></td>");
    for (run, name) in names.iter().enumerate() {
        html.raw("<th scope=\"col\"")
            .attr("class", &format!("key c{}", run % plot::COLOURS))
            .raw(">")
            .value(name)
            .raw("</th>");
    }
    html.raw("</tr></thead><tbody>");
    // What differs comes first.
    let (differing, same): (Vec<_>, Vec<_>) = lines.iter().partition(|l| l.differs());
    for line in differing.into_iter().chain(same) {
        html.raw("<tr").attr("class", if line.differs() { "differs" } else { "same" });
        html.raw("><th scope=\"row\">").value(&line.name).raw("</th>");
        for value in &line.values {
            html.raw(if is_number { "<td class=\"n\">" } else { "<td>" });
            match value {
                None => html.raw("<span class=\"none\">–</span>"),
                Some(text) if text.chars().count() > LONG => {
                    html.value(&text.chars().take(LONG).collect::<String>()).raw("…")
                }
                Some(text) => html.value(text),
            };
            html.raw("</td>");
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div>");
    html
}

fn shown(line: &Line<super::read::Point>) -> Line<String> {
    Line { name: line.name.clone(), values: line.values.iter().map(|p| p.map(|p| figure(p.value))).collect() }
}

/// A number with six digits that matter.
fn figure(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{value:.4e}");
    }
    let decimals = (5.0 - size.log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| ms.to_string(), |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn took(ms: i64) -> String {
    match ms.max(0) / 1000 {
        0 => format!("{} ms", ms.max(0)),
        s @ 1..60 => format!("{s} s"),
        s @ 60..3600 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_matter() {
        for (value, text) in
            [(0.1, "0.1"), (1234.56789, "1234.57"), (1e-7, "1.0000e-7"), (3e12, "3.0000e12"), (0.0, "0"), (-2.0, "-2")]
        {
            assert_eq!(figure(value), text);
        }
        assert_eq!(
            (took(900), took(61_000), took(7_260_000)),
            ("900 ms".into(), "1 min 1 s".into(), "2 h 1 min".into())
        );
    }
}
