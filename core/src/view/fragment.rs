//! The page's short form, to stand in another page such as a notebook: styles of its own, no script, no ids.

use super::card::{Room, card};
use super::html::Html;
use super::{View, overview, page};

const STYLE: &str = include_str!("style.css");
const LINES: usize = 100;
const CARDS: usize = 30;

/// A piece of HTML. However often it stands in a page, it disturbs nothing.
pub(crate) fn fragment(view: &View) -> String {
    let mut html = Html::default();
    html.raw("<div class=\"octo-view octo-fragment\"><style>").raw(STYLE).raw("</style><p class=\"title\"><strong>");
    html.value(&view.subject.name).raw("</strong>");
    if let Some(against) = &view.against {
        html.raw(" beside <span class=\"key b\">").value(&against.name).raw("</span>");
    }
    html.raw("</p>").append(page::facts(view)).append(overview::table(view, LINES, false));
    html.raw("<details><summary>Each column</summary>");
    let room = Room { top_values: 5, buckets: false, linked: false };
    for (index, row) in view.rows.iter().enumerate().take(CARDS) {
        html.append(card(view, row, index, room));
    }
    if view.rows.len() > CARDS {
        html.raw("<p>").text(&format!("The first {CARDS} columns are shown; the whole page has more.")).raw("</p>");
    }
    html.raw("</details></div>\n");
    html.finish()
}
