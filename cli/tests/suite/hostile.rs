//! Inputs that are damaged or meant to do harm: each is named and counted, and costs nothing but itself.

use crate::command::{evaluate, evaluate_text, folder, gzip, harmless, misuse, write};
use serde_json::json;

#[test]
fn escape_sequences_in_a_record_do_not_reach_the_terminal() {
    let mut record = misuse();
    record["userAgent"] = "\u{1b}[2J\u{9b}1m\u{202e}\r\ncritical TruffleHog".into();
    record["userIdentity"]["userName"] = "\u{1b}]0;owned\u{7}".into();
    for format in ["table", "json"] {
        let ran = evaluate_text(&["--format", format, "-"], &record.to_string());
        let raw: Vec<_> = ran
            .out
            .chars()
            .filter(|sign| (sign.is_control() && *sign != '\n') || *sign == '\u{202e}')
            .collect();
        assert_eq!(raw, Vec::<char>::new(), "{format}");
        let lines = if format == "table" { 2 } else { 1 };
        assert_eq!(ran.out.lines().count(), lines, "{format}: no line is forged");
    }
    let ran = evaluate_text(&["--format", "json", "-"], &record.to_string());
    assert_eq!(ran.lines()[0]["userAgent"], record["userAgent"], "JSON keeps its meaning");
}

#[test]
fn a_name_of_a_file_cannot_steer_the_terminal_either() {
    let file = write(&folder("names"), "a\u{1b}[31m.json", "{");
    let ran = evaluate(&[&file]);
    assert!(!ran.err.contains('\u{1b}') && ran.err.contains("a\\u{1b}[31m.json"), "{}", ran.err);
}

#[test]
fn a_malformed_record_does_not_hide_the_others() {
    let records = json!({"Records": [harmless(), 7, {"Message": "no record"}, misuse()]});
    let ran = evaluate_text(&["-"], &records.to_string());
    assert_eq!(ran.lines()[0]["record"], 3);
    let expected = "-: record 1: the entry is not a record: a record must be a JSON object, found a number\n\
                    -: record 2: the entry is not a record: no CloudTrail record: none of eventVersion, eventID, \
                    eventName, eventSource, userIdentity is there\n\
                    unreadable inputs: 0, malformed records: 2\n";
    assert_eq!((ran.err.as_str(), ran.code), (expected, 0));
}

#[test]
fn many_malformed_records_are_counted_not_listed() {
    let ran = evaluate_text(&["-"], &format!("[{}]", vec!["1"; 1000].join(",")));
    assert!(
        ran.err
            .ends_with("-: and 995 more malformed records\nunreadable inputs: 0, malformed records: 1000\n")
    );
    assert_eq!(ran.err.lines().count(), 7);
}

#[test]
fn of_a_cut_archive_what_stands_before_the_cut_is_evaluated() {
    // Incompressible bulk, so that the first records are in the archive's first half.
    let bulk: Vec<_> = (0..2000_u32)
        .map(|number| {
            let mut record = harmless();
            record["requestID"] = format!("{:x}", number.wrapping_mul(2_654_435_761)).into();
            record.to_string()
        })
        .collect();
    let whole = gzip(format!("{}\n{}\n", misuse(), bulk.join("\n")));
    let folder = folder("cut");
    let file = write(&folder, "cut.ndjson.gz", &whole[..whole.len() / 2]);
    let ran = evaluate(&[&file]);
    assert_eq!(ran.lines()[0]["record"], 0);
    assert!(ran.err.contains("cut.ndjson.gz: its end is missing ("), "{}", ran.err);
    assert_eq!(ran.code, 0);
    let file = write(&folder, "stub.json.gz", &whole[..12]);
    let ran = evaluate(&[&file]);
    assert!(ran.err.contains("stub.json.gz: damaged: "), "{}", ran.err);
    assert_eq!(ran.code, 2);
}

#[test]
fn what_cannot_be_read_at_all_is_named_and_the_rest_is_evaluated() {
    let folder = folder("unreadable");
    let good = write(&folder, "good.json", misuse().to_string());
    let bomb = gzip(vec![b' '; 3_000_000]);
    assert!(bomb.len() < 20_000);
    for (case, name, content, reason) in [
        (
            "a bomb",
            "bomb.json.gz",
            bomb,
            "holds more than 1000000 bytes once decompressed; raise --max-bytes",
        ),
        ("not JSON", "text.json", b"hello".to_vec(), "holds no JSON that can be read"),
        ("not UTF-8", "bytes.json", vec![0xff; 64], "holds no JSON that can be read"),
    ] {
        let file = write(&folder, name, content);
        let ran = evaluate(&["--max-bytes", "1000000", &file, &good]);
        assert!(ran.err.contains(&format!("{name}: {reason}")), "{case}: {}", ran.err);
        assert!(ran.err.contains("unreadable inputs: 1, "), "{case}: {}", ran.err);
        assert_eq!((ran.lines().len(), ran.code), (1, 2), "{case}");
    }
    let ran = evaluate(&["nowhere.json", &good]);
    assert!(ran.err.starts_with("nowhere.json: cannot be opened: "), "{}", ran.err);
    assert_eq!((ran.lines().len(), ran.code), (1, 2));
}

#[test]
fn files_without_records_are_nothing_to_complain_about() {
    let digest =
        json!({"digestS3Object": "AWSLogs/111122223333/CloudTrail-Digest/x.json.gz", "logFiles": []});
    for (case, text) in [
        ("no records", r#"{"Records": []}"#.to_owned()),
        ("a digest", digest.to_string()),
        ("an empty file", String::new()),
    ] {
        let ran = evaluate_text(&["-"], &text);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{case}");
    }
}
