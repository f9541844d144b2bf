//! Schemas: inferred from statistics by TFDV's rules, with suggestions beyond them, read, compared and written.
//!
//! This room knows the messages and nothing of rows, files or git. Start with [`infer`]; [`suggest`] proposes what a
//! person may accept, [`diff`] says how two schemas differ, and [`SchemaFile`] is a schema's text on its way in and out.

mod describe;
mod diff;
mod domains;
mod file;
mod find;
mod formats;
mod infer;
mod path;
mod suggest;
mod view;

pub(crate) use describe::features_json;
pub(crate) use diff::{Difference, diff};
pub(crate) use domains::custom_domain;
pub(crate) use file::SchemaFile;
pub(crate) use find::{find, string_domain};
pub(crate) use formats::{Pattern, matches as is_format};
pub(crate) use infer::{add_feature, fixed_shape, infer, value_counts};
pub(crate) use path::FeaturePath;
pub(crate) use suggest::{accept, suggest};
pub(crate) use view::{DatasetView, FeatureView};

#[cfg(test)]
pub(crate) mod tests;
