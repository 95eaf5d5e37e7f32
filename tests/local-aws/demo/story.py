"""The steps of the demo, in order. Each reads from the local AWS what it shows, and fails if it cannot be seen."""

import time
from pathlib import Path

from demo.account import USER, LeakyAccount
from demo.screen import Screen, parts

TEMPLATE = Path(__file__).resolve().parents[3] / "target/stage/template.yaml"
DENY = "AWSDenyAll"


def the_deployment(account: LeakyAccount, screen: Screen) -> None:
    screen.done(f"local AWS at {account.aws.endpoint}, account {account.aws.account}, IAM enforced")
    started = time.monotonic()
    with screen.working("sam deploy") as progress:
        account.aws.deploy(TEMPLATE, parameters={"Mode": "act"}, progress=progress)
    count = account.deployed()
    screen.done(f"template.yaml deployed with `sam deploy`, mode act, {count} resources", time.monotonic() - started)


def the_working_key(account: LeakyAccount, screen: Screen) -> None:
    account.aws.start_trail()
    account.iam.create_user(UserName=USER)
    made = account.iam.create_access_key(UserName=USER)["AccessKey"]
    account.key = (made["AccessKeyId"], made["SecretAccessKey"])
    screen.done(f"a trail is logging; {USER} has key {account.key[0]}, and it works: {account.call_with_key()}")
    screen.space()


def the_leak(account: LeakyAccount, screen: Screen) -> None:
    account.read_bus = account.listen()
    account.leak()
    record = next(record for record in account.records() if record["eventID"] == account.event_id)
    policy = record["requestParameters"]["policyArn"].rpartition("/")[2]
    screen.event("LEAKED", "red", 0.0, parts("as AWS does with a key it finds in public:", (policy, "bold"), "attached to", USER),
                 parts(("CloudTrail record", "dim"), record["eventName"], record["eventID"]))


def the_detection(account: LeakyAccount, screen: Screen) -> None:
    def seen() -> dict | None:
        findings = [found for found in account.read_bus("Finding") if found["evidence"]["eventId"] == account.event_id]
        return findings[0] if findings else None

    finding = account.finding = account.wait_for("the finding", seen)
    screen.event("DETECTED", "yellow", account.since_leak(account.delivered_at("Finding")),
                 parts((finding["rule"]["title"], "bold"), (finding["severity"], "red"), " ".join(finding["techniques"])),
                 parts(("function", "dim"), "detect", ("rule", "dim"), finding["rule"]["name"]))


def the_plan(account: LeakyAccount, screen: Screen) -> None:
    entry = account.entry = account.wait_for("the journal entry", account.journal_entry)
    outcome = account.wait_for("the outcome event", lambda: contained(account))
    calls = [call for step in entry["plan"]["steps"] if step["verdict"]["kind"] == "Execute" for call in step["calls"]]
    screen.event("PLANNED", "cyan", account.since_leak(entry["plan"]["decidedAt"]),
                 *[call["command"] for call in calls],
                 parts(("function", "dim"), "contain-identity", ("needs", "dim"), " ".join(outcome["permissions"])))


def contained(account: LeakyAccount) -> dict | None:
    plan = account.entry["plan"]["id"]
    told = [outcome for outcome in account.read_bus("Outcome")
            if outcome["plan"]["id"] == plan and outcome["status"] == "contained"]
    return told[0] if told else None


def the_containment(account: LeakyAccount, screen: Screen) -> None:
    for step in carried_out(account):
        assert step["result"] == "inForce", f"{step['action']['kind']} is {step['result']}: {step.get('problem')}"
        screen.event("DONE", "green", account.since_leak(step["at"]),
                     parts(name_of(step), ("in force, read back", "green")))


def carried_out(account: LeakyAccount) -> list[dict]:
    """Returns what came of the steps, without ways out that were not needed."""
    return [step for step in account.entry["steps"] if step["result"] != "notNeeded"]


def name_of(step: dict) -> str:
    """Returns the action's name as metrics show it: `deny_user` is `DenyUser`."""
    return "".join(word.capitalize() for word in step["action"]["kind"].split("_"))


def the_verification(account: LeakyAccount, screen: Screen) -> None:
    status, policies, refusal = account.key_status(), account.attached_policies(), account.refusal_of_key()
    assert status == "Inactive", f"the key is {status}"
    assert DENY in policies, f"attached are {policies}"
    screen.event("VERIFIED", "green", account.since_leak(time.time()),
                 parts("with boto3: key", (status, "bold"), "·", (DENY, "bold"), "attached · next call with it:",
                       (refusal, "bold")))


def the_record(account: LeakyAccount, screen: Screen) -> None:
    entry = account.entry
    undo = sum(len(step["undo"].get("calls", [])) for step in entry["plan"]["steps"] if step["verdict"]["kind"] == "Execute")
    screen.event("JOURNAL", "blue", None,
                 parts("plan", (entry["plan"]["id"], "bold"), entry["state"] + ", reported,", f"{undo} calls to undo it"))
    severity = account.finding["severity"]
    account.wait_for("the metric", lambda: account.metric("SecondsToContainment", "Average") is not None)
    count = {
        f"Findings {severity}": account.metric("Findings", Severity=severity),
        "Plans contained": account.metric("Plans", Status="contained"),
        "Actions in force": sum(account.metric("Actions", Action=name_of(step), Outcome="inForce") or 0
                                for step in carried_out(account)),
    }
    assert all(count.values()), f"metrics are missing: {count}"
    seconds = account.metric("SecondsToContainment", "Average")
    numbers = [parts(name, (f"{value:g}", "bold")) for name, value in count.items()]
    line = parts(("GetMetricStatistics", "dim"))
    numbers.append(parts("SecondsToContainment", (f"{seconds:g}", "bold")))
    for number in numbers:
        line.append(" · " if number is not numbers[0] else " ").append_text(number)
    screen.event("METRICS", "blue", None, line)


def the_repetition(account: LeakyAccount, screen: Screen) -> None:
    before = account.changes()
    for _ in range(4):
        account.deliver_again()
    account.wait_for("five events", lambda: account.metric("Events", Function="detect") >= 5)
    sent = account.metric("Findings", Severity="critical")
    assert sent == 1, f"{sent:g} findings were sent"
    after = account.changes()
    assert after == before, f"the account was changed again: {after}"
    screen.event("REPEATED", "magenta", None,
                 parts("the same event, four more times: the finding was sent and the account changed", ("once", "bold"),
                       f"({', '.join(after)})"))


def the_undo(account: LeakyAccount, screen: Screen) -> None:
    answer = account.undo()
    assert answer.get("status") == "undone", f"the answer was {answer}"
    status, policies, caller = account.key_status(), account.attached_policies(), account.call_with_key()
    assert status == "Active", f"the key is {status}"
    assert DENY not in policies, f"attached are {policies}"
    payload = f'{{"undo": "{account.entry["plan"]["id"]}"}}'
    screen.event("UNDONE", "magenta", None, parts(("invoke contain-identity", "dim"), payload),
                 parts("key", (status, "bold"), "·", (DENY, "bold"), "gone · works again as", caller))


STEPS = (the_deployment, the_working_key, the_leak, the_detection, the_plan, the_containment, the_verification,
         the_record, the_repetition, the_undo)
