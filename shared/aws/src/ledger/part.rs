//! A part of a flush as an item of the table.

use super::{Attributes, text, unusable};
use crate::CallFailed;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use jiff::Timestamp;
use std::collections::HashMap;
use std::io::Read;
use trailreflex_metering::{FlushId, Part, PartId, PartState};

/// Most bytes of a part's series: what a thousand of them cannot reach.
const MAX_BYTES: u64 = 4 << 20;

/// Returns the item of a part that begins to wait `now`.
pub(super) fn item(part: &Part, now: Timestamp) -> Result<Attributes, CallFailed> {
    let failed = |cause: Box<dyn std::error::Error + Send + Sync>| CallFailed {
        call: "dynamodb:TransactWriteItems",
        is_transient: false,
        cause,
    };
    let json = serde_json::to_vec(&part.series).map_err(|error| failed(error.into()))?;
    let mut series = Vec::new();
    let mut deflated = DeflateEncoder::new(json.as_slice(), Compression::fast());
    deflated.read_to_end(&mut series).map_err(|error| failed(error.into()))?;
    let mut item = key(&part.id);
    item.extend(state(&part.state).map(|(name, value)| (name.to_owned(), text(value))));
    item.insert("series".to_owned(), AttributeValue::B(Blob::new(series)));
    item.insert("events".to_owned(), AttributeValue::N(part.events.to_string()));
    item.insert("since".to_owned(), text(now.to_string()));
    Ok(item)
}

/// Returns the key of a part.
pub(super) fn key(part: &PartId) -> Attributes {
    let PartId { flush, number } = part;
    HashMap::from([
        ("key".to_owned(), text("parts")),
        ("part".to_owned(), text(format!("{}#{number}", flush.0))),
    ])
}

/// Returns the attributes that tell how far a part is.
pub(super) fn state(state: &PartState) -> [(&'static str, String); 3] {
    match state {
        PartState::Waiting => {
            [("state", "waiting".to_owned()), ("by", "-".to_owned()), ("at", "-".to_owned())]
        }
        PartState::Sending { by, since } => {
            [("state", "sending".to_owned()), ("by", by.clone()), ("at", since.to_string())]
        }
    }
}

/// Reads a part.
pub(super) fn read(item: &Attributes) -> Result<Part, CallFailed> {
    let unusable = |name: &str| unusable("dynamodb:Query", name);
    let of = |name: &str| {
        item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or_else(|| unusable(name))
    };
    let (flush, number) = of("part")?.rsplit_once('#').ok_or_else(|| unusable("part"))?;
    let state = match of("state")? {
        "waiting" => PartState::Waiting,
        "sending" => PartState::Sending {
            by: of("by")?.to_owned(),
            since: of("at")?.parse().map_err(|_| unusable("at"))?,
        },
        _ => return Err(unusable("state")),
    };
    let deflated =
        item.get("series").and_then(|value| value.as_b().ok()).ok_or_else(|| unusable("series"))?;
    let mut json = Vec::new();
    let mut inflated = DeflateDecoder::new(deflated.as_ref()).take(MAX_BYTES);
    inflated.read_to_end(&mut json).map_err(|_| unusable("series"))?;
    let events =
        item.get("events").and_then(|value| value.as_n().ok()).and_then(|events| events.parse().ok());
    Ok(Part {
        id: PartId {
            flush: FlushId(flush.to_owned()),
            number: number.parse().map_err(|_| unusable("part"))?,
        },
        state,
        events: events.ok_or_else(|| unusable("events"))?,
        series: serde_json::from_slice(&json).map_err(|_| unusable("series"))?,
    })
}
