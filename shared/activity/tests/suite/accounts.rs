//! Calls from one account to another.

use crate::habits::call;
use trailreflex_activity::{Activity, BetweenAccounts, Call, Counts};

fn from(account: &str, day: i64, minute: i64) -> Call {
    Call { event: None, caller_account: Some(account.to_owned()), ..call(day, 9, minute) }
}

fn between(calls: &[Call]) -> Vec<BetweenAccounts> {
    let mut activity = Activity::default();
    calls.iter().for_each(|call| {
        activity.add(call);
    });
    activity.review(None, None).unwrap().accounts
}

fn pair(from: &str, calls: u64, days: usize, is_new: bool) -> BetweenAccounts {
    BetweenAccounts {
        from: from.to_owned(),
        to: "111122223333".to_owned(),
        counts: Counts { calls, writes: calls, ..Counts::default() },
        operations: vec!["s3:PutBucketTagging".to_owned()],
        days,
        is_new,
    }
}

#[test]
fn calls_between_accounts_are_told_and_whether_there_were_any_before() {
    let (known, new) = ("444455556666", "777788889999");
    let now = [from(known, 10, 0), from(known, 11, 0), from(known, 11, 1), from(new, 11, 0)];
    let before = [from(known, 0, 0), call(1, 9, 0)];
    assert_eq!(between(&[&before[..], &now].concat()), [pair(known, 3, 2, false), pair(new, 1, 1, true)]);
    assert_eq!(between(&now), [pair(known, 3, 2, false), pair(new, 1, 1, false)], "nothing to compare with");
    assert_eq!(between(&before[..1]), [pair(known, 1, 1, false)]);
    assert_eq!(between(&[call(1, 9, 0)]), []);
}

#[test]
fn a_call_that_both_accounts_have_recorded_counts_once() {
    let received = [from("444455556666", 0, 0), from("444455556666", 0, 1)];
    let sent = received.clone().map(|call| Call { is_callers_record: true, ..call });
    let both = [&received[..], &sent].concat();
    for (case, calls) in [("one side", &received[..]), ("the other side", &sent), ("both", &both)] {
        assert_eq!(between(calls), [pair("444455556666", 2, 1, false)], "{case}");
    }
}

#[test]
fn the_first_five_operations_are_named() {
    let calls: Vec<_> = (0..8)
        .rev()
        .map(|n| Call { operation: format!("s3:Op{n}"), ..from("444455556666", n % 3, n) })
        .collect();
    let found = between(&calls);
    assert_eq!(found[0].operations, ["s3:Op0", "s3:Op1", "s3:Op2", "s3:Op3", "s3:Op4"]);
}
