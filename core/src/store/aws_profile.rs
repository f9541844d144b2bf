//! The files that AWS's own tools read: `~/.aws/credentials` and `~/.aws/config`. Variables win over files.

use crate::error::{Code, Error, Result};
use configparser::ini::Ini;
use std::path::{Path, PathBuf};

/// What the files (never the variables) say for the chosen profile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<String>,
    pub session_token: Option<String>,
    pub region: Option<String>,
    pub endpoint_url: Option<String>,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn file(variable_name: &str, name: &str) -> Option<PathBuf> {
    match variable(variable_name) {
        Some(path) => Some(path.into()),
        None => std::env::home_dir().map(|home| home.join(".aws").join(name)),
    }
}

/// Reads the profile that `AWS_PROFILE` names, leaving out what a variable sets.
pub(super) fn load() -> Result<Profile> {
    let chosen = variable("AWS_PROFILE");
    let name = chosen.as_deref().unwrap_or("default");
    let credentials = read(file("AWS_SHARED_CREDENTIALS_FILE", "credentials").as_deref())?;
    let config = read(file("AWS_CONFIG_FILE", "config").as_deref())?;
    let mut profile = from_files(&credentials, &config, name);
    if chosen.is_some() && profile == Profile::default() {
        return Err(Error::new(
            Code::StorePermission,
            format!("AWS_PROFILE names \"{name}\", which neither AWS file describes"),
        )
        .remedy("Correct AWS_PROFILE, or add the profile with \"aws configure\"."));
    }
    if variable("AWS_ACCESS_KEY_ID").is_some() {
        (profile.access_key_id, profile.secret_access_key, profile.session_token) = (None, None, None);
    }
    if variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).is_some() {
        profile.region = None;
    }
    let set = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"].iter().find_map(|n| variable(n));
    if set.is_some() {
        profile.endpoint_url = set;
    }
    Ok(profile)
}

fn read(path: Option<&Path>) -> Result<Ini> {
    let mut ini = Ini::new_cs();
    let Some(path) = path else { return Ok(ini) };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            ini.read(text).map_err(|e| {
                Error::new(Code::Config, format!("{}: {e}", path.display())).with("path", path.display().to_string())
            })?;
            Ok(ini)
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(ini),
        Err(e) => Err(Error::io(path, "reading credentials", e)),
    }
}

fn from_files(credentials: &Ini, config: &Ini, name: &str) -> Profile {
    // The config file says "profile x" for all but the default one.
    let section = if name == "default" { name.to_owned() } else { format!("profile {name}") };
    let either = |key: &str| credentials.get(name, key).or_else(|| config.get(&section, key));
    Profile {
        access_key_id: either("aws_access_key_id"),
        secret_access_key: either("aws_secret_access_key"),
        session_token: either("aws_session_token"),
        region: config.get(&section, "region").or_else(|| credentials.get(name, "region")),
        endpoint_url: config.get(&section, "endpoint_url"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_profile_is_read_from_both_files() {
        let ini = |text: &str| {
            let mut ini = Ini::new_cs();
            ini.read(text.to_owned()).unwrap();
            ini
        };
        let credentials =
            ini("[default]\naws_access_key_id = D\n[lab]\naws_access_key_id=L\naws_secret_access_key = a/b+c=\n");
        let config = ini("[profile lab]\nregion = eu-west-1\nendpoint_url = http://localhost:9\n[default]\nregion=x\n");
        let lab = from_files(&credentials, &config, "lab");
        assert_eq!(lab.access_key_id.as_deref(), Some("L"));
        assert_eq!(lab.secret_access_key.as_deref(), Some("a/b+c="));
        assert_eq!(lab.region.as_deref(), Some("eu-west-1"));
        assert_eq!(lab.endpoint_url.as_deref(), Some("http://localhost:9"));
        assert_eq!(from_files(&credentials, &config, "default").region.as_deref(), Some("x"));
    }
}
