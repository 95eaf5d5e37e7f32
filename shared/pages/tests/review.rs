//! What a review's files say of suggestions, accounts and what Trailreflex did, and that hostile names stay texts in all of them.

#![cfg(test)]

use trailreflex_activity::{Activity, Call, Counts, Period, Read, Review};
use trailreflex_metrics::{Answers, OfRule, OfStatus, Seconds};
use trailreflex_pages::{Beside, PAGE, SuggestedSuppression, gaps, review_files};

const HOSTILE: &str = "=x\"><script>alert(1)</script>\u{1b}[2J\u{202e}<img src=x onerror=alert(1)>";

/// A call of one principal from another account, which is throttled.
fn call(number: u64) -> Call {
    Call {
        event: Some(number.to_string()),
        time: "2026-11-24T10:00:00Z".parse().unwrap(),
        principal: HOSTILE.to_owned(),
        is_service: false,
        is_root: false,
        is_sign_in_without_mfa: false,
        account: "111122223333".to_owned(),
        caller_account: Some("444455556666".to_owned()),
        is_callers_record: false,
        through: None,
        service: "ec2".to_owned(),
        operation: format!("ec2:{HOSTILE}"),
        region: HOSTILE.to_owned(),
        network: HOSTILE.to_owned(),
        program: HOSTILE.to_owned(),
        error: Some("ThrottlingException".to_owned()),
        is_read_only: true,
        counts: Counts { calls: 1, errors: 1, throttled: 1, ..Counts::default() },
    }
}

fn review(calls: u64) -> Review {
    let mut activity = Activity::default();
    for number in 0..calls {
        activity.add(&call(number));
    }
    let day = "2026-11-24".parse().unwrap();
    activity.review_period(Period { from: day, to: day })
}

fn files(review: &Review, answers: Option<&Answers>) -> Vec<(&'static str, String)> {
    let suppression = SuggestedSuppression {
        rule: HOSTILE.to_owned(),
        who: HOSTILE.to_owned(),
        hides: 9,
        of: 12,
        yaml: format!("    - id: {HOSTILE}\n      rule: x"),
    };
    let suppressions = if answers.is_some() { &[][..] } else { &[suppression] };
    let files = review_files(review, Read::default(), Beside { answers, suppressions }).unwrap();
    files.into_iter().map(|file| (file.name, String::from_utf8(file.content).unwrap())).collect()
}

fn file<'f>(files: &'f [(&'static str, String)], name: &str) -> &'f str {
    &files.iter().find(|(one, _)| *one == name).unwrap().1
}

#[test]
fn the_page_is_written_last_and_answers_only_where_they_are_known() {
    let names = |answers: Option<&Answers>| {
        files(&review(1), answers).iter().map(|(name, _)| *name).collect::<Vec<_>>()
    };
    let without = [
        "review.json",
        "notable.csv",
        "principals.csv",
        "services.csv",
        "failures.csv",
        "suggestions.csv",
        "accounts.csv",
        PAGE,
    ];
    assert_eq!(names(None), without);
    assert_eq!(names(Some(&Answers::default())), [&["answers.json"], &without[..]].concat());
}

#[test]
fn suggestions_accounts_and_answers_are_on_the_page_and_in_sheets() {
    let answers = Answers {
        rules: vec![OfRule { rule: HOSTILE.to_owned(), severity: "high".to_owned(), findings: 7, missed: 1 }],
        suppressed: 3,
        plans: vec![
            OfStatus { status: "contained".to_owned(), count: 2 },
            OfStatus { status: "undone".to_owned(), count: 1 },
        ],
        seconds_to_detect: Some(Seconds { p50: 1.25, p95: 8.0 }),
        seconds_to_containment: None,
    };
    let files = files(&review(40), Some(&answers));
    let page = file(&files, PAGE);
    for text in [
        "<h2>What Trailreflex did</h2>",
        "From a call to its finding: half within 1.2 s, 95 % within 8.0 s.",
        "Plans: 2 contained, 1 undone. ",
        "Suppressed findings: 3.",
        "<h2>Worth changing</h2>",
        "40 calls<small>100 % of 40</small>",
        "<h2>Between accounts</h2>",
        "<td>444455556666</td><td>111122223333</td><td class=\"number\">40</td>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("its containment"), "nothing was contained");
    assert_eq!(file(&files, "suggestions.csv").lines().count(), 2);
    assert_eq!(
        file(&files, "accounts.csv").lines().next(),
        Some("from,to,new,calls,writes,errors,denied,throttled,days,operations")
    );
    let json: Answers = serde_json::from_str(file(&files, "answers.json")).unwrap();
    assert_eq!(json, answers);
}

#[test]
fn suppressions_are_suggested_with_their_text() {
    let page = files(&review(1), None).pop().unwrap().1;
    assert!(
        page.contains("<h2>Suppressions to consider</h2>") && page.contains(">9<small>of 12</small>"),
        "{page}"
    );
    assert!(page.contains("<pre>    - id: =x&#34;&#62;&#60;script&#62;"), "{page}");
    let page = files(&review(1), Some(&Answers::default())).pop().unwrap().1;
    assert!(!page.contains("Suppressions to consider"));
}

#[test]
fn names_that_somebody_has_chosen_stay_texts_in_every_file() {
    for (name, content) in files(&review(40), None) {
        let is_json = name.ends_with(".json");
        for hostile in ["\u{1b}", "\u{202e}"] {
            assert!(is_json || !content.contains(hostile), "{name}: {hostile:?}");
        }
        for markup in ["<script>alert", "<img"] {
            assert!(name != PAGE || !content.contains(markup), "{name}: {markup}");
        }
        if name.ends_with(".csv") {
            let mut reader = csv::Reader::from_reader(content.as_bytes());
            let is_formula = |cell: &str| cell.starts_with(['=', '+', '-', '@']);
            let formulas =
                reader.records().filter(|row| row.as_ref().unwrap().iter().any(is_formula)).count();
            assert_eq!(formulas, 0, "{name}");
        }
    }
}

#[test]
fn a_period_without_a_record_has_a_page_that_says_so() {
    let review = review(0);
    assert_eq!(
        gaps(&review, &Read::default()),
        [
            "There are no records of the time before, so nothing can be called new or unusual.",
            "Days without any record: 1, the first 2026-11-24."
        ]
    );
    let files = files(&review, Some(&Answers::default()));
    let page = file(&files, PAGE);
    assert!(page.contains("Days without any record: 1") && !page.contains("What Trailreflex did"));
}
