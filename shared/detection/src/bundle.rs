//! Accepted rules in one JSON text, so that a function starts without reading YAML.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::Document;
use crate::hex::hex;
use crate::load;
use crate::placeholders::Placeholders;
use crate::reject::Rejected;
use crate::ruleset::{Loaded, RuleSet};

/// The format that this version writes; raised when an older reader could misunderstand a newer bundle.
const FORMAT: u32 = 1;

/// Rule documents that were accepted, and the lists their placeholders stand for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    format: u32,
    hash: String,
    #[serde(default)]
    placeholders: Placeholders,
    documents: Vec<Document>,
}

/// Why a text is not a usable bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The text is something else.
    #[error("not a bundle of rules")]
    NotABundle(#[source] serde_json::Error),
    /// A newer version wrote it.
    #[error("the bundle has format {found}, this version reads {FORMAT}; build it again")]
    OtherFormat {
        /// Its format.
        found: u32,
    },
    /// It was cut or changed.
    #[error("the bundle's content does not have the hash it states; build it again")]
    Damaged,
}

impl Bundle {
    /// Keeps those of `documents` that can be honoured, and tells which cannot.
    pub fn build(documents: Vec<Document>, placeholders: Placeholders) -> (Self, Vec<Rejected>) {
        let (loaded, numbers) = load::load(documents.iter().cloned(), &placeholders);
        let rejected = loaded.rejected;
        let accepted = documents.into_iter().enumerate().filter(|(number, _)| !numbers.contains(number));
        let documents: Vec<Document> = accepted.map(|(_, document)| document.without_text()).collect();
        let hash = hash(&placeholders, &documents);
        (Self { format: FORMAT, hash, placeholders, documents }, rejected)
    }

    /// Reads what [`Bundle::to_json`] wrote.
    ///
    /// # Errors
    /// If the text is no bundle, of another format, or damaged.
    pub fn from_json(json: &[u8]) -> Result<Self, BundleError> {
        let bundle: Self = serde_json::from_slice(json).map_err(BundleError::NotABundle)?;
        if bundle.format != FORMAT {
            return Err(BundleError::OtherFormat { found: bundle.format });
        }
        if bundle.hash != hash(&bundle.placeholders, &bundle.documents) {
            return Err(BundleError::Damaged);
        }
        Ok(bundle)
    }

    /// Returns the bundle as JSON.
    ///
    /// # Errors
    /// None that is known: JSON values are always valid JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Returns the SHA-256 of the content, in hexadecimal: the same rules have the same hash.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns the accepted documents.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Compiles the rules.
    pub fn load(self) -> Loaded {
        RuleSet::load_with(self.documents, &self.placeholders)
    }
}

fn hash(placeholders: &Placeholders, documents: &[Document]) -> String {
    // Neither can fail to serialise; were it otherwise, writing the bundle would fail with the reason.
    let content = serde_json::to_vec(&(placeholders, documents)).unwrap_or_default();
    hex(&Sha256::digest(&content))
}
