"""The command line writes CloudTrail's event history, page by page, goes on where it was interrupted, and fills gaps."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from local_aws.session import eventually

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"
# Three pages, and one record more.
MANY = 151


@pytest.fixture(scope="module")
def history(stack):
    """As many calls of one name that nothing else makes, and no rule asks for; returns the ids of their records."""
    sns = stack.aws.client("sns")
    for _ in range(MANY):
        sns.list_platform_applications()

    def recorded():
        ids = {record["eventID"] for record in stack.aws.records() if record["eventName"] == "ListPlatformApplications"}
        return ids if len(ids) >= MANY else None

    return eventually(recorded)


def start(aws, *arguments):
    return subprocess.Popen([COMMAND, "history", "--event", "ListPlatformApplications", *arguments], env=aws.environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(aws, *arguments):
    ran = start(aws, *arguments)
    out, err = ran.communicate(timeout=120)
    return ran.returncode, [json.loads(line) for line in out.splitlines()], err


def test_all_pages_come_as_lines_that_other_commands_read(aws, history):
    code, records, err = run(aws)
    assert (code, {record["eventID"] for record in records}) == (0, history), err
    assert len(records) == len(history), "none twice"
    searched = subprocess.run([COMMAND, "search", "--source", "sns", "--stats", "-"], text=True, capture_output=True,
                              input="\n".join(json.dumps(record) for record in records))
    assert len(searched.stdout.splitlines()) == len(history), searched.stderr


def test_an_interrupted_run_keeps_what_it_has_and_the_next_one_goes_on(aws, history, tmp_path):
    file = tmp_path / "history.jsonl"
    first = start(aws, "--output", file)

    def partial():
        return [path for path in tmp_path.iterdir() if path.name.endswith(".partial") and path.stat().st_size > 0]

    [kept] = eventually(partial)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 130 and "the same command goes on from there" in said
    before = len(kept.read_text().splitlines())
    assert 0 < before < len(history) and not file.exists()

    code, out, err = run(aws, "--output", file)
    assert (code, out) == (0, []) and f"with {before} records written before" in err
    ids = [json.loads(line)["eventID"] for line in file.read_text().splitlines()]
    assert (set(ids), len(ids)) == (history, len(history))
    assert list(tmp_path.iterdir()) == [file]
    code, _, err = run(aws, "--output", file)
    assert code == 1 and "is there already" in err


def test_two_calls_a_second_are_not_exceeded(aws, history):
    began = time.monotonic()
    run(aws)
    pages = -(-len(history) // 50)
    assert time.monotonic() - began >= 0.5 * (pages - 1)


@pytest.mark.parametrize(("case", "arguments", "says"), [
    ("an end before the beginning", ["--from", "2026-11-25", "--to", "2026-11-24"], "is later than"),
    ("no time", ["--from", "yesterday"], "write a day"),
    ("two attributes", ["--user", "alice"], "cannot be used with"),
])
def test_what_cannot_be_looked_up_is_refused_with_what_to_write(aws, case, arguments, says):
    code, records, err = run(aws, *arguments)
    assert (code != 0, records) == (True, []) and says in err, case


def test_who_may_not_look_up_is_told_what_is_missing(stack, aws, history):
    user = stack.user("blind")
    ran = subprocess.run([COMMAND, "history"], env=aws.environment | {
        "AWS_ACCESS_KEY_ID": user.key_id, "AWS_SECRET_ACCESS_KEY": user.secret}, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1 and "cloudtrail:LookupEvents" in ran.stderr, ran.stderr


def test_what_is_missing_since_the_newest_record_of_a_folder_is_brought(aws, history, tmp_path):
    _, records, _ = run(aws)
    records.sort(key=lambda record: (record["eventTime"], record["eventID"]))
    had, missed = records[:100], records[100:]
    folder = tmp_path / "records"
    folder.mkdir()
    # What the event history has not: another Region's and a data event, both newer, tell nothing of where the gap begins.
    others = [had[0] | {"awsRegion": "eu-west-1", "eventTime": "2999-01-01T00:00:00Z"},
              had[0] | {"eventCategory": "Data", "eventTime": "2999-01-01T00:00:00Z"}]
    (folder / "one.jsonl").write_text("".join(json.dumps(record) + "\n" for record in had[:50] + others))
    (folder / "two.json").write_text(json.dumps({"Records": had[50:]}))
    file = tmp_path / "missed.jsonl"
    code, out, err = run(aws, "--since-gap", folder, "--output", file)
    assert (code, out) == (0, []) and "looking from 20" in err, err
    found = [json.loads(line) for line in file.read_text().splitlines()]
    assert {record["eventID"] for record in found} == {record["eventID"] for record in missed}
    assert len(found) == len(missed)
    judged = subprocess.run([COMMAND, "evaluate", "--stats", file], capture_output=True, text=True, timeout=120)
    assert judged.returncode == 0 and f"records: {len(missed)}" in judged.stderr, judged.stderr


def test_a_gap_in_the_middle_is_filled_if_its_beginning_is_given(aws, history, tmp_path):
    _, records, _ = run(aws)
    file = tmp_path / "records.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records[:40] + records[60:]))
    code, found, err = run(aws, "--since-gap", file, "--from", records[-1]["eventTime"])
    assert code == 0, err
    assert sorted(record["eventID"] for record in found) == sorted(record["eventID"] for record in records[40:60])


@pytest.mark.parametrize(("case", "text", "says"), [
    ("nothing", "", "tells where to begin; add --from"),
    ("another Region's", json.dumps({"eventTime": "2026-11-24T10:00:00Z", "eventID": "3038ebd2-c98a-4c65-9b6e-e22506292313",
                                     "awsRegion": "eu-west-1", "eventName": "X", "eventSource": "x.amazonaws.com"}),
     "no management event of us-east-1"),
])
def test_what_does_not_tell_where_a_gap_begins_is_refused(aws, tmp_path, case, text, says):
    (tmp_path / "records.jsonl").write_text(text)
    code, records, err = run(aws, "--since-gap", tmp_path)
    assert (code, records) == (1, []) and says in err, (case, err)
    code, _, err = run(aws, "--since-gap", tmp_path / "nobody")
    assert code == 1 and "nobody" in err
