"""What the guardrails refuse: reported with the reason, counted, and nothing is changed."""

import copy

import pytest

from events import answerable, finding_event, in_envelope, key_identity, now, quarantine_record, tool_record
from local_aws.session import eventually

REFUSED = ("Plans", {"Status": "refused"})


def quarantined(**changes):
    return lambda stack, user: in_envelope(stack, quarantine_record(stack, user.name, **changes))


def identity(**changes):
    """The record's caller with some fields changed; a user's name is none of its business."""
    def event(stack, user):
        made = quarantine_record(stack, user.name)
        made["userIdentity"] |= changes
        return in_envelope(stack, made)
    return event


def key_used(key_id, **changes):
    return lambda stack, user: in_envelope(stack, tool_record(stack, key_identity(stack, key_id, **changes)))


@pytest.mark.parametrize(("event", "reason"), [
    pytest.param(identity(type="HologramUser"), "UnknownIdentity", id="an identity type that nobody knows"),
    pytest.param(identity(principalId="ANONYMOUS_PRINCIPAL"), "AnonymousCaller", id="nobody signed the call"),
    pytest.param(key_used("AKIAROOTROOTROOTROOT", type="Root", principalId="111122223333",
                          arn="arn:aws:iam::111122223333:root", userName=None), "RootUser", id="a key of the root user"),
    pytest.param(lambda stack, user: in_envelope(stack, quarantine_record(stack, "nobody")), "TargetGone",
                 id="a user who does not exist"),
    pytest.param(lambda stack, user: in_envelope(stack, quarantine_record(stack, "../x?")), "NoTarget",
                 id="a name that no user can bear"),
    pytest.param(lambda stack, user: quarantined()(stack, user) | {"replay-name": "rehearsal"}, "Replayed",
                 id="an archive replay"),
    pytest.param(quarantined(eventTime=now(-3700)), "TooOld", id="a call more than an hour ago"),
    pytest.param(quarantined(eventTime=now(7200)), "FromTheFuture", id="a call in the future"),
])
def test_an_event_that_must_not_lead_to_a_change_is_refused_with_the_reason(stack, event, reason):
    user = stack.user("spared")
    check_refused(stack, user, event(stack, user), reason)


def test_a_protected_user_is_spared_even_with_the_last_active_key(stack):
    user = stack.user("glass", path="/break-glass/")
    check_refused(stack, user, in_envelope(stack, quarantine_record(stack, user.name)), "Protected")


def test_a_user_who_was_created_after_the_call_is_another_one(stack):
    user = stack.user("recreated", created=now())
    check_refused(stack, user, in_envelope(stack, quarantine_record(stack, user.name, eventTime=now(-60))), "Recreated")


def test_a_key_of_nobody_is_kept_for_a_person(stack):
    """IAM denies the question whose it is to a role that may ask about users only, and a denial is never guessed away."""
    grown = stack.grows(("Quarantined", {"Function": "contain-identity"}))
    [finding] = answerable(stack, stack.detect(key_used("AKIANOBODYNOBODY0001")(stack, None)))
    message = stack.quarantined.wait(lambda message: "AKIANOBODYNOBODY0001" in str(message))
    assert message["payload"]["detail"] == finding
    assert message["reason"].startswith("AccountUnreadable: ") and "AccessDenied" in message["reason"]
    eventually(lambda: grown() == [1])
    assert stack.changes(about="AKIANOBODYNOBODY0001") == []


def check_refused(stack, user, event, reason):
    """Through the bus; the whole outcome is compared."""
    # Of this user only: what earlier tests have set off may still be going on.
    grown, before, changes = stack.grows(REFUSED), stack.state(user), stack.changes(user)
    [finding] = answerable(stack, stack.detect(event))
    outcome = stack.outcomes.wait(lambda seen: seen["detail"]["plan"]["cause"]["finding"] == finding["id"])["detail"]
    evidence = finding["evidence"]
    cause = {"finding": finding["id"], "rule": finding["rule"]["id"], "title": finding["rule"]["title"],
             "severity": finding["severity"], "eventId": evidence["eventId"], "eventTime": evidence["eventTime"]}
    cause |= {"target": finding["target"]} if "target" in finding else {}
    plan = {"id": outcome["plan"]["id"], "mode": "plan", "decidedAt": outcome["plan"]["decidedAt"], "cause": cause,
            "class": "contain-identity", "refused": reason, "steps": []}
    assert outcome == {"status": "refused", "plan": plan, "steps": []}
    eventually(lambda: grown() == [1])
    assert (stack.state(user), stack.changes(user), stack.journal(user)) == (before, changes, [])


@pytest.mark.parametrize(("change", "reason"), [
    pytest.param({"target": {"kind": "accessKey", "accessKeyId": "ASIATEMPORARY0000001"}}, "TemporaryCredential",
                 id="a temporary key"),
    pytest.param({"evidence": {"succeeded": False}}, "CallFailed", id="a failed call"),
    pytest.param({"evidence": {"account": "999999999999"}}, "ForeignAccount", id="evidence of another account"),
    pytest.param({"evidence": {"eventTime": None}}, "AgeUnknown", id="a call of unknown age"),
    pytest.param({"target": None}, "NoTarget", id="no target"),
    pytest.param({"rule": {"id": "00000000-0000-4000-8000-000000000000"}}, "NoPlaybook", id="a rule without a playbook"),
])
def test_a_finding_that_detect_would_not_make_is_refused_all_the_same(stack, template_finding, change, reason):
    user, finding = template_finding
    event, before, changes, grown = copy.deepcopy(finding), stack.state(user), stack.changes(user), stack.grows(REFUSED)
    for name, value in change.items():
        event["detail"][name] = event["detail"][name] | value if name in ("evidence", "rule") else value
    answer = stack.contain(event)
    assert (answer["status"], answer["plan"]["refused"], answer["steps"]) == ("refused", reason, [])
    eventually(lambda: grown() == [1])
    assert (stack.state(user), stack.changes(user), len(stack.journal(user))) == (before, changes, 1)


@pytest.fixture(scope="module")
def template_finding(stack):
    """A finding that was dealt with: were it not refused, the answer would be a duplicate or another plan."""
    user = stack.user("template")
    event = finding_event(stack, in_envelope(stack, quarantine_record(stack, user.name)))
    stack.reported(user)
    return user, event


@pytest.mark.parametrize("event, watched", [
    pytest.param(quarantined(errorCode="AccessDenied", errorMessage="no"), ["access_grant_attempted"], id="a quarantine that failed"),
    pytest.param(lambda stack, user: in_envelope(stack, tool_record(stack, key_identity(stack, "ASIATEMPORARY0000001"))),
                 ["session_used_from_attack_tool"], id="a temporary key"),
    pytest.param(lambda stack, user: in_envelope(stack, tool_record(stack, key_identity(stack, user.key_id),
                                                                    userAgent="aws-cli/2.0")),
                 ["access_key_identity_checked"], id="an ordinary tool"),
    pytest.param(quarantined(requestParameters={"userName": "x", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
                 [], id="another policy"),
])
def test_what_no_playbook_answers_is_found_at_most_by_rules_that_only_watch(stack, event, watched):
    user = stack.user("unsuspected")
    grown = stack.grows(("Events", {"Function": "detect"}))
    answer = stack.detect(event(stack, user))
    assert (answer["status"], [finding["rule"]["name"] for finding in answer["findings"]]) == ("evaluated", watched)
    assert answerable(stack, answer) == []
    assert grown()[0] >= 1


def test_the_responders_own_call_is_ignored_only_while_a_containment_of_that_user_stands(stack):
    """Whoever has taken over the role cannot hide behind it."""
    user = stack.user("own-call")
    role = stack.iam.get_role(RoleName=stack.resources["ContainIdentityRole"])["Role"]["RoleId"]
    as_responder = identity(principalId=f"{role}:contain-identity")
    stack.detect(as_responder(stack, user))
    plan = stack.reported(user)["plan"]["id"]
    assert stack.is_contained(user)
    again = as_responder(stack, user)
    [finding] = stack.detect(again)["findings"]
    seen = stack.outcomes.wait(lambda seen: seen["detail"]["plan"]["cause"]["finding"] == finding["id"])
    assert (seen["detail"]["status"], seen["detail"]["plan"]["refused"]) == ("refused", "OwnAction")
    assert [entry["plan"]["id"] for entry in stack.journal(user)] == [plan]
