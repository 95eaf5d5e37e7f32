"""`trailreflex verify` on the bucket itself: a chain of digests, signed with a key of our own, and objects that are tampered with.

The format is that of CloudTrail's documentation; the local AWS delivers no digests and has no public keys of CloudTrail's.
"""

import base64
import gzip
import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"
BUCKET = "verified-trail"
HOURS = 3
FINGERPRINT = "8eba5db5bea9b640d1c96a77256fe7f2"


def log_key(hour):
    return ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/24/"
            f"111122223333_CloudTrail_us-east-1_20261124T{hour:02}30Z_abc.json.gz")


def digest_key(hour):
    return ("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/24/"
            f"111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20261124T{hour + 1:02}0000Z.json.gz")


@pytest.fixture
def bucket(aws, tmp_path):
    """The bucket of three hours, as CloudTrail would have written it; returns S3 and the file of public keys."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    before = {"previousDigestS3Object": None, "previousDigestHashValue": None, "previousDigestSignature": None}
    for hour in range(HOURS):
        log = json.dumps({"Records": [{"eventVersion": "1.11", "eventID": f"e{hour}"}]}).encode()
        s3.put_object(Bucket=BUCKET, Key=log_key(hour), Body=gzip.compress(log))
        end = f"2026-11-24T{hour + 1:02}:00:00Z"
        times = {"newestEventTime": end, "oldestEventTime": end}
        digest = json.dumps({
            "awsAccountId": "111122223333", "digestStartTime": f"2026-11-24T{hour:02}:00:00Z", "digestEndTime": end,
            "digestS3Bucket": BUCKET, "digestS3Object": digest_key(hour), "digestPublicKeyFingerprint": FINGERPRINT,
            "digestSignatureAlgorithm": "SHA256withRSA", "previousDigestS3Bucket": BUCKET,
            "previousDigestHashAlgorithm": "SHA-256", **before, **times,
            "logFiles": [{"s3Bucket": BUCKET, "s3Object": log_key(hour), "hashValue": hashlib.sha256(log).hexdigest(),
                          "hashAlgorithm": "SHA-256", **times}],
        }).encode()
        hash_value = hashlib.sha256(digest).hexdigest()
        message = f"{end}\n{BUCKET}/{digest_key(hour)}\n{hash_value}\n{before['previousDigestSignature'] or 'null'}"
        signature = private.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()
        s3.put_object(Bucket=BUCKET, Key=digest_key(hour), Body=gzip.compress(digest),
                      Metadata={"signature": signature, "signature-algorithm": "SHA256withRSA"})
        before = {"previousDigestS3Object": digest_key(hour), "previousDigestHashValue": hash_value,
                  "previousDigestSignature": signature}
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"PublicKeyList": [{"Value": base64.b64encode(public).decode(), "Fingerprint": FINGERPRINT}]}))
    yield s3, keys
    for listed in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=listed["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def verify(aws, *arguments):
    ran = subprocess.run([COMMAND, "verify", "--format", "json", *arguments], env=aws.environment, capture_output=True, text=True)
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def sums(**changed):
    states = ("proven", "hashOnly", "notCovered", "altered", "missing", "unreadable", "unlisted")
    return {"kind": "logFiles"} | dict.fromkeys(states, 0) | changed


def test_a_whole_bucket_is_proven_with_the_last_signature_from_the_metadata(aws, bucket):
    _, keys = bucket
    code, lines, error = verify(aws, "--keys", keys, f"s3://{BUCKET}")
    assert (code, error) == (0, "")
    assert lines == [
        {"kind": "chain", "chain": "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1", "from": "2026-11-24T00:00:00Z",
         "to": "2026-11-24T03:00:00Z", "digests": 3, "signed": 3, "unsigned": 0, "unknownKey": 0, "before": None},
        sums(proven=3)]


def test_what_was_altered_deleted_or_added_is_named(aws, bucket):
    s3, keys = bucket
    added = log_key(2).replace("abc", "new")
    s3.put_object(Bucket=BUCKET, Key=log_key(0), Body=gzip.compress(b'{"Records":[]}'))
    s3.delete_object(Bucket=BUCKET, Key=log_key(1))
    s3.put_object(Bucket=BUCKET, Key=added, Body=gzip.compress(b"{}"))
    code, lines, _ = verify(aws, "--keys", keys, f"s3://{BUCKET}/AWSLogs/")
    problems = {(line["file"], line["problem"].split(":")[0]) for line in lines if "problem" in line}
    assert (code, problems) == (1, {(log_key(0), "altered"), (log_key(1), "deleted"), (added, "added")})
    assert lines[-1] == sums(proven=1, altered=1, missing=1, unlisted=1)


def test_log_files_outside_of_the_prefix_are_read_nevertheless(aws, bucket):
    s3, keys = bucket
    s3.delete_object(Bucket=BUCKET, Key=log_key(1))
    code, lines, _ = verify(aws, "--keys", keys, f"s3://{BUCKET}/AWSLogs/111122223333/CloudTrail-Digest/")
    assert (code, lines[-1]) == (1, sums(proven=2, missing=1))


def test_who_may_not_read_or_has_no_keys_is_told_what_to_do(aws, bucket):
    _, keys = bucket
    for arguments, advice in (
        (("--keys", keys, "s3://no-such-bucket-here"), "AWS_PROFILE"),
        (("--keys", keys, f"s3://{BUCKET}/AWSLogs/111122223333/CloudTrail/"), "`CloudTrail-Digest/` too"),
        ((f"s3://{BUCKET}",), "aws cloudtrail list-public-keys --region us-east-1 --start-time 2026-11-24T00:00:00Z"),
    ):
        code, lines, error = verify(aws, *arguments)
        assert (code, lines) == (1, []) and advice in error, error
