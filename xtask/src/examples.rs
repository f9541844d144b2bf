//! The examples of the header as a program, so that they cannot rot.

use crate::{Result, root};
use std::fs;

const BEGIN: &str = r#"#include <octostore.h>
#include <stdio.h>
#include <stdlib.h>

static void write_log(const octo_log_record *record, void *user_data) {
    fprintf((FILE *)user_data, "%.*s\n", (int)record->message.len, (const char *)record->message.data);
}

static void must(octo_error *err, const char *what) {
    if (err == NULL) return;
    octo_bytes message = octo_error_message(err);
    fprintf(stderr, "FAILED %s: %.*s\n", what, (int)message.len, (const char *)message.data);
    exit(1);
}
"#;

/// The code in each comment of the header but the first, which is a program of its own.
fn examples(header: &str) -> Vec<String> {
    let mut found = Vec::new();
    for comment in header.split("/*").skip(2) {
        let comment = comment.split("*/").next().unwrap_or_default();
        let code: Vec<&str> = comment.lines().filter_map(|l| l.strip_prefix(" *     ")).collect();
        if !code.is_empty() {
            found.push(code.join("\n"));
        }
    }
    found
}

/// The whole program at the head of the header.
pub(crate) fn program() -> Result<()> {
    let header = fs::read_to_string(root().join("include/octostore.h"))?;
    let head = header.split("*/").next().unwrap_or_default();
    head.lines()
        .filter(|l| l.starts_with(" *     ") || *l == " *")
        .for_each(|l| println!("{}", l.get(7..).unwrap_or("")));
    Ok(())
}

/// A program that runs every other example on the repository that is its argument.
pub(crate) fn print() -> Result<()> {
    let header = fs::read_to_string(root().join("include/octostore.h"))?;
    let found = examples(&header);
    println!("{BEGIN}");
    for (n, code) in found.iter().enumerate() {
        println!("static void example_{n}(octo_context *context, octo_repo *repo) {{\n    octo_error *err = NULL;");
        println!("    (void)context, (void)repo;\n    {{\n{code}\n    }}\n    must(err, \"example {n}\");\n}}\n");
    }
    println!("int main(int argc, char **argv) {{\n    octo_context *context = NULL;\n    octo_repo *repo = NULL;");
    println!("    octo_error *err = NULL;\n    (void)write_log;\n    if (argc != 2) return 2;");
    println!("    octo_context_new(NULL, &context, &err);\n    must(err, \"context\");");
    println!("    octo_repo_open(context, octo_text(argv[1]), &repo, &err);\n    must(err, \"open\");");
    (0..found.len()).for_each(|n| println!("    example_{n}(context, repo);"));
    println!(
        "    octo_repo_free(repo);\n    octo_context_free(context);\n    printf(\"{} examples ran\\n\");",
        found.len()
    );
    println!("    return 0;\n}}");
    Ok(())
}
