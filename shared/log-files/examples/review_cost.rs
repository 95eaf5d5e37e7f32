//! What a review costs, next to decompressing and reading the same log files without looking at them.
//!
//! `cargo run --release -p trailreflex-log-files --example review_cost -- 500000 200` makes that many records of that many
//! principals in memory, 200 to a file, reads them all ways in turn, three times each, and prints the best of each, the ratios and
//! the memory. With rules is what `trailreflex review` does, without what `--no-rules` and the function do.
#![expect(clippy::print_stdout, reason = "a command's report")]
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "its input is its own, as in a test"
)]

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};
use trailreflex_activity::{Activity, Call, Period};
use trailreflex_detection::{Bundle, RuleSet};
use trailreflex_log_files::{Inflater, Limits};
use trailreflex_model::cloudtrail::LogFile;

const OF_FILE: usize = 200;
const ROUNDS: usize = 3;
const SERVICES: [&str; 6] = ["s3", "ec2", "lambda", "dynamodb", "kms", "sts"];

fn record(number: usize, principals: usize) -> String {
    let who = number * 7 % principals;
    let (service, day, hour) =
        (SERVICES[number * 13 % SERVICES.len()], 1 + number * 31 % 28, number * 17 % 24);
    let session = format!("arn:aws:sts::111122223333:assumed-role/role-{who:05}/session-{}", number % 50);
    let mut text = String::new();
    write!(
        text,
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE{who:010}:session","arn":"{session}","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE{number:09}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE{who:010}","arn":"arn:aws:iam::111122223333:role/role-{who:05}","accountId":"111122223333","userName":"role-{who:05}"}},"attributes":{{"creationDate":"2026-11-{day:02}T00:00:00Z","mfaAuthenticated":"false"}}}}}},"eventTime":"2026-11-{day:02}T{hour:02}:{:02}:{:02}Z","eventSource":"{service}.amazonaws.com","eventName":"Describe{}","awsRegion":"eu-west-1","sourceIPAddress":"198.51.{}.7","userAgent":"Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.13","requestParameters":{{"resource":"arn:aws:{service}:eu-west-1:111122223333:thing/{number}","filters":[{{"name":"state","values":["running","stopped"]}}],"maxResults":100}},"responseElements":null,"requestID":"{number:08x}-1111-4222-8333-444455556666","eventID":"{number:08x}-0000-4000-8000-{number:012x}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.eu-west-1.amazonaws.com"}}}}"#,
        number % 60,
        number * 3 % 60,
        number * 11 % 20,
        who % 4,
    )
    .unwrap();
    text
}

fn file(from: usize, principals: usize) -> Vec<u8> {
    let records: Vec<_> = (from..from + OF_FILE).map(|number| record(number, principals)).collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    write!(gzip, r#"{{"Records":[{}]}}"#, records.join(",")).unwrap();
    gzip.finish().unwrap()
}

/// Reads all files; returns how long that took.
fn read(files: &[Vec<u8>], mut take: impl FnMut(&LogFile)) -> Duration {
    let began = Instant::now();
    for file in files {
        let mut inflater = Inflater::new(Limits::DEFAULT);
        inflater.push(file).unwrap();
        take(&LogFile::read(&inflater.finish().unwrap().content));
    }
    began.elapsed()
}

fn review(files: &[Vec<u8>], rules: Option<&RuleSet>) -> (Duration, u64) {
    let began = Instant::now();
    let mut activity = Activity::default();
    let mut fired = 0_usize;
    read(files, |file| {
        for record in &file.records {
            fired += rules.map_or(0, |rules| rules.observe(record.raw()).matches.len());
            Call::of(record).into_iter().for_each(|call| _ = activity.add(&call));
        }
    });
    std::hint::black_box(fired);
    let period = Period { from: "2026-11-22".parse().unwrap(), to: "2026-11-28".parse().unwrap() };
    let review = activity.review_period(period);
    (began.elapsed(), review.days.iter().map(|day| day.counts.calls).sum())
}

fn peak_megabytes() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "an unknown amount".to_owned(), |peak| peak.trim().to_owned())
}

fn main() {
    let argument = |place| std::env::args().nth(place).and_then(|text| text.parse().ok());
    let (records, principals): (usize, usize) = (argument(1).unwrap_or(500_000), argument(2).unwrap_or(200));
    let files: Vec<_> = (0..records / OF_FILE).map(|number| file(number * OF_FILE, principals)).collect();
    let stored: usize = files.iter().map(Vec::len).sum();
    println!(
        "{records} records of {principals} principals in {} files of {} MB in all; {} before",
        files.len(),
        stored >> 20,
        peak_megabytes()
    );
    let rules = Bundle::built_in(trailreflex_content::RULES).unwrap().load().unwrap();
    let (mut only, mut reviewed, mut with_rules) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let mut seen = 0;
        only = only.min(read(&files, |file| seen += file.records.len()));
        let (time, calls) = review(&files, None);
        assert_eq!((seen, calls), (files.len() * OF_FILE, (files.len() * OF_FILE) as u64));
        reviewed = reviewed.min(time);
        with_rules = with_rules.min(review(&files, Some(&rules)).0);
    }
    let of = |time: Duration| records as f64 / time.as_secs_f64();
    println!("decompress and read: {only:.1?}, {:.0} records/s", of(only));
    for (name, time) in [("review:             ", reviewed), ("review with rules:  ", with_rules)] {
        let ratio = time.as_secs_f64() / only.as_secs_f64();
        println!("{name} {time:.1?}, {:.0} records/s, {ratio:.2} times as long", of(time));
    }
    println!("memory at most, with the files: {}", peak_megabytes());
}
