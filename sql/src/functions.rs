//! Functions that Athena has and the engine lacks: `json_extract_scalar`, `json_extract` and `from_iso8601_timestamp`.
//!
//! Source: Trino documentation, "JSON functions and operators" and "Date and time functions and operators".

use datafusion::arrow::array::{Array, ArrayRef, StringArray, StringBuilder, TimestampMillisecondBuilder};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::cast::as_string_array;
use datafusion::common::{DataFusionError, Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use serde_json::Value;
use serde_json_path::JsonPath;
use std::sync::Arc;

/// Returns all of them.
pub(crate) fn all() -> [ScalarUDF; 3] {
    let of_json = |reads| ScalarUDF::from(OfJson { reads, signature: texts(2) });
    [of_json(Reads::Scalar), of_json(Reads::Any), ScalarUDF::from(FromIso8601 { signature: texts(1) })]
}

fn texts(count: usize) -> Signature {
    Signature::exact(vec![DataType::Utf8; count], Volatility::Immutable)
}

/// What is taken from JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Reads {
    /// Texts, numbers and truth values, as texts without quotes; nothing of objects and arrays.
    Scalar,
    /// Whatever it is, as JSON.
    Any,
}

/// `json_extract_scalar(json, path)` and `json_extract(json, path)`: what stands at a path, NULL if nothing does or the text is no
/// JSON.
#[derive(Debug, PartialEq, Eq, Hash)]
struct OfJson {
    reads: Reads,
    signature: Signature,
}

impl ScalarUDFImpl for OfJson {
    fn name(&self) -> &'static str {
        match self.reads {
            Reads::Scalar => "json_extract_scalar",
            Reads::Any => "json_extract",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [json, paths] = arrays.as_slice() else {
            return exec_err!("{} takes JSON and a path", self.name());
        };
        let (json, paths) = (as_string_array(json)?, as_string_array(paths)?);
        let mut found = StringBuilder::new();
        let mut known = Known::default();
        for (json, path) in json.iter().zip(paths) {
            found.append_option(match (json, path) {
                (Some(json), Some(path)) => at(json, known.path(path)?, self.reads),
                (None, _) | (_, None) => None,
            });
        }
        let found: ArrayRef = Arc::new(found.finish());
        Ok(ColumnarValue::Array(found))
    }
}

/// The path that was read last: a query has the same in each row.
#[derive(Debug, Default)]
struct Known {
    last: Option<(String, JsonPath)>,
}

impl Known {
    fn path(&mut self, text: &str) -> Result<&JsonPath> {
        let last = match self.last.take() {
            Some((known, path)) if known == text => (known, path),
            Some(_) | None => {
                let path = JsonPath::parse(text).map_err(|error| {
                    let advice = "write `$.requestParameters.name` or `$['a.b'][0]`";
                    DataFusionError::Execution(format!("`{text}` is no JSON path ({error}); {advice}"))
                })?;
                (text.to_owned(), path)
            }
        };
        Ok(&self.last.insert(last).1)
    }
}

fn at(json: &str, path: &JsonPath, reads: Reads) -> Option<String> {
    let value: Value = serde_json::from_str(json).ok()?;
    let found = path.query(&value).exactly_one().ok()?;
    match (reads, found) {
        (Reads::Any, found) => Some(found.to_string()),
        (Reads::Scalar, Value::String(text)) => Some(text.clone()),
        (Reads::Scalar, Value::Bool(_) | Value::Number(_)) => Some(found.to_string()),
        (Reads::Scalar, Value::Null | Value::Array(_) | Value::Object(_)) => None,
    }
}

/// `from_iso8601_timestamp(text)`: the moment that a text names; an error if it names none, as in Athena.
#[derive(Debug, PartialEq, Eq, Hash)]
struct FromIso8601 {
    signature: Signature,
}

impl ScalarUDFImpl for FromIso8601 {
    fn name(&self) -> &'static str {
        "from_iso8601_timestamp"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [texts] = arrays.as_slice() else { return exec_err!("from_iso8601_timestamp takes one text") };
        let moments = moments(as_string_array(texts)?)?;
        Ok(ColumnarValue::Array(moments))
    }
}

fn moments(texts: &StringArray) -> Result<ArrayRef> {
    let mut moments = TimestampMillisecondBuilder::with_capacity(texts.len()).with_timezone("UTC");
    for text in texts {
        moments.append_option(text.map(moment).transpose()?);
    }
    Ok(Arc::new(moments.finish()))
}

fn moment(text: &str) -> Result<i64> {
    let of_day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| Some(of_day()?.timestamp()));
    match moment {
        Some(moment) => Ok(moment.as_millisecond()),
        None => exec_err!("`{text}` is no time; write 2026-11-24T10:00:00Z"),
    }
}
