//! Stores in a bucket: endpoint and credentials from the variables and files that each vendor's own tools use.

use super::address::Address;
use super::remote::Backend;
use crate::error::{Code, Error, Result};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use std::sync::Arc;
use std::time::Duration;

fn options() -> ClientOptions {
    // reqwest has no TLS of its own choosing here; a provider that the program installed before stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(5))
        .with_read_timeout(Duration::from_secs(60))
        .with_timeout_disabled()
        .with_user_agent(http_agent())
}

fn http_agent() -> object_store::HeaderValue {
    object_store::HeaderValue::from_static(concat!("octostore/", env!("CARGO_PKG_VERSION")))
}

/// A dropped connection is tried again; a store that is not there is reported within seconds, not minutes.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(3),
            base: 2.0,
        },
        max_retries: 5,
        retry_timeout: Duration::from_secs(60),
    }
}

#[cfg_attr(not(any(feature = "azure", feature = "gcs", feature = "s3")), allow(dead_code))]
fn unusable(address: &Address, e: &object_store::Error) -> Error {
    Error::new(Code::StoreUrlInvalid, format!("store {address}: {e}"))
        .remedy("Check the URL and the vendor's variables (region, account, endpoint).")
        .with("store", address.to_string())
}

#[cfg(feature = "s3")]
pub(super) fn s3(address: &Address) -> Result<Backend> {
    use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Key};
    let profile = super::aws_profile::load()?;
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(address.bucket())
        .with_client_options(options())
        .with_retry(retry())
        // TLS protects the body; hashing it once more costs more than BLAKE3 did.
        .with_unsigned_payload(true);
    if let (Some(key), Some(secret)) = (&profile.access_key_id, &profile.secret_access_key) {
        builder = builder.with_access_key_id(key).with_secret_access_key(secret);
        if let Some(token) = &profile.session_token {
            builder = builder.with_token(token);
        }
    }
    if let Some(region) = &profile.region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &profile.endpoint_url {
        builder = builder.with_endpoint(endpoint);
    }
    let plain = builder.get_config_value(&Key::Endpoint).is_some_and(|e| e.starts_with("http://"));
    if plain {
        builder = builder.with_allow_http(true);
    }
    let objects = Arc::new(builder.build().map_err(|e| unusable(address, &e))?);
    Ok(Backend { multipart: Some(objects.clone()), objects })
}

#[cfg(feature = "gcs")]
pub(super) fn gcs(address: &Address) -> Result<Backend> {
    let builder = object_store::gcp::GoogleCloudStorageBuilder::from_env()
        .with_bucket_name(address.bucket())
        .with_client_options(options())
        .with_retry(retry());
    let objects = Arc::new(builder.build().map_err(|e| unusable(address, &e))?);
    Ok(Backend { multipart: Some(objects.clone()), objects })
}

#[cfg(feature = "azure")]
pub(super) fn azure(address: &Address) -> Result<Backend> {
    use object_store::azure::{AzureConfigKey as Key, MicrosoftAzureBuilder};
    let mut builder = MicrosoftAzureBuilder::from_env()
        .with_container_name(address.bucket())
        .with_client_options(options())
        .with_retry(retry());
    if builder.get_config_value(&Key::Endpoint).is_some_and(|e| e.starts_with("http://")) {
        builder = builder.with_allow_http(true);
    }
    let objects = Arc::new(builder.build().map_err(|e| unusable(address, &e))?);
    Ok(Backend { multipart: Some(objects.clone()), objects })
}
