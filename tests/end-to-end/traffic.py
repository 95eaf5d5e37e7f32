"""An account's traffic as a load test makes it up: kinds of events, their shares, and how each must end.

Every event bears a mark of its own, by which whatever is found anywhere afterwards is told to be about it.
"""

import base64
import gzip
import json
import random
import re
from dataclasses import dataclass
from typing import Any, Callable, Iterator

from deployed import PAST, Stack, User
from events import key_identity, now, quarantine_record, tool_record

MARK = "10ad0000-0000-4000-8000-{:012}"
MARKED = re.compile(r"10ad0000-0000-4000-8000-\d{12}")
PER = 1_000  # what shares are of
VIA_CLOUDTRAIL = "AWS API Call via CloudTrail"
CONTAINED = ("AttachUserPolicy", "UpdateAccessKey")
LEAKED = {"access_key_quarantined_by_aws"}
TRIED = {"access_key_used_from_attack_tool", "access_key_identity_checked"}
# How an event may end. What is refused or quarantined has the reason beside it.
ACTED, HELD, PLANNED, TOLD, NOTHING = ("acted", ""), ("held", "budget"), ("planned", ""), ("told", ""), ("nothing", "")
HOSTILE = ("../x?", "x' OR '1'='1", "<script>", "\u202e\U0001f4a3 \u0000", "x" * 5_000, ["listed"], 5, {"$ne": ""},
           "${jndi:ldap://x}", "%s%n")


@dataclass(frozen=True)
class Kind:
    """`share` is how many of a thousand events are of this kind, `times` how often one is delivered at most.

    `detail` makes the event's, `changes` are the calls by which it is to be answered.
    """

    share: int
    end: tuple[str, str]
    detail: Callable[[Stack, User, str, int], Any]
    changes: tuple[str, ...] = ()
    rules: frozenset[str] | set[str] = frozenset()
    times: int = 2
    path: str | None = None  # of a user of the event's own; without one it is about a bystander
    created: Callable[[], str] = lambda: PAST
    source: str = "aws.iam"
    detail_type: str = VIA_CLOUDTRAIL


@dataclass(frozen=True)
class Event:
    """One event, which is sent some times."""

    kind: str
    mark: str
    user: User
    detail: Any
    times: int

    @property
    def of(self) -> Kind:
        return KINDS[self.kind]

    @property
    def about(self) -> str:
        """What an answer changes."""
        return self.user.name if self.of.path else spare(self.mark)


def attached(**changes: Any) -> Callable[..., Any]:
    """AWS's quarantine policy was attached to the user."""
    return lambda stack, user, mark, number: quarantine_record(
        stack, user.name, eventID=mark, sourceIPAddress=address(number), **{
            name: value() if callable(value) else value for name, value in changes.items()})


def huge(stack: Stack, user: User, mark: str, number: int) -> Any:
    """Nearly as much as EventBridge takes."""
    return attached(additionalEventData={"text": '"é\n' * 30_000})(stack, user, mark, number)


def named(stack: Stack, user: User, mark: str, number: int) -> Any:
    """The user's name is none that a user can bear."""
    record = attached()(stack, user, mark, number)
    return record | {"requestParameters": record["requestParameters"] | {"userName": HOSTILE[number % len(HOSTILE)]}}


def called(key: str = "", identity: dict[str, Any] | None = None, **changes: Any) -> Callable[..., Any]:
    """A call that was signed with a key, the user's own if the beginning of none is given."""
    def made(stack: Stack, user: User, mark: str, number: int) -> Any:
        who = {"userName": user.name, "arn": stack.arn(user), "principalId": user.unique_id} | (identity or {})
        signed = f"{key}{number:0{20 - len(key)}}" if key else user.key_id
        return tool_record(stack, key_identity(stack, signed, **who), eventID=mark, sourceIPAddress=address(number), **changes)
    return made


def issued(stack: Stack, user: User, mark: str, number: int) -> Any:
    """An administrator has made a key for the user."""
    key = {"userName": user.name, "accessKeyId": user.key_id, "status": "Active"}
    return attached(eventName="CreateAccessKey", requestParameters={"userName": user.name},
                    responseElements={"accessKey": key})(stack, user, mark, number)


def stopped(stack: Stack, user: User, mark: str, number: int) -> Any:
    """A trail was stopped, which is made here."""
    stack.aws.client("cloudtrail").create_trail(Name=spare(mark), S3BucketName="spare")
    return attached(eventSource="cloudtrail.amazonaws.com", eventName="StopLogging",
                    requestParameters={"name": spare(mark)})(stack, user, mark, number)


def shared(stack: Stack, user: User, mark: str, number: int) -> Any:
    """A document was shared with everybody, which is made here."""
    ssm = stack.aws.client("ssm")
    ssm.create_document(Name=spare(mark), DocumentType="Command", Content='{"schemaVersion": "2.2", "mainSteps": []}')
    ssm.modify_document_permission(Name=spare(mark), PermissionType="Share", AccountIdsToAdd=["all"])
    return attached(eventSource="ssm.amazonaws.com", eventName="ModifyDocumentPermission", requestParameters={
        "name": spare(mark), "permissionType": "Share", "accountIdsToAdd": ["all"]})(stack, user, mark, number)


def spare(mark: str) -> str:
    return f"spare-{mark}"


def address(number: int) -> str:
    """One for each event, lest correlations find one stranger behind all of them."""
    return f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"


def message(stack: Stack, user: User, mark: str, number: int) -> Any:
    """S3's notification in CloudTrail's clothes."""
    return called()(stack, user, mark, number) | {"eventSource": "aws:s3"}


def refused(reason: str) -> tuple[str, str]:
    return "refused", reason


def kept(code: str) -> tuple[str, str]:
    return "quarantined", code


ORDINARY = {"userAgent": "aws-cli/2.0", "eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances"}
ROOT = {"type": "Root", "principalId": "111122223333", "arn": "arn:aws:iam::111122223333:root", "userName": None}
READING = {"userName": "x", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
KINDS = {
    # acted on, as far as the hour's budget allows
    "quarantined by AWS": Kind(10, ACTED, attached(), CONTAINED, LEAKED, times=5, path="/"),
    "quarantined by AWS, huge": Kind(2, ACTED, huge, CONTAINED, LEAKED, times=5, path="/"),
    "tried by a scanner": Kind(8, ACTED, called(), CONTAINED, TRIED, times=5, path="/"),
    "trail stopped": Kind(5, ACTED, stopped, ("StartLogging",), {"trail_stopped_or_deleted"}, times=5),
    "document shared": Kind(5, ACTED, shared, ("ModifyDocumentPermission",), {"document_made_public"}, times=5),
    # refused, or left to a person
    "protected": Kind(5, refused("Protected"), attached(), rules=LEAKED, path="/break-glass/"),
    "too old": Kind(5, refused("TooOld"), attached(eventTime=lambda: now(-7200)), rules=LEAKED, path="/"),
    "in the future": Kind(5, refused("FromTheFuture"), attached(eventTime=lambda: now(7200)), rules=LEAKED, path="/"),
    "another user of that name": Kind(5, refused("Recreated"), attached(eventTime=lambda: now(-60)), rules=LEAKED, path="/",
                                      created=now),
    "root's key": Kind(5, refused("RootUser"), called("AKIAROOT", ROOT), rules=TRIED | {
        "root_access_key_used", "root_user_looked_around"}),
    "nobody": Kind(5, refused("TargetGone"), attached(requestParameters={
        "userName": "nobody", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}), rules=LEAKED),
    "hostile name": Kind(10, refused("NoTarget"), named, rules=LEAKED),
    "unknown caller": Kind(5, refused("UnknownIdentity"), attached(userIdentity="admin"), rules=LEAKED),
    "a key for somebody else": Kind(10, PLANNED, issued, rules={"access_key_created_for_another_user"}, path="/"),
    "a key of nobody": Kind(5, kept("AccountUnreadable"), called("AKIANOBODY"), rules=TRIED),
    # told only: no playbook answers
    "refused by IAM": Kind(20, TOLD, attached(errorCode="AccessDenied"), rules={"access_grant_attempted"}),
    "temporary key": Kind(20, TOLD, called("ASIATEMPORARY"), rules={"session_used_from_attack_tool"}),
    "asked who it is": Kind(20, TOLD, called(userAgent="aws-cli/2.0"), rules={"access_key_identity_checked"}, path="/"),
    # poison that wakes `detect`
    "another account": Kind(5, kept("AccountMismatch"), attached(recipientAccountId="999999999999")),
    "forged": Kind(10, kept("Forged"), attached(), source="app.forger"),
    "message": Kind(5, kept("NotARecord"), message),
    "records": Kind(5, kept("NotARecord"), lambda stack, user, mark, number: {"Records": [[mark], None, 7]},
                    detail_type="AWS Insight via CloudTrail"),
    "report of nothing": Kind(5, kept("MalformedReport"), lambda stack, user, mark, number: {"id": [mark], "type": 7},
                              source="aws.guardduty", detail_type="GuardDuty Finding"),
    # poison that matches nothing
    "no JSON": Kind(5, NOTHING, lambda stack, user, mark, number: f'{{ "eventID": "{mark}", ', source="app.poison"),
    "wrong types": Kind(10, NOTHING, attached(requestParameters=["userName", 7], errorCode={"a": []})),
    # what an account does all day
    "another policy": Kind(15, NOTHING, attached(requestParameters=READING)),
    "ordinary call with a key": Kind(200, NOTHING, called(**ORDINARY)),
    "ordinary call of a role": Kind(590, NOTHING, called("ASIAROLE", {"type": "AssumedRole"}, **ORDINARY)),
}


def events(stack: Stack, count: int, bystanders: list[User], chance: random.Random) -> Iterator[Event]:
    """Makes up so many events, and the users whom they are about."""
    number = 0
    for name, kind in KINDS.items():
        for _ in range(count * kind.share // PER):
            user = stack.user("load", path=kind.path, created=kind.created()) if kind.path else chance.choice(bystanders)
            mark = MARK.format(number)
            least = 3 if kind.end == ACTED else 1
            yield Event(name, mark, user, kind.detail(stack, user, mark, number), chance.randint(least, kind.times))
            number += 1


def send(stack: Stack, client: Any, event: Event) -> None:
    """Puts an event on the default bus; what does not come from AWS, by PutEvents."""
    kind = event.of
    if kind.source.startswith("aws."):
        stack.aws.put_event(kind.source, kind.detail_type, event.detail)
        return
    detail = event.detail if isinstance(event.detail, str) else json.dumps(event.detail)
    client.put_events(Entries=[{"Source": kind.source, "DetailType": kind.detail_type, "Detail": detail}])


def mark_of(found: Any) -> str | None:
    """Tells which event something is about."""
    packed = found.get("payloadGzipBase64") if isinstance(found, dict) else None
    text = gzip.decompress(base64.b64decode(packed)).decode() if packed else json.dumps(found)
    mark = MARKED.search(text)
    return mark.group() if mark else None
