//! Files in every wrapping, and damaged ones: no good record is lost.

use trailreflex_model::cloudtrail::{LogFile, Record};

/// Reads a file and returns the names of its records and the reasons for the rest, each with its position.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let file = LogFile::read(bytes);
    let names = file.records.iter().filter_map(Record::event_name).map(ToOwned::to_owned).collect();
    let reasons = file.rejected.iter().map(|rejected| {
        let cause = std::error::Error::source(&rejected.reason).map(|cause| format!(": {cause}"));
        format!("{} {}{}", rejected.position, rejected.reason, cause.unwrap_or_default())
    });
    (names, reasons.collect())
}

/// A short record called `name`.
fn record(name: &str) -> String {
    format!(r#"{{"eventVersion":"1.11","eventSource":"iam.amazonaws.com","eventName":"{name}"}}"#)
}

fn event(name: &str) -> String {
    format!(r#"{{"detail-type":"AWS API Call via CloudTrail","source":"aws.iam","detail":{}}}"#, record(name))
}

#[test]
fn records_are_found_in_every_wrapping() {
    let (a, b) = (record("A"), record("B"));
    for (case, file) in [
        ("as CloudTrail delivers them", format!(r#"{{"Records":[{a},{b}]}}"#)),
        ("on several lines", format!("{{\n  \"Records\": [\n    {a},\n    {b}\n  ]\n}}\n")),
        ("behind a byte order mark", format!("\u{feff}{{\"Records\":[{a},{b}]}}")),
        ("as an array", format!("[{a},{b}]")),
        ("one on each line", format!("{a}\n{b}\n")),
        ("with Windows line ends and blank lines", format!("{a}\r\n\r\n{b}\r\n")),
        ("without any separator", format!("{a}{b}")),
        ("as several files in one", format!("{{\"Records\":[{a}]}}\n{{\"Records\":[{b}]}}")),
        ("as EventBridge events", format!("{}\n{}", event("A"), event("B"))),
        ("as an array of EventBridge events", format!("[{},{}]", event("A"), event("B"))),
    ] {
        assert_eq!(read(file.as_bytes()), (vec!["A".to_owned(), "B".to_owned()], vec![]), "{case}");
    }
}

#[test]
fn what_is_no_record_is_counted_with_its_reason() {
    let good = record("A");
    let no_mark = "the entry is not a record: no CloudTrail record: none of eventVersion, eventID, eventName, eventSource, userIdentity is there";
    for (case, file, names, reasons) in [
        ("an empty file", String::new(), vec![], vec!["0 the file is empty".to_owned()]),
        ("blanks", " \n\t ".to_owned(), vec![], vec!["0 the file is empty".to_owned()]),
        ("no records", r#"{"Records":[]}"#.to_owned(), vec![], vec!["0 the file says that it has no records".to_owned()]),
        (
            "a digest file",
            r#"{"awsAccountId":"111122223333","digestS3Object":"AWSLogs/d.json.gz","logFiles":[]}"#.to_owned(),
            vec![],
            vec!["0 a digest file, which holds no records".to_owned()],
        ),
        (
            "an object that is no record between two that are",
            format!(r#"{{"Records":[{good},{{"a":1}},{good}]}}"#),
            vec!["A", "A"],
            vec![format!("1 {no_mark}")],
        ),
        (
            "a text among records",
            format!(r#"[{good},"x"]"#),
            vec!["A"],
            vec!["1 the entry is not a record: a record must be a JSON object, found a text".to_owned()],
        ),
        (
            "a notification of S3, which looks much like a record",
            r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AIDACKCEVSQ6C2EXAMPLE"}}]}"#.to_owned(),
            vec![],
            vec!["0 the entry is not a record: no CloudTrail record but a message from `aws:s3`".to_owned()],
        ),
        ("an event without detail", r#"{"detail-type":"x"}"#.to_owned(), vec![], vec![format!("0 {no_mark}")]),
        ("records that are no array", r#"{"Records":"none"}"#.to_owned(), vec![], vec![format!("0 {no_mark}")]),
    ] {
        let (found, why) = read(file.as_bytes());
        assert_eq!((found, why), (names.into_iter().map(ToOwned::to_owned).collect(), reasons), "{case}");
    }
}

#[test]
fn an_unreadable_entry_costs_nothing_but_itself() {
    let (a, b) = (record("A"), record("B"));
    let too_deep = format!(
        "{{\"eventVersion\":\"1.11\",\"requestParameters\":{}1{}}}",
        r#"{"a":"#.repeat(200),
        "}".repeat(200)
    );
    let forged = too_deep.replace("{\"a\":1", &format!("{{\"a\":{}", record("Forged")));
    let half_pair = r#"{"eventName":"C","userAgent":"\ud800 } \" {"}"#;
    let too_large = r#"{"eventName":"C","requestParameters":{"n":1e999}}"#;
    let not_utf8 = b"{\"eventName\":\"\xff\"}".to_vec();
    let files: [(&str, Vec<u8>); 12] = [
        ("too deep", format!(r#"{{"Records":[{a},{too_deep},{b}]}}"#).into_bytes()),
        (
            "too deep, with what looks like a record inside",
            format!(r#"{{"Records":[{a},{forged},{b}]}}"#).into_bytes(),
        ),
        ("half a surrogate pair", format!(r#"{{"Records":[{a},{half_pair},{b}]}}"#).into_bytes()),
        (
            "a number beyond all bounds",
            format!(r#"{{ "Records" : [ {a} , {too_large} , {b} ] }}"#).into_bytes(),
        ),
        ("in an array", format!("[{a},{half_pair},{b}]").into_bytes()),
        ("the first of a file", format!("[{half_pair},{a},{b}]").into_bytes()),
        ("the last of a file", format!("[{a},{b},{half_pair}]").into_bytes()),
        ("on a line of its own", format!("{a}\n{half_pair}\n{b}\n").into_bytes()),
        ("a line of no JSON", format!("{a}\n<html>\n{b}\n").into_bytes()),
        ("a line cut short", format!("{a}\n{}\n{b}\n", &b[..20]).into_bytes()),
        ("a file cut short", format!(r#"{{"Records":[{a},{b},{}"#, &a[..30]).into_bytes()),
        ("not UTF-8", [format!("{a}\n").into_bytes(), not_utf8, format!("\n{b}").into_bytes()].concat()),
    ];
    for (case, file) in files {
        let (names, reasons) = read(&file);
        assert_eq!(names, ["A", "B"], "{case}");
        assert!(reasons.len() == 1 && reasons[0].contains("not JSON at byte"), "{case}: {reasons:?}");
    }
}

#[test]
fn a_record_in_a_file_is_kept_whole() {
    for text in [
        r#"{"eventName":"A","unknown":{"z":1,"a":[null,1.5]}}"#,
        r#"{"eventName":"A","Records":[]}"#,
        r#"{"eventName":"A","Records":"no list","detail-type":"x","detail":{"eventName":"B"}}"#,
    ] {
        let file = LogFile::read(text.as_bytes());
        assert_eq!(file.records.iter().map(|record| record.raw().to_string()).collect::<Vec<_>>(), [text]);
    }
}
