//! `verify`: a bucket with a chain of digests, signed with a key of our own, and each kind of tampering with it.
//!
//! The format is that of CloudTrail's documentation; no bucket of AWS's was at hand.

use crate::command::{Ran, folder, gzip, run, write};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

const HOURS: u32 = 3;
const PRINT: &str = "8eba5db5bea9b640d1c96a77256fe7f2";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn log_key(hour: u32) -> String {
    format!(
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/24/111122223333_CloudTrail_us-east-1_20261124T{hour:02}30Z_abc.json.gz"
    )
}

fn digest_key(hour: u32) -> String {
    format!(
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/24/\
         111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20261124T{:02}0000Z.json.gz",
        hour + 1
    )
}

fn put(root: &Path, key: &str, content: &[u8]) {
    let path = root.join(key);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A bucket of three hours with a log file each; the last digest's signature lies beside it, as the metadata is lost.
struct Bucket {
    root: PathBuf,
    keys: String,
}

impl Bucket {
    fn new(name: &str) -> Self {
        let folder = folder(name);
        let root = folder.join("bucket");
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let listed = json!({"PublicKeyList": [{"Value": STANDARD.encode(pair.public_key().as_ref()), "Fingerprint": PRINT}]});
        let keys = write(&folder, "keys.json", listed.to_string());
        let mut before: Option<(String, String, String)> = None;
        for hour in 0..HOURS {
            let log =
                json!({"Records": [{"eventVersion": "1.11", "eventID": format!("e{hour}")}]}).to_string();
            put(&root, &log_key(hour), &gzip(&log));
            let (object, hash, signature) = before
                .map_or((Value::Null, Value::Null, Value::Null), |(a, b, c)| (a.into(), b.into(), c.into()));
            let end = format!("2026-11-24T{:02}:00:00Z", hour + 1);
            let digest = json!({
                "awsAccountId": "111122223333", "digestStartTime": format!("2026-11-24T{hour:02}:00:00Z"), "digestEndTime": end,
                "digestS3Bucket": "logs", "digestS3Object": digest_key(hour), "digestPublicKeyFingerprint": PRINT,
                "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": end, "oldestEventTime": end,
                "previousDigestS3Bucket": "logs", "previousDigestS3Object": object,
                "previousDigestHashValue": hash, "previousDigestHashAlgorithm": "SHA-256", "previousDigestSignature": signature,
                "logFiles": [{
                    "s3Bucket": "logs", "s3Object": log_key(hour), "hashValue": hex(&Sha256::digest(&log)), "hashAlgorithm": "SHA-256",
                    "newestEventTime": end, "oldestEventTime": end,
                }],
            });
            let text = digest.to_string();
            let hash = hex(&Sha256::digest(&text));
            let previous = signature.as_str().unwrap_or("null");
            let message = format!("{end}\nlogs/{}\n{hash}\n{previous}", digest_key(hour));
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
            put(&root, &digest_key(hour), &gzip(&text));
            before = Some((digest_key(hour), hash, hex(&signature)));
        }
        put(&root, &format!("{}.signature", digest_key(HOURS - 1)), before.unwrap().2.as_bytes());
        Self { root, keys }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    fn verify(&self, format: &str) -> Ran {
        run(&["verify", "--keys", &self.keys, "--format", format, self.root.to_str().unwrap()])
    }

    /// Changes the JSON of a digest.
    fn change(&self, hour: u32, change: impl Fn(&mut Value)) {
        let mut text = String::new();
        let file = fs::File::open(self.path(&digest_key(hour))).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
        let mut digest = serde_json::from_str(&text).unwrap();
        change(&mut digest);
        put(&self.root, &digest_key(hour), &gzip(digest.to_string()));
    }
}

/// Returns the problems of a run: of which file's name each is, and the problem's first word.
fn problems(ran: &Ran) -> Vec<(String, String)> {
    let lines = ran.lines();
    let wrong = lines.iter().filter(|line| line.get("problem").is_some());
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    wrong
        .map(|line| (text(line, "file"), text(line, "problem").split(':').next().unwrap().to_owned()))
        .collect()
}

#[test]
fn a_whole_bucket_is_proven() {
    let ran = Bucket::new("verify-whole").verify("json");
    let chain = "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1";
    assert_eq!(
        ran.lines(),
        [
            json!({
                "kind": "chain", "chain": chain, "from": "2026-11-24T00:00:00Z", "to": "2026-11-24T03:00:00Z", "digests": 3,
                "signed": 3, "unsigned": 0, "unknownKey": 0, "before": null,
            }),
            json!({
                "kind": "logFiles", "proven": 3, "hashOnly": 0, "notCovered": 0, "altered": 0, "missing": 0, "unreadable": 0,
                "unlisted": 0,
            }),
        ]
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn each_kind_of_tampering_is_found_and_named() {
    type Tamper = fn(&Bucket);
    type Case = (&'static str, Tamper, Vec<(String, &'static str)>);
    let cases: Vec<Case> = vec![
        (
            "a log file is altered",
            |it| put(&it.root, &log_key(1), &gzip("{\"Records\":[]}")),
            vec![(log_key(1), "altered")],
        ),
        (
            "a log file is deleted",
            |it| fs::remove_file(it.path(&log_key(1))).unwrap(),
            vec![(log_key(1), "deleted")],
        ),
        (
            "a log file is cut off",
            |it| put(&it.root, &log_key(1), &gzip("{\"Records\":[]}")[..15]),
            vec![(log_key(1), "unreadable")],
        ),
        (
            "a log file is added",
            |it| put(&it.root, &log_key(1).replace("abc", "new"), &gzip("{}")),
            vec![(log_key(1).replace("abc", "new"), "added")],
        ),
        (
            "a digest is altered to fit an altered log file",
            |it| {
                put(&it.root, &log_key(1), &gzip("{}"));
                it.change(1, |digest| digest["logFiles"][0]["hashValue"] = hex(&Sha256::digest("{}")).into());
            },
            vec![(digest_key(1), "altered"), (digest_key(1), "altered")],
        ),
        (
            "the last digest is altered",
            |it| it.change(2, |digest| digest["logFiles"] = json!([])),
            vec![(digest_key(2), "altered"), (log_key(2), "added")],
        ),
        (
            "a digest is deleted",
            |it| fs::remove_file(it.path(&digest_key(1))).unwrap(),
            vec![(digest_key(2), "deleted")],
        ),
        (
            "a digest is cut off",
            |it| put(&it.root, &digest_key(1), b"\x1f\x8b\x08"),
            vec![(digest_key(1), "unreadable"), (digest_key(2), "deleted")],
        ),
        (
            "a chain begins anew",
            |it| it.change(2, |digest| digest["previousDigestS3Object"] = Value::Null),
            vec![(digest_key(2), "altered"), (digest_key(2), "begins a new chain")],
        ),
        (
            "time is taken out",
            |it| it.change(2, |digest| digest["digestStartTime"] = "2026-11-24T02:10:00Z".into()),
            vec![(digest_key(2), "altered"), (digest_key(2), "gap")],
        ),
        (
            "a digest claims another place",
            |it| it.change(2, |digest| digest["digestS3Object"] = "elsewhere".into()),
            vec![(digest_key(2), "moved"), (digest_key(2), "altered")],
        ),
        (
            "a digest lists a file outside of the bucket",
            |it| it.change(2, |digest| digest["logFiles"][0]["s3Object"] = "../../../etc/passwd".into()),
            vec![
                (digest_key(2), "altered"),
                ("../../../etc/passwd".to_owned(), "unreadable"),
                (log_key(2), "added"),
            ],
        ),
    ];
    for (number, (case, tamper, expected)) in cases.into_iter().enumerate() {
        let bucket = Bucket::new(&format!("verify-{number}"));
        tamper(&bucket);
        let ran = bucket.verify("json");
        let expected: Vec<_> = expected.into_iter().map(|(file, word)| (file, word.to_owned())).collect();
        assert_eq!((problems(&ran), ran.code), (expected, 1), "{case}");
    }
}

#[test]
fn what_is_not_proven_is_told() {
    let bucket = Bucket::new("verify-unproven");
    fs::remove_file(bucket.path(&format!("{}.signature", digest_key(2)))).unwrap();
    fs::remove_file(bucket.path(&digest_key(0))).unwrap();
    let ran = bucket.verify("table");
    assert_eq!(
        ran.out,
        format!(
            "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1: 2026-11-24T01:00:00Z to 2026-11-24T03:00:00Z, 2 digests, \
             1 with a valid signature\n\
             \x20 not proven: 1 without a signature here. It is in the metadata of the object: aws s3api head-object --query \
             Metadata.signature --output text > FILE.signature\n\
             \x20 not proven: what came before; {} is not here\n\
             \x20 not proven: what came after 2026-11-24T03:00:00Z, as digests that were deleted at the end leave no trace\n\
             log files: 1 proven unaltered; 1 as their digest says, whose signature was not checked; 1 delivered when no digest \
             here covers; 0 altered, 0 missing, 0 unreadable, 0 in no digest\n",
            digest_key(0)
        )
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn a_signature_by_somebody_else_proves_nothing() {
    let (bucket, other) = (Bucket::new("verify-mine"), Bucket::new("verify-other"));
    let forged = run(&["verify", "--keys", &other.keys, "--format", "json", bucket.root.to_str().unwrap()]);
    let expected: Vec<_> = (0..HOURS).map(|hour| (digest_key(hour), "altered".to_owned())).collect();
    assert_eq!((problems(&forged), forged.code), (expected, 1));
    let unknown = fs::read_to_string(&bucket.keys).unwrap().replace(PRINT, "00");
    fs::write(&bucket.keys, unknown).unwrap();
    let ran = bucket.verify("json");
    assert_eq!((problems(&ran), ran.lines()[0]["unknownKey"].clone()), (vec![], json!(3)));
    assert_eq!(ran.lines()[1]["hashOnly"], json!(3));
}

#[test]
fn what_makes_no_sense_is_refused_with_advice() {
    let bucket = Bucket::new("verify-bad");
    let empty = folder("verify-empty");
    let no_keys = write(&empty, "none.txt", "{\"PublicKeyList\": []}");
    let root = bucket.root.to_str().unwrap();
    for (keys, path, advice) in [
        (bucket.keys.as_str(), "no-such-folder", "aws s3 sync"),
        (&bucket.keys, empty.to_str().unwrap(), "copy `CloudTrail-Digest/` too"),
        ("Cargo.toml", root, "list-public-keys"),
        (&no_keys, root, "--start-time"),
        ("no-such-file", root, "cannot be opened"),
    ] {
        let ran = run(&["verify", "--keys", keys, path]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(advice), "{}", ran.err);
    }
}
