"""The evaluation of resource policies, without a server."""

import pytest

from local_aws.policies import Asked, decide

BUS = "arn:aws:events:us-east-1:111122223333:event-bus/findings"
PRODUCER = "arn:aws:iam::111122223333:role/app/producer"
CONTEXT = {"aws:PrincipalArn": PRODUCER, "events:source": "own.detect", "events:detail-type": "Finding"}
ASKED = Asked("events:PutEvents", BUS, ("arn:aws:sts::111122223333:assumed-role/producer/s", PRODUCER), "111122223333",
              context=CONTEXT)


def deny(**changes):
    return {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "events:PutEvents", "Resource": BUS} | changes}


def when(operator, key, *values):
    return deny(Condition={operator: {key: list(values)}})


@pytest.mark.parametrize(("case", "policy", "expected"), [
    ("no policy", None, None),
    ("a statement without condition", deny(), "Deny"),
    ("another action", deny(Action="events:PutRule"), None),
    ("a wildcard in the action, whatever its case", deny(Action="Events:Put*"), "Deny"),
    ("another bus", deny(Resource=f"{BUS}-other"), None),
    ("everything but this bus", {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": BUS}]}, None),
    ("the account by number", deny(Principal={"AWS": "111122223333"}), "Deny"),
    ("the account by ARN", deny(Principal={"AWS": ["arn:aws:iam::111122223333:root"]}), "Deny"),
    ("the role of the session", deny(Principal={"AWS": PRODUCER}), "Deny"),
    ("another role", deny(Principal={"AWS": f"{PRODUCER}2"}), None),
    ("a service is not a role", deny(Principal={"Service": "events.amazonaws.com"}), None),
    ("all but the producer", deny(**{"Principal": None, "NotPrincipal": {"AWS": PRODUCER}}), None),
    ("ArnNotEquals the producer", when("ArnNotEquals", "aws:PrincipalArn", PRODUCER), None),
    ("ArnNotEquals others", when("ArnNotEquals", "aws:PrincipalArn", f"{PRODUCER}2", f"{PRODUCER}3"), "Deny"),
    ("ArnEquals", when("ArnEquals", "aws:PrincipalArn", PRODUCER), "Deny"),
    ("ArnLike with a wildcard", when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app/*"), "Deny"),
    ("ArnNotLike with a wildcard", when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app/*"), None),
    ("a wildcard does not reach over a colon", when("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/app/producer"), None),
    ("StringNotEquals on the source", when("StringNotEquals", "events:source", "own.detect"), None),
    ("StringEquals on the detail type", when("StringEquals", "events:detail-type", "Finding", "Other"), "Deny"),
    ("StringLike", when("StringLike", "events:source", "own.*"), "Deny"),
    ("StringNotLike", when("StringNotLike", "events:source", "own.*"), None),
    ("keys in any case", when("StringEquals", "AWS:principalarn", PRODUCER), "Deny"),
    ("a key that is not there", when("StringEquals", "aws:SourceArn", "x"), None),
    ("a negated key that is not there", when("StringNotEquals", "aws:SourceArn", "x"), "Deny"),
    ("if it exists, and it does not", when("StringEqualsIfExists", "aws:SourceArn", "x"), "Deny"),
    ("null", when("Null", "aws:SourceArn", "true"), "Deny"),
    ("two conditions are both needed", deny(Condition={"StringEquals": {"events:source": "own.detect"},
                                                       "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/x"}}), None),
])
def test_a_policy_decides(case, policy, expected):
    assert decide(policy, ASKED) == expected, case


def test_deny_wins_over_allow():
    allow = deny(Effect="Allow")["Statement"]
    assert decide({"Statement": [allow]}, ASKED) == "Allow"
    assert decide({"Statement": [allow, deny()["Statement"]]}, ASKED) == "Deny"


def test_an_unknown_operator_is_not_passed_over():
    with pytest.raises(NotImplementedError, match="DateGreaterThan"):
        decide(when("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"), ASKED)
