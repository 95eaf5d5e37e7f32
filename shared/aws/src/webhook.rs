//! JSON for a service outside of AWS, by the same HTTP and TLS that the SDK uses.

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use std::time::Duration;
use trailreflex_model::shown;

/// How long a service may take to accept a connection, and to answer.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(8));
/// Longest answer, in bytes, that is read.
const MOST_ANSWER: usize = 4096;

/// A service did not take what it was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It does not answer, or says that it has too much to do, or that it failed.
    #[error("{0}")]
    Later(String),
    /// It refuses what it was sent, or whoever sends it.
    #[error("{0}")]
    Never(String),
}

/// Sends JSON by POST. Follows no redirection: it could lead anywhere.
#[derive(Debug)]
pub struct Webhooks {
    connector: Connector,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self::new()
    }
}

impl Webhooks {
    /// Makes no connection before something is sent.
    #[must_use]
    pub fn new() -> Self {
        let settings =
            HttpConnectorSettings::builder().connect_timeout(PATIENCE.0).read_timeout(PATIENCE.1).build();
        let connector = Connector::builder()
            .connector_settings(settings)
            .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build();
        Self { connector }
    }

    /// Sends `body` to `url`, which must be `https`, or `http` to this machine.
    ///
    /// # Errors
    /// [`NotTaken`]; its text never has the address, which is a secret of many services.
    pub async fn post(&self, url: &str, body: String) -> Result<(), NotTaken> {
        judge(self.send(url, body, &[]).await?).await
    }

    /// Sends `body` with more headers, and returns the answer, whatever it says.
    pub(crate) async fn send(
        &self,
        url: &str,
        body: String,
        headers: &[(String, String)],
    ) -> Result<HttpResponse, NotTaken> {
        if !is_safe(url) {
            return Err(NotTaken::Never(String::from("the address is not https://")));
        }
        let request = request(url, body, headers)
            .ok_or_else(|| NotTaken::Never(String::from("the address is not a URL")))?;
        // The error may name the address.
        let sent =
            tokio::time::timeout(PATIENCE.0.saturating_add(PATIENCE.1), self.connector.call(request)).await;
        match sent {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.is_timeout() => {
                Err(NotTaken::Later(String::from("it did not answer in time")))
            }
            Err(_) => Err(NotTaken::Later(String::from("it did not answer in time"))),
            Ok(Err(error)) if error.is_user() => {
                Err(NotTaken::Never(String::from("the address cannot be called")))
            }
            Ok(Err(_)) => Err(NotTaken::Later(String::from("no connection"))),
        }
    }
}

fn is_safe(url: &str) -> bool {
    let local = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"];
    url.starts_with("https://") || local.iter().any(|prefix| url.starts_with(prefix))
}

fn request(url: &str, body: String, more: &[(String, String)]) -> Option<HttpRequest> {
    let length = body.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST").ok()?;
    request.set_uri(url.to_owned()).ok()?;
    let headers = request.headers_mut();
    headers.insert("content-type", "application/json");
    headers.insert("content-length", length);
    headers.insert("user-agent", "trailreflex");
    for (name, value) in more {
        headers.try_insert(name.clone(), value.clone()).ok()?;
    }
    Some(request)
}

async fn judge(answer: HttpResponse) -> Result<(), NotTaken> {
    let status = answer.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(());
    }
    let text = beginning(answer.into_body()).await;
    Err(later_or_never(status, format!("it answers {status}: {}", shown(&text))))
}

/// Says of a refusal whether another attempt may do.
pub(crate) fn later_or_never(status: u16, says: String) -> NotTaken {
    if status == 408 || status == 425 || status == 429 || status >= 500 {
        NotTaken::Later(says)
    } else {
        NotTaken::Never(says)
    }
}

/// Reads the beginning of an answer, for a person.
pub(crate) async fn beginning(body: SdkBody) -> String {
    let mut stream = ByteStream::new(body);
    let mut text = Vec::new();
    while let Some(Ok(bytes)) = stream.next().await {
        text.extend_from_slice(&bytes);
        if text.len() > MOST_ANSWER {
            break;
        }
    }
    String::from_utf8_lossy(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}
