//! All that is known of one column.

use super::html::Html;
use super::{Row, View, chart, overview};
use crate::profile::summary::figures::{count, percent};
use crate::profile::summary::{Bucket, Column, Custom, Histogram, Kind};

/// How much a card may hold: wide tables have small ones.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub top_values: usize,
    /// The buckets also as a table.
    pub buckets: bool,
    /// The card can be linked to and sorted.
    pub linked: bool,
}

/// A figure of a column, and how it is written.
type Figure = (&'static str, fn(&Column, &mut Html));

pub(super) fn card(view: &View, row: &Row, index: usize, room: Room) -> Html {
    let mut html = Html::default();
    let Some(column) = view.either(row) else { return html };
    html.raw("<article");
    if room.linked {
        html.attr("id", &format!("c{index}"));
    }
    html.raw("><h3>").value(&column.name).raw(" <span class=\"type\">").text(column.kind.name()).raw("</span></h3>");
    overview::warnings(&mut html, row);
    html.raw("<div class=\"parts\">");
    facts(&mut html, view, row);
    pictures(&mut html, view, row, room);
    top_values(&mut html, view, row, room.top_values);
    html.raw("</div></article>");
    html
}

fn facts(html: &mut Html, view: &View, row: &Row) {
    let columns = [view.column(row), view.other(row)];
    html.raw("<table class=\"facts\"><caption>Figures</caption>");
    if view.is_comparison() {
        html.raw("<thead><tr><td></td><th scope=\"col\" class=\"a\">this</th><th scope=\"col\" class=\"b\">other</th></tr></thead>");
    }
    html.raw("<tbody>");
    for (name, write) in figures() {
        let cells: Vec<String> = columns.iter().map(|c| written(*c, write)).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        html.raw("<tr><th scope=\"row\">").text(name).raw("</th>");
        for (column, _) in columns.iter().zip(0..if view.is_comparison() { 2 } else { 1 }) {
            html.raw("<td>");
            if let Some(column) = column {
                write(column, html);
            }
            html.raw("</td>");
        }
        html.raw("</tr>");
    }
    custom_figures(html, view, row);
    distances(html, row);
    html.raw("</tbody></table>");
}

fn written(column: Option<&Column>, write: fn(&Column, &mut Html)) -> String {
    let mut html = Html::default();
    if let Some(column) = column {
        write(column, &mut html);
    }
    html.finish()
}

fn figures() -> [Figure; 16] {
    [
        ("count", |c, h| {
            h.count(c.present);
        }),
        ("missing", |c, h| {
            h.count(c.missing).raw(" (").percent(c.missing_share()).raw(")");
        }),
        ("values a row", |c, h| {
            let v = c.valency;
            if v.max > 1 || v.min != v.max {
                h.count(v.min).raw(" to ").count(v.max).raw(", mean ").number(v.mean);
            }
        }),
        ("distinct", |c, h| {
            if let Some(d) = c.distinct {
                h.distinct(d);
            }
        }),
        ("mean", |c, h| number(c, h, |n| n.mean)),
        ("std dev", |c, h| number(c, h, |n| n.std_dev)),
        ("min", |c, h| number(c, h, |n| n.min)),
        ("median", |c, h| {
            number(c, h, |n| n.median);
            rank_error(c, h);
        }),
        ("max", |c, h| number(c, h, |n| n.max)),
        ("zeros", |c, h| {
            if let Some(n) = &c.number {
                h.count(n.zeros);
            }
        }),
        ("NaN", |c, h| {
            if let Some(n) = c.number.as_ref().filter(|n| n.nan > 0) {
                h.count(n.nan);
            }
        }),
        ("mean length", |c, h| {
            if let Some(t) = &c.text {
                h.number(t.mean_length).raw(" bytes");
            }
        }),
        ("not UTF-8", |c, h| {
            if let Some(t) = c.text.as_ref().filter(|t| t.invalid_utf8 > 0) {
                h.count(t.invalid_utf8);
            }
        }),
        ("mean size", |c, h| size(c, h, |s| s.mean)),
        ("smallest", |c, h| size(c, h, |s| s.min)),
        ("largest", |c, h| size(c, h, |s| s.max)),
    ]
}

fn number(c: &Column, h: &mut Html, of: fn(&crate::profile::summary::Number) -> f64) {
    if let Some(n) = c.number.as_ref().filter(|_| c.present > 0) {
        h.number(of(n));
    }
}

/// An estimate says so, and how good it is.
fn rank_error(c: &Column, h: &mut Html) {
    if let Some(n) = c.number.as_ref().filter(|n| n.rank_error > 0.0 && c.present > 0) {
        h.raw(" <small title=\"estimate: so far off in rank, at 99 % confidence\">±")
            .percent(n.rank_error)
            .raw(" in rank</small>");
    }
}

fn size(c: &Column, h: &mut Html, of: fn(&crate::profile::summary::Size) -> f64) {
    if let Some(s) = c.size {
        h.number(of(&s)).raw(" bytes");
    }
}

fn custom_figures(html: &mut Html, view: &View, row: &Row) {
    let columns = [view.column(row), view.other(row)];
    let mut names: Vec<&String> = columns.iter().flatten().flat_map(|c| c.custom.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let cells: Vec<Option<&Custom>> = columns.iter().map(|c| c.and_then(|c| c.custom.get(name))).collect();
        if !cells.iter().flatten().any(|c| matches!(c, Custom::Number(_) | Custom::Text(_))) {
            continue;
        }
        html.raw("<tr><th scope=\"row\">").value(&name.replace('_', " ")).raw("</th>");
        for cell in cells.iter().take(if view.is_comparison() { 2 } else { 1 }) {
            html.raw("<td>");
            match cell {
                Some(Custom::Number(n)) => html.number(*n),
                Some(Custom::Text(t)) => html.value(t),
                _ => html,
            };
            html.raw("</td>");
        }
        html.raw("</tr>");
    }
}

fn distances(html: &mut Html, row: &Row) {
    let Some(d) = &row.distance else { return };
    let measures =
        [("L∞ distance", d.l_infinity), ("Jensen-Shannon", d.jensen_shannon), ("quantile shift", d.quantile_shift)];
    for (name, value) in measures {
        if let Some(value) = value {
            html.raw("<tr><th scope=\"row\">").text(name).raw("</th><td colspan=\"2\">");
            html.text(if d.lower_bound { "≥ " } else { "" }).number(value);
            html.raw(if name == "quantile shift" { " std dev</td></tr>" } else { "</td></tr>" });
        }
    }
}

fn pictures(html: &mut Html, view: &View, row: &Row, room: Room) {
    let Some(column) = view.either(row) else { return };
    let other = view.column(row).and(view.other(row));
    if let Some(n) = column.number.as_ref().filter(|_| column.present > 0) {
        let theirs = other.and_then(|o| o.number.as_ref());
        let words = chart::describe(n);
        let standard = chart::histogram(
            &format!("Histogram {words}"),
            n.standard.as_ref(),
            theirs.and_then(|t| t.standard.as_ref()),
        );
        figure(html, "standard", "equal width", standard, n.standard.as_ref().filter(|_| room.buckets));
        let quantiles = chart::quantiles(
            &format!("Quantiles {words}"),
            n.quantiles.as_ref(),
            theirs.and_then(|t| t.quantiles.as_ref()),
        );
        figure(html, "quantiles", "equal weight", quantiles, n.quantiles.as_ref().filter(|_| room.buckets));
    } else if column.kind != Kind::Struct && !column.frequencies().is_empty() {
        figure(html, "ranks", "values by frequency", overview::picture(view, row, column), None);
    }
    for (name, custom) in &column.custom {
        let theirs = other.and_then(|o| o.custom.get(name));
        if let Custom::Histogram(h) = custom {
            let theirs = theirs.and_then(|c| if let Custom::Histogram(h) = c { Some(h) } else { None });
            figure(
                html,
                "custom",
                "",
                chart::histogram(&name.replace('_', " "), Some(h), theirs),
                Some(h).filter(|_| room.buckets),
            );
        }
    }
}

/// A picture, and beneath it its numbers as a table. A picture without a title of ours has its own for one.
fn figure(html: &mut Html, class: &'static str, title: &'static str, svg: Html, buckets: Option<&Histogram>) {
    html.raw("<figure").attr("class", class).raw(">").append(svg);
    if !title.is_empty() {
        html.raw("<figcaption>").text(title).raw("</figcaption>");
    }
    if let Some(h) = buckets {
        html.raw("<details><summary>numbers</summary><table><thead><tr><th scope=\"col\">from</th><th scope=\"col\">to</th><th scope=\"col\">count</th></tr></thead><tbody>");
        for Bucket { low, high, count } in &h.buckets {
            html.raw("<tr><td>")
                .number(*low)
                .raw("</td><td>")
                .number(*high)
                .raw("</td><td>")
                .number(*count)
                .raw("</td></tr>");
        }
        html.raw("</tbody></table></details>");
    }
    html.raw("</figure>");
}

fn top_values(html: &mut Html, view: &View, row: &Row, limit: usize) {
    let Some(column) = view.either(row) else { return };
    let listed = column.frequencies();
    if listed.is_empty() || limit == 0 {
        return;
    }
    let theirs = view.column(row).and(view.other(row));
    let total = column.values().max(1) as f64;
    html.raw("<table class=\"top\"><caption>Most frequent values");
    if let Some(t) = column.text.as_ref().filter(|t| t.count_error > 0.0) {
        html.text(&format!(" (estimates: up to {} more each)", count(t.count_error as u64)));
    }
    html.raw(
        "</caption><thead><tr><th scope=\"col\">value</th><th scope=\"col\">count</th><th scope=\"col\">share</th>",
    );
    if theirs.is_some() {
        html.raw("<th scope=\"col\" class=\"b\">other</th>");
    }
    html.raw("</tr></thead><tbody>");
    for (value, times) in listed.iter().take(limit) {
        let share = times / total;
        html.raw("<tr><th scope=\"row\">").value(value).raw("</th><td>").number(*times);
        html.raw("</td><td><span class=\"bar a\"><span").attr("style", &format!("width:{:.1}%", share * 100.0));
        html.raw("></span></span> ").percent(share).raw("</td>");
        if let Some(o) = theirs {
            html.raw("<td>").text(&share_of(o, value)).raw("</td>");
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table>");
}

fn share_of(column: &Column, value: &str) -> String {
    let found = column.frequencies().iter().find(|f| f.0 == value);
    let all_listed = column.distinct.is_some_and(|d| d.value <= column.frequencies().len() as u64);
    match found {
        Some((_, count)) => percent(count / column.values().max(1) as f64),
        None if all_listed => percent(0.0),
        None => "not listed".to_owned(),
    }
}
