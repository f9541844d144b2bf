//! The table of all columns, one line each.

use super::html::Html;
use super::{Row, View, chart};
use crate::profile::summary::figures::percent;
use crate::profile::summary::{Column, Number};

/// The table. With `links`, names lead to the cards of the page and headings sort.
pub(super) fn table(view: &View, limit: usize, links: bool) -> Html {
    let mut html = Html::default();
    html.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of columns\"><table class=\"columns\"><caption>Columns");
    let more = view.rows.len().saturating_sub(limit);
    if more > 0 {
        html.text(&format!(", the first {limit} of {}", view.rows.len()));
    }
    html.raw("</caption><thead><tr>");
    for (key, heading) in headings(view) {
        html.raw("<th scope=\"col\"");
        match key.is_empty() || !links {
            true => html.raw(">").text(heading),
            false => html
                .raw(" aria-sort=\"none\"><button type=\"button\"")
                .attr("data-by", key)
                .raw(">")
                .text(heading)
                .raw("</button>"),
        };
        html.raw("</th>");
    }
    html.raw("</tr></thead><tbody>");
    for (index, row) in view.rows.iter().enumerate().take(limit) {
        line(&mut html, view, row, index, links);
    }
    html.raw("</tbody></table></div>");
    html
}

fn headings(view: &View) -> Vec<(&'static str, &'static str)> {
    let mut all = vec![("name", "Column"), ("type", "Type"), ("missing", "Missing"), ("distinct", "Distinct")];
    all.extend([("mean", "Mean"), ("std", "Std dev"), ("min", "Min"), ("median", "Median"), ("max", "Max")]);
    all.push(("", "Distribution"));
    if view.is_comparison() {
        all.push(("distance", "Distance"));
    }
    all.push(("warnings", "Warnings"));
    all
}

fn line(html: &mut Html, view: &View, row: &Row, index: usize, links: bool) {
    let Some(column) = view.either(row) else { return };
    html.raw("<tr");
    if links {
        sort_keys(html, row, column, index);
    }
    html.raw("><th scope=\"row\">");
    match links {
        true => html.raw("<a").attr("href", &format!("#c{index}")).raw(">").value(&column.name).raw("</a>"),
        false => html.value(&column.name),
    };
    html.raw("</th><td>").text(column.kind.name()).raw("</td><td>");
    missing(html, column);
    html.raw("</td><td class=\"n\">");
    if let Some(distinct) = column.distinct {
        html.distinct(distinct);
    }
    html.raw("</td>");
    let number = column.number.as_ref().filter(|_| column.present > 0);
    let figures = |n: &Number| [n.mean, n.std_dev, n.min, n.median, n.max].map(Some);
    for figure in number.map_or([None; 5], figures) {
        html.raw("<td class=\"n\">");
        if let Some(figure) = figure {
            html.number(figure);
        }
        html.raw("</td>");
    }
    html.raw("<td class=\"spark\">").append(picture(view, row, column)).raw("</td>");
    if view.is_comparison() {
        html.raw("<td class=\"n\">");
        match (view.column(row), view.other(row)) {
            (Some(_), None) => html.text("new"),
            (None, _) => html.text("gone"),
            _ => match &row.distance {
                Some(d) if d.l_infinity.or(d.jensen_shannon).is_some() => html.number(d.drift()),
                _ => html,
            },
        };
        html.raw("</td>");
    }
    html.raw("<td>");
    warnings(html, row);
    html.raw("</td></tr>");
}

/// What the page's script sorts and searches by.
fn sort_keys(html: &mut Html, row: &Row, column: &Column, index: usize) {
    let figure = |value: Option<f64>| value.filter(|v| v.is_finite()).map_or(String::new(), |v| v.to_string());
    let n = column.number.as_ref();
    html.attr("data-i", &index.to_string())
        .attr("data-type", column.kind.name())
        .attr("data-missing", &column.missing_share().to_string())
        .attr("data-distinct", &figure(column.distinct.map(|d| d.value as f64)))
        .attr("data-mean", &figure(n.map(|n| n.mean)))
        .attr("data-std", &figure(n.map(|n| n.std_dev)))
        .attr("data-min", &figure(n.map(|n| n.min)))
        .attr("data-median", &figure(n.map(|n| n.median)))
        .attr("data-max", &figure(n.map(|n| n.max)))
        .attr("data-evenness", &figure(column.evenness()))
        .attr("data-distance", &figure(row.distance.map(|d| d.drift())))
        .attr("data-warnings", &row.concerns.len().to_string());
}

/// A share in words and as a bar.
pub(super) fn missing(html: &mut Html, column: &Column) {
    let share = column.missing_share();
    html.raw("<span class=\"share\"><span class=\"bar\"><span")
        .attr("style", &format!("width:{:.1}%", share * 100.0))
        .raw("></span></span> ");
    html.percent(share).raw("</span>");
}

pub(super) fn picture(view: &View, row: &Row, column: &Column) -> Html {
    let other = view.column(row).and(view.other(row));
    let shape = |c: &Column| c.number.as_ref().and_then(|n| n.standard.clone());
    if let Some(n) = &column.number {
        let label = format!("Histogram {}", chart::describe(n));
        return chart::histogram(&label, n.standard.as_ref(), other.and_then(shape).as_ref());
    }
    let frequencies = column.frequencies();
    let Some((_, count)) = frequencies.first() else { return Html::default() };
    let share = count / column.values().max(1) as f64;
    let label = format!("Values by frequency; the most frequent makes {}", percent(share));
    chart::ranks(&label, frequencies, other.map_or(&[], |o| o.frequencies()))
}

pub(super) fn warnings(html: &mut Html, row: &Row) {
    if row.concerns.is_empty() {
        return;
    }
    html.raw("<ul class=\"warnings\">");
    for concern in &row.concerns {
        html.raw(if concern.serious { "<li class=\"bad\">" } else { "<li>" }).text(&concern.text).raw("</li>");
    }
    html.raw("</ul>");
}
