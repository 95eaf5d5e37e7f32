"""Makes up a trail's bucket of a million records and times `search` and `sql` against zgrep, jq and DuckDB on the same questions.

Usage: figures.py BINARY FOLDER [RECORDS]. The folder is filled if it is not there. Each command runs three times, and the
shortest counts; jq and DuckDB, which take minutes, run once. Needs jq, a binary with the feature `sql`, and this Python's
DuckDB.
"""

import gzip
import json
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path

PER_FILE = 2000
REGIONS = ["eu-west-1", "us-east-1"]
CALLS = [
    ("s3.amazonaws.com", "GetObject"),
    ("sts.amazonaws.com", "AssumeRole"),
    ("ec2.amazonaws.com", "DescribeInstances"),
    ("kms.amazonaws.com", "Decrypt"),
    ("logs.amazonaws.com", "CreateLogStream"),
    ("iam.amazonaws.com", "GetRole"),
    ("dynamodb.amazonaws.com", "GetItem"),
]
RARE = ("iam.amazonaws.com", "CreateAccessKey")


def record(number: int, day: int, region: str) -> dict:
    """One record; one in 20,000 is the rare call, and another one names it where it is not the call."""
    source, name = RARE if number % 20_000 == 77 else random.choice(CALLS)
    who = random.randrange(500)
    role = f"arn:aws:iam::111122223333:role/app-{who}"
    key = "docs/CreateAccessKey.html" if number % 20_000 == 1234 else f"path/{random.getrandbits(64):x}/object"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROA{who:017d}:session-{who}",
            "arn": f"arn:aws:sts::111122223333:assumed-role/app-{who}/session-{who}",
            "accountId": "111122223333",
            "accessKeyId": f"ASIA{who:016d}",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": role, "accountId": "111122223333", "userName": f"app-{who}"},
                "attributes": {"creationDate": f"2026-11-{day:02d}T00:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": f"2026-11-{day:02d}T{number // 90 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": f"198.51.{random.randrange(100)}.{random.randrange(250)}",
        "userAgent": "aws-sdk-java/2.25.1 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.9 vendor/Amazon cfg/retry-mode/standard",
        "requestParameters": {"bucketName": f"data-{who}", "key": key, "Host": f"data-{who}.s3.amazonaws.com"},
        "responseElements": None,
        "requestID": f"{random.getrandbits(64):016X}",
        "eventID": f"{random.getrandbits(32):08x}-0000-4000-a000-{random.getrandbits(48):012x}",
        "readOnly": name.startswith(("Get", "Describe")),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": source},
    }


def fill(folder: Path, records: int) -> None:
    """Writes the bucket as a trail of two Regions delivers it in 28 days."""
    random.seed(7)
    files = records // PER_FILE
    for file in range(files):
        day, region = 1 + file * 28 // files, REGIONS[file % 2]
        numbers = range(file * PER_FILE, (file + 1) * PER_FILE)
        text = json.dumps({"Records": [record(number, day, region) for number in numbers]}, separators=(",", ":"))
        place = folder / f"AWSLogs/111122223333/CloudTrail/{region}/2026/11/{day:02d}"
        place.mkdir(parents=True, exist_ok=True)
        name = f"111122223333_CloudTrail_{region}_202611{day:02d}T{file % 24:02d}05Z_{file:016d}.json.gz"
        (place / name).write_bytes(gzip.compress(text.encode(), 6))


def timed(command: str, runs: int = 3) -> tuple[float, int]:
    """Returns the shortest time in seconds, and how many lines came out."""
    times, lines = [], 0
    for _ in range(runs):
        began = time.monotonic()
        done = subprocess.run(command, shell=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        times.append(time.monotonic() - began)
        lines = done.stdout.count(b"\n")
    return min(times), lines


# Counts by service and call, what one role did, and one field of the request: as `sql` and as DuckDB are asked. DuckDB's
# own names are CloudTrail's; its table is each file's one document, taken apart.
QUESTIONS = {
    "calls by service": (
        "SELECT eventsource, eventname, count(*) AS calls FROM cloudtrail GROUP BY 1, 2",
        "SELECT r.eventSource, r.eventName, count(*) FROM records GROUP BY 1, 2",
    ),
    "one rare call": (
        "SELECT eventtime, useridentity.arn FROM cloudtrail WHERE eventname = 'CreateAccessKey'",
        "SELECT r.eventTime, r.userIdentity.arn FROM records WHERE r.eventName = 'CreateAccessKey'",
    ),
    "buckets of one role": (
        "SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, count(*) AS calls FROM cloudtrail "
        "WHERE useridentity.arn LIKE '%app-7/%' GROUP BY 1",
        "SELECT r.requestParameters.bucketName, count(*) FROM records WHERE r.userIdentity.arn LIKE '%app-7/%' GROUP BY 1",
    ),
}


def of_duckdb(folder: Path, query: str) -> str:
    """The command that asks DuckDB, and prints a line for each row."""
    records = f"WITH records AS (SELECT unnest(Records) AS r FROM read_json('{folder}/**/*.json.gz', maximum_object_size = 100000000)) "
    code = f"import duckdb; duckdb.sql('SET enable_progress_bar = false'); [print(*row) for row in duckdb.sql({records + query!r}).fetchall()]"
    return f"{sys.executable} -c {shlex.quote(code)}"


def main() -> None:
    """Prints a row for each command."""
    binary, folder = sys.argv[1], Path(sys.argv[2])
    if not folder.exists():
        fill(folder, int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000)
    files = f"find {folder} -name '*.gz' -print0 | xargs -0"
    export = folder.with_suffix(".parquet")
    export.unlink(missing_ok=True)
    sql = f"{binary} sql"
    asked = [
        row
        for name, (ours, theirs) in QUESTIONS.items()
        for row in [
            (f"sql: {name}", f"{sql} --format csv {shlex.quote(ours)} {folder} | tail -n +2", 3),
            (f"DuckDB: {name}", of_duckdb(folder, theirs), 1),
        ]
    ]
    exported = [
        ("sql: export as Parquet", f"{sql} --format parquet -o {export} 'SELECT * FROM cloudtrail' {folder}", 1),
        ("sql: calls by service, of the export", f"{sql} --format csv {shlex.quote(QUESTIONS['calls by service'][0])} {export} | tail -n +2", 3),
    ]
    word = "'\"eventName\":\"CreateAccessKey\"'"
    for name, command, runs in [
        ("search --event CreateAccessKey", f"{binary} search --format json --event CreateAccessKey {folder}", 3),
        ("the same, --jobs 1", f"{binary} search --format json --jobs 1 --event CreateAccessKey {folder}", 3),
        ("search --actor app-7 --event GetObject", f"{binary} search --format json --actor app-7 --event GetObject {folder}", 3),
        ("search --ip 198.51.42.0/24", f"{binary} search --format json --ip 198.51.42.0/24 {folder}", 3),
        (
            "search --event CreateAccessKey of one day",
            f"{binary} search --format json --event CreateAccessKey --from 2026-11-10 --to 2026-11-10 {folder}",
            3,
        ),
        ("zgrep", f"{files} zgrep -ho {word}", 3),
        ("zgrep, two at a time", f"{files} -P2 -n 50 zgrep -ho {word}", 3),
        ("zcat and jq", f"{files} zcat | jq -c '.Records[] | select(.eventName == \"CreateAccessKey\")'", 1),
        *asked,
        *exported,
    ]:
        seconds, lines = timed(command, runs)
        print(f"| {name} | {seconds:.2f} | {lines} |", flush=True)


if __name__ == "__main__":
    main()
