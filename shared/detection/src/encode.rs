//! Encodings that a rule may ask for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::draft::Context;
use crate::modifier::Wide;
use crate::reject::SelectionProblem;
use crate::template::Template;

/// Returns `bytes` in base64, padded.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

impl Wide {
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let units = text.encode_utf16();
        match self {
            Self::Little => units.flat_map(u16::to_le_bytes).collect(),
            Self::Big => units.flat_map(u16::to_be_bytes).collect(),
            Self::Marked => [0xFF, 0xFE].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect(),
        }
    }
}

/// Writes two-byte text as a JSON string shows it: every character with a NUL beside it.
pub(crate) fn widen_text(
    template: Template,
    encoding: Wide,
    context: Context<'_>,
) -> Result<Template, SelectionProblem> {
    let plain = match encoding {
        Wide::Little | Wide::Marked => Wide::Little,
        Wide::Big => Wide::Big,
    };
    let widened = template.map_text(|text| {
        String::from_utf8(plain.encode(text)).ok().filter(|_| text.is_ascii()).ok_or_else(|| {
            SelectionProblem::CannotEncode {
                item: context.item.to_owned(),
                value: format!("`{text}`"),
                problem: "only ASCII can be told from other text once widened",
            }
        })
    })?;
    Ok(if encoding == Wide::Marked { widened.prepend('\u{feff}') } else { widened })
}

/// Returns the parts of the encoding that do not depend on what surrounds `bytes`, at each of the three offsets.
pub(crate) fn base64_at_offsets(bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let mut padded = vec![b' '; offset];
        padded.extend_from_slice(bytes);
        let encoded = STANDARD.encode(&padded);
        // The first character of a group holds six bits of the first byte, the second two more, and so on.
        let start = match offset {
            0 => 0,
            1 => 2,
            _ => 3,
        };
        let unsure = match padded.len() % 3 {
            0 => 0,
            1 => 3,
            _ => 2,
        };
        encoded.get(start..encoded.len().saturating_sub(unsure)).unwrap_or_default().to_owned()
    })
}
