//! What is known about rows: statistics, schemas, and whether rows keep to them.
//!
//! This room takes record batches and gives the messages of TensorFlow Metadata. It knows nothing of git, stores or files;
//! of `data` it takes batches and their readers. Start with [`statistics::Profiler`]; [`messages`] has the formats,
//! [`schema`] infers and compares schemas, and [`validate`] finds where data and schema disagree.

pub(crate) mod compare;
mod divergence;
pub(crate) mod features;
pub(crate) mod messages;
pub(crate) mod schema;
pub(crate) mod statistics;
pub(crate) mod summary;
pub(crate) mod validate;
