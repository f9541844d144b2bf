//! The one error, with its fields.

/// What went wrong. `what` is the message: some languages keep `message` for themselves.
#[derive(Debug, uniffi::Error)]
pub enum Failure {
    Failed {
        code: i32,
        name: String,
        what: String,
        hint: String,
        retryable: bool,
        keys: Vec<String>,
        values: Vec<String>,
    },
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Failure::Failed { what, .. } = self;
        f.write_str(what)
    }
}

impl std::error::Error for Failure {}

impl From<octostore::Error> for Failure {
    fn from(e: octostore::Error) -> Self {
        let (keys, values) = e.context().map(|(k, v)| (k.to_owned(), v.to_owned())).unzip();
        Failure::Failed {
            code: e.code() as i32,
            name: e.code().name().to_owned(),
            what: e.message().to_owned(),
            hint: e.hint().to_owned(),
            retryable: e.retryable(),
            keys,
            values,
        }
    }
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A code and what it is.
#[derive(uniffi::Record)]
pub struct CodeInfo {
    pub code: i32,
    pub name: String,
    pub summary: String,
}

/// Every code there is.
#[uniffi::export]
pub fn codes() -> Vec<CodeInfo> {
    let info = |c: &octostore::Code| CodeInfo {
        code: *c as i32,
        name: c.name().to_owned(),
        summary: c.summary().trim().to_owned(),
    };
    octostore::Code::ALL.iter().map(info).collect()
}
