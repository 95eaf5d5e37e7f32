"""What a record says."""

import json

import pytest
from accounts import document
from botocore.exceptions import ClientError


def test_a_record_has_the_fields_of_version_1_11(account):
    account.client("iam").create_user(UserName="alice")
    record = account.record("CreateUser")
    assert record.keys() == {
        "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
        "userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "eventType",
        "managementEvent", "recipientAccountId", "eventCategory", "tlsDetails",
    }
    facts = {key: record[key] for key in ("eventVersion", "eventSource", "awsRegion", "readOnly", "eventCategory")}
    assert facts == {"eventVersion": "1.11", "eventSource": "iam.amazonaws.com", "awsRegion": "us-east-1",
                     "readOnly": False, "eventCategory": "Management"}
    assert record["tlsDetails"] == {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                                    "clientProvidedHostHeader": "iam.amazonaws.com"}
    assert record["requestParameters"] == {"userName": "alice"}
    assert record["responseElements"]["user"].keys() == {"path", "userName", "userId", "arn", "createDate"}


def test_agent_and_address_are_those_of_the_request(account):
    account.client("iam", agent="Scout Suite/5.14", source="203.0.113.7").list_users()
    record = account.record("ListUsers")
    assert (record["userAgent"].split()[0:2], record["sourceIPAddress"]) == (["Scout", "Suite/5.14"], "203.0.113.7")


def test_a_new_key_is_shown_without_its_secret(account):
    key_id, secret = account.user("alice")
    record = account.record("CreateAccessKey")
    shown = record["responseElements"]["accessKey"]
    assert shown.keys() == {"userName", "accessKeyId", "status", "createDate"}
    assert shown["accessKeyId"] == key_id
    assert secret not in json.dumps(record)


def test_passwords_are_absent(account):
    account.client("iam").create_user(UserName="alice")
    account.client("iam").create_login_profile(UserName="alice", Password="correct horse 1!", PasswordResetRequired=True)
    assert account.record("CreateLoginProfile")["requestParameters"] == {"userName": "alice", "passwordResetRequired": True}


def test_policy_documents_of_iam_are_strings(account):
    text = document({"Effect": "Deny", "Action": "*", "Resource": "*"})
    account.client("iam").create_user(UserName="alice")
    account.client("iam").put_user_policy(UserName="alice", PolicyName="deny", PolicyDocument=text)
    record = account.record("PutUserPolicy")
    assert record["requestParameters"] == {"userName": "alice", "policyName": "deny", "policyDocument": text}
    assert record["responseElements"] is None


def test_policy_documents_of_s3_are_objects_beside_empty_markers(account):
    bucket = f"bucket-{account.number}"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    account.client("s3").create_bucket(Bucket=bucket)
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(statement))
    assert account.record("PutBucketPolicy")["requestParameters"] == {
        "bucketName": bucket,
        "Host": f"{bucket}.s3.amazonaws.com",
        "policy": "",
        "bucketPolicy": json.loads(document(statement)),
    }


def test_s3_calls_have_cloudtrails_names(account):
    s3, bucket = account.client("s3"), f"bucket-{account.number}"
    s3.create_bucket(Bucket=bucket)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"x")
    s3.list_objects_v2(Bucket=bucket)
    names = [record["eventName"] for record in account.records()]
    assert names == ["CreateBucket", "PutBucketPublicAccessBlock", "PutBucketLifecycle"]  # data events are left out
    block = account.record("PutBucketPublicAccessBlock")["requestParameters"]
    assert block["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert block["publicAccessBlock"] == ""


def test_lambda_calls_carry_api_dates(account):
    arn = account.function("worker", Environment={"Variables": {"TOKEN": "secret"}})
    client = account.client("lambda")
    client.add_permission(FunctionName="worker", StatementId="s", Action="lambda:InvokeFunction", Principal="*")
    client.update_function_configuration(FunctionName="worker", Timeout=5)
    client.get_function(FunctionName="worker")
    client.tag_resource(Resource=arn, Tags={"Team": "Blue"})
    client.delete_function(FunctionName="worker")
    names = [record["eventName"] for record in account.records() if record["eventSource"] == "lambda.amazonaws.com"]
    assert names == ["CreateFunction20150331", "AddPermission20150331v2", "UpdateFunctionConfiguration20150331v2",
                     "GetFunction20150331v2", "TagResource20170331v2", "DeleteFunction20150331"]
    created = account.record("CreateFunction20150331")["requestParameters"]
    assert (created["functionName"], created["environment"], created["code"]) == ("worker", {}, {})
    assert account.record("TagResource20170331v2")["requestParameters"]["tags"] == {"Team": "Blue"}


def test_a_failed_call_has_the_name_of_the_errors_shape_and_keeps_its_parameters(account):
    with pytest.raises(ClientError):
        account.client("iam").delete_user(UserName="nobody")
    record = account.record("DeleteUser")
    assert (record["errorCode"], record["requestParameters"], record["responseElements"]) == (
        "NoSuchEntityException", {"userName": "nobody"}, None)
    assert "nobody" in record["errorMessage"]


def test_a_denied_call_hides_its_parameters_and_names_the_resource_in_the_message(enforcing_account):
    account = enforcing_account
    key = account.user("alice")
    with pytest.raises(ClientError, match="AccessDenied"):
        account.client("iam", key).create_access_key(UserName="alice")
    record = account.record("CreateAccessKey")
    assert (record["errorCode"], record["requestParameters"], record["responseElements"]) == ("AccessDenied", None, None)
    assert record["errorMessage"] == (
        f"User: arn:aws:iam::{account.number}:user/alice is not authorized to perform: iam:CreateAccessKey on resource: "
        "user alice because no identity-based policy allows the iam:CreateAccessKey action")


def test_results_of_reading_calls_are_not_shown(account):
    account.client("iam").create_user(UserName="alice")
    account.client("iam").get_user(UserName="alice")
    record = account.record("GetUser")
    assert (record["readOnly"], record["requestParameters"], record["responseElements"]) == (
        True, {"userName": "alice"}, None)


def test_lists_and_numbers_keep_their_types(account):
    account.client("iam").create_user(UserName="alice", Tags=[{"Key": "Team", "Value": "Blue"}])
    account.client("iam").list_users(MaxItems=7)
    assert account.record("CreateUser")["requestParameters"]["tags"] == [{"key": "Team", "value": "Blue"}]
    assert account.record("ListUsers")["requestParameters"] == {"maxItems": 7}


def test_data_events_are_not_recorded(account):
    account.client("cloudwatch").put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 1}])
    account.client("events").put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])
    url = account.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    account.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    assert [record["eventName"] for record in account.records()] == ["CreateQueue"]
