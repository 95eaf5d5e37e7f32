"""What a person asks of a deployed stack on the command line: what stands, and to take it back."""

import json
import subprocess

import pytest

from conftest import REPOSITORY
from events import in_envelope, quarantine_record

COMMAND = REPOSITORY / "target/debug/trailreflex"


@pytest.fixture
def trailreflex(aws):
    """Runs the command against the local AWS."""
    def run(*arguments):
        return subprocess.run([COMMAND, *arguments], env=aws.environment, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def contained(stack):
    user = stack.user("operated")
    stack.send("DetectFunction", in_envelope(stack, quarantine_record(stack, user.name)))
    return user, stack.reported(user)["plan"]["id"]


def test_what_stands_is_listed_and_shown_whole(contained, trailreflex):
    user, plan = contained

    listed = trailreflex("status", "--format", "table")
    shown = trailreflex("status", plan)

    [row] = [line for line in listed.stdout.splitlines() if line.startswith(plan)]
    assert "stands" in row and user.name in row
    entry = json.loads(shown.stdout)
    assert (entry["plan"]["id"], entry["state"], len(entry["steps"]) > 0) == (plan, "executed", True)
    table = trailreflex("status", "--format", "table", plan).stdout
    assert "state      stands" in table and "inForce" in table


def test_a_plan_is_taken_back_and_not_shown_any_more(stack, contained, trailreflex):
    user, plan = contained

    rehearsed = trailreflex("undo", "--dry-run", plan)
    assert rehearsed.returncode == 0 and f"aws iam detach-user-policy --user-name {user.name}" in rehearsed.stdout
    assert "permissions-boundary" not in rehearsed.stdout, "it was never needed, and may be somebody else's by now"
    assert stack.is_contained(user)
    undone = trailreflex("undo", plan)

    assert (undone.returncode, json.loads(undone.stdout)["status"]) == (0, "undone"), undone.stderr
    assert not stack.is_contained(user)
    assert plan not in trailreflex("status").stdout
    assert plan in trailreflex("status", "--all").stdout


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["status", "0" * 32], 1, "has no plan 00000000000000000000000000000000"),
    (["undo", "0" * 32], 1, "`trailreflex status` lists those that stand"),
    (["status", "--stack", "no-such"], 1, "no journal of a stack `no-such` is in this account and Region"),
    (["undo", "../../x"], 2, "is not a plan id: 32 hexadecimal digits"),
], ids=["unknown-plan", "undo-of-unknown-plan", "unknown-stack", "no-plan"])
def test_what_is_not_there_is_named(stack, trailreflex, arguments, code, says):
    ran = trailreflex(*arguments)
    assert ran.returncode == code and says in ran.stderr, ran.stderr
