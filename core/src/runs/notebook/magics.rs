//! A cell's magics and shell lines as the Python that IPython makes of them. Every line stays on its line.

use serde_json::Value;
use std::fmt::Write as _;

/// Cell magics whose body is Python.
const PYTHON_BODY: &[&str] = &["time", "timeit", "capture", "prun"];

/// Programs whose installing commands people write as if they were Python, and which can be nothing else.
const BARE: &[&str] = &["pip", "conda", "mamba"];

/// The cell as Python.
pub(super) fn as_python(cell: &str) -> String {
    let cell = cell.replace("\r\n", "\n");
    // A cell magic is the first thing in its cell, though empty lines may stand before it.
    let blank = cell.split('\n').take_while(|l| l.trim().is_empty()).count();
    let lines: Vec<&str> = cell.split('\n').collect();
    match lines.get(blank).and_then(|l| l.strip_prefix("%%")).filter(|l| !l.is_empty()) {
        Some(first) => format!("{}{}", "\n".repeat(blank), cell_magic(first, &lines[blank + 1..])),
        None => python(&lines),
    }
}

/// `%%name arguments` and what follows, as one call whose text spans the same lines.
fn cell_magic(first: &str, body: &[&str]) -> String {
    let (name, line) = first.split_once(char::is_whitespace).unwrap_or((first, ""));
    let (name, line) = if let Some(shell) = name.strip_prefix('!') { ("system", shell) } else { (name, line) };
    let body = if PYTHON_BODY.contains(&name) { python(body) } else { body.join("\n") };
    let (name, line) = (quoted(name), quoted(line.trim()));
    if body.is_empty() {
        return format!("get_ipython().run_cell_magic({name}, {line}, \"\")");
    }
    let escaped = body.replace('\\', "\\\\").replace('"', "\\\"");
    format!("get_ipython().run_cell_magic({name}, {line}, \"\"\"\\\n{escaped}\n\"\"\")")
}

/// Lines of Python among which magics and shell lines may be.
fn python(lines: &[&str]) -> String {
    let mut state = State::default();
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    let mut n = 0;
    while n < lines.len() {
        let line = lines[n];
        let changed = if state.at_start() { changed(line, &lines[n + 1..]) } else { None };
        match changed {
            Some((python, more)) => {
                out.push(python);
                // What was joined to the line leaves its lines empty.
                out.extend(std::iter::repeat_n(String::new(), more));
                n += 1 + more;
            }
            None => {
                state.read(line);
                out.push(line.to_owned());
                n += 1;
            }
        }
    }
    out.join("\n")
}

/// The Python of a line that is not Python, and how many of the next lines it took in.
fn changed(line: &str, next: &[&str]) -> Option<(String, usize)> {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let bare = BARE.iter().any(|b| text.strip_prefix(b).is_some_and(installs));
    let is_ours = text.starts_with(['!', '%']) && text.len() > 1 || bare || assigned(text).is_some();
    if !is_ours {
        return help(text).map(|call| (format!("{indent}{call}"), 0));
    }
    let (whole, more) = joined(text, next);
    let call = match assigned(&whole) {
        Some((target, what)) => format!("{target}= {}", value_of(what)?),
        None => match whole.strip_prefix("!!") {
            Some(command) => format!("get_ipython().getoutput({})", quoted(command.trim())),
            None if bare => format!("get_ipython().run_line_magic({})", name_and_rest(&whole)),
            None => value_or_system(&whole)?,
        },
    };
    Some((format!("{indent}{call}"), more))
}

fn value_or_system(text: &str) -> Option<String> {
    match text.strip_prefix('!') {
        Some(command) => Some(format!("get_ipython().system({})", quoted(command.trim()))),
        None => value_of(text),
    }
}

/// `!command` or `%magic arguments` as an expression.
fn value_of(text: &str) -> Option<String> {
    if let Some(command) = text.strip_prefix('!') {
        return Some(format!("get_ipython().getoutput({})", quoted(command.trim())));
    }
    let magic = text.strip_prefix('%')?.trim_start_matches('%');
    let named = magic.starts_with(|c: char| c.is_alphabetic() || c == '_');
    named.then(|| format!("get_ipython().run_line_magic({})", name_and_rest(magic)))
}

fn name_and_rest(text: &str) -> String {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    format!("{}, {}", quoted(name), quoted(rest.trim()))
}

/// The target and the value of `target = !command` or `target = %magic`.
fn assigned(text: &str) -> Option<(&str, &str)> {
    let equals = text.find('=')?;
    let (target, value) = (&text[..equals], text[equals + 1..].trim_start());
    let is_target = target.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '(')
        && target.chars().all(|c| c.is_alphanumeric() || "_.,[]'\"() *".contains(c));
    let shell = value.starts_with('!') && !value.starts_with("!=");
    let magic = value.strip_prefix('%').is_some_and(|v| v.starts_with(|c: char| c.is_alphabetic()));
    (is_target && (shell || magic)).then_some((target, value))
}

/// ` install numpy` and the like.
fn installs(rest: &str) -> bool {
    let mut words = rest.split(' ').filter(|w| !w.is_empty());
    rest.starts_with(' ')
        && words
            .next()
            .is_some_and(|w| ["install", "uninstall", "list", "freeze", "show", "update", "remove"].contains(&w))
        && words.next().is_none_or(|w| !w.starts_with('='))
}

/// `thing?`, `thing??`, `?thing`.
fn help(text: &str) -> Option<String> {
    let text = text.trim_end();
    let thing = text
        .strip_prefix('?')
        .map(|t| t.trim_start_matches('?'))
        .or_else(|| text.strip_suffix('?').map(|t| t.trim_end_matches('?')))?;
    let thing = thing.trim();
    let is_name = thing.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && thing.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    is_name.then(|| format!("get_ipython().run_line_magic(\"pinfo\", {})", quoted(thing)))
}

/// A line with those that its ending backslashes add to it.
fn joined(line: &str, next: &[&str]) -> (String, usize) {
    let mut whole = line.trim_end().to_owned();
    let mut more = 0;
    while whole.ends_with('\\') && more < next.len() {
        whole.pop();
        let _ = write!(whole, "{}", next[more].trim_end());
        more += 1;
    }
    (whole, more)
}

/// Text as Python writes it.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Whether a line begins a statement: strings, brackets and backslashes carry on over lines.
#[derive(Default)]
struct State {
    /// The quotes of a string that is open at the end of the line.
    string: Option<&'static str>,
    brackets: usize,
    carried_on: bool,
}

impl State {
    fn at_start(&self) -> bool {
        self.string.is_none() && self.brackets == 0 && !self.carried_on
    }

    fn read(&mut self, line: &str) {
        self.carried_on = false;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if let Some(quotes) = self.string {
                if rest.starts_with('\\') {
                    // An escaped quote ends nothing, in raw strings neither.
                    let mut chars = rest.chars();
                    chars.nth(1);
                    rest = chars.as_str();
                    continue;
                }
                if let Some(after) = rest.strip_prefix(quotes) {
                    self.string = None;
                    rest = after;
                    continue;
                }
            } else {
                let opened = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| rest.starts_with(q));
                if let Some(quotes) = opened {
                    self.string = Some(quotes);
                    rest = &rest[quotes.len()..];
                    continue;
                }
                match c {
                    '#' => break,
                    '(' | '[' | '{' => self.brackets += 1,
                    ')' | ']' | '}' => self.brackets = self.brackets.saturating_sub(1),
                    '\\' if rest.len() == 1 => self.carried_on = true,
                    _ => {}
                }
            }
            rest = &rest[c.len_utf8()..];
        }
        // A string in single quotes ends with its line unless that ends with a backslash.
        if self.string.is_some_and(|q| q.len() == 1) && !line.ends_with('\\') {
            self.string = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::as_python;

    fn line_magic(name: &str, rest: &str) -> String {
        format!("get_ipython().run_line_magic(\"{name}\", \"{rest}\")")
    }

    #[test]
    fn magics_and_shell_lines_become_calls() {
        let cases = [
            ("%matplotlib inline", line_magic("matplotlib", "inline")),
            ("  %time f(1)", format!("  {}", line_magic("time", "f(1)"))),
            ("!ls -l {d}", "get_ipython().system(\"ls -l {d}\")".into()),
            ("files = !ls", "files = get_ipython().getoutput(\"ls\")".into()),
            ("a, b = !echo 1; echo 2", "a, b = get_ipython().getoutput(\"echo 1; echo 2\")".into()),
            ("t = %timeit -o f()", "t = get_ipython().run_line_magic(\"timeit\", \"-o f()\")".into()),
            ("!!date", "get_ipython().getoutput(\"date\")".into()),
            ("pip install \"numpy<3\"", "get_ipython().run_line_magic(\"pip\", \"install \\\"numpy<3\\\"\")".into()),
            ("np.array?", line_magic("pinfo", "np.array")),
            ("?len", line_magic("pinfo", "len")),
            ("!pip install a \\\n    b\nx = 1", "get_ipython().system(\"pip install a     b\")\n\nx = 1".into()),
        ];
        for (cell, python) in cases {
            assert_eq!(as_python(cell), python, "{cell}");
        }
    }

    #[test]
    fn python_stays_as_it_is() {
        let cells = [
            "x = (a\n  % b)",
            "x = a \\\n  % b",
            "s = \"\"\"\n!not a command\n%not a magic\n\"\"\"",
            "s = 'it''s' # !x\ny = 1",
            "assert x != y",
            "a = b if c != d else e",
            "x = {\n'a': 1,\n}\nprint('%d' % 3)",
            "r = f'{x!r}'",
            "pip = 3\npip",
            "d['a'] = 'what?'",
            "q = r'\\'  \nz = 2",
            "print(\"\"\"a\n!b\"\"\", '''\n%c\n''')",
        ];
        for cell in cells {
            assert_eq!(as_python(cell), cell);
        }
    }

    #[test]
    fn a_cell_magic_keeps_the_lines_of_its_cell() {
        let python = as_python("\n%%bash -e\necho \"a\\n\"\n  b");
        let expected = "\nget_ipython().run_cell_magic(\"bash\", \"-e\", \"\"\"\\\necho \\\"a\\\\n\\\"\n  b\n\"\"\")";
        assert_eq!(python, expected);
        assert_eq!(as_python("%%time\n!ls").lines().nth(1), Some("get_ipython().system(\\\"ls\\\")"));
    }
}
