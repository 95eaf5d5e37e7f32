"""Throttling, errors and lost answers in the calls by which `restore-logging` and `close-exposure` read and change the account:
it is done in the end, or told. Never silent.

Journal, bus and queues are the same code for all responders: `test_faults.py` has their faults.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from faults import AT_ONCE, BY_HAND_AT_ONCE, FAULTS, first_of
from test_close_exposure import FRIEND, Snapshot
from test_close_policy import Secret, policy, principals, statement
from test_restore_logging import DisabledKey, Trail

THROTTLING = {"kms": ("ThrottlingException", 400), "cloudtrail": ("ThrottlingException", 400), "ec2": ("RequestLimitExceeded", 503),
              "secretsmanager": ("ThrottlingException", 400), "events": ("ThrottlingException", 400)}
FOR_GOOD = "throttled for good"
PASSING = ["throttled twice", "done, but every answer lost for a while"]


class OpenedSecret(Secret):
    """A secret that a friend may read by right."""

    def __init__(self, stack):
        super().__init__(stack, f"faulty-{id(self)}")
        self.write(policy(statement("friend", {"AWS": FRIEND})))

    def switch_off(self):
        self.write(policy(statement("friend", {"AWS": FRIEND}), statement("open", "*")))

    def is_done(self):
        return "*" not in principals(self)["open"]


class OpenedSnapshot(Snapshot):
    def switch_off(self):
        self.open()

    def is_done(self):
        return self.state() == {FRIEND}


class StoppedTrail(Trail):
    def is_done(self):
        return self.state()


class UnusableKey(DisabledKey):
    def is_done(self):
        return self.state() == self.on


# Each call with what in its body tells one case from the others.
CALLS = [
    (StoppedTrail, "cloudtrail:StartLogging", "contains(to_string(@), '{name}')"),
    (UnusableKey, "kms:EnableKey", "contains(to_string(@), '{name}')"),
    (OpenedSnapshot, "ec2:ModifySnapshotAttribute", "SnapshotId=='{name}' && OperationType=='remove'"),
    (OpenedSecret, "secretsmanager:GetResourcePolicy", "contains(to_string(@), '{name}')"),
    (OpenedSecret, "secretsmanager:PutResourcePolicy", "contains(to_string(@), '{name}')"),
]


CASES = [(*call, fault) for call in CALLS for fault in [*PASSING, FOR_GOOD]]


class Case:
    """One call with one fault. `end` is how it ended; "silent" is what must not be."""

    def __init__(self, stack, kind, call, match, fault):
        self.stack, self.call, self.fault, self.match = stack, call, fault, match
        self.thing = kind(stack)
        self.end, self.strikes = "silent", 0

    def rule(self):
        service, operation = self.call.split(":")
        effect = dict(FAULTS[self.fault])
        if effect.get("error") == "throttling":
            code, status = THROTTLING[service]
            effect["error"] = {"code": code, "status": status}
        return {"service": service, "operation": operation, "body": self.match.format(name=self.thing.name)} | effect

    def statuses(self):
        about = self.stack.outcomes.matching(
            lambda event: self.thing.name in str(event["detail"]["plan"]["cause"].get("target")))
        return [event["detail"]["status"] for event in about]

    def kept(self):
        """Returns what the queue of failed events keeps of this case."""
        return self.stack.failed.matching(lambda message: self.thing.name in str(message.get("requestPayload")))

    def run(self):
        self.thing.switch_off()
        done = ("done", lambda: "contained" in self.statuses() and self.thing.is_done())
        # A delivery that is cut off may be kept, and another one does it all the same.
        ends = [done, ("reported", lambda: bool(self.kept()))] if self.fault == FOR_GOOD else [done]
        self.end = first_of(*ends) or self.end

    def deliver_again(self):
        """Gives what was kept back to its function, as a person does after the fault; says whether it is done now."""
        def delivered():
            for failed in self.kept():
                function = failed["requestContext"]["functionArn"].removesuffix(":$LATEST")
                self.stack.lambda_.invoke(FunctionName=function, Payload=self.stack.payload(failed["requestPayload"]))
            return self.thing.is_done()

        return first_of(("done", delivered)) == "done"


@pytest.fixture(scope="module")
def ended(stack, fault_ends):
    cases = [Case(stack, *case) for case in CASES]
    stack.aws.faults.set(*[case.rule() for case in cases])
    try:
        with ThreadPoolExecutor(AT_ONCE // 2) as pool:
            list(pool.map(Case.run, cases))
        for case, strikes in zip(cases, stack.aws.faults.strikes()):
            case.strikes = strikes
    finally:
        stack.aws.faults.clear()
    fault_ends["restore-logging and close-exposure"] = [case.end for case in cases]
    return {(case.call, case.fault): case for case in cases}


@pytest.mark.parametrize(("call", "fault"), [
    pytest.param(call, fault, id=f"{call} {fault}") for _, call, _, fault in CASES])
def test_a_fault_in_a_call_to_the_account_ends_as_done_or_is_told(ended, call, fault):
    case = ended[call, fault]
    expected = "reported" if fault == FOR_GOOD else "done"
    assert (case.end, case.strikes > 0) == (expected, True), case.statuses()


def test_what_was_kept_is_done_when_it_is_delivered_again_after_the_fault(ended):
    kept = [case for case in ended.values() if case.end == "reported"]
    with ThreadPoolExecutor(BY_HAND_AT_ONCE) as pool:
        done = list(pool.map(Case.deliver_again, kept))
    assert [f"{case.call} {case.fault}" for case, is_done in zip(kept, done) if not is_done] == []
