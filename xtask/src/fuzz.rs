//! A C program that calls every function of the header in random order with random arguments: what each argument is follows from
//! its type. The hand-written half, with the values, is `tests/c/fuzz.h`.

use crate::parse::{Item, Kind, fields, items};
use crate::{Result, root};
use std::collections::BTreeSet;
use std::fs;

/// The program is not the one that git calls.
const NOT_CALLED: &[&str] = &["octo_filter_process", "octo_run_hook"];

struct Argument {
    kind: String,
    name: String,
}

fn arguments(item: &Item) -> Vec<Argument> {
    let text = item.declaration();
    let inside = text.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(inside, _)| inside);
    let one = |a: &str| {
        let a = a.trim();
        let at = a.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |i| i + 1);
        Argument { kind: a[..at].trim().to_owned(), name: a[at..].to_owned() }
    };
    inside.split(',').filter(|a| a.trim() != "void").map(one).collect()
}

/// What a header's types are for.
struct Types {
    handles: Vec<String>,
    structs: Vec<String>,
}

impl Types {
    fn handle(&self, kind: &str) -> Option<usize> {
        self.handles.iter().position(|h| *h == kind)
    }

    /// Code before the call, the argument, code after it.
    fn argument(&self, a: &Argument, n: usize) -> (String, String, String) {
        let bare = a.kind.trim_start_matches("const ").to_owned();
        let pointee = bare.strip_suffix('*').map(str::trim_end);
        let none = String::new;
        match (bare.as_str(), pointee) {
            ("octo_error **", _) => (none(), "pick(2) ? &err : NULL".into(), none()),
            ("octo_bytes", _) => (none(), "some_bytes()".into(), none()),
            // What is imported is copied: not the whole disk.
            ("octo_bytes *", _) if a.name == "sources" => (
                "size_t count = some_sources();\n    octo_bytes *list = array;".into(),
                "pick(8) ? list : NULL".into(),
                none(),
            ),
            ("octo_bytes *", _) if a.kind.starts_with("const ") => (
                "size_t count = some_array();\n    octo_bytes *list = array;".into(),
                "pick(8) ? list : NULL".into(),
                none(),
            ),
            ("size_t", _) if a.name == "count" => (none(), "count".into(), none()),
            ("size_t", _) if a.name == "len" => (none(), "pick(4) ? sizeof buffer : pick(9)".into(), none()),
            ("size_t", _) => (none(), "some_size()".into(), none()),
            ("uint8_t *", _) => (none(), "pick(8) ? buffer : NULL".into(), none()),
            ("struct ArrowArrayStream *", _) if a.name == "out" => (none(), "some_stream_out()".into(), none()),
            ("struct ArrowArrayStream *", _) => (none(), "some_stream()".into(), none()),
            ("int64_t", _) if a.name == "timeout_ms" => (none(), "pick(3)".into(), none()),
            ("uint32_t" | "uint64_t" | "int64_t" | "octo_status", _) => {
                (none(), format!("({bare})some_number()"), none())
            }
            (_, Some(inner)) if inner.ends_with('*') => {
                let kind = inner.trim_end_matches('*').trim();
                let index = self.handle(kind).unwrap_or(0);
                let put = format!("keep({index}, got{n});");
                (format!("{kind} *got{n} = NULL;"), format!("pick(16) ? &got{n} : NULL"), put)
            }
            (_, Some(inner)) => match self.handle(inner) {
                Some(index) => (none(), format!("({inner} *)some_handle({index})"), none()),
                None if self.structs.iter().any(|s| s == inner) => {
                    let size = format!("struct_of(sizeof({inner}))");
                    let build = if a.kind.starts_with("const ") { format!("fill_{inner}({size})") } else { size };
                    (format!("{inner} *given{n} = {build};"), format!("pick(6) ? given{n} : NULL"), none())
                }
                None => (format!("{inner} value{n};"), format!("pick(6) ? &value{n} : NULL"), none()),
            },
            (other, None) => (none(), format!("({other})some_number()"), none()),
        }
    }
}

/// Sets the fields of a struct of options to something that may be right.
fn filler(item: &Item) -> String {
    let name = &item.name;
    let all = fields(item);
    let set = |(n, (kind, field)): (usize, &(String, String))| match kind.as_str() {
        "octo_bytes" => format!("    s->{field} = some_bytes();\n"),
        "octo_cancel *" => format!("    s->{field} = pick(3) ? NULL : (octo_cancel *)some_handle(CANCEL);\n"),
        "octo_progress_fn" => format!("    s->{field} = pick(2) ? hear_progress : NULL;\n"),
        "octo_done_fn" => format!("    s->{field} = pick(2) ? hear_done : NULL;\n"),
        "octo_log_fn" => format!("    s->{field} = pick(2) ? hear_log : NULL;\n"),
        "void *" => String::new(),
        "size_t" if field.ends_with("_count") => {
            // The array stands before its count.
            let array = n.checked_sub(1).and_then(|before| all.get(before)).map_or("", |(_, name)| name.as_str());
            format!("    s->{field} = some_array();\n    s->{array} = array;\n")
        }
        "double" => format!("    s->{field} = pick(3) / 2.0;\n"),
        "size_t" | "uint64_t" | "uint32_t" if field != "struct_size" => format!("    s->{field} = pick(4);\n"),
        _ => String::new(),
    };
    let sets: String = all.iter().enumerate().map(set).collect();
    format!(
        "static {name} *fill_{name}(void *given) {{\n    {name} *s = given;\n    if (s->struct_size < sizeof *s || pick(4) == 0) \
         return s;\n{sets}    return s;\n}}\n"
    )
}

fn caller(types: &Types, f: &Item) -> String {
    let all: Vec<_> = arguments(f).iter().enumerate().map(|(n, a)| types.argument(a, n)).collect();
    let before: String =
        all.iter().map(|(before, _, _)| format!("    {before}\n")).filter(|l| l.trim() != "").collect();
    let after: String = all.iter().map(|(_, _, after)| format!("    {after}\n")).filter(|l| l.trim() != "").collect();
    let values: Vec<&str> = all.iter().map(|(_, value, _)| value.as_str()).collect();
    let call = format!("{}({})", f.name, values.join(", "));
    let declaration = f.declaration();
    let result = if declaration.starts_with("octo_status ")
        && !f.name.starts_with("octo_error_code")
        && !f.name.starts_with("octo_status_at")
    {
        format!("    octo_status status = {call};\n{after}    finish(status, err);\n")
    } else if declaration.starts_with("octo_bytes ") {
        format!("    read_bytes({call});\n{after}    (void)err;\n")
    } else if declaration.starts_with("octo_cancel *") {
        format!("    keep(CANCEL, {call});\n{after}    (void)err;\n")
    } else {
        format!("    {call};\n{after}    (void)err;\n")
    };
    format!("static void call_{}(void) {{\n    octo_error *err = NULL;\n{before}{result}}}\n", f.name)
}

/// With NULL and nothing everywhere: a call that can say so refuses.
fn nothing(f: &Item) -> Option<String> {
    let arguments = arguments(f);
    let no_handle = !f.declaration().starts_with("octo_status ") || arguments.len() < 2;
    if no_handle || f.name == "octo_error_code" {
        return None;
    }
    let none = |a: &Argument| {
        if a.kind == "octo_bytes" {
            "octo_text(NULL)"
        } else if a.kind.ends_with('*') {
            "NULL"
        } else {
            "0"
        }
    };
    let values: Vec<&str> = arguments.iter().map(none).collect();
    let name = &f.name;
    Some(format!("    CHECK({name}({}) == OCTO_INVALID_ARGUMENT, \"{name} refuses nothing\");\n", values.join(", ")))
}

/// Prints the program.
pub(crate) fn print() -> Result<()> {
    let header = items(&fs::read_to_string(root().join("include/octostore.h"))?);
    let of = |kind: Kind| header.iter().filter(move |i| i.kind == kind);
    let names = |kind: Kind| of(kind).map(|i| i.name.clone()).collect::<Vec<_>>();
    let types = Types { handles: names(Kind::Handle), structs: names(Kind::Struct) };
    let functions: Vec<&Item> = of(Kind::Function).filter(|f| !NOT_CALLED.contains(&f.name.as_str())).collect();
    let taken: BTreeSet<String> = functions.iter().flat_map(|f| arguments(f)).map(|a| a.kind).collect();
    let options: Vec<&Item> = of(Kind::Struct).filter(|i| taken.contains(&format!("const {} *", i.name))).collect();
    let handles = types.handles.len();
    println!("#define HANDLES {handles}");
    println!("#define CANCEL {}", types.handle("octo_cancel").ok_or("no octo_cancel")?);
    println!("#define REPO {}", types.handle("octo_repo").ok_or("no octo_repo")?);
    println!("#define CONTEXT {}", types.handle("octo_context").ok_or("no octo_context")?);
    println!("#include \"fuzz.h\"\n");
    println!("void free_handle(int kind, void *handle) {{\n    switch (kind) {{");
    for (n, h) in types.handles.iter().enumerate() {
        println!("        case {n}: {h}_free(handle); break;");
    }
    println!("    }}\n}}\n");
    options.iter().filter(|s| s.name != "octo_bytes").for_each(|s| println!("{}", filler(s)));
    functions.iter().filter(|f| !f.name.ends_with("_free")).for_each(|f| println!("{}", caller(&types, f)));
    println!("void refuse_nothing(void) {{\n{}}}\n", functions.iter().filter_map(|f| nothing(f)).collect::<String>());
    let calls: Vec<String> = functions
        .iter()
        .filter(|f| !f.name.ends_with("_free"))
        .map(|f| format!("{{\"{0}\", call_{0}}}", f.name))
        .collect();
    println!("const struct call calls[] = {{{}}};\nconst size_t call_count = {};", calls.join(", "), calls.len());
    Ok(())
}
