//! The options, read once.

use crate::error::{Code, Error, Result};
use crate::facade::{ImportOptions, SampleOptions};

/// What a file that cannot be imported does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnError {
    Stop,
    Skip,
    Quarantine,
}

pub(super) struct Choices {
    pub update: bool,
    pub on_error: OnError,
    pub only: Vec<String>,
    pub license: Option<String>,
    pub sample: Option<SampleOptions>,
    pub profile: bool,
}

impl Choices {
    pub(super) fn of(options: &ImportOptions) -> Result<Choices> {
        if options.in_place {
            return Err(Error::new(Code::Unsupported, "objects cannot be versioned where they are yet (in_place)")
                .remedy("Leave it out: the import copies the objects into the repository's own store."));
        }
        let on_error = match options.on_error.as_str() {
            "" | "stop" => OnError::Stop,
            "skip" => OnError::Skip,
            "quarantine" => OnError::Quarantine,
            other => return Err(wrong("on_error", other, "Use stop, skip or quarantine.")),
        };
        Ok(Choices {
            update: options.update,
            on_error,
            only: options.only.clone(),
            license: (!options.license.is_empty()).then(|| options.license.clone()),
            sample: (!options.sample.is_empty()).then(|| sample(&options.sample)).transpose()?,
            profile: options.profile,
        })
    }
}

fn wrong(option: &'static str, value: &str, remedy: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("{option}: \"{}\" is not a value of it", value.escape_default()))
        .remedy(remedy)
        .with("option", option)
}

/// `0.01` and `1%` are shares of the rows, `10000` is a number of them.
fn sample(text: &str) -> Result<SampleOptions> {
    let wrong = || wrong("sample", text, "Give a fraction such as 0.01 or 1%, or a number of rows such as 10000.");
    if let Ok(rows) = text.parse::<u64>() {
        return if rows == 0 { Err(wrong()) } else { Ok(SampleOptions { rows, ..Default::default() }) };
    }
    let fraction = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|p| p / 100.0),
        None => text.parse::<f64>(),
    };
    let fraction = fraction.map_err(|_| wrong())?;
    if fraction > 0.0 && fraction <= 1.0 { Ok(SampleOptions { fraction, ..Default::default() }) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sample_is_a_share_or_a_number() {
        assert_eq!(sample("1%").unwrap().fraction, 0.01);
        assert_eq!(sample("0.5").unwrap().fraction, 0.5);
        assert_eq!(sample("1.0").unwrap().fraction, 1.0);
        assert_eq!(sample("100").unwrap().rows, 100);
        for bad in ["0", "-1", "2.5", "NaN", "x", "0.0", "120%"] {
            assert!(sample(bad).is_err(), "{bad}");
        }
    }
}
