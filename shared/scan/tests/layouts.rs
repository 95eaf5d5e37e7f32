//! Which wrappings, fields and doubts there are, case by case.

#![cfg(test)] // so that clippy knows every function here as part of a test

use trailreflex_scan::{Doubt, Scan, Unsure};

fn found(text: &str) -> Result<Vec<&str>, Doubt> {
    let mut by_kind = [Scan::new(), Scan::portable()].map(|mut scan| {
        let records = scan.records(text.as_bytes())?;
        Ok(records.map(|record| text.get(record.place()).unwrap()).collect::<Vec<_>>())
    });
    assert_eq!(by_kind[0], by_kind[1], "{text}");
    std::mem::replace(&mut by_kind[0], Ok(Vec::new()))
}

#[test]
fn records_are_found_in_every_wrapping() {
    for (case, text, expected) in [
        ("a log file", r#"{"Records":[{"a":1},{"b":{"c":"}"}}]}"#, vec![r#"{"a":1}"#, r#"{"b":{"c":"}"}}"#]),
        ("with blanks", "\n{ \"Records\" :\t[ { } ,\r\n { } ] }\n", vec!["{ }", "{ }"]),
        ("no records", r#"{"Records":[ ]}"#, vec![]),
        ("an array", "[{},{}]", vec!["{}", "{}"]),
        ("an empty array", "[]", vec![]),
        ("lines", "{\"a\":\"\\\"}\"}\n{}\n", vec![r#"{"a":"\"}"}"#, "{}"]),
        ("one behind the other", "{}{}", vec!["{}", "{}"]),
        ("one record", r#"{"eventName":"x"}"#, vec![r#"{"eventName":"x"}"#]),
        (
            "one record whose first field begins as a log file",
            r#"{"Record":[{}]}"#,
            vec![r#"{"Record":[{}]}"#],
        ),
        ("nothing", "", vec![]),
        ("blanks", " \n ", vec![]),
        (
            "a backslash before the closing quotation mark",
            r#"[{"a":"\\"},{"b":"\\\""}]"#,
            vec![r#"{"a":"\\"}"#, r#"{"b":"\\\""}"#],
        ),
    ] {
        assert_eq!(found(text), Ok(expected), "{case}");
    }
}

#[test]
fn what_needs_a_parser_is_in_doubt() {
    for (case, text, expected) in [
        ("a file that is cut off in a record", r#"{"Records":[{"a":1},{"b""#, Doubt::CutOff),
        ("a file that is cut off between records", r#"{"Records":[{"a":1},"#, Doubt::CutOff),
        ("a file that is cut off behind the list", r#"{"Records":[{"a":1}]"#, Doubt::NotRecords),
        ("a line that is cut off", "{}\n{\"a\":", Doubt::CutOff),
        ("a text that is not closed", "{}\n\"{}", Doubt::CutOff),
        ("a number among the records", r#"{"Records":[{"a":1},7]}"#, Doubt::NotRecords),
        ("a number between records", "[{},7,{}]", Doubt::NotRecords),
        ("only a number", "[7]", Doubt::NotRecords),
        ("an array among the records", "[{},[{}]]", Doubt::NotRecords),
        ("a text among the records", r#"["{}",{}]"#, Doubt::NotRecords),
        ("no comma", "[{} {}]", Doubt::NotRecords),
        ("a comma too many", "[{},]", Doubt::NotRecords),
        ("a comma before", "[,{}]", Doubt::NotRecords),
        ("commas between lines", "{},{}", Doubt::NotRecords),
        ("a member beside the list", r#"{"Records":[{"a":1}],"x":[{"b":2}]}"#, Doubt::NotRecords),
        ("a member before the list", r#"{"x":1,"Records":[{"a":1}]}"#, Doubt::Wrapping),
        ("a key that may mean the list", r#"{"\u0052ecords":[{"a":1}]}"#, Doubt::Wrapping),
        ("a log file and lines", "{\"Records\":[{}]}\n{}", Doubt::NotRecords),
        ("lines and a log file", "{}\n{\"Records\":[{}]}", Doubt::Wrapping),
        ("two arrays", "[{}][{}]", Doubt::NotRecords),
        ("a record that ends as an array", r#"[{"a":1]]"#, Doubt::NotRecords),
        ("a byte order mark", "\u{feff}{}", Doubt::NotRecords),
        ("no JSON", "hello", Doubt::NotRecords),
        ("a blank that JSON does not know", "{}\u{c}{}", Doubt::NotRecords),
    ] {
        assert_eq!(found(text), Err(expected), "{case}");
    }
}

#[test]
fn a_field_is_found_by_its_name_or_in_doubt() {
    for (case, record, expected) in [
        ("the only one", r#"{"name":"x"}"#, Ok(Some("\"x\""))),
        ("with blanks", "{ \"a\" : 1 ,\n\t\"name\" : [ 1, {} ]\r\n}", Ok(Some("[ 1, {} ]"))),
        ("null", r#"{"name":null}"#, Ok(Some("null"))),
        ("none", "{}", Ok(None)),
        ("none, with a blank", "{ }", Ok(None)),
        ("others", r#"{"nam":1,"names":2,"Name":3,"":4}"#, Ok(None)),
        ("only deeper", r#"{"a":{"name":1},"b":[{"name":2}]}"#, Ok(None)),
        ("only in a text", r#"{"a":",\"name\":1","b":"name"}"#, Ok(None)),
        ("with escapes in its value", r#"{"name":"a\\","b":"\""}"#, Ok(Some(r#""a\\""#))),
        ("twice", r#"{"name":1,"a":2,"name":1}"#, Err(Unsure::Twice)),
        ("another one twice", r#"{"a":1,"name":2,"a":1}"#, Ok(Some("2"))),
        ("an escaped key", r#"{"\u006eame":1}"#, Err(Unsure::EscapedKey)),
        ("an escaped key beside it", r#"{"name":1,"\u006eame":2}"#, Err(Unsure::EscapedKey)),
        ("a key that is no text", "{name:1}", Err(Unsure::NotJson)),
        ("no colon", r#"{"name"}"#, Err(Unsure::NotJson)),
        ("no value", r#"{"name": }"#, Err(Unsure::NotJson)),
    ] {
        for mut scan in [Scan::new(), Scan::portable()] {
            let file = format!("[{record}]");
            let records: Vec<_> = scan.records(file.as_bytes()).unwrap().collect();
            assert_eq!(records.len(), 1, "{case}");
            let value = records[0].field("name").map(|value| value.map(|value| value.bytes()));
            assert_eq!(value, expected.map(|value| value.map(str::as_bytes)), "{case}");
        }
    }
}

#[test]
fn a_name_with_a_quotation_mark_is_no_field_and_its_value() {
    let mut scan = Scan::new();
    let record = scan.records(br#"[{"a":"b":1}]"#).unwrap().next().unwrap();
    assert_eq!(record.field("a\":\"b"), Ok(None));
}

#[test]
fn fields_come_in_their_order_with_keys_as_they_are() {
    let mut scan = Scan::new();
    let record = scan.records(r#"[{"a":1,"ä":{"b":[]},"a":"x"}]"#.as_bytes()).unwrap().next().unwrap();
    let fields: Vec<_> =
        record.fields().map(|field| field.map(|field| (field.key, field.value.bytes()))).collect();
    let expected: [(&[u8], &[u8]); 3] = [(b"a", b"1"), ("ä".as_bytes(), br#"{"b":[]}"#), (b"a", b"\"x\"")];
    assert_eq!(fields, expected.map(Ok));
}

#[test]
fn texts_are_what_serde_json_reads() {
    for (case, value, expected) in [
        ("plain", r#""iam.amazonaws.com""#, Some("iam.amazonaws.com")),
        ("empty", r#""""#, Some("")),
        ("other alphabets", r#""ä漢""#, Some("ä漢")),
        ("escapes", r#""\u0041\n\\""#, Some("A\n\\")),
        ("half a surrogate pair", r#""\ud800""#, None),
        ("a line break that is not escaped", "\"a\nb\"", None),
        ("a number", "7", None),
        ("null", "null", None),
        ("an object", r#"{"a":"b"}"#, None),
        ("two texts", r#""a" "b""#, None),
        ("half a text", "\"", None),
    ] {
        let file = format!("[{{\"a\":{value}}}]");
        let mut scan = Scan::new();
        let Ok(mut records) = scan.records(file.as_bytes()) else {
            assert_eq!(expected, None, "{case}");
            continue;
        };
        let text = records.next().unwrap().field("a").unwrap().unwrap().text();
        assert_eq!(text.as_deref(), expected, "{case}");
    }
}

#[test]
fn a_scan_is_used_again_for_files_of_any_size() {
    let mut scan = Scan::new();
    for count in [3, 5000, 0, 1] {
        let file = format!("[{}]", vec![r#"{"a":[{}],"b":{"c":1}}"#; count].join(","));
        let records: Vec<_> =
            scan.records(file.as_bytes()).unwrap().map(|record| record.bytes().len()).collect();
        assert_eq!(records, vec![22; count]);
        assert_eq!(scan.records(b"[{},{").err(), Some(Doubt::CutOff));
    }
}
