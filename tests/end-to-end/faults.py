"""What may go wrong in each call of the functions, and how a case is run and seen to its end.

Every rule of microburst names the user of its case, so that many cases run at once without touching each other.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Sequence

from deployed import Stack, User
from events import in_envelope, quarantine_record

AT_ONCE = 8
BY_HAND_AT_ONCE = 4  # a function that is waited for holds one of the local AWS's few threads, which its own calls need too
SECONDS_TO_END = 60
SECONDS_BETWEEN = 5  # of one delivery and the next
SECONDS_FOR_LEASES = 150  # three of them
ATTEMPTS = 4  # of the SDK for one call
_creating = threading.Lock()  # boto3 makes one client at a time

# Times are longer than the SDK waits for one attempt (3 s); three of them are longer than it waits for a call (8 s).
FAULTS: dict[str, dict[str, Any]] = {
    "throttled twice": {"error": "throttling", "times": 2},
    "throttled longer than the SDK retries": {"error": "throttling", "times": ATTEMPTS + 1},
    "throttled for good": {"error": "throttling"},
    "failing longer than the SDK retries": {"error": {"code": "InternalFailure", "status": 500}, "times": ATTEMPTS + 1},
    "timing out once": {"timeout_ms": 3500, "times": 1},
    "timing out longer than the SDK retries": {"timeout_ms": 3500, "times": 3},
    "done, but the answer lost": {"response": {"abort_bytes": 0}, "times": 1},
    "done, but every answer lost for a while": {"response": {"abort_bytes": 0}, "times": ATTEMPTS + 1},
}
THROTTLING = {"iam": ("Throttling", 400), "dynamodb": ("ProvisionedThroughputExceededException", 400),
              "events": ("ThrottlingException", 400), "cloudwatch": ("Throttling", 400), "sqs": ("ThrottlingException", 400),
              "ssm": ("ThrottlingException", 400)}


@dataclass(frozen=True)
class Call:
    """A call, and which of its uses is meant: `match` is a JMESPath expression on its body, with names to be filled in."""

    name: str
    match: str | None
    use: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.use})" if self.use else self.name

    def rule(self, fault: str, **names: str) -> dict[str, Any]:
        service, operation = self.name.split(":")
        effect = dict(FAULTS[fault])
        if effect.get("error") == "throttling":
            code, status = THROTTLING[service]
            effect["error"] = {"code": code, "status": status}
        match = {"body": self.match.format(**names)} if self.match else {}
        return {"service": service, "operation": operation} | match | effect


OF_USER = "UserName=='{user}'"
ABOUT_USER = "contains(to_string(@), '{user}')"
CALLS = [
    Call("dynamodb:TransactWriteItems", ABOUT_USER + " && TransactItems[0].Put.Item.version.N=='2'", "store what came of it"),
    Call("dynamodb:TransactWriteItems", ABOUT_USER + " && TransactItems[0].Put.Item.version.N=='1'", "claim the plan"),
    Call("iam:GetAccessKeyLastUsed", "AccessKeyId=='{key}'"),
    Call("iam:GetUser", OF_USER),
    Call("iam:ListAccessKeys", OF_USER),
    Call("iam:ListAttachedUserPolicies", OF_USER),
    Call("iam:GetUserPolicy", OF_USER),
    Call("iam:AttachUserPolicy", OF_USER),
    Call("iam:UpdateAccessKey", OF_USER),
    Call("events:PutEvents", ABOUT_USER + " && contains(to_string(@), '\"trailreflex.detect\"')", "finding"),
    Call("events:PutEvents", ABOUT_USER + " && contains(to_string(@), '\"trailreflex.contain-identity\"')", "outcome"),
    Call("dynamodb:TransactWriteItems", ABOUT_USER + " && TransactItems[0].Put.Item.version.N=='3'", "mark as reported"),
    Call("sqs:SendMessage", ABOUT_USER),
]
UNDO_CALLS = [
    Call("dynamodb:GetItem", "contains(to_string(@), '{plan}')"),
    Call("dynamodb:Query", "contains(to_string(@), '{id}')"),
    Call("dynamodb:TransactWriteItems", ABOUT_USER + " && TransactItems[0].Put.Item.version.N=='4'", "claim the undo"),
    Call("iam:UpdateAccessKey", OF_USER),
    Call("iam:DetachUserPolicy", OF_USER),
    Call("dynamodb:TransactWriteItems", ABOUT_USER + " && TransactItems[0].Put.Item.version.N=='5'", "store the undo"),
]


@dataclass
class Case:
    """One call with one fault. `end` is how it ended; "silent" is what must not be."""

    call: Call
    fault: str
    user: User
    plan: str = ""
    end: str = "silent"
    strikes: int = 0

    def rule(self) -> dict[str, Any]:
        user = self.user
        return self.call.rule(self.fault, user=user.name, key=user.key_id, id=user.unique_id, plan=self.plan)

    def run(self, stack: Stack) -> None:
        """Sets off what makes the call; watches until it is done, or the event is kept as failed."""
        self._set_off(stack)
        self.end = first_of(
            ("done", lambda: self._is_done(stack)),
            ("reported", lambda: bool(self.kept_as_failed(stack)))) or self.end

    def _set_off(self, stack: Stack) -> None:
        if self.call.name == "sqs:SendMessage":
            stack.send("ContainIdentityFunction", {"unusable": self.user.name})
        elif self.call.name == "iam:GetAccessKeyLastUsed":
            with _creating:
                sts = stack.aws.client("sts", self.user.key, agent="TruffleHog")
            sts.get_caller_identity()
        else:
            stack.send("DetectFunction", in_envelope(stack, quarantine_record(stack, self.user.name)))

    def _is_done(self, stack: Stack) -> bool:
        """The user is contained and the bus knows; or what is unusable is on the quarantine queue."""
        if self.call.name == "sqs:SendMessage":
            return bool(stack.quarantined.matching(lambda message: message.get("payload") == {"unusable": self.user.name}))
        told = any(event["detail"]["status"] == "contained" for event in stack.outcomes_of(self.user))
        return told and stack.is_contained(self.user)

    def kept_as_failed(self, stack: Stack) -> list[Any]:
        """Returns what the queue of failed events keeps of this case, the newest last."""
        def is_about(message: Any) -> bool:
            payload = str(message.get("requestPayload"))  # a look that failed has none
            return f"'{self.user.name}'" in payload or f"'{self.user.key_id}'" in payload

        return stack.failed.matching(is_about)

    def deliver_again(self, stack: Stack) -> str:
        """Gives a failed event back to its function, as a person does after the fault; says how that ended.

        A plan whose function was cut off from the journal is free again after the journal's lease, 45 seconds, and so is a
        finding that could not be sent. Whoever takes it over and fails, as on a slow machine, begins another lease.
        """
        failed = self.kept_as_failed(stack)[-1]
        function = failed["requestContext"]["functionArn"].removesuffix(":$LATEST")
        answers = []

        def delivered() -> bool:
            answer = stack.lambda_.invoke(FunctionName=function, Payload=stack.payload(failed["requestPayload"]))
            answers.append(answer["Payload"].read().decode())
            return first_of(("done", lambda: self._is_done(stack)), seconds=SECONDS_BETWEEN) == "done"

        if first_of(("done", delivered), seconds=SECONDS_FOR_LEASES):
            return "done"
        statuses = [event["detail"]["status"] for event in stack.outcomes_of(self.user)]
        return f"{function} answered {answers}; outcomes {statuses}; user {stack.state(self.user)}"


class UndoCase(Case):
    """The same for an undo, for which a person asks up to three times."""

    def run(self, stack: Stack) -> None:
        for _ in range(3):
            answer = stack.undo(self.plan)
            if answer.get("status") == "undone":
                self.end = "done"
                return
            told = answer.get("errorType") == "UndoFailed" or answer.get("status") == "undoIncomplete"
            self.end = "reported" if told else "silent"

    def ask_again(self, stack: Stack) -> bool:
        """Asks until the journal's lease is over; says whether the user is restored now."""
        return first_of(("done", lambda: stack.undo(self.plan).get("status") == "undone")) == "done"


def first_of(*ends: tuple[str, Any], seconds: float = SECONDS_TO_END) -> str | None:
    """Watches several ends; returns the name of the first that comes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, has_come in ends:
            if has_come():
                return name
        time.sleep(0.2)
    return None


def run_together(stack: Stack, cases: Sequence[Case]) -> dict[tuple[str, str], Case]:
    """Sets the rules of all cases and runs them at once; returns them by call and fault."""
    stack.aws.faults.set(*[case.rule() for case in cases])
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda case: case.run(stack), cases))
        for case, strikes in zip(cases, stack.aws.faults.strikes()):
            case.strikes = strikes
    finally:
        stack.aws.faults.clear()
    return {(str(case.call), case.fault): case for case in cases}
