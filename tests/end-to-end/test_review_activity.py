"""Log files are read hour by hour, and each day and each week is reviewed: once, whatever happens, and told to people.

The time of the schedule's event is the time that is decided by, so these weeks are in the past. IAM is enforced, so the
role of `review-activity` suffices for all of it.
"""

import base64
import datetime
import gzip
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from events import in_envelope, quarantine_record
from inbox import Inbox
from local_aws.session import eventually

ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "us-east-1")
PROGRESS = "state/progress.json.gz"
SUNDAY = datetime.date(2026, 10, 11)
MONDAY = SUNDAY + datetime.timedelta(days=1)
FIRST = SUNDAY - datetime.timedelta(days=27)
MISSING = SUNDAY - datetime.timedelta(days=3)
HOSTILE = '"><script>alert(1)</script>\u202e=cmd()'


def record(day, hour, **changes):
    """A call of alice, who lists buckets and puts objects from her office."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
    return {
        "eventVersion": "1.11", "eventID": str(uuid.uuid4()), "eventTime": f"{day}T{hour:02}:05:00Z", "eventType": "AwsApiCall",
        "eventSource": "s3.amazonaws.com", "eventName": "PutBucketTagging", "awsRegion": "eu-west-1", "readOnly": False,
        "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2.1", "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAALICE", "accountId": ACCOUNT, "arn": arn, "userName": "alice"},
        "requestParameters": None, "responseElements": None} | changes


class Logs:
    """The trail's bucket, as far as these tests fill it."""

    def __init__(self, stack):
        self.s3 = stack.aws.client("s3")
        self.bucket = f"management-events-{stack.aws.account}"

    def put(self, day, hour, content, region="eu-west-1"):
        """Puts a file where a trail puts what it delivers at ten past that hour."""
        name = f"{ACCOUNT}_CloudTrail_{region}_{day:%Y%m%d}T{hour:02}10Z_{uuid.uuid4().hex[:16]}.json.gz"
        body = content if isinstance(content, bytes) else gzip.compress(json.dumps({"Records": content}).encode())
        self.s3.put_object(Bucket=self.bucket, Key=f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/{day:%Y/%m/%d}/{name}", Body=body)


class Reviews:
    """The function and what it leaves in its bucket."""

    def __init__(self, stack):
        self.stack = stack
        self.s3 = stack.aws.client("s3")
        self.bucket = stack.outputs["ReportBucket"]
        # It admits TLS only, which the local AWS does not speak.
        self.s3.delete_bucket_policy(Bucket=self.bucket)

    def run(self, time):
        """Lets the schedule's event of that time reach the function."""
        return self.stack._invoke("ReviewActivityFunction", self.event(time))

    def event(self, time):
        return {"version": "0", "id": str(uuid.uuid4()), "detail-type": "Scheduled Event", "source": "aws.events",
                "account": self.stack.aws.account, "time": time, "region": "us-east-1", "resources": [], "detail": {}}

    def keys(self):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    def read(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def json(self, key):
        return json.loads(self.read(key))

    def clear(self):
        for key in self.keys():
            self.s3.delete_object(Bucket=self.bucket, Key=key)


@pytest.fixture(scope="module")
def logs(stack):
    """Four weeks of the same, with a day that is missing; and a Sunday on which something is else."""
    logs = Logs(stack)
    # What other tests have put there is not their subject.
    for page in logs.s3.get_paginator("list_objects_v2").paginate(Bucket=logs.bucket, Prefix="AWSLogs/"):
        for entry in page.get("Contents", []):
            logs.s3.delete_object(Bucket=logs.bucket, Key=entry["Key"])
    for number in range(28):
        day = FIRST + datetime.timedelta(days=number)
        if day == MISSING:
            continue
        for hour in (9, 12, 16):
            logs.put(day, hour, [record(day, hour) for _ in range(4)])
    for region in REGIONS:
        logs.put(SUNDAY, 13, [], region)
    odd = record(SUNDAY, 13, awsRegion="ap-south-1", userAgent=HOSTILE)
    logs.put(SUNDAY, 14, [odd])
    logs.put(SUNDAY, 15, [odd])
    logs.put(SUNDAY, 17, gzip.compress(json.dumps({"Records": [record(SUNDAY, 17)] * 40}).encode())[:200])
    logs.put(SUNDAY, 18, b"this is no log file")
    logs.put(SUNDAY, 19, [record(datetime.date(2027, 1, 1), 1), "no record"])
    root = {"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root"}
    logs.put(MONDAY, 1, [record(SUNDAY, 23, userIdentity=root, eventName="CreateBucket")])
    return logs


@pytest.fixture(scope="module")
def summaries(stack):
    return Inbox.on_bus(stack.aws, stack.outputs["FindingsBus"], "reviews", {"detail-type": ["Trailreflex Review"]})


@pytest.fixture(scope="module")
def mail(stack):
    """What people are told, whoever hands the summaries to `notify`: its rule may be on after what other tests have done."""
    return Inbox.subscribed(stack.aws, stack.outputs["NotificationsTopic"], "review-mail")


@pytest.fixture(scope="module")
def reviewed(stack, logs, summaries, mail):
    """The reviews as they are when the Sunday is over, and the answer of the run that wrote them."""
    reviews = Reviews(stack)
    grown = stack.grows(("Notable", {"Kind": "newRegion"}), ("Notable", {"Kind": "rootUsed"}))
    reviews.answer = reviews.run(f"{MONDAY}T04:20:00Z")
    reviews.grown = grown
    return reviews


def test_the_day_and_the_week_are_reviewed_with_what_is_unlike_before(reviewed):
    daily, weekly = f"reviews/daily/{SUNDAY}", f"reviews/weekly/{SUNDAY - datetime.timedelta(days=6)}"
    assert reviewed.answer == {"status": "upToDate", "readTo": f"{MONDAY}T04:00:00Z", "day": str(MONDAY),
                               "pages": [f"{daily}/review.html", f"{weekly}/review.html"]}
    names = ["accounts.csv", "answers.json", "failures.csv", "notable.csv", "principals.csv", "review.html", "review.json", "services.csv",
             "suggestions.csv"]
    assert [key for key in reviewed.keys() if key.startswith(daily)] == [f"{daily}/{name}" for name in names]
    day, week = reviewed.json(f"{daily}/review.json"), reviewed.json(f"{weekly}/review.json")
    assert day["period"] == {"from": str(SUNDAY), "to": str(SUNDAY)}
    assert day["reference"]["from"] == str(FIRST)
    assert (day["totals"]["calls"], day["totals"]["principals"]) == (14, 2)
    assert [(one["kind"], one["principal"].split(":")[-1]) for one in day["notable"]] == [
        ("rootUsed", "root"), ("newPrincipal", "root"), ("newRegion", "user/alice"), ("newProgram", "user/alice")]
    assert (week["totals"]["calls"], week["missing"]) == (5 * 12 + 14, [str(MISSING)])
    eventually(lambda: reviewed.grown() == [1, 1])


def test_what_could_not_be_read_is_said_on_the_page_and_hides_nothing_else(reviewed):
    page = reviewed.read(f"reviews/daily/{SUNDAY}/review.html").decode()
    for said in ("2 inputs could not be read", "2 records are malformed", "1 records were there twice and count once"):
        assert said in page, said
    assert "<script>alert" not in page and "\u202e" not in page
    assert 'content="default-src &#39;none&#39;;' in page


def test_people_are_told_once_and_led_to_the_page(stack, reviewed, summaries, mail):
    sunday = summaries.wait(lambda event: event["detail"]["every"] == "day")
    assert sunday["source"] == "trailreflex.review-activity"
    detail = sunday["detail"]
    assert (detail["totals"]["calls"], detail["notableTotal"]) == (14, 4)
    assert detail["page"].endswith(f"{reviewed.bucket}?region=us-east-1&prefix=reviews/daily/{SUNDAY}/review.html")
    assert stack.notify(json.dumps(sunday)) == stack.notify(json.dumps(sunday)) == {"batchItemFailures": []}
    of_sunday = f"Activity of {SUNDAY}: "
    message = mail.wait(lambda message: of_sunday in message["Subject"])
    assert len(mail.matching(lambda message: of_sunday in message["Subject"])) == 1
    assert f"{of_sunday}4 things unlike before" in message["Subject"]
    assert detail["page"] in message["Message"] and "the root user was used" in message["Message"]
    assert "\u202e" not in message["Message"]


def test_a_run_that_is_repeated_reads_and_writes_nothing_again(reviewed, summaries):
    before = {key: reviewed.read(key) for key in reviewed.keys() if key != PROGRESS}
    told = len(summaries.all())
    answer = reviewed.run(f"{MONDAY}T04:20:00Z")
    assert (answer["status"], answer["pages"], len(summaries.all())) == ("upToDate", [], told)
    assert {key: reviewed.read(key) for key in reviewed.keys() if key != PROGRESS} == before


def test_the_next_day_is_read_alone_and_compared_with_what_was_kept(reviewed, logs):
    tuesday = MONDAY + datetime.timedelta(days=1)
    logs.put(MONDAY, 9, [record(MONDAY, 9) for _ in range(5)])
    # What comes after the review of its day is in none, and the page says so.
    logs.put(MONDAY, 20, [record(SUNDAY, 20), record(MONDAY, 20)])
    for key in logs.s3.list_objects_v2(Bucket=logs.bucket, Prefix=f"AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/09/")["Contents"]:
        logs.s3.delete_object(Bucket=logs.bucket, Key=key["Key"])
    answer = reviewed.run(f"{tuesday}T05:20:00Z")
    assert (answer["status"], answer["pages"]) == ("upToDate", [f"reviews/daily/{MONDAY}/review.html"])
    review = reviewed.json(f"reviews/daily/{MONDAY}/review.json")
    assert (review["totals"]["calls"], review["before"]["calls"]) == (6, 14)
    assert review["reference"]["from"] == str(FIRST)
    page = reviewed.read(f"reviews/daily/{MONDAY}/review.html").decode()
    assert "1 records came when the review of their day had been written, and are in none" in page


def test_a_day_without_any_record_is_reviewed_and_told_as_what_it_is(reviewed, summaries):
    wednesday = MONDAY + datetime.timedelta(days=2)
    answer = reviewed.run(f"{wednesday}T05:20:00Z")
    silent = MONDAY + datetime.timedelta(days=1)
    assert answer["pages"] == [f"reviews/daily/{silent}/review.html"]
    assert f"Days without any record: 1, the first {silent}" in reviewed.read(answer["pages"][0]).decode()
    told = summaries.wait(lambda event: event["detail"]["period"]["from"] == str(silent))
    assert told["detail"]["totals"]["calls"] == 0


def test_two_runs_at_once_count_everything_once(stack, reviewed, logs):
    thursday = MONDAY + datetime.timedelta(days=3)
    wednesday = MONDAY + datetime.timedelta(days=2)
    for hour in range(24):
        logs.put(wednesday, hour, [record(wednesday, hour)])
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(reviewed.run, [f"{thursday}T05:20:00Z"] * 3))
    assert {answer["status"] for answer in answers} <= {"upToDate", "elsewhere"}
    assert "upToDate" in {answer["status"] for answer in answers}
    reviewed.run(f"{thursday}T05:20:00Z")
    assert reviewed.json(f"reviews/daily/{wednesday}/review.json")["totals"]["calls"] == 24


def test_an_hour_of_large_files_stays_within_the_memory_that_the_template_gives(stack, reviewed, logs):
    friday, thursday = MONDAY + datetime.timedelta(days=4), MONDAY + datetime.timedelta(days=3)
    text = json.dumps(record(thursday, 10))
    for file in range(6):
        ids = (f"00000000-0000-4000-8000-{file * 20_000 + number:012}" for number in range(20_000))
        records = (text.replace(json.loads(text)["eventID"], one) for one in ids)
        logs.put(thursday, 10, gzip.compress(b'{"Records":[' + ",".join(records).encode() + b"]}", compresslevel=1))
    event = reviewed.event(f"{friday}T05:20:00Z")
    name = stack.outputs["ReviewActivityFunction"]
    given = stack.lambda_.get_function_configuration(FunctionName=name)["MemorySize"]
    answer = stack.lambda_.invoke(FunctionName=name, Payload=stack.payload(event), LogType="Tail")
    assert json.loads(answer["Payload"].read())["status"] == "upToDate"
    report = base64.b64decode(answer["LogResult"]).decode()
    used = int(re.search(r"Max Memory Used: (\d+) MB", report)[1])
    print(f"review-activity: 120,000 records of six files in one hour took {used} MB of {given} MB")
    assert reviewed.json(f"reviews/daily/{thursday}/review.json")["totals"]["calls"] == 120_000
    assert used <= given == 512


def test_a_file_with_a_name_of_years_to_come_hides_nothing_behind_it(reviewed, logs):
    friday = MONDAY + datetime.timedelta(days=4)
    folder = f"AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/{friday:%Y/%m/%d}"
    logs.s3.put_object(Bucket=logs.bucket, Key=f"{folder}/000000000000_CloudTrail_eu-west-1_20991231T2359Z_forged.json.gz", Body=b"{}")
    logs.put(friday, 10, [record(friday, 10)])
    reviewed.run(f"{friday + datetime.timedelta(days=1)}T05:20:00Z")
    assert reviewed.json(f"reviews/daily/{friday}/review.json")["totals"]["calls"] == 1


@pytest.mark.parametrize(("case", "payload", "says"), [
    ("no event at all", {"a": 1}, "NotASchedule"),
    ("an event of somebody else", {"detail-type": "Scheduled Event", "source": "my.app"}, "NotASchedule"),
    ("a schedule without a time", {"detail-type": "Scheduled Event", "source": "aws.events"}, "NotAnEvent"),
])
def test_what_is_no_event_of_a_schedule_is_kept_with_the_reason(stack, case, payload, says):
    answer = stack._invoke("ReviewActivityFunction", payload)
    assert (answer["status"], answer["code"]) == ("quarantined", says), case


def test_a_state_that_is_damaged_is_never_written_over(reviewed):
    good = reviewed.read(PROGRESS)
    for case, content in [("no gzip", b"{}"), ("cut off", good[:-20]), ("another form", gzip.compress(b'{"version": 99}'))]:
        reviewed.s3.put_object(Bucket=reviewed.bucket, Key=PROGRESS, Body=content)
        answer = reviewed.run(f"{MONDAY + datetime.timedelta(days=5)}T05:20:00Z")
        assert (answer.get("status"), answer.get("code")) == ("quarantined", "UnusableState"), case
        assert reviewed.read(PROGRESS) == content, case
        assert "remove it" in answer["reason"], case
    reviewed.s3.put_object(Bucket=reviewed.bucket, Key=PROGRESS, Body=good)


def test_the_review_of_a_day_tells_what_was_found_and_done_and_how_fast(stack, reviewed):
    """The day is this one, as the numbers are of what happens now; the schedule's event is of tomorrow."""
    user = stack.user("told")
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    stack.reported(user)
    today = datetime.datetime.now(datetime.UTC).date()
    reviewed.clear()
    page = f"reviews/daily/{today}/review.html"

    def answers():
        reviewed.clear()
        assert page in reviewed.run(f"{today + datetime.timedelta(days=1)}T04:20:00Z")["pages"]
        found = reviewed.json(f"reviews/daily/{today}/answers.json")
        return found if {"contained"} <= {one["status"] for one in found["plans"]} else None

    found = eventually(answers)
    [rule] = [one for one in found["rules"] if one["rule"] == "access_key_quarantined_by_aws"]
    assert rule["severity"] == "critical" and rule["findings"] >= 1
    for seconds in (found["secondsToDetect"], found["secondsToContainment"]):
        assert 0 <= seconds["p50"] <= seconds["p95"]
    text = reviewed.read(page).decode()
    assert "What Trailreflex did" in text and "access_key_quarantined_by_aws" in text
    assert "From a call to its containment, read back: half within " in text
