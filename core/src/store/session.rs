//! A store that this clone is connected to: its configuration checked, its epoch, and what is known about it.

use super::address::Address;
use super::known::Known;
use super::layout::{self, Access, Capabilities, Config};
use super::probe;
use super::remote::Remote;
use crate::content::ids::random_bytes;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use std::path::Path;

/// A connected store.
pub(crate) struct Store {
    pub remote: Remote,
    pub known: Known,
    pub config: Config,
    /// The keys of the files tables as listed once.
    pub(super) tables: Option<Vec<super::remote::Listed>>,
}

impl Store {
    /// Connects to a store that is there. `root` is the clone's octostore folder.
    pub(crate) fn open(address: Address, access: Access, root: &Path, context: &Context) -> Result<Self> {
        if let Some(folder) = address.local_folder().filter(|f| !f.exists()) {
            let message = format!("store {address}: the folder {} is not there", folder.display());
            return Err(Error::new(Code::StoreUnreachable, message)
                .remedy("Plug in or mount the disk that it is on; if the store is gone, make one with \"octostore store set URL\".")
                .with("store", address.to_string()));
        }
        let remote = Remote::open(address, context)?;
        let config = read_config(&remote)?.ok_or_else(|| no_store(&remote))?;
        Self::connect(remote, config, access, root)
    }

    /// Connects to a store, making it if the place is empty.
    pub(crate) fn open_or_create(address: Address, root: &Path, context: &Context) -> Result<Self> {
        let remote = Remote::open(address, context)?;
        let config = match read_config(&remote)? {
            Some(config) => config,
            None => create(&remote)?,
        };
        Self::connect(remote, config, Access::Write, root)
    }

    fn connect(remote: Remote, config: Config, access: Access, root: &Path) -> Result<Self> {
        config.check(remote.address(), access)?;
        let known = Known::open(root, remote.address(), &config)?;
        Ok(Store { remote, known, config, tables: None })
    }

    /// The epoch now.
    pub(crate) fn epoch(&self) -> Result<u64> {
        let missing = || {
            Error::new(Code::Corrupt, format!("store {} has no {}", self.remote.address(), layout::EPOCH))
                .remedy("Restore the object, or use another store.")
        };
        let bytes = self.remote.get(layout::EPOCH)?.ok_or_else(missing)?;
        Ok(layout::from_json::<layout::Epoch>(self.remote.address(), layout::EPOCH, &bytes)?.epoch)
    }
}

fn read_config(remote: &Remote) -> Result<Option<Config>> {
    let Some(bytes) = remote.get(layout::CONFIG)? else {
        return Ok(None);
    };
    Config::read(remote.address(), &bytes).map(Some)
}

fn no_store(remote: &Remote) -> Error {
    Error::new(
        Code::StoreForeign,
        format!("store {} is not an octostore store: it has no {}", remote.address(), layout::CONFIG),
    )
    .remedy("Check the URL, or make a store there with \"octostore store set URL\".")
    .with("store", remote.address().to_string())
}

fn create(remote: &Remote) -> Result<Config> {
    // A first push that died, or another client at work, has left only our own names.
    let foreign = remote.list("", 50)?.into_iter().find(|o| !o.key.starts_with("v1/"));
    if let Some(object) = foreign {
        let message = format!("store {} holds other data already ({})", remote.address(), object.key);
        return Err(Error::new(Code::StoreForeign, message)
            .remedy("Choose an empty folder or a prefix of your own, such as the same URL with /octostore behind it.")
            .with("store", remote.address().to_string()));
    }
    let capabilities: Capabilities = probe::probe(remote)?;
    let config = Config {
        format: layout::FORMAT.into(),
        version: layout::VERSION,
        id: random_bytes::<16>()?.iter().map(|b| format!("{b:02x}")).collect(),
        chunker: layout::CHUNKER.into(),
        required_to_read: Vec::new(),
        required_to_write: Vec::new(),
        capabilities,
        created: layout::now(),
        created_by: format!("octostore {}", crate::VERSION),
    };
    if remote.create(layout::CONFIG, layout::to_json(&config)?)? {
        return Ok(config);
    }
    // Somebody else was first: theirs is the store.
    read_config(remote)?.ok_or_else(|| no_store(remote))
}
