//! HTML in which only what stands in this source is markup.

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
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|c| escape(c, &mut self.0));
        self
    }
    /// A name or a value: of its own direction.
    pub(super) fn value(&mut self, value: &str) -> &mut Self {
        self.raw("<bdi>").text(value).raw("</bdi>")
    }
    /// An attribute, with the space before it.
    pub(super) fn attr(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"").text(value).raw("\"")
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
        '\n' => out.push('\n'),
        // Neither HTML nor an editor can hold these; they have a picture each.
        '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        // Marks of direction would turn what follows, also in an attribute.
        '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => {
            out.push('\u{fffd}');
        }
        c => out.push(c),
    }
}
