"""Queries find what DynamoDB finds, whether their conditions are weighed by us or by ministack."""

import pytest
from botocore.exceptions import ClientError

TEXTS = ["", "a", "a#1", "a#2", "b", "ä", "日", "😀"]
NUMBERS = [1, 9, 10, 200]


@pytest.fixture
def table(account):
    """Returns what makes a table with items and asks it."""
    dynamodb = account.client("dynamodb")

    def query(kind, items, condition, **values):
        dynamodb.create_table(
            TableName="things", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "of", "KeyType": "HASH"}, {"AttributeName": "key", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": "of", "AttributeType": "S"}, {"AttributeName": "key", "AttributeType": kind}])
        for item in items:
            for of in ("one", "other"):
                dynamodb.put_item(TableName="things", Item={"of": {"S": of}, "key": {kind: str(item)}})
        names = {"#of": "of", "#key": "key"}
        found = dynamodb.query(
            TableName="things", KeyConditionExpression=condition,
            ExpressionAttributeNames={name: full for name, full in names.items() if name in condition},
            ExpressionAttributeValues={":of": {"S": "one"}} | {f":{name}": {kind: str(value)} for name, value in values.items()})
        return [(item["of"]["S"], item["key"][kind]) for item in found["Items"]]

    return query


@pytest.mark.parametrize(("condition", "values", "expected"), [
    pytest.param("#of = :of", {}, TEXTS[1:], id="all"),
    pytest.param("#of = :of AND #key = :key", {"key": "b"}, ["b"], id="one"),
    pytest.param("#of = :of AND #key BETWEEN :low AND :high", {"low": "a", "high": "a$"}, ["a", "a#1", "a#2"], id="range"),
    pytest.param("#of=:of and #key between :low and :high", {"low": "b", "high": "日"}, ["b", "ä", "日"], id="small letters"),
    pytest.param("#of = :of AND #key > :key", {"key": "b"}, ["ä", "日", "😀"], id="after"),
    pytest.param("#of = :of AND #key <= :key", {"key": "a#1"}, ["a", "a#1"], id="up to"),
    pytest.param("#of = :of AND begins_with(#key, :key)", {"key": "a#"}, ["a#1", "a#2"], id="begins with"),
    pytest.param("#key < :key AND #of = :of", {"key": "a#1"}, ["a"], id="the other way round"),
])
def test_a_query_by_text_finds_the_items_of_its_partition_and_range(table, condition, values, expected):
    assert table("S", TEXTS[1:], condition, **values) == [("one", text) for text in expected]


@pytest.mark.parametrize(("condition", "values", "expected"), [
    pytest.param("#of = :of AND #key <= :key", {"key": 10}, [1, 9, 10], id="up to"),
    pytest.param("#of = :of AND #key BETWEEN :low AND :high", {"low": 9, "high": 100}, [9, 10], id="range"),
])
def test_a_query_by_number_goes_by_size_and_not_by_digits(table, condition, values, expected):
    assert table("N", NUMBERS, condition, **values) == [("one", str(number)) for number in expected]


@pytest.mark.parametrize(("condition", "values", "told"), [
    pytest.param("#of = :of AND #key BETWEEN :low AND :high", {"low": "b", "high": "a"}, "BETWEEN operator requires upper bound",
                 id="bounds the wrong way round"),
    pytest.param("(#of = :of AND ((#key = :key)))", {"key": "b"}, "redundant parentheses", id="parentheses"),
])
def test_a_condition_that_dynamodb_refuses_is_refused(table, condition, values, told):
    with pytest.raises(ClientError, match=told):
        table("S", TEXTS[1:], condition, **values)
