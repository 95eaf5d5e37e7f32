//! Records to rows: only the columns that a query names are looked up and copied.

use crate::columns::{COLUMNS, Column, Kind, Partition, fields, item};
use datafusion::arrow::array::{ArrayRef, ListArray, NullBufferBuilder, StringBuilder, StructArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use trailreflex_history::Delivered;
use trailreflex_model::cloudtrail::Record;

/// What the name of a file tells of the records in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    account: Option<String>,
    region: Option<String>,
    day: Option<String>,
}

impl Origin {
    /// Reads a path or key. One that CloudTrail would not give tells nothing: the records do.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let Some(Delivered { account, region, at }) = Delivered::of(path) else { return Self::default() };
        let day = at.strftime("%Y/%m/%d").to_string();
        Self { account: Some(account.to_owned()), region: Some(region.to_owned()), day: Some(day) }
    }

    fn partition<'o>(&'o self, partition: Partition, record: &'o Record) -> Option<Cow<'o, str>> {
        let told = match partition {
            Partition::Account => &self.account,
            Partition::Region => &self.region,
            Partition::Day => &self.day,
        };
        if let Some(told) = told {
            return Some(Cow::Borrowed(told));
        }
        match partition {
            Partition::Account => record.recipient_account().map(|account| Cow::Owned(account.to_string())),
            Partition::Region => record.region().map(|region| Cow::Borrowed(region.as_str())),
            Partition::Day => {
                record.event_time().map(|time| Cow::Owned(time.strftime("%Y/%m/%d").to_string()))
            }
        }
    }
}

/// Makes rows of `records`, with the columns that stand at `projection`.
///
/// # Errors
/// Arrow's, if the columns do not fit the schema or hold more than 2 GiB.
pub(crate) fn batch<'r>(
    schema: &SchemaRef,
    projection: &[usize],
    records: impl Iterator<Item = &'r Record>,
    origin: &Origin,
) -> Result<RecordBatch, ArrowError> {
    let columns: Vec<_> = projection.iter().filter_map(|index| COLUMNS.get(*index)).collect();
    let mut building: Vec<_> = columns.iter().map(|column| Building::of(column)).collect();
    let mut rows = 0_usize;
    for record in records {
        rows = rows.saturating_add(1);
        for (column, building) in columns.iter().zip(&mut building) {
            match column.kind {
                Kind::Partition(partition) => building.text(origin.partition(partition, record).as_deref()),
                Kind::Text | Kind::Struct(_) | Kind::List(_) => building.add(record.field(column.member)),
            }
        }
    }
    let arrays = building.into_iter().map(Building::finish).collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows)); // `count(*)` needs no column
    RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)
}

/// A column on its way.
enum Building {
    Text(StringBuilder),
    Struct { members: &'static [Column], building: Vec<Building>, validity: NullBufferBuilder },
    List { members: &'static [Column], item: Box<Building>, lengths: Vec<usize>, validity: NullBufferBuilder },
}

impl Building {
    fn of(column: &Column) -> Self {
        match column.kind {
            Kind::Text | Kind::Partition(_) => Self::Text(StringBuilder::new()),
            Kind::Struct(members) => Self::of_members(members),
            Kind::List(members) => Self::List {
                members,
                item: Box::new(Self::of_members(members)),
                lengths: Vec::new(),
                validity: NullBufferBuilder::new(0),
            },
        }
    }

    fn of_members(members: &'static [Column]) -> Self {
        let building = members.iter().map(Self::of).collect();
        Self::Struct { members, building, validity: NullBufferBuilder::new(0) }
    }

    fn text(&mut self, text: Option<&str>) {
        match self {
            Self::Text(builder) => builder.append_option(text),
            Self::Struct { .. } | Self::List { .. } => self.add(None),
        }
    }

    /// Adds a value; what is no object is no struct, and what is no array is no list: NULL.
    fn add(&mut self, value: Option<&Value>) {
        match self {
            Self::Text(builder) => match value {
                None | Some(Value::Null) => builder.append_null(),
                Some(Value::String(text)) => builder.append_value(text),
                Some(other) => builder.append_value(other.to_string()),
            },
            Self::Struct { members, building, validity } => {
                let object = value.and_then(Value::as_object);
                validity.append(object.is_some());
                for (member, building) in members.iter().zip(building) {
                    building.add(object.and_then(|object| member_of(object, member.member)));
                }
            }
            Self::List { item, lengths, validity, .. } => {
                let values = value.and_then(Value::as_array);
                validity.append(values.is_some());
                lengths.push(values.map_or(0, Vec::len));
                for value in values.into_iter().flatten() {
                    item.add(Some(value));
                }
            }
        }
    }

    fn finish(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Struct { members, building, mut validity } => {
                let length = validity.len();
                let arrays = building.into_iter().map(Self::finish).collect::<Result<Vec<_>, _>>()?;
                Arc::new(StructArray::try_new_with_length(
                    fields(members),
                    arrays,
                    validity.finish(),
                    length,
                )?)
            }
            Self::List { members, item: values, lengths, mut validity } => {
                let offsets = OffsetBuffer::from_lengths(lengths);
                Arc::new(ListArray::try_new(item(members), offsets, values.finish()?, validity.finish())?)
            }
        })
    }
}

/// Looks a member up; pipelines lower names, as Athena does.
fn member_of<'v>(object: &'v serde_json::Map<String, Value>, name: &str) -> Option<&'v Value> {
    // CloudTrail itself writes `ARN` in `resources`.
    object
        .get(name)
        .or_else(|| object.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}
