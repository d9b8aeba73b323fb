//! The server's certificate. Files that change are read again, so that a renewed certificate needs no restart.

use super::settings::TlsSettings;
use anyhow::{Context as _, anyhow};
use arc_swap::ArcSwap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// What connections are accepted with at the moment.
pub struct Tls {
    settings: TlsSettings,
    current: ArcSwap<ServerConfig>,
}

impl Tls {
    pub fn new(settings: TlsSettings) -> anyhow::Result<Arc<Self>> {
        let current = ArcSwap::from_pointee(load(&settings)?);
        Ok(Arc::new(Self { settings, current }))
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }

    /// Looks at the files for ever.
    pub async fn follow(self: Arc<Self>) {
        let mut seen = modified(&self.settings);
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = modified(&self.settings);
            if now == seen {
                continue;
            }
            match load(&self.settings) {
                Ok(config) => {
                    self.current.store(Arc::new(config));
                    tracing::info!("The certificate was read again.");
                    seen = now;
                }
                // Certificate and key are rarely replaced at one moment: the next look may find both.
                Err(error) => tracing::warn!(
                    error = format!("{error:#}"),
                    "The new certificate cannot be used; the old one stays."
                ),
            }
        }
    }
}

fn modified(settings: &TlsSettings) -> Vec<Option<SystemTime>> {
    let files = [Some(&settings.certificate), Some(&settings.key), settings.client_ca.as_ref()];
    files.into_iter().flatten().map(|path| std::fs::metadata(path).and_then(|m| m.modified()).ok()).collect()
}

fn load(settings: &TlsSettings) -> anyhow::Result<ServerConfig> {
    let chain = certificates(&settings.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&settings.key)
        .map_err(|error| anyhow!("cannot read the key {}: {error}", settings.key.display()))?;
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let builder = match &settings.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut authorities = RootCertStore::empty();
            for certificate in certificates(path)? {
                authorities.add(certificate).with_context(|| format!("{} is no authority", path.display()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider).build()?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .with_context(|| format!("{} and {} do not fit", settings.certificate.display(), settings.key.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let wrong = |error| anyhow!("cannot read certificates from {}: {error}", path.display());
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(wrong)?;
    if found.is_empty() {
        return Err(anyhow!("{} has no certificate", path.display()));
    }
    Ok(found)
}
