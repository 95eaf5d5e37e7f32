//! What the name of a log file tells before it is opened.
//!
//! Source: CloudTrail User Guide, "CloudTrail log file name format":
//! `<account>_CloudTrail_<region>_<YYYYMMDDTHHmmZ>_<unique>.json.gz`.

use crate::pattern::Pattern;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use trailreflex_model::AccountId;

/// Records of global services are of this Region wherever a trail delivers them, one Region for each partition.
const GLOBAL: [&str; 3] = ["us-east-1", "us-gov-west-1", "cn-north-1"];
/// How much earlier than its newest record the time in a file's name may be, in seconds.
const EARLY_SECONDS: i64 = 3600;
/// How much later than a record its file may be delivered, in seconds: CloudTrail promises minutes and keeps up to
/// hours; completed records come within a day.
const LATE_SECONDS: i64 = 86_400;

/// Whence and when a log file was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered<'n> {
    /// The account whose calls it holds.
    pub account: &'n str,
    /// The Region of the trail's copy that delivered it.
    pub region: &'n str,
    /// When, to the minute.
    pub at: Timestamp,
}

impl<'n> Delivered<'n> {
    /// Reads a path or key; none if it does not end in a name that CloudTrail gives to log files.
    #[must_use]
    pub fn of(path: &'n str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next()?;
        let mut parts = name.split('_');
        let (account, kind) = (parts.next()?, parts.next()?);
        let (region, time, unique) = (parts.next()?, parts.next()?, parts.next()?);
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if !is_account || kind != "CloudTrail" || !unique.contains(".json") || parts.next().is_some() {
            return None;
        }
        let time = DateTime::strptime("%Y%m%dT%H%MZ", time).ok()?;
        let at = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(Self { account, region, at })
    }
}

/// Which files are worth opening. The default is all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The accounts; empty for all.
    pub accounts: Vec<AccountId>,
    /// The Regions; empty for all.
    pub regions: Vec<Pattern>,
    /// The time of the first record that is meant.
    pub from: Option<Timestamp>,
    /// The time of the last record that is meant.
    pub to: Option<Timestamp>,
}

impl Wanted {
    /// Tells whether a file may hold what is meant. What its name does not tell speaks for it.
    #[must_use]
    pub fn may_be_in(&self, path: &str) -> bool {
        let Some(Delivered { account, region, at }) = Delivered::of(path) else { return true };
        let is_account =
            self.accounts.is_empty() || self.accounts.iter().any(|wanted| wanted.as_str() == account);
        let is_meant = |region: &str| self.regions.iter().any(|pattern| pattern.matches(region));
        let is_region =
            self.regions.is_empty() || is_meant(region) || GLOBAL.iter().any(|global| is_meant(global));
        let second = at.as_second();
        let is_old = self.from.is_some_and(|from| second.saturating_add(EARLY_SECONDS) < from.as_second());
        let is_new = self.to.is_some_and(|to| second > to.as_second().saturating_add(LATE_SECONDS));
        is_account && is_region && !is_old && !is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/24/111122223333_CloudTrail_eu-west-1_20261124T1005Z_aB3.json.gz";

    #[test]
    fn a_name_tells_account_region_and_time() {
        let expected = Delivered {
            account: "111122223333",
            region: "eu-west-1",
            at: "2026-11-24T10:05:00Z".parse().unwrap(),
        };
        assert_eq!(Delivered::of(NAME), Some(expected));
        for other in [
            "records.json",
            "111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261124T100500Z.json.gz",
            "1111_CloudTrail_eu-west-1_20261124T1005Z_a.json.gz",
            "111122223333_CloudTrail_eu-west-1_20261344T1005Z_a.json.gz",
            "",
        ] {
            assert_eq!(Delivered::of(other), None, "{other}");
        }
    }

    #[test]
    fn a_file_is_left_out_only_if_its_name_excludes_what_is_meant() {
        let regions = |text: &str| Wanted { regions: vec![text.parse().unwrap()], ..Wanted::default() };
        let accounts = |text: &str| Wanted { accounts: vec![text.parse().unwrap()], ..Wanted::default() };
        let from = |text: &str| Wanted { from: Some(text.parse().unwrap()), ..Wanted::default() };
        let to = |text: &str| Wanted { to: Some(text.parse().unwrap()), ..Wanted::default() };
        for (case, wanted, expected) in [
            ("anything", Wanted::default(), true),
            ("its Region", regions("eu-west-1"), true),
            ("its Region among others", regions("eu-*"), true),
            ("another Region", regions("ap-south-1"), false),
            ("the Region of global services, which any trail may deliver", regions("us-east-1"), true),
            ("its account", accounts("111122223333"), true),
            ("another account", accounts("444455556666"), false),
            ("later than its delivery", from("2026-11-24T12:00:00Z"), false),
            ("as late as its delivery", from("2026-11-24T10:05:59Z"), true),
            ("earlier, and it may have come late", to("2026-11-24T01:00:00Z"), true),
            ("days earlier", to("2026-11-22T00:00:00Z"), false),
        ] {
            assert_eq!(wanted.may_be_in(NAME), expected, "{case}");
            assert!(wanted.may_be_in("export.json"), "{case}, and a name that tells nothing");
        }
    }
}
