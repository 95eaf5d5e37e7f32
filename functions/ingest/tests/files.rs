//! Files: whole, cut off, too large, and with entries that are no records.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write as _;
use trailreflex_detection::{Document, RuleSet};
use trailreflex_findings::Carrier;
use trailreflex_ingest::EvaluatedFile;
use trailreflex_log_files::{Inflated, Inflater, Limits, TooLarge};
use trailreflex_suppression::Suppressions;

const SMALL: Limits = Limits { stored: 10_000, content: 100_000 };

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn inflate(stored: &[u8], piece: usize) -> Result<Inflated, TooLarge> {
    let mut inflater = Inflater::new(SMALL);
    for piece in stored.chunks(piece) {
        inflater.push(piece)?;
    }
    inflater.finish()
}

fn whole(content: &[u8]) -> Result<Inflated, TooLarge> {
    Ok(Inflated { content: content.to_vec(), damage: None })
}

#[test]
fn a_file_is_read_by_its_content_in_pieces_of_any_size() {
    let content = br#"{"Records": [{"eventVersion": "1.11"}]}"#;
    let twice = [gzip(content), gzip(b"\n")].concat();
    let both = [content.as_slice(), b"\n"].concat();
    for piece in [1, 2, 7, 10_000] {
        assert_eq!(inflate(content, piece), whole(content), "plain, {piece}");
        assert_eq!(inflate(&gzip(content), piece), whole(content), "gzip, {piece}");
        assert_eq!(inflate(&twice, piece), whole(&both), "gzip of two members, {piece}");
        assert_eq!(inflate(b"", piece), whole(b""), "empty, {piece}");
        assert_eq!(inflate(b"{", piece), whole(b"{"), "one byte, {piece}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let bomb = gzip(&vec![0; 1_000_000]);
    assert!(bomb.len() < 2_000);
    for piece in [1, 100, 10_000] {
        assert_eq!(inflate(&bomb, piece), Err(TooLarge::Content(100_000)), "a bomb, {piece}");
        assert_eq!(inflate(&[b'x'; 10_001], piece), Err(TooLarge::Stored(10_000)), "plain, {piece}");
    }
    let mut nested = gzip(&[0; 1_000]);
    nested.extend(gzip(&vec![0; 99_001]));
    assert_eq!(inflate(&nested, 50), Err(TooLarge::Content(100_000)), "a bomb of two members");
}

#[test]
fn of_a_file_that_is_cut_off_what_came_before_is_read() {
    let content: Vec<u8> =
        (0..9_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let content = &content[..9_000];
    let stored = gzip(content);
    for cut in [3, 12, stored.len() / 2, stored.len() - 8, stored.len() - 1] {
        let Inflated { content: read, damage } = inflate(&stored[..cut], 1_000).unwrap();
        assert!(damage.is_some(), "cut at {cut}");
        assert!(content.starts_with(&read), "cut at {cut}");
    }
    let half = inflate(&stored[..stored.len() / 2], 1_000).unwrap();
    assert!(half.content.len() > 3_000, "{}", half.content.len());
    let mut changed = stored.clone();
    let last = changed.len() - 6;
    changed[last] ^= 1;
    assert!(inflate(&changed, 1_000).unwrap().damage.is_some(), "a wrong checksum");
}

fn evaluate(content: &[u8]) -> EvaluatedFile {
    let rule = json!({
        "title": "Trail stopped", "id": "r", "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {"call": {"eventName": "StopLogging"}, "condition": "call"},
    });
    let rules = RuleSet::load([Document::new("rule.yml", 1, rule)]).rules;
    let carrier = Carrier {
        account: "111122223333".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        time: None,
        replay_name: None,
    };
    EvaluatedFile::of(content, (&rules, &Suppressions::default()), carrier, jiff::Timestamp::UNIX_EPOCH)
}

fn record(id: &str, name: &str) -> Value {
    json!({"eventVersion": "1.11", "eventID": id, "eventName": name, "eventSource": "cloudtrail.amazonaws.com"})
}

/// Event ids of the findings, number of records, number of unreadable entries, what else the file is.
fn seen(content: &[u8]) -> (Vec<String>, usize, usize, Option<&'static str>) {
    let file = evaluate(content);
    let ids = file.findings.iter().map(|finding| finding.evidence.event_id.to_string()).collect();
    (ids, file.records().len(), file.unreadable.len(), file.kind)
}

#[test]
fn what_is_no_record_costs_no_other() {
    let stop = record("one", "StopLogging").to_string();
    let start = record("two", "StartLogging").to_string();
    let one = || vec!["one".to_owned()];
    let file = |entries: &[&str]| format!("{{\"Records\":[{}]}}", entries.join(",")).into_bytes();
    let not_utf8 =
        [b"{\"Records\":[{\"eventName\":\"\xff\xfe\"},".as_slice(), stop.as_bytes(), b"]}"].concat();
    for (case, content, expected) in [
        ("two records", file(&[&stop, &start]), (one(), 2, 0, None)),
        ("something else among them", file(&["7", &stop, "{\"x\":1}"]), (one(), 1, 2, None)),
        ("an entry that is not UTF-8", not_utf8, (one(), 1, 1, None)),
        ("a file that ends early", file(&[&stop, &start])[..stop.len() + 30].to_vec(), (one(), 1, 1, None)),
        ("no records", file(&[]), (Vec::new(), 0, 0, Some("empty"))),
        ("nothing", Vec::new(), (Vec::new(), 0, 0, Some("empty"))),
        (
            "a digest",
            json!({"digestS3Object": "x"}).to_string().into_bytes(),
            (Vec::new(), 0, 0, Some("digest")),
        ),
    ] {
        assert_eq!(seen(&content), expected, "{case}");
    }
}

#[test]
fn a_record_that_names_no_account_is_of_the_one_that_the_key_names() {
    let file = evaluate(&serde_json::to_vec(&record("one", "StopLogging")).unwrap());
    let evidence = &file.findings[0].evidence;
    assert_eq!((evidence.account.as_str(), evidence.region.as_str()), ("111122223333", "eu-west-1"));
}
