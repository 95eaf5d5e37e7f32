//! What a query's conditions say about files and bytes, so that what cannot matter is not read. Pure.
//!
//! It errs on one side only: the engine tests every condition again on the rows that it gets.

use crate::columns::members;
use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use trailreflex_history::{Pattern, Selection, Sieve, Wanted};

/// Returns what is to be read for the columns that stand at `projection`, if all of these conditions must hold.
pub(crate) fn selection(projection: &[usize], conditions: &[Expr]) -> Selection {
    let mut wanted = Wanted::default();
    let mut groups = Vec::new();
    for condition in conditions {
        groups.extend(needles(condition));
        limit(&mut wanted, condition);
    }
    Selection { wanted, sieve: Sieve::of_any(groups), members: members(projection) }
}

/// Tells whether something can be made of a condition.
pub(crate) fn is_of_use(condition: &Expr) -> bool {
    let mut wanted = Wanted::default();
    limit(&mut wanted, condition);
    let is_limited = wanted.from.is_some() || wanted.to.is_some();
    needles(condition).is_some() || is_limited || !wanted.accounts.is_empty() || !wanted.regions.is_empty()
}

/// Returns texts of which one stands in the bytes of every record for which the condition holds; none if there are none.
#[expect(clippy::wildcard_enum_match_arm, reason = "a condition of any other form says nothing here")]
fn needles(condition: &Expr) -> Option<Vec<String>> {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::Eq => {
                let (value, text) = compared(left, right).or_else(|| compared(right, left))?;
                is_recorded(value).then(|| needle(&text)).flatten().map(|one| vec![one])
            }
            Operator::Or => {
                let (mut left, right) = (needles(left)?, needles(right)?);
                left.extend(right);
                Some(left)
            }
            // Either of two will do; the one with fewer texts is as good as the other.
            Operator::And => needles(left).or_else(|| needles(right)),
            _ => None,
        },
        Expr::InList(list) if !list.negated && is_recorded(&list.expr) => {
            list.list.iter().map(|one| needle(&text_of(one)?)).collect()
        }
        Expr::Like(like) if !like.negated && like.escape_char.is_none() && is_recorded(&like.expr) => {
            let pattern = text_of(&like.pattern)?;
            if pattern.contains('\\') {
                return None;
            }
            needle(&pattern.replace('%', "*").replace('_', "?")).map(|one| vec![one])
        }
        _ => None,
    }
}

/// Returns the longest run of signs that stands in the bytes as it is.
fn needle(text: &str) -> Option<String> {
    let pattern: Pattern = text.parse().ok()?;
    let needle = pattern.needle()?;
    // A number is written anew, as 1000.0 for 1e3. An address has more dots than a number.
    let is_of_a_number = |byte: u8| byte.is_ascii_digit() || b"eE.+-".contains(&byte);
    let may_be_a_number = needle.bytes().all(is_of_a_number) && needle.matches('.').count() < 2;
    (!may_be_a_number).then(|| needle.to_owned())
}

/// Tells whether a value stands in the record's bytes: a column that is no partition, a member of one, or what JSON functions find.
#[expect(clippy::wildcard_enum_match_arm, reason = "a condition of any other form says nothing here")]
fn is_recorded(value: &Expr) -> bool {
    match value {
        Expr::Column(Column { name, .. }) => !matches!(name.as_str(), "account" | "region" | "day"),
        Expr::ScalarFunction(call) => match call.name() {
            "get_field" | "json_extract_scalar" => call.args.first().is_some_and(is_recorded),
            _ => false,
        },
        _ => false,
    }
}

/// Narrows the files by a condition that must hold.
#[expect(clippy::wildcard_enum_match_arm, reason = "a condition of any other form says nothing here")]
fn limit(wanted: &mut Wanted, condition: &Expr) {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            limit(wanted, left);
            limit(wanted, right);
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            if let Some((Expr::Column(column), text)) = compared(left, right) {
                limit_column(wanted, &column.name, *op, &text);
            } else if let (Some((Expr::Column(column), text)), Some(op)) = (compared(right, left), op.swap())
            {
                limit_column(wanted, &column.name, op, &text);
            }
        }
        Expr::Between(between) if !between.negated => {
            let Expr::Column(column) = between.expr.as_ref() else { return };
            for (bound, op) in [(&between.low, Operator::GtEq), (&between.high, Operator::LtEq)] {
                if let Some(text) = text_of(bound) {
                    limit_column(wanted, &column.name, op, &text);
                }
            }
        }
        Expr::InList(list) if !list.negated => {
            let Expr::Column(column) = list.expr.as_ref() else { return };
            let texts: Option<Vec<_>> = list.list.iter().map(text_of).collect();
            if let Some(texts) = texts {
                limit_values(wanted, &column.name, &texts);
            }
        }
        _ => {}
    }
}

fn limit_column(wanted: &mut Wanted, column: &str, op: Operator, text: &str) {
    let begins = matches!(op, Operator::Gt | Operator::GtEq | Operator::Eq);
    let ends = matches!(op, Operator::Lt | Operator::LtEq | Operator::Eq);
    match column {
        "account" | "region" | "awsregion" if op == Operator::Eq => {
            limit_values(wanted, column, &[text.to_owned()]);
        }
        "eventtime" | "day" => {
            let Some(day) = day(column, text) else { return };
            if begins && let Some(first) = start_of(day) {
                wanted.from = Some(wanted.from.map_or(first, |known| known.max(first)));
            }
            if ends && let Some(last) = end_of(day) {
                wanted.to = Some(wanted.to.map_or(last, |known| known.min(last)));
            }
        }
        _ => {}
    }
}

/// Takes that a column has one of some values. A second such condition changes nothing: the first is narrow enough.
fn limit_values(wanted: &mut Wanted, column: &str, values: &[String]) {
    match column {
        "account" if wanted.accounts.is_empty() => {
            // A text that is no account id is in no name; the records of other files have the last word.
            wanted.accounts = values.iter().map_while(|text| text.parse().ok()).collect();
            if wanted.accounts.len() < values.len() {
                wanted.accounts.clear();
            }
        }
        "region" | "awsregion" if wanted.regions.is_empty() => {
            let patterns: Result<Vec<Pattern>, _> = values.iter().map(|text| text.parse()).collect();
            wanted.regions = patterns.unwrap_or_default();
        }
        _ => {}
    }
}

/// Returns the day of a text that times or days are compared with: no time sorts on the other side of `text` outside of it.
fn day(column: &str, text: &str) -> Option<Date> {
    if column == "day" { Date::strptime("%Y/%m/%d", text).ok() } else { text.get(..10)?.parse().ok() }
}

fn start_of(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn end_of(day: Date) -> Option<Timestamp> {
    day.tomorrow().ok().and_then(start_of)
}

/// Returns what is compared with which text.
fn compared<'e>(value: &'e Expr, text: &Expr) -> Option<(&'e Expr, String)> {
    Some((value, text_of(text)?))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a condition of any other form says nothing here")]
fn text_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Literal(
            ScalarValue::Utf8(text) | ScalarValue::Utf8View(text) | ScalarValue::LargeUtf8(text),
            _,
        ) => text.clone(),
        _ => None,
    }
}
