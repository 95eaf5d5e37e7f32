//! Rule files that nobody should write and records that nobody should send, each among good ones: what is wrong is named,
//! what is good still counts, and neither time nor memory runs away.

use crate::command::{Ran, folder, gzip, harmless, misuse, run, write};
use serde_json::json;
use std::time::{Duration, Instant};

/// What a run may take here: far more than it needs even on a busy machine, far less than what is not bounded.
const LONGEST: Duration = Duration::from_secs(30);

/// More than anything that is nested on purpose.
const DEEP: usize = 100_000;

const GOOD: &str = "title: Good\nname: good\nlogsource: {product: aws}\n\
                    detection: {tool: {userAgent|contains: trufflehog}, condition: tool}\n";

/// Evaluates with a rule file, and returns what was said of it.
fn evaluate(rules: &str, input: &str) -> Ran {
    let began = Instant::now();
    let ran = run(&["evaluate", "--only-rules-given", "--format", "json", "--rules", rules, input]);
    assert!(began.elapsed() < LONGEST, "{rules}, {input}: {:?}", began.elapsed());
    ran
}

fn bad(detection: &str) -> String {
    format!("title: Bad\nlogsource: {{product: aws}}\ndetection:\n{detection}\n")
}

/// Nine aliases of nine aliases of …
fn alias_bomb() -> String {
    let of = |number: u8| char::from(b'a' + number);
    let line = |number: u8| {
        format!("  {}: &{} [{}]\n", of(number), of(number), vec![format!("*{}", of(number - 1)); 9].join(","))
    };
    format!("lists:\n  a: &a [x,x,x,x,x,x,x,x,x]\n{}", (1..9).map(line).collect::<String>())
}

#[test]
fn a_malformed_rule_is_named_and_does_not_hide_the_good_ones() {
    let folder = folder("malformed-rules");
    let record = write(&folder, "record.json", misuse().to_string());
    let nested = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(DEEP), close.repeat(DEEP))
    };
    for (case, text, reason) in [
        (
            "an unknown modifier",
            bad("  s: {a|containz: x}\n  condition: s"),
            ":9: selection `s`: `a|containz` has the unknown",
        ),
        (
            "nested lists",
            bad(&format!("  s: {{a: {}}}\n  condition: s", nested("[", "", "]"))),
            ": is nested too deeply",
        ),
        (
            "nested maps",
            bad(&format!("  s: {}\n  condition: s", nested("{a: ", "1", "}"))),
            ": is nested too deeply",
        ),
        ("lists never closed", bad(&format!("  s: {{a: {}", "[".repeat(DEEP))), ": is nested too deeply"),
        (
            "nested sequences",
            bad(&format!("  s:\n    - {}x\n  condition: s", "- ".repeat(DEEP))),
            "recursion limit exceeded",
        ),
        (
            "nested parentheses",
            bad(&format!("  s: {{a: 1}}\n  condition: {}", nested("(", "s", ")"))),
            "is nested too deeply",
        ),
        (
            "many negations",
            bad(&format!("  s: {{a: 1}}\n  condition: {} s", "not ".repeat(DEEP))),
            "is nested too deeply",
        ),
        (
            "an alias bomb",
            format!("{}{}", alias_bomb(), bad("  s: {a: *i}\n  condition: s")),
            "repetition limit exceeded",
        ),
        ("an alias of itself", bad("  s: &s {a: *s}\n  condition: s"), "recursion limit exceeded"),
        (
            "a large expression",
            bad(&format!("  s: {{a|re: '{}'}}\n  condition: s", "a".repeat(900_000))),
            "exceeds size limit",
        ),
        (
            "a nested expression",
            bad(&format!("  s: {{a|re: '{}'}}\n  condition: s", nested("(", "a", ")"))),
            "nested parentheses",
        ),
        ("look-around", bad("  s: {a|re: '(?=a)b'}\n  condition: s"), "look-around"),
        (
            "a key that is there twice",
            bad("  s: {a: 1}\n  s: {a: 2}\n  condition: s"),
            "the key `s` is there twice",
        ),
        (
            "a value that is there twice",
            bad("  s: {a: 1, a: 2}\n  condition: s"),
            "the key `a` is there twice",
        ),
        ("no number", bad("  s: {a: .nan}\n  condition: s"), "`NaN` is not a number that a record can hold"),
        ("a tab", "title: x\n\tlogsource: y\n".to_owned(), "found a tab character"),
        ("no map", "just text\n".to_owned(), "a rule must be a map"),
        ("a control character", "title: a\0b\n".to_owned(), "control characters are not allowed"),
    ] {
        let file = write(&folder, "rules.yml", format!("{GOOD}---\n{text}"));
        let ran = evaluate(&file, &record);
        let complaint = ran.err.lines().find(|line| line.starts_with("rule not used: ")).unwrap_or_default();
        assert!(complaint.contains("rules.yml:") && complaint.contains(reason), "{case}: {}", ran.err);
        assert!(complaint.len() < 2000, "{case}: {} bytes of complaint", complaint.len());
        // The reader of YAML looks at all characters before it looks at documents.
        let kept = case != "a control character";
        assert_eq!(ran.out.lines().count(), usize::from(kept), "{case}: {}", ran.err);
    }
}

#[test]
fn a_rule_file_that_cannot_be_read_does_not_hide_the_others() {
    let folder = folder("unreadable-rules");
    let record = write(&folder, "record.json", misuse().to_string());
    let rules = folder.join("rules");
    std::fs::create_dir(&rules).unwrap();
    write(&rules, "good.yml", GOOD);
    for (case, content, reason) in [
        ("not UTF-8", b"title: \xe4\n".to_vec(), "is not UTF-8"),
        (
            "UTF-16",
            GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "control characters are not allowed",
        ),
        ("too large", vec![b'#'; 2 << 20], "holds more than 1048576 bytes"),
    ] {
        write(&rules, "bad.yml", content);
        let ran = evaluate(rules.to_str().unwrap(), &record);
        assert!(ran.err.contains("rule not used: ") && ran.err.contains(reason), "{case}: {}", ran.err);
        assert_eq!((ran.out.lines().count(), ran.code), (1, 0), "{case}");
    }
}

#[test]
fn what_is_unusual_but_plain_is_understood() {
    let folder = folder("unusual-rules");
    let record = write(&folder, "record.json", misuse().to_string());
    let many: Vec<String> = (0..DEEP).map(|number| format!("v{number}")).collect();
    let many = |key: &str| bad(&format!("  s: {{{key}: [{}, trufflehog]}}\n  condition: s", many.join(",")));
    for (case, text) in [
        ("a byte order mark", format!("\u{feff}{GOOD}")),
        ("Windows line ends", GOOD.replace('\n', "\r\n")),
        ("old Macintosh line ends", GOOD.replace('\n', "\r")),
        ("an alias", bad("  s: &s {userAgent: trufflehog}\n  t: *s\n  condition: s and t")),
        ("100,000 values", many("userAgent")),
        ("100,000 parts", many("userAgent|contains")),
    ] {
        let file = write(&folder, "rules.yml", text);
        let ran = evaluate(&file, &record);
        assert_eq!((ran.out.lines().count(), ran.code, ran.err.as_str()), (1, 0, ""), "{case}");
    }
    for (case, text) in [("an empty file", ""), ("nothing but marks", "# nothing\n\n---\n...\n")] {
        let file = write(&folder, "rules.yml", text);
        let ran = evaluate(&file, &record);
        assert_eq!((ran.code, ran.err.as_str()), (1, "error: no rule is left to evaluate\n"), "{case}");
    }
}

#[test]
fn no_expression_and_no_pattern_makes_a_record_expensive() {
    let folder = folder("expensive");
    let mut slow = misuse();
    slow["userAgent"] = format!("{}b", "a".repeat(1_000_000)).into();
    let record = write(&folder, "slow.json", slow.to_string());
    for (case, test) in [
        ("nested repetition", "userAgent|re: '^(a+)+$'"),
        ("alternatives", "userAgent|re: '^(a|a|aa)*c'"),
        ("many wildcards", "userAgent: '*a*a*a*a*a*a*a*a*c'"),
        ("many single ones", "userAgent: '*a?a?a?a?a?a?a?a?c*'"),
    ] {
        let file = write(&folder, "rules.yml", bad(&format!("  s: {{{test}}}\n  condition: s")));
        let ran = evaluate(&file, &record);
        assert_eq!((ran.out.as_str(), ran.code), ("", 0), "{case}: {}", ran.err);
    }
}

#[test]
fn a_malformed_record_is_counted_and_does_not_hide_the_good_ones() {
    let folder = folder("malformed-records");
    let rules = write(&folder, "rules.yml", GOOD);
    let (good, other) = (misuse().to_string(), harmless().to_string());
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
    let with = |parameters: &str| other.replacen('{', &format!("{{\"requestParameters\":{parameters},"), 1);
    // What is wrong inside of a record that no rule matches is only noticed if all are parsed.
    for (case, record, found, malformed, noticed) in [
        ("nested lists", with(&nested("[", "]")), 2, 1, 0),
        ("nested maps", with(&nested("{\"a\":", "}")), 2, 1, 0),
        ("nothing but brackets", "[".repeat(DEEP), 1, 1, 1),
        ("half a surrogate pair", with("\"\\ud800\""), 2, 1, 0),
        ("a number out of range", with("1e999"), 2, 1, 0),
        ("a text of 100 MB", with(&format!("\"{}\"", "x".repeat(100_000_000))), 2, 0, 0),
        ("a number of 100,000 digits", with(&"1".repeat(DEEP)), 2, 1, 0),
        // JSON's readers agree that the last one counts.
        ("a key that is there twice", other.replacen('{', "{\"userAgent\":\"trufflehog\",", 1), 2, 0, 0),
        ("a good one", good.clone(), 3, 0, 0),
        ("one that a rule matches", good.replacen('{', "{\"requestID\":1e999,", 1), 2, 1, 1),
    ] {
        let lines = [good.as_str(), record.as_str(), good.as_str()];
        let text = if case == "nothing but brackets" { lines[..2].join("\n") } else { lines.join("\n") };
        let file = write(&folder, "records.ndjson", text);
        let of_rules = ["evaluate", "--only-rules-given", "--format", "json", "--rules", &rules, &file];
        let all = run(&[of_rules.as_slice(), &["--parse-all"]].concat());
        let ran = evaluate(&rules, &file);
        for (ran, malformed) in [(&all, malformed), (&ran, noticed)] {
            assert_eq!((ran.out.lines().count(), ran.code), (found, 0), "{case}: {}", ran.err);
            let counted = ran.err.contains(&format!("malformed records: {malformed}\n"));
            assert!(counted == (malformed > 0), "{case}: {}", ran.err);
        }
        assert_eq!(ran.out, all.out, "{case}");
    }
}

#[test]
fn records_are_read_whatever_surrounds_them() {
    let folder = folder("surroundings");
    let rules = write(&folder, "rules.yml", GOOD);
    let good = misuse().to_string();
    for (case, content) in [
        ("a byte order mark", format!("\u{feff}{good}").into_bytes()),
        ("Windows line ends", format!("{good}\r\n{}\r\n", harmless()).into_bytes()),
        (
            "a byte that is not UTF-8 in another record",
            [b"{\"eventName\":\"\xff\"}\n".as_slice(), good.as_bytes()].concat(),
        ),
        ("a list", json!([misuse(), harmless()]).to_string().into_bytes()),
        ("two archives in one", [gzip(harmless().to_string()), gzip(format!("\n{good}"))].concat()),
    ] {
        let file = write(&folder, "records.json", content);
        let ran = evaluate(&rules, &file);
        assert_eq!((ran.out.lines().count(), ran.code), (1, 0), "{case}: {}", ran.err);
    }
}

#[test]
fn a_zip_bomb_is_read_up_to_the_limit_and_named() {
    let folder = folder("bombs");
    let rules = write(&folder, "rules.yml", GOOD);
    let good = write(&folder, "good.json", misuse().to_string());
    let blanks = gzip(vec![b' '; 200_000_000]);
    assert!(blanks.len() < 1_000_000);
    // An archive in an archive is not opened twice.
    for (name, bomb) in [("blanks.json.gz", blanks.clone()), ("twice.json.gz", gzip(blanks))] {
        let file = write(&folder, name, bomb);
        let began = Instant::now();
        let ran = run(&[
            "evaluate",
            "--only-rules-given",
            "--format",
            "json",
            "--max-bytes",
            "100000000",
            "--rules",
            &rules,
            &file,
            &good,
        ]);
        assert!(began.elapsed() < LONGEST, "{name}");
        assert!(ran.err.contains(name), "{}", ran.err);
        assert_eq!((ran.out.lines().count(), ran.code), (1, 2), "{name}: {}", ran.err);
    }
}
