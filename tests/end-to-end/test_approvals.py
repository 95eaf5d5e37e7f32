"""Plans that wait for a person: asked, approved on the page or by a command, denied, and too late."""

import base64
import html
import json
import re
import subprocess
import urllib.parse
import urllib.request

import pytest

from conftest import REPOSITORY
from deployed import TEMPLATE, Stack
from events import in_envelope, quarantine_record
from inbox import Inbox
from local_aws.session import eventually
# The stack of the other tests acts by itself; and behind microburst the signature of a function's call to another function does not hold.
from own_account import aws, no_faults  # noqa: F401  (fixtures)

COMMAND = REPOSITORY / "target/debug/trailreflex"


@pytest.fixture(scope="module")
def asking(aws):
    """The stack in mode `approve`, with the page."""
    aws.deploy(TEMPLATE, parameters={"Mode": "approve", "ApprovePage": "yes", "OcsfFindings": "yes"})
    deployed = Stack(aws)
    aws.client("events").disable_rule(Name=deployed.resources["DetectRootRule"])
    aws.client("events").disable_rule(Name=deployed.resources["ContainIdentitySweep"])
    # So that nobody waits for a page: a first call takes longer than a browser's.
    eventually(lambda: browse(deployed, "GET", {"plan": "0" * 32, "token": "0" * 64})["statusCode"] == 404)
    return deployed


@pytest.fixture(scope="module")
def mail(aws, asking):
    return Inbox.subscribed(aws, asking.outputs["NotificationsTopic"], "mail")


@pytest.fixture
def waiting(asking, mail):
    """A user whom a plan is about, and what people were told of it."""
    user = asking.user("asked")
    asking.send("DetectFunction", in_envelope(asking, quarantine_record(asking, user.name)))
    return user, asked(asking, mail, user)


def asked(stack, mail, user):
    """Waits for the newest message that asks about a user; returns its plan, token and text."""
    def texts():
        return [message["Message"] for message in mail.all()
                if message["Subject"].startswith("[critical] Approve or deny:") and stack.arn(user) in message["Message"]]

    text = eventually(texts)[-1]
    [link] = re.findall(r"^Look and decide: (\S+)$", text, re.M)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))
    assert link.startswith(stack.outputs["ApproveUrl"])
    return query["plan"], query["token"], text


def browse(stack, method, fields, encode=False, **changes):
    """Asks as Lambda does for a request to the function's URL."""
    form = urllib.parse.urlencode(fields)
    body = base64.b64encode(form.encode()).decode() if encode else form
    return stack._invoke("ApproveFunction", {
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": form if method == "GET" else "",
        "headers": {"host": "abc.lambda-url.us-east-1.on.aws", "content-type": "application/x-www-form-urlencoded"},
        "requestContext": {"accountId": "anonymous", "apiId": "abc", "domainName": "abc.lambda-url.us-east-1.on.aws",
                           "domainPrefix": "abc", "http": {"method": method, "path": "/", "protocol": "HTTP/1.1",
                                                           "sourceIp": "203.0.113.7", "userAgent": "Mozilla/5.0"},
                           "requestId": "r", "routeKey": "$default", "stage": "$default",
                           "time": "27/Nov/2026:10:00:00 +0000", "timeEpoch": 1795773600000},
        **({"body": body} if method == "POST" else {}), "isBase64Encoded": encode} | changes)


def title(page):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", page["body"])[1])


def test_looking_at_a_plan_changes_nothing_and_shows_the_calls(asking, waiting):
    user, (plan, token, _) = waiting
    before = asking.state(user)

    for _ in range(3):
        page = browse(asking, "GET", {"plan": plan, "token": token})

    assert (page["statusCode"], page["headers"]["referrer-policy"], page["headers"]["cache-control"]) == (
        200, "no-referrer", "no-store")
    text = html.unescape(page["body"])
    assert f"aws iam attach-user-policy --user-name {user.name}" in text and "aws iam detach-user-policy" in text
    assert page["body"].count("<button") == 2 and "<script" not in page["body"]
    assert (asking.state(user), asking.changes(user)) == (before, [])
    [entry] = asking.journal(user)
    assert (entry["state"], token in json.dumps(entry)) == ("awaiting", False)


def test_the_page_is_there_at_its_address(asking, waiting):
    user, (plan, token, text) = waiting
    [link] = re.findall(r"^Look and decide: (\S+)$", text, re.M)

    with urllib.request.urlopen(link) as answered:
        assert (answered.status, f"--user-name {user.name}" in html.unescape(answered.read().decode())) == (200, True)
    assert asking.changes(user) == []
    form = urllib.parse.urlencode({"plan": plan, "token": token, "decision": "approve"}).encode()
    with urllib.request.urlopen(asking.outputs["ApproveUrl"], form, timeout=60) as answered:
        assert title({"body": answered.read().decode()}) == "Contained"
    assert asking.is_contained(user)


@pytest.mark.parametrize("encode", [False, True], ids=["plain", "base64"])
def test_who_approves_on_the_page_sees_it_contained_and_it_can_be_taken_back(asking, waiting, encode):
    user, (plan, token, _) = waiting

    page = browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"}, encode)

    assert (page["statusCode"], title(page)) == (200, "Contained")
    assert asking.is_contained(user)
    again = browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"})
    assert (title(again), len(asking.changes(user))) == ("Decided before", 2)
    assert title(browse(asking, "GET", {"plan": plan, "token": token})) == "Approved before"
    assert asking.undo(plan)["status"] == "undone"
    assert not asking.is_contained(user)


def test_what_is_denied_on_the_page_stays_so(asking, waiting, mail):
    user, (plan, token, _) = waiting

    assert title(browse(asking, "POST", {"plan": plan, "token": token, "decision": "deny"})) == "Denied"

    late = browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"})
    assert (late["statusCode"], title(late)) == (409, "Nothing to decide")
    assert asking.changes(user) == []
    eventually(lambda: mail.matching(lambda message: message["Subject"].startswith("[medium] Denied by a person")
                                     and plan in message["Message"]))


def test_the_command_of_the_message_and_the_command_line_decide_too(aws, asking, waiting, mail):
    user, (plan, token, text) = waiting
    [payload] = re.findall(r"--payload '(\{\"approve\".*?\})'", text)
    assert json.loads(payload) == {"approve": plan, "token": token}
    listed = subprocess.run([COMMAND, "status", "--format", "table"], env=aws.environment, capture_output=True, text=True)
    assert "waits for approval" in [line for line in listed.stdout.splitlines() if line.startswith(plan)][0]

    wrong = subprocess.run([COMMAND, "approve", plan, "0" * 64], env=aws.environment, capture_output=True, text=True)
    ran = subprocess.run([COMMAND, "approve", plan, token], env=aws.environment, capture_output=True, text=True)

    assert (wrong.returncode, "a newer message may hold a newer one" in wrong.stderr) == (1, True), wrong.stderr
    assert (ran.returncode, json.loads(ran.stdout)["status"]) == (0, "contained"), ran.stderr
    assert asking.is_contained(user)


def test_what_was_not_shown_is_asked_about_first(asking, waiting, mail):
    user, (plan, token, text) = waiting
    key = asking.iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]

    page = browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"})

    assert (page["statusCode"], title(page)) == (409, "Something has changed")
    assert asking.changes(user) == []
    eventually(lambda: asked(asking, mail, user)[1] != token)
    assert title(browse(asking, "GET", {"plan": plan, "token": token})) == "Nothing to decide here"
    plan, token, _ = asked(asking, mail, user)
    assert title(browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"})) == "Contained"
    assert asking.state(user)["keys"] == {user.key_id: "Inactive", key: "Inactive"}


def test_the_kill_switch_holds_an_approved_plan_back(aws, asking, waiting):
    user, (plan, token, _) = waiting
    ssm = aws.client("ssm")
    ssm.put_parameter(Name=asking.outputs["KillSwitch"], Type="String", Value="off", Overwrite=True)

    page = browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"})

    assert (page["statusCode"], title(page), asking.changes(user)) == (409, "Held back", [])
    ssm.put_parameter(Name=asking.outputs["KillSwitch"], Type="String", Value="armed", Overwrite=True)
    assert title(browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"})) == "Contained"


@pytest.mark.parametrize(("method", "fields", "status"), [
    ("GET", {}, 404),
    ("GET", {"plan": "0" * 32, "token": "0" * 64}, 404),
    ("GET", {"plan": "PLAN", "token": "0" * 64}, 404),
    ("GET", {"plan": "<script>", "token": "../../x"}, 404),
    ("POST", {"plan": "PLAN", "token": "0" * 64, "decision": "approve"}, 404),
    ("POST", {"plan": "PLAN", "token": "TOKEN"}, 404),
    ("POST", {"plan": "PLAN", "token": "TOKEN", "decision": "APPROVE"}, 404),
    ("POST", {"plan": "PLAN", "token": "TOKEN", "decision": "approve", "more": "x" * 5000}, 404),
    ("DELETE", {"plan": "PLAN", "token": "TOKEN"}, 405),
], ids=["nothing", "no-such-plan", "wrong-token", "hostile", "post-wrong-token", "no-decision", "odd-decision", "too-long", "method"])
def test_whoever_cannot_decide_learns_and_changes_nothing(asking, waiting, method, fields, status):
    user, (plan, token, _) = waiting
    named = {name: {"PLAN": plan, "TOKEN": token}.get(value, value) for name, value in fields.items()}

    page = browse(asking, method, named)

    assert page["statusCode"] == status
    assert user.name not in page["body"] and "<script>" not in page["body"]
    assert (asking.changes(user), asking.journal(user)[0]["state"]) == ([], "awaiting")


def test_a_plan_that_nobody_decides_about_lapses(aws, asking, waiting, mail):
    user, (plan, token, _) = waiting
    age_of(aws, asking, plan)

    swept = asking.contain({"sweep": True})

    statuses = [swept] if "status" in swept else swept["outcomes"]
    assert [one["status"] for one in statuses if one["plan"]["id"] == plan] == ["lapsed"]
    eventually(lambda: mail.matching(lambda message: "Nobody decided in time" in message["Subject"]
                                     and plan in message["Message"]))
    assert title(browse(asking, "POST", {"plan": plan, "token": token, "decision": "approve"})) == "Nothing to decide"
    assert asking.changes(user) == []


def age_of(aws, stack, plan):
    """Lets the time of a plan be over: its `until` lies in the past."""
    table, key = stack.outputs["JournalTable"], {"subject": {"S": f"plan/{plan}"}, "plan": {"S": plan}}
    item = eventually(lambda: reported(aws, table, key))
    entry = json.loads(item["entry"]["S"])
    entry["approval"]["until"] = "2026-01-01T00:00:00Z"
    item |= {"entry": {"S": json.dumps(entry)}, "dueAt": {"N": "1767225600"}}
    aws.client("dynamodb").put_item(TableName=table, Item=item)


def reported(aws, table, key):
    item = aws.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    return item if json.loads(item["entry"]["S"])["reported"] else None


def test_what_the_page_is_given_by_nobodys_browser_is_kept(asking):
    assert asking._invoke("ApproveFunction", {"undo": "0" * 32})["code"] == "NotARequest"
    assert asking.quarantined.wait(lambda entry: entry["function"] == "approve")["payload"] == {"undo": "0" * 32}


def test_what_others_can_read_holds_no_token(aws, asking, mail):
    ocsf = Inbox.on_bus(aws, asking.outputs["FindingsBus"], "ocsf", {"detail-type": ["Trailreflex OCSF Finding"]})
    user = asking.user("asked")
    asking.send("DetectFunction", in_envelope(asking, quarantine_record(asking, user.name)))

    _, token, _ = asked(asking, mail, user)

    event = ocsf.wait(lambda event: event["detail"]["message"].startswith("Approve or deny"))
    assert token not in json.dumps(event)
