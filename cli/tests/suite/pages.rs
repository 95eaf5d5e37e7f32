//! Findings and backtests as CSV and HTML, with values of an attacker's choice.

use crate::command::{evaluate, evaluate_text, folder, harmless, misuse, root, run, write};
use serde_json::{Value, json};

/// What would run, hide, forge or break something if it were taken for more than text.
const HOSTILE: &str = "=cmd|'/c calc'!A1,\"\u{1b}[2J\u{202e}</td><script>alert(1)</script><img src=x onerror=alert(1)>\
                       \r\n@trufflehog{{7*7}}";

fn hostile() -> Value {
    let mut record = misuse();
    record["userAgent"] = HOSTILE.into();
    record["userIdentity"]["userName"] = "\"><script>alert(2)</script>".into();
    record["sourceIPAddress"] = "@SUM(1+1)".into();
    record["eventID"] = "<b>id</b>".into();
    record
}

#[test]
fn a_csv_row_has_one_harmless_text_per_column() {
    let ran = evaluate_text(&["--format", "csv", "-"], &hostile().to_string());
    assert!(ran.out.chars().all(|sign| sign == '\n' || !sign.is_control()), "{}", ran.out);
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    let cell = |name: &str| &rows[0][headings.iter().position(|heading| heading == name).unwrap()];
    assert!(rows[0].iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{:?}", rows[0]);
    assert_eq!(cell("sourceIPAddress"), "'@SUM(1+1)");
    assert!(
        cell("userAgent").starts_with("'=cmd|'/c calc'!A1,\"\\u{1b}[2J\\u{202e}</td>"),
        "{}",
        cell("userAgent")
    );
    assert_eq!(
        ["level", "kind", "eventName", "input", "record"].map(cell),
        ["high", "rule", "GetCallerIdentity", "'-", "0"]
    );
    assert!(serde_json::from_str::<Value>(cell("matched")).unwrap().is_array());
}

#[test]
fn csv_without_findings_is_its_headings() {
    let ran = evaluate_text(&["--format", "csv", "-"], &harmless().to_string());
    assert_eq!((ran.out.lines().count(), ran.code), (1, 0));
    assert!(ran.out.starts_with("level,time,rule,name,title,kind,eventID,"), "{}", ran.out);
}

#[test]
fn a_page_shows_hostile_values_as_text_and_loads_nothing() {
    let ran = evaluate_text(&["--format", "html", "-"], &hostile().to_string());
    let page = &ran.out;
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{page}");
    for part in
        ["<img", "<b>id", "onerror=alert(1)>", "\u{202e}", "\u{1b}", "http:", "<script src", "href=", "url("]
    {
        assert!(!page.contains(part), "{part}");
    }
    let policy =
        page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src &#39;none&#39;; style-src &#39;sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn a_page_counts_by_level_and_rule_and_keeps_the_most_serious_rows() {
    let rules = "title: Whoami\nname: whoami\nlogsource: {product: aws}\nlevel: low\n\
                 detection: {call: {eventName: GetCallerIdentity}, condition: call}\n";
    let folder = folder("page");
    let rule = write(&folder, "whoami.yml", rules);
    let mut records = vec![harmless(); 5_500];
    records.push(misuse());
    let log = json!({"Records": records});
    let file = write(&folder, "log.json", log.to_string());
    let page = evaluate(&["--rules", &rule, "--format", "html", &file]).out;
    for part in [
        "<h1>Findings</h1>",
        "5502 in 5501 records of 1 inputs, 2026-11-24T10:00:00Z to 2026-11-24T10:00:00Z.",
        "aria-pressed=\"true\"><b>1</b>high</button>",
        "aria-pressed=\"true\"><b>5501</b>low</button>",
        "502 more, the least serious, are not on this page",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<tr data-level=").count(), 5_000);
    assert!(page.find("<tr data-level=\"high\"").unwrap() < page.find("<tr data-level=\"low\"").unwrap());
}

/// A backtest of calls that a role with a hostile name made with a hostile program on six days, which makes a habit.
fn hostile_backtest(name: &str, format: &str) -> String {
    let on_day = |day: u32| {
        let mut record = misuse();
        record["eventTime"] = format!("2026-11-{day:02}T10:00:00Z").into();
        record["userAgent"] = "trufflehog<img\u{202e}\u{1b} src=x>".into();
        let issuer = json!({"type": "Role", "arn": "=\"><script>alert(1)</script>\u{202e}"});
        record["userIdentity"] = json!({
            "type": "AssumedRole", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "sessionContext": {"sessionIssuer": issuer},
        });
        record
    };
    let folder = folder(name);
    let tool = std::fs::read_to_string(root().join("cli/tests/rules/tool.yml")).unwrap();
    let rule =
        write(&folder, "tool.yml", tool.replace("title: Access key used", "title: =<b>Access</b> key used"));
    let file =
        write(&folder, "log.json", json!({"Records": (1..=6).map(on_day).collect::<Vec<_>>()}).to_string());
    let ran = run(&["backtest", "--only-rules-given", "--rules", &rule, "--format", format, &file]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out
}

#[test]
fn a_backtest_as_a_page_shows_hostile_values_as_text_and_loads_nothing() {
    let page = hostile_backtest("backtest-page", "html");
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    let (head, body) = page.split_once("<body>").unwrap();
    assert!(
        head.contains(
            "Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;sha256-"
        )
    );
    assert!(head.contains("<title>Trailreflex: backtest, 6 findings</title>"), "{head}");
    let levels = ["critical", "high", "medium", "low", "informational"].map(|level| {
        let count = if level == "high" { 6 } else { 0 };
        format!(
            "<li class=\"{level}\"><button type=\"button\" value=\"{level}\" aria-pressed=\"true\"><b>{count}</b>{level}\
             </button></li>\n"
        )
    });
    let [plain, number] =
        ["", " class=\"number\""].map(|class| format!("<th{class}><button type=\"button\">"));
    let expected = format!(
        "<h1>Backtest</h1>\n\
         <p class=\"facts\">6 findings in 6 records of 1 inputs, 2026-11-01T10:00:00Z to 2026-11-06T10:00:00Z.</p>\n\
         <ul class=\"levels\" aria-label=\"Findings by level\">\n{}</ul>\n\
         <div class=\"search\"><input id=\"search\" type=\"search\" placeholder=\"Filter: words in any column\" \
         aria-label=\"Filter rules\">\n\
         <span class=\"facts\"><span id=\"shown\">1</span> of 1 rules shown</span></div>\n\
         <div class=\"wide\"><table id=\"findings\" data-sortable>\n\
         <thead><tr>{plain}Level</button></th>{plain}Rule</button></th>{number}Findings</button></th>{number}Days</button></th>\
         {plain}First</button></th>{plain}Last</button></th><th>Most often by</th><th>What would have been done</th></tr></thead>\n\
         <tbody>\n\
         <tr data-level=\"high\"><td data-key=\"1\"><span class=\"level high\">high</span></td>\
         <td class=\"title\">=&#60;b&#62;Access&#60;/b&#62; key used with a tool<small>tool</small></td>\
         <td class=\"number\">6</td><td class=\"number\">6</td><td class=\"time\">2026-11-01</td><td class=\"time\">2026-11-06</td>\
         <td class=\"who\"><ul><li>=&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\\u{{202e}}<small>6 on 6 days</small></li></ul></td>\
         <td class=\"does\"><ul><li>suppression <code>tool-script</code> would hide 6 of 6<details><summary>When</summary>\
         <code>{{&#34;caller&#34;:{{&#34;userIdentity.sessionContext.sessionIssuer.arn&#34;:\
         &#34;=\\&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\\u202e&#34;,\
         &#34;userAgent|startswith&#34;:&#34;trufflehog&#60;img\\u202e\\u001b&#34;}},&#34;condition&#34;:&#34;caller&#34;}}</code>\
         </details></li></ul></td></tr>\n\
         </tbody>\n</table></div>\n",
        levels.concat()
    );
    let lines = body.split("<script>").next().unwrap().lines().filter(|line| !line.is_empty());
    assert_eq!(lines.map(|line| format!("{line}\n")).collect::<String>(), expected);
}

#[test]
fn a_backtest_as_csv_has_one_row_of_harmless_texts_per_rule() {
    let expected = r#"level,rule,name,title,kind,findings,days,first,last,topPrincipals,suggestions,responses
high,0d6a4e0c-6c0d-4a3e-9d0e-3f6f8e3c7b11,tool,'=<b>Access</b> key used with a tool,rule,6,6,2026-11-01T10:00:00Z,2026-11-06T10:00:00Z,"[{""principal"":{""userIdentity.sessionContext.sessionIssuer.arn"":""=\""><script>alert(1)</script>\u202e""},""findings"":6,""days"":6}]","[{""id"":""tool-script"",""hides"":6,""when"":{""caller"":{""userIdentity.sessionContext.sessionIssuer.arn"":""=\""><script>alert(1)</script>\u202e"",""userAgent|startswith"":""trufflehog<img\u202e\u001b""},""condition"":""caller""}}]",[]
"#;
    assert_eq!(hostile_backtest("backtest-csv", "csv"), expected);
}

#[test]
fn a_backtest_as_a_page_tells_what_playbooks_would_have_done_and_what_was_not_looked_at() {
    let page =
        run(&["backtest", "--format", "html", "events/iam", "events/health/instance-retirement.json"]).out;
    for part in [
        "<p class=\"facts\">Responses were decided on simulated accounts: nothing was read from or changed in AWS.</p>",
        "<p class=\"note\">Not looked at: 0 unreadable inputs, 1 malformed records.</p>",
        " times by playbook contain-quarantined-user</small></li>",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_backtest_without_findings_is_a_page_that_says_so() {
    let file = write(&folder("backtest-nothing"), "log.json", harmless().to_string());
    let page = run(&[
        "backtest",
        "--only-rules-given",
        "--rules",
        "cli/tests/rules/tool.yml",
        "--format",
        "html",
        &file,
    ])
    .out;
    assert!(page.contains("<p>No rule fired.</p>"), "{page}");
    assert!(!page.contains("<table"), "{page}");
}
