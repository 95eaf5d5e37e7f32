//! The name of an API operation without the API's date.
//!
//! Lambda records `UpdateFunctionCode20150331v2`, CloudFront `CreateFunction2020_05_31`; rules, IAM actions
//! and people know them as `UpdateFunctionCode` and `CreateFunction`.

/// Returns `event_name` up to its API date, or all of it if it ends otherwise (`GetBucketPolicyV2`).
#[must_use]
pub fn without_api_date(event_name: &str) -> &str {
    let dated = event_name
        .rsplit_once('v')
        .filter(|(_, version)| !version.is_empty() && is_digits(version))
        .map_or(event_name, |(dated, _)| dated);
    [dated, event_name]
        .into_iter()
        .find_map(|text| cut_date(text, 8).or_else(|| cut_date(text, 10)))
        .filter(|name| name.ends_with(|sign: char| sign.is_ascii_alphabetic()))
        .unwrap_or(event_name)
}

/// Cuts a date of `length` bytes off the end: `20150331` or `2020_05_31`.
fn cut_date(text: &str, length: usize) -> Option<&str> {
    let (name, date) = text.split_at_checked(text.len().checked_sub(length)?)?;
    let is_shaped =
        length == 8 || date.bytes().enumerate().all(|(at, b)| (b == b'_') == (at == 4 || at == 7));
    let digits = date.replace('_', "");
    let (year, month_and_day) = digits.split_at_checked(4)?;
    let (month, day) = month_and_day.split_at_checked(2)?;
    let is_date = is_digits(&digits)
        && digits.len() == 8
        && ("2000".."2100").contains(&year)
        && ("01"..="12").contains(&month)
        && ("01"..="31").contains(&day);
    (is_shaped && is_date).then_some(name)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_api_date_is_cut_off() {
        for (case, event_name, expected) in [
            ("a date", "CreateFunction20150331", "CreateFunction"),
            ("a date and a version", "UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("a version of two digits", "UpdateFunctionCode20150331v12", "UpdateFunctionCode"),
            ("a date with underscores", "CreateFunction2020_05_31", "CreateFunction"),
            ("no date", "CreateUser", "CreateUser"),
            ("a version only", "GetBucketPolicyV2", "GetBucketPolicyV2"),
            ("a lower-case version only", "ListObjectsv2", "ListObjectsv2"),
            ("digits that are no date", "GetThing20159931", "GetThing20159931"),
            ("digits before our century", "GetThing10000101", "GetThing10000101"),
            ("more digits than a date has", "GetThing120150331", "GetThing120150331"),
            ("misplaced underscores", "CreateFunction20_2005_31", "CreateFunction20_2005_31"),
            ("a date alone", "20150331", "20150331"),
            ("letters of two bytes", "Überwachung20150331v2", "Überwachung"),
            ("a text cut within a letter", "üüüüü", "üüüüü"),
            ("nothing", "", ""),
        ] {
            assert_eq!(without_api_date(event_name), expected, "{case}");
        }
    }
}
