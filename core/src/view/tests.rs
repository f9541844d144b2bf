//! Pages of real statistics and of hostile ones.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::profile::summary::testing::{golden, numbers, texts};

fn of(name: &str) -> Subject {
    Subject { name: format!("{name}.csv"), table: golden(name) }
}

fn pages(view: &View) -> [String; 2] {
    [page(view), fragment(view)]
}

/// Goes through the tags: each one that must be closed is closed in its turn, and attributes are in quotes.
fn assert_well_formed(html: &str) {
    const VOID: [&str; 4] = ["meta", "input", "path", "br"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with('!') {
            continue;
        }
        let end = rest.find('>').unwrap();
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes another");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        let name = tag.split([' ', '/']).next().unwrap();
        if name == "script" || name == "style" {
            rest = &rest[rest.find(&format!("</{name}>")).unwrap() + name.len() + 3..];
        } else if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} are open");
}

fn assert_offline(html: &str) {
    for word in ["http:", "https:", "//", "@import", "url(", " src=", "<link", "<img", "<iframe"] {
        let found = html.replace("// ", "").contains(word);
        assert!(!found, "{word} in the page");
    }
}

#[test]
fn pages_of_tfdvs_statistics_are_whole_small_and_need_no_network() {
    for name in ["chicago_taxi_simple", "penguins_labelled", "vega_zipcodes", "vega_github", "vega_seattle-weather"] {
        for html in pages(&View::new(of(name), None)) {
            assert_well_formed(&html);
            assert_offline(&html);
            assert!(html.len() < 200 << 10, "{name}: {}", html.len());
        }
    }
}

#[test]
fn the_figures_on_the_page_are_those_of_the_statistics() {
    let view = View::new(of("chicago_taxi_simple"), None);
    for html in pages(&view) {
        for column in &view.subject.table.columns {
            assert!(html.contains(&format!("<bdi>{}</bdi>", column.name)), "{}", column.name);
            assert!(html.contains(&format!("<data value=\"{}\">", column.present)));
            if let Some(n) = &column.number {
                for figure in [n.mean, n.std_dev, n.min, n.median, n.max] {
                    assert!(html.contains(&format!("<data value=\"{figure}\">")), "{}: {figure}", column.name);
                }
            }
            for (value, count) in column.frequencies().iter().take(5) {
                assert!(html.contains(&format!("</th><td><data value=\"{count}\">")), "{value}: {count}");
            }
        }
    }
}

const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\u{202e}evil\u{2066}",
    "nul\0bell\u{7}del\u{7f}\u{85}",
    "</style></title></script>",
    "&lt;b&gt; \u{feff}",
];

fn hostile() -> Subject {
    let mut columns: Vec<_> = HOSTILE.iter().map(|n| texts(n, &HOSTILE.map(|v| (v, 3)))).collect();
    columns.push(numbers(HOSTILE[0], &[(f64::NEG_INFINITY, 0.0, 1.0), (0.0, f64::INFINITY, f64::NAN)]));
    for column in &mut columns {
        let custom = crate::profile::summary::Custom::Text(HOSTILE[0].into());
        column.custom.insert(HOSTILE[1].into(), custom);
    }
    Subject { name: HOSTILE.concat(), table: Table { rows: 21, columns, ..Table::default() } }
}

#[test]
fn names_and_values_are_text_whatever_they_say() {
    let scripts = |html: &str| html.matches("<script").count();
    for view in [View::new(hostile(), None), View::new(hostile(), Some(of("penguins_labelled")))] {
        let [page, fragment] = pages(&view);
        for (html, allowed) in [(&page, 1), (&fragment, 0)] {
            assert_well_formed(html);
            assert_eq!(scripts(html), allowed);
            assert!(!html.contains("<img") && html.contains("&lt;img"));
            assert!(html.contains("&amp;lt;b&amp;gt;"));
            assert!(html.contains("U+202E") && html.contains("U+0000"));
            let unseen =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{2069}').contains(&c) && c != '\u{2044}';
            assert_eq!(html.chars().find(|c| unseen(*c)), None);
        }
    }
}

#[test]
fn an_estimate_is_marked_with_its_error_and_an_exact_count_is_not() {
    let mut column = texts("x", &[("a", 5), ("b", 4)]);
    let page_of = |column: Column| {
        let table = Table { rows: 9, columns: vec![column], ..Table::default() };
        page(&View::new(Subject { name: "t".into(), table }, None))
    };
    assert!(!page_of(column.clone()).contains('≈'));
    column.distinct = Some(crate::profile::summary::Distinct { value: 123_456, error: 0.003 });
    let html = page_of(column);
    assert!(html.contains("≈<data value=\"123456\">123,456</data>") && html.contains("±0.3 %"), "{html}");
}

#[test]
fn two_tables_beside_each_other_show_what_is_new_gone_and_distant() {
    let mut other = of("taxi_examples_eval");
    other.table.columns.remove(0);
    let mut subject = of("taxi_examples_train");
    let gone = subject.table.columns.remove(5).name;
    let new = subject.table.columns[0].name.clone();
    let view = View::new(subject, Some(other));
    let state = |name: &str| {
        let json = summary(&view);
        let columns = json["columns"].as_array().unwrap().clone();
        columns.into_iter().find(|c| c["name"] == name).unwrap()
    };
    assert_eq!(state(&new)["state"], "new");
    assert_eq!(state(&gone)["state"], "gone");
    assert!(state("payment_type")["distance"]["l_infinity"].as_f64().unwrap() > 0.0);
    for html in pages(&view) {
        assert_well_formed(&html);
        assert!(html.contains(">new</td>") && html.contains(">gone</td>"));
    }
}

#[test]
fn a_table_of_a_thousand_columns_is_one_page_of_three_megabytes() {
    let taxi = golden("chicago_taxi_simple").columns;
    let columns =
        taxi.iter().cycle().take(1000).enumerate().map(|(i, c)| Column { name: format!("c{i}"), ..c.clone() });
    let table = Table { rows: 15_000, columns: columns.collect(), ..Table::default() };
    let html = page(&View::new(Subject { name: "wide".into(), table }, None));
    assert_well_formed(&html);
    assert!(html.len() < 3 << 20, "{}", html.len());
}

#[test]
fn a_table_without_rows_or_columns_has_a_page() {
    for html in pages(&View::new(Subject { name: String::new(), table: Table::default() }, None)) {
        assert_well_formed(&html);
    }
}
