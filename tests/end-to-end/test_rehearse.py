"""`trailreflex rehearse`: a leak in the account, found and answered by the deployed stack, of which nothing is left."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from deployed import TEMPLATE, Stack
# Rules and the switch are set here as no other test wants them.
from own_account import aws, no_faults  # noqa: F401  (fixtures)

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"
DOCS = Path(__file__).resolve().parents[2] / "docs/rehearse.md"


@pytest.fixture(scope="module")
def stack(aws):
    aws.deploy(TEMPLATE, parameters={"Mode": "act"})
    deployed = Stack(aws)
    for name in ("DetectRootRule", "ContainIdentitySweep"):
        aws.client("events").disable_rule(Name=deployed.resources[name])
    aws.start_trail()
    return deployed


@pytest.fixture(scope="module")
def person(aws):
    """Somebody who may do what the documentation says, and nothing else; what the environment of their command is."""
    needed = DOCS.read_text().split("## What it needs", 1)[1].split("```", 2)[1].split()
    iam = aws.client("iam")
    iam.create_user(UserName="rehearsing")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": needed, "Resource": "*"}]}
    iam.put_user_policy(UserName="rehearsing", PolicyName="documented", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="rehearsing")["AccessKey"]
    return aws.environment | {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def rehearse(environment, *arguments):
    ran = subprocess.run([COMMAND, "rehearse", *arguments], env=environment, capture_output=True, text=True, timeout=300)
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def stages(lines):
    return [line["stage"] for line in lines]


def left(aws, stack):
    """Users, rules and queues of rehearsals."""
    users = aws.client("iam").list_users(PathPrefix="/rehearsal/")["Users"]
    rules = aws.client("events").list_rules(EventBusName=stack.outputs["FindingsBus"])["Rules"]
    queues = aws.client("sqs").list_queues(QueueNamePrefix="rehearsal-").get("QueueUrls", [])
    return [user["UserName"] for user in users] + [rule["Name"] for rule in rules if rule["Name"].startswith("rehearsal-")] + queues


def journal(stack):
    items = stack.dynamodb.scan(TableName=stack.resources["JournalTable"])["Items"]
    return [item for item in items if "rehearsal-" in json.dumps(item, default=str)]


def test_a_leak_is_contained_read_back_taken_back_and_nothing_is_left(aws, stack, person):
    code, lines, error = rehearse(person, "--yes")
    assert (code, stages(lines)) == (0, ["made", "leaked", "detected", "answered", "verified", "undone", "removed"]), (lines, error)
    assert "mode act, armed: a leak is to be contained" in error
    said = {line["stage"]: line["what"] for line in lines}
    assert said["detected"] == "Access key quarantined by AWS (critical)"
    assert said["answered"].startswith("contained: DenyUser, DeactivateAccessKeys; plan ")
    assert said["verified"].startswith("the key is inactive; policies: AWSCompromisedKeyQuarantineV3, AWSDenyAll; ")
    assert said["verified"].endswith("a call with the key is refused: InvalidClientTokenId")
    assert said["undone"] == "the key is active; policies: AWSCompromisedKeyQuarantineV3"
    assert [line["seconds"] for line in lines if line["stage"] == "made"] == [None]
    assert left(aws, stack) == []
    [entry] = journal(stack)
    assert entry["state"] == {"S": "Undone"}
    user = said["made"].split("/rehearsal/")[1].split()[0]
    made = [record["userIdentity"]["userName"] for record in aws.records() if record["eventName"] == "CreateUser"
            and user in json.dumps(record["requestParameters"])]
    assert made == ["rehearsing"]


def test_on_a_screen_it_is_lines_that_say_when(person):
    ran = subprocess.run([COMMAND, "rehearse", "--yes", "--format", "table"], env=person, capture_output=True, text=True, timeout=300)
    words = [line.split()[0] if line.split()[1] != "s" else line.split()[2] for line in ran.stdout.splitlines()]
    assert words == ["MADE", "LEAKED", "DETECTED", "ANSWERED", "VERIFIED", "UNDONE", "REMOVED"], ran.stdout


def test_while_the_switch_is_off_a_plan_is_all_that_comes(aws, stack, person):
    ssm = aws.client("ssm")
    ssm.put_parameter(Name=stack.outputs["KillSwitch"], Value="off", Type="String", Overwrite=True)
    before = len(journal(stack))
    code, lines, error = rehearse(person, "--yes")
    ssm.put_parameter(Name=stack.outputs["KillSwitch"], Value="armed", Type="String", Overwrite=True)
    assert (code, stages(lines)) == (0, ["made", "leaked", "detected", "answered", "verified", "removed"]), (lines, error)
    assert "mode act, disarmed: a leak is to be planned" in error
    assert (left(aws, stack), len(journal(stack))) == ([], before)


def test_a_plan_that_waits_for_a_person_is_what_mode_approve_brings(aws, stack, person):
    function = {"FunctionName": stack.outputs["ContainIdentityFunction"]}
    lambda_ = aws.client("lambda")
    variables = lambda_.get_function_configuration(**function)["Environment"]["Variables"]
    lambda_.update_function_configuration(**function, Environment={"Variables": variables | {"MODE": "approve"}})
    code, lines, error = rehearse(person, "--yes")
    lambda_.update_function_configuration(**function, Environment={"Variables": variables})
    assert (code, stages(lines)) == (0, ["made", "leaked", "detected", "answered", "verified", "removed"]), (lines, error)
    assert lines[3]["what"].startswith("awaiting")
    assert left(aws, stack) == []


def test_a_response_that_is_not_what_the_mode_says_is_wrong(aws, stack, person):
    """The budget is gone, so that nothing is done."""
    function = {"FunctionName": stack.outputs["ContainIdentityFunction"]}
    lambda_ = aws.client("lambda")
    variables = lambda_.get_function_configuration(**function)["Environment"]["Variables"]
    lambda_.update_function_configuration(**function, Environment={"Variables": variables | {"BUDGET_PER_HOUR": "1"}})
    code, lines, error = rehearse(person, "--yes")
    lambda_.update_function_configuration(**function, Environment={"Variables": variables})
    assert code == 1, (lines, error)
    assert stages(lines) == ["made", "leaked", "detected", "answered", "verified", "wrong", "removed"]
    assert lines[5]["what"] == "it was planned, and not contained"
    assert lines[3]["what"].startswith("planned, because this hour's budget of plans is used up; plan ")
    assert left(aws, stack) == []


def test_a_blind_stack_is_told_and_nothing_is_left(aws, stack, person):
    events, bus = aws.client("events"), {"EventBusName": stack.outputs["FindingsBus"]}
    for name in ("RestoreLoggingRule", "StandInRule"):
        events.disable_rule(Name=stack.resources[name].rsplit("|", 1)[-1], **bus)
    for name, rule in stack.resources.items():
        if name.startswith("Detect") and name.endswith("Rule"):
            events.disable_rule(Name=rule)
    code, lines, error = rehearse(person, "--yes", "--wait", "3")
    assert (code, stages(lines)) == (1, ["made", "leaked", "wrong", "removed"]), (lines, error)
    assert lines[2]["what"] == "nothing was found within 3 s; `trailreflex doctor --stack trailreflex` says which link is broken"
    assert left(aws, stack) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_somebody_who_ends_it_ends_it_tidily(aws, stack, person, how):
    """The stack is blind by now: there is time for it."""
    ran = subprocess.Popen([COMMAND, "rehearse", "--yes"], env=person, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in ran.stdout:
        if json.loads(line)["stage"] == "leaked":
            break
    ran.send_signal(how)
    rest = [json.loads(line)["stage"] for line in ran.stdout]
    assert (rest, ran.wait(timeout=60)) == (["removed"], 130)
    assert left(aws, stack) == []


def test_what_a_killed_rehearsal_has_left_can_be_removed(aws, stack, person):
    ran = subprocess.Popen([COMMAND, "rehearse", "--yes"], env=person, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ran.stdout.readline()
    ran.kill()
    ran.wait()
    iam = aws.client("iam")
    [user] = [user["UserName"] for user in iam.list_users(PathPrefix="/rehearsal/")["Users"]]
    iam.create_user(UserName="somebody-elses", Path="/rehearsal/")
    iam.create_user(UserName="of-another-stack", Path="/rehearsal/", Tags=[{"Key": "rehearsal-of", "Value": "another"}])
    code, lines, error = rehearse(person, "--remove")
    assert (code, lines) == (0, [])
    assert error == f"{user} and its keys are gone\nusers of earlier rehearsals that were removed: 1\n"
    left_alone = [user["UserName"] for user in iam.list_users(PathPrefix="/rehearsal/")["Users"]]
    assert sorted(left_alone) == ["of-another-stack", "somebody-elses"]
    for user in left_alone:
        iam.delete_user(UserName=user)


def test_without_a_yes_nothing_is_made_and_it_is_said_what_would_be(aws, stack, person):
    def done():
        return [record["eventID"] for record in aws.records() if record["eventName"] in ("CreateUser", "CreateQueue", "PutRule")]

    before = done()
    code, lines, error = rehearse(person)
    assert (code, lines, done()) == (1, [], before)
    assert "with --yes a user without permissions is made" in error


@pytest.mark.parametrize("arguments, said", [
    (["--stack", "nobody"], "no stack `nobody` with a responder is in this account and Region"),
    (["--wait", "0"], "0 is not in 1..=3600"),
])
def test_what_cannot_be_is_said(person, stack, arguments, said):
    code, lines, error = rehearse(person, "--yes", *arguments)
    assert (code != 0, lines) == (True, []) and said in error, error


def test_who_may_not_is_told_what_it_takes(aws, stack, person):
    iam = aws.client("iam")
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"}]}
    iam.put_user_policy(UserName="rehearsing", PolicyName="denied", PolicyDocument=json.dumps(deny))
    before = left(aws, stack)
    code, lines, error = rehearse(person, "--yes")
    iam.delete_user_policy(UserName="rehearsing", PolicyName="denied")
    assert (code, lines) == (1, [])
    assert "no user was made; whose identity may call iam:CreateUser, " in error and "iam:CreateAccessKey" in error
    assert left(aws, stack) == before
