//! HTML in which only what stands in this source is markup.

use crate::profile::summary::{Distinct, Estimate, figures};

/// Longer values are cut on the page.
const LONG: usize = 120;

/// A piece of HTML under way. Literals are taken as they are; everything else is escaped.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    pub(super) fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }
    /// What another function of this room made.
    pub(super) fn append(&mut self, other: Html) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }
    /// Words of ours, with figures or without; a name in them does no harm.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|c| escape(c, &mut self.0));
        self
    }
    /// A name or a value of the data: on one line, of its own direction, and what cannot be seen is written out.
    pub(super) fn value(&mut self, value: &str) -> &mut Self {
        if value.is_empty() {
            return self.raw("<i class=\"none\">empty</i>");
        }
        self.raw("<bdi>");
        for c in value.chars().take(LONG) {
            match is_invisible(c) {
                true => self.raw("<i class=\"code\">").text(&format!("U+{:04X}", c as u32)).raw("</i>"),
                false => self.text(c.encode_utf8(&mut [0; 4])),
            };
        }
        let more = value.chars().count().saturating_sub(LONG);
        if more > 0 {
            self.text(&format!("… (+{} characters)", figures::count(more as u64)));
        }
        self.raw("</bdi>")
    }
    /// An attribute, with the space before it.
    pub(super) fn attr(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"").text(value).raw("\"")
    }
    /// A number as people read it, and whole for machines.
    pub(super) fn number(&mut self, value: f64) -> &mut Self {
        self.raw("<data").attr("value", &value.to_string()).raw(">").text(&figures::number(value)).raw("</data>")
    }
    pub(super) fn count(&mut self, value: u64) -> &mut Self {
        self.raw("<data").attr("value", &value.to_string()).raw(">").text(&figures::count(value)).raw("</data>")
    }
    pub(super) fn percent(&mut self, share: f64) -> &mut Self {
        self.text(&figures::percent(share))
    }
    /// An estimate says that it is one, and how good.
    pub(super) fn distinct(&mut self, distinct: Distinct) -> &mut Self {
        if distinct.error > 0.0 {
            let error = format!("estimate, standard error {}", figures::percent(distinct.error));
            self.raw("<abbr").attr("title", &error).raw(">≈").count(distinct.value);
            return self.raw("</abbr> <small>±").percent(distinct.error).raw("</small>");
        }
        self.count(distinct.value)
    }
    /// As above, with the error as a count.
    pub(super) fn estimate(&mut self, of: Estimate) -> &mut Self {
        if of.standard_error > 0.0 {
            let error = figures::count(of.standard_error as u64);
            return self.text("≈").count(of.value).raw(" <small>±").text(&error).raw("</small>");
        }
        self.count(of.value)
    }
    pub(super) fn finish(self) -> String {
        self.0
    }
}

fn escape(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        // Neither HTML nor an editor can hold these; they have a picture each.
        '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
        // Marks of direction would turn what follows, also in an attribute.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
        c => out.push(c),
    }
}

fn is_invisible(c: char) -> bool {
    crate::profile::compare::is_invisible(c)
}
