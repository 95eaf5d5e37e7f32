//! Makes up logs, reads logs, and prints policies with how long that took.
//!
//! `cargo run --release -p trailreflex-privilege --example least_privilege -- make FOLDER RECORDS` writes log files as CloudTrail
//! does, the same for the same number; `-- read FOLDER [THREADS] [PRINCIPAL]` reads them.
#![expect(clippy::print_stdout, reason = "a command's report")]

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use std::error::Error;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use trailreflex_actions::{Action, Called, called};
use trailreflex_model::cloudtrail::LogFile;
use trailreflex_privilege::{Placement, Usage};

type Failure = Box<dyn Error + Send + Sync>;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
const PER_FILE: u64 = 10_000;
const ROLES: u64 = 200;
const ACTIONS_PER_SERVICE: usize = 10;
const SERVICES: [&str; 15] = [
    "cloudformation",
    "dynamodb",
    "ec2",
    "ecs",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match texts.as_slice() {
        ["make", folder, records] => make(Path::new(folder), records.parse()?),
        ["read", folder] => read(Path::new(folder), 1, None),
        ["read", folder, threads] => read(Path::new(folder), threads.parse()?, None),
        ["read", folder, threads, principal] => read(Path::new(folder), threads.parse()?, Some(principal)),
        _ => Err("usage: least_privilege make FOLDER RECORDS | read FOLDER [THREADS] [PRINCIPAL]".into()),
    }
}

/// The same numbers in each run (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// Actions whose operation is called as they are.
fn operations() -> Vec<Action> {
    let of_service = |service: &'static str| {
        let is_own = move |action: &Action| {
            let source = format!("{service}.amazonaws.com");
            action.service() == service && called(&source, action.name()) == Called::Actions(vec![*action])
        };
        let has_type = |action: &Action| action.resource_types().next().is_some();
        Action::all().filter(is_own).filter(has_type).take(ACTIONS_PER_SERVICE)
    };
    SERVICES.into_iter().flat_map(of_service).collect()
}

fn make(folder: &Path, records: u64) -> Result<(), Failure> {
    let operations = operations();
    let mut numbers = Numbers(1);
    let folder = folder.join(format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/10/05"));
    std::fs::create_dir_all(&folder)?;
    for file in 0..records.div_ceil(PER_FILE) {
        let list: Vec<Value> = (file * PER_FILE..records.min((file + 1) * PER_FILE))
            .filter_map(|number| record(number, &operations, &mut numbers))
            .collect();
        let name = format!("{ACCOUNT}_CloudTrail_{REGION}_20261005T1000Z_{file:016}.json.gz");
        let mut writer = GzEncoder::new(std::fs::File::create(folder.join(name))?, Compression::fast());
        writer.write_all(json!({"Records": list}).to_string().as_bytes())?;
        writer.finish()?;
    }
    println!("{records} records of {ROLES} roles and {} actions", operations.len());
    Ok(())
}

fn record(number: u64, operations: &[Action], numbers: &mut Numbers) -> Option<Value> {
    let role = numbers.below(ROLES);
    // Each role uses some of the actions only, and a few resources with each.
    let place = (role * 7 + numbers.below(20)) % u64::try_from(operations.len()).ok()?;
    let action = operations.get(usize::try_from(place).ok()?)?;
    let parameters = parameters(*action, role, numbers.below(12));
    let second = number % 86_400;
    let denied = if numbers.below(50) == 0 { json!("AccessDenied") } else { Value::Null };
    Some(json!({
        "eventVersion": "1.11", "eventID": format!("00000000-0000-4000-8000-{number:012x}"),
        "eventTime": format!("2026-10-05T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60),
        "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": true,
        "eventSource": format!("{}.amazonaws.com", action.service()), "eventName": action.name(),
        "awsRegion": REGION, "sourceIPAddress": "198.51.100.7", "userAgent": "Boto3/1.43 md/Botocore",
        "recipientAccountId": ACCOUNT, "readOnly": false, "errorCode": denied,
        "requestParameters": parameters, "responseElements": null,
        "userIdentity": {
            "type": "AssumedRole", "principalId": format!("AROAEXAMPLEROLE{role:05}:job"), "accountId": ACCOUNT,
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/role-{role}/job"), "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": format!("AROAEXAMPLEROLE{role:05}"), "accountId": ACCOUNT,
                    "arn": format!("arn:aws:iam::{ACCOUNT}:role/role-{role}"), "userName": format!("role-{role}"),
                },
                "attributes": {"creationDate": "2026-10-05T00:00:00Z", "mfaAuthenticated": "false"},
            },
        },
    }))
}

/// Values for the variables of the action's first template.
fn parameters(action: Action, role: u64, thing: u64) -> Value {
    let template = action.resource_types().next().map(|kind| kind.arn()).unwrap_or_default();
    let mut parameters = Map::new();
    for name in template.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
        if !["Partition", "Region", "Account"].contains(&name) {
            let mut letters = name.trim_end_matches("WithPath").chars();
            let first = letters.next().map(|letter| letter.to_ascii_lowercase());
            let key: String = first.into_iter().chain(letters).collect();
            parameters.insert(key, json!(format!("thing-{role}-{thing}")));
        }
    }
    Value::Object(parameters)
}

fn read(folder: &Path, threads: usize, principal: Option<&str>) -> Result<(), Failure> {
    let started = Instant::now();
    let files = files_under(folder)?;
    let parts: Vec<&[PathBuf]> = files.chunks(files.len().div_ceil(threads.max(1)).max(1)).collect();
    let usage = std::thread::scope(|scope| {
        let readers: Vec<_> = parts.iter().map(|part| scope.spawn(|| usage_of(part))).collect();
        let mut usage = Usage::default();
        for reader in readers {
            usage.merge(reader.join().map_err(|_| "a reader stopped")??);
        }
        Ok::<Usage, Failure>(usage)
    })?;
    let read = started.elapsed();
    let mut policies = 0;
    for (arn, _) in &usage.principals {
        let made = usage.recommendation(arn, Placement::Managed).ok_or("a principal is gone")?;
        policies += made.policies.len();
        if principal == Some(arn) {
            println!("{made}");
        }
    }
    let records = usage.coverage.records.map_or(0, |seen| seen.calls);
    let principals = usage.principals.iter().count();
    let actions: usize = usage.principals.iter().map(|(_, principal)| principal.actions.iter().count()).sum();
    let seconds = read.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = records as f64 / seconds;
    println!("{records} records in {seconds:.2} s, {rate:.0} a second, {threads} threads");
    println!(
        "{principals} principals with {actions} uses, {policies} policies in {:.2} s",
        (started.elapsed() - read).as_secs_f64()
    );
    println!("peak memory: {}", peak_memory().unwrap_or_else(|| "unknown".to_owned()));
    Ok(())
}

fn usage_of(files: &[PathBuf]) -> Result<Usage, Failure> {
    let mut usage = Usage::default();
    for path in files {
        let mut bytes = std::fs::read(path)?;
        if path.extension().is_some_and(|ending| ending == "gz") {
            let mut plain = Vec::new();
            MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
            bytes = plain;
        }
        LogFile::read(&bytes).records.iter().for_each(|record| usage.add(record));
    }
    Ok(usage)
}

fn files_under(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_under(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What Linux says of the process.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|size| size.trim().to_owned())
}
