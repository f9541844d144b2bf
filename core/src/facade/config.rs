//! `.octostore/config.toml`, the one configuration file, committed; and what git's own configuration says for this
//! clone: `octostore.store` (an override), `octostore.accepted` (URLs that the owner accepted), `octostore.data`.

use super::Repo;
use crate::content::ids::random_bytes;
use crate::error::{Code, Error, Result};
use crate::store::Address;
use crate::store::files::{open_up, read_if_there, write_atomically};
use std::io::Write;
use std::path::{Path, PathBuf};
use toml_edit::DocumentMut;

const FILE: &str = ".octostore/config.toml";
const OVERRIDE: &str = "octostore.store";
const ACCEPTED: &str = "octostore.accepted";
const DATA: &str = "octostore.data";

/// The committed configuration.
pub(super) struct Config {
    path: PathBuf,
    document: DocumentMut,
}

impl Config {
    pub(super) fn read(work_dir: &Path) -> Result<Self> {
        let path = work_dir.join(FILE);
        let bytes = read_if_there(&path)?.unwrap_or_default();
        Self::parse(path, bytes)
    }

    fn parse(path: PathBuf, bytes: Vec<u8>) -> Result<Self> {
        let broken = |e: String| {
            Error::new(Code::Config, format!("{}: {e}", path.display()))
                .remedy("Correct the file, or restore it with \"git checkout -- .octostore/config.toml\".")
                .with("path", path.display().to_string())
        };
        let text = String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8 text".into()))?;
        let document = text.parse::<DocumentMut>().map_err(|e| broken(e.to_string().trim().replace('\n', " ")))?;
        let config = Config { path, document };
        for key in ["url", "repository"] {
            if config.document.get("store").and_then(|s| s.get(key)).is_some_and(|v| !v.is_str()) {
                return Err(Error::new(
                    Code::Config,
                    format!("{}: store.{key} is not a string", config.path.display()),
                )
                .remedy("Correct the file, or restore it from an earlier commit."));
            }
        }
        Ok(config)
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.document.get("store")?.get(key)?.as_str()
    }

    /// The store's URL.
    pub(super) fn url(&self) -> Option<&str> {
        self.get("url")
    }

    /// The name under which this repository publishes roots: 32 hexadecimal digits, drawn once.
    pub(super) fn repository(&self) -> Result<&str> {
        let name = self.get("repository").ok_or_else(|| {
            Error::new(Code::Config, format!("{}: store.repository is missing", self.path.display()))
                .remedy("Run \"octostore init\", which draws one, and commit the file.")
        })?;
        let plain = name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
        if plain {
            return Ok(name);
        }
        Err(Error::new(Code::Config, format!("{}: store.repository is not 32 hexadecimal digits", self.path.display()))
            .remedy("Restore the file from an earlier commit."))
    }

    pub(super) fn set_url(&mut self, url: &Address) {
        self.document["store"]["url"] = toml_edit::value(url.to_string());
    }

    pub(super) fn draw_repository(&mut self) -> Result<()> {
        if self.get("repository").is_none() {
            let name: String = random_bytes::<16>()?.iter().map(|b| format!("{b:02x}")).collect();
            self.document["store"]["repository"] = toml_edit::value(name);
        }
        Ok(())
    }

    pub(super) fn write(&self) -> Result<()> {
        let text = self.document.to_string();
        if read_if_there(&self.path)?.as_deref() == Some(text.as_bytes()) {
            return Ok(());
        }
        write_atomically(&self.path, |f| {
            open_up(f)?;
            f.write_all(text.as_bytes())
        })
    }
}

impl Repo {
    pub(super) fn config(&self) -> Result<Config> {
        match self.git().work_dir() {
            Ok(root) => Config::read(root),
            // A bare repository has what its branch has.
            Err(_) => Config::parse(self.git().git_dir().join(FILE), self.git().file_at_head(FILE)?),
        }
    }

    /// The URL that counts here, and whether it is an override for this clone only.
    pub(super) fn store_url(&self) -> Result<Option<(Address, bool)>> {
        if let Some(url) = self.git().config_get(OVERRIDE)? {
            return Ok(Some((Address::parse(&url)?, true)));
        }
        match self.config()?.url() {
            Some(url) => Ok(Some((Address::parse(url)?, false))),
            None => Ok(None),
        }
    }

    pub(super) fn override_store(&self, url: &Address) -> Result<()> {
        self.git().config_set(OVERRIDE, &url.to_string())
    }

    pub(super) fn is_accepted(&self, url: &Address) -> Result<bool> {
        let url = url.to_string();
        Ok(self.git().config_get_all(ACCEPTED)?.iter().any(|a| a.as_str() == url))
    }

    pub(super) fn accept(&self, url: &Address) -> Result<()> {
        if self.is_accepted(url)? { Ok(()) } else { self.git().config_add(ACCEPTED, &url.to_string()) }
    }

    /// Whether a checkout brings data by itself: not after a clone without it.
    pub(super) fn wants_data(&self) -> Result<bool> {
        Ok(self.git().config_get(DATA)?.as_deref() != Some("none"))
    }

    pub(super) fn set_wants_data(&self, choice: &str) -> Result<()> {
        self.git().config_set(DATA, choice)
    }
}
