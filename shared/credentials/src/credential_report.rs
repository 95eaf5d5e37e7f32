//! IAM's credential report: a table in CSV, a row for the root user and for each IAM user.
//!
//! Columns are found by their names, so further ones do no harm. Source: IAM User Guide, "Getting credential reports for your
//! AWS account".

use csv::StringRecord;
use jiff::Timestamp;
use trailreflex_model::Arn;

const ARN: &str = "arn";

/// The credentials of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub arn: Arn,
    /// When the user was made.
    pub created: Timestamp,
    /// The console password; absent if there is none, or if it is switched off.
    pub password: Option<Password>,
    /// Whether a second factor is asked for.
    pub has_mfa: bool,
    /// The active access keys.
    pub keys: Vec<Key>,
}

/// A console password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Password {
    /// When it was last used; absent if it never was, or not since October 2014.
    pub last_used: Option<Timestamp>,
    /// When it was last changed; the root user's is not told.
    pub changed: Option<Timestamp>,
}

/// An active access key. The report does not tell its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// 1 or 2, as the report counts them.
    pub number: u8,
    /// When it was made or last activated; absent for keys of very old accounts.
    pub rotated: Option<Timestamp>,
    /// When it last signed a call; absent if it never has, or not since April 2015.
    pub last_used: Option<Timestamp>,
}

impl Credentials {
    /// Returns whether these are the root user's.
    #[must_use]
    pub fn are_roots(&self) -> bool {
        self.arn.resource() == "root"
    }
}

/// Why a text is not a credential report.
#[derive(Debug, thiserror::Error)]
pub enum NotAReport {
    /// It is not CSV.
    #[error("the credential report is not CSV with equally long rows")]
    NotCsv(#[from] csv::Error),
    /// A column is missing.
    #[error(
        "the credential report has no column `{0}`; give what `iam:GetCredentialReport` answers, decoded"
    )]
    NoColumn(&'static str),
    /// Not even the root user is in it.
    #[error(
        "the credential report has no row, not even the root user's; it is cut off, so have it made anew"
    )]
    NoRow,
    /// A value is not what the column holds.
    #[error("row {row} of the credential report: `{value}` is no {expected} for `{column}`")]
    Value {
        /// The row, from 1 without the headings.
        row: usize,
        /// The column.
        column: &'static str,
        /// The value, cut.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// Reads a report.
///
/// # Errors
/// [`NotAReport`] with the first thing that is wrong: of a report that is not understood, nobody should think that all is well.
pub fn read(text: &str) -> Result<Vec<Credentials>, NotAReport> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers()?.clone();
    let row = |(index, values): (usize, Result<StringRecord, csv::Error>)| {
        let row = Row { columns: &columns, number: index.saturating_add(1), values: values? };
        row.credentials()
    };
    if !columns.iter().any(|name| name == ARN) {
        return Err(NotAReport::NoColumn(ARN));
    }
    let rows = reader.records().enumerate().map(row).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() { Err(NotAReport::NoRow) } else { Ok(rows) }
}

struct Row<'a> {
    columns: &'a StringRecord,
    number: usize,
    values: StringRecord,
}

impl Row<'_> {
    fn credentials(&self) -> Result<Credentials, NotAReport> {
        let arn = self.text(ARN)?.parse().map_err(|_| self.wrong(ARN, "ARN"))?;
        let created =
            self.time("user_creation_time")?.ok_or_else(|| self.wrong("user_creation_time", "time"))?;
        // What the report does not tell of the root user counts as there: it is so unless it was taken away.
        let has_password =
            self.text("password_enabled")? == "not_supported" || self.flag("password_enabled")?;
        let password = Password {
            last_used: self.time("password_last_used")?,
            changed: self.time("password_last_changed")?,
        };
        let keys = [
            self.key(1, ["access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date"])?,
            self.key(2, ["access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date"])?,
        ];
        Ok(Credentials {
            arn,
            created,
            password: has_password.then_some(password),
            has_mfa: self.flag("mfa_active")?,
            keys: keys.into_iter().flatten().collect(),
        })
    }

    fn key(&self, number: u8, columns: [&'static str; 3]) -> Result<Option<Key>, NotAReport> {
        let [active, rotated, last_used] = columns;
        let key = Key { number, rotated: self.time(rotated)?, last_used: self.time(last_used)? };
        Ok(self.flag(active)?.then_some(key))
    }

    fn text(&self, column: &'static str) -> Result<&str, NotAReport> {
        let place = self.columns.iter().position(|name| name == column);
        place.and_then(|place| self.values.get(place)).ok_or(NotAReport::NoColumn(column))
    }

    fn flag(&self, column: &'static str) -> Result<bool, NotAReport> {
        match self.text(column)?.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" | "n/a" | "not_supported" => Ok(false),
            _ => Err(self.wrong(column, "`true` or `false`")),
        }
    }

    fn time(&self, column: &'static str) -> Result<Option<Timestamp>, NotAReport> {
        match self.text(column)? {
            "N/A" | "no_information" | "not_supported" | "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.wrong(column, "time")),
        }
    }

    fn wrong(&self, column: &'static str, expected: &'static str) -> NotAReport {
        let value = self.text(column).map(trailreflex_model::shown).unwrap_or_default();
        NotAReport::Value { row: self.number, column, value, expected }
    }
}
