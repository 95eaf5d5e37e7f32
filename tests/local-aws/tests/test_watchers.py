"""GuardDuty, Access Analyzer, Config and Security Hub: switched on, seen, switched off."""

import pytest
from accounts import refusal


def test_a_detector_is_created_updated_and_deleted(account):
    guardduty = account.client("guardduty")
    assert guardduty.list_detectors()["DetectorIds"] == []
    it = guardduty.create_detector(Enable=True, FindingPublishingFrequency="ONE_HOUR", Tags={"Team": "Blue"})["DetectorId"]
    assert guardduty.list_detectors()["DetectorIds"] == [it]
    assert refusal(guardduty.create_detector, Enable=True) == ("BadRequestException", 400)
    guardduty.update_detector(DetectorId=it, Enable=False)
    shown = guardduty.get_detector(DetectorId=it)
    assert (shown["Status"], shown["FindingPublishingFrequency"], shown["Tags"]) == ("DISABLED", "ONE_HOUR", {"Team": "Blue"})
    guardduty.delete_detector(DetectorId=it)
    assert refusal(guardduty.get_detector, DetectorId=it) == ("BadRequestException", 400)
    record = account.record("DeleteDetector")
    assert (record["eventSource"], record["requestParameters"]) == ("guardduty.amazonaws.com", {"detectorId": it})
    assert account.records("CreateDetector")[0]["responseElements"] == {"detectorId": it}


def test_an_analyzer_is_created_and_deleted(account):
    client = account.client("accessanalyzer")
    arn = client.create_analyzer(analyzerName="account", type="ACCOUNT")["arn"]
    assert refusal(client.create_analyzer, analyzerName="account", type="ACCOUNT") == ("ConflictException", 409)
    shown = client.get_analyzer(analyzerName="account")["analyzer"]
    assert (shown["arn"], shown["type"], shown["status"]) == (arn, "ACCOUNT", "ACTIVE")
    assert client.list_analyzers(type="ACCOUNT")["analyzers"] == [shown]
    assert client.list_analyzers(type="ORGANIZATION")["analyzers"] == []
    client.delete_analyzer(analyzerName="account")
    assert refusal(client.get_analyzer, analyzerName="account") == ("ResourceNotFoundException", 404)
    assert account.record("DeleteAnalyzer")["eventSource"] == "access-analyzer.amazonaws.com"


def test_a_recorder_starts_once_it_has_a_channel_and_stops(account):
    config = account.client("config")
    recorder = {"name": "default", "roleARN": account.role("config"), "recordingGroup": {"allSupported": True}}

    def recording():
        return [each["recording"] for each in config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]]

    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    assert config.describe_configuration_recorders()["ConfigurationRecorders"] == [recorder]
    start = config.start_configuration_recorder
    assert refusal(start, ConfigurationRecorderName="default") == ("NoAvailableDeliveryChannelException", 400)
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "somewhere"})
    start(ConfigurationRecorderName="default")
    assert recording() == [True]
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert recording() == [False]
    assert refusal(start, ConfigurationRecorderName="nobody") == ("NoSuchConfigurationRecorderException", 400)


def asff(account, **changed):
    number = account.client("sts").get_caller_identity()["Account"]
    return {
        "SchemaVersion": "2018-10-08", "Id": "one", "ProductArn": f"arn:aws:securityhub:us-east-1:{number}:product/{number}/default",
        "GeneratorId": "ours", "AwsAccountId": number, "Types": ["TTPs"], "CreatedAt": "2026-11-20T10:00:00Z",
        "UpdatedAt": "2026-11-20T10:00:00Z", "Severity": {"Label": "HIGH"}, "Title": "t", "Description": "d",
        "Resources": [{"Type": "Other", "Id": "r"}],
    } | changed


def test_findings_are_imported_updated_and_listed(account):
    hub = account.client("securityhub")
    assert refusal(hub.batch_import_findings, Findings=[asff(account)]) == ("InvalidAccessException", 401)
    hub.enable_security_hub()
    assert refusal(hub.enable_security_hub) == ("ResourceConflictException", 409)
    for changed, title in [({}, "t"), ({"Title": "older", "UpdatedAt": "2026-11-20T09:00:00Z", "CreatedAt": "2026-11-20T09:00:00Z"}, "t"),
                           ({"Title": "newer", "UpdatedAt": "2026-11-20T11:00:00Z"}, "newer")]:
        answer = hub.batch_import_findings(Findings=[asff(account, **changed)])
        assert (answer["SuccessCount"], answer["FailedCount"]) == (1, 0)
        assert [found["Title"] for found in hub.get_findings()["Findings"]] == [title]


@pytest.mark.parametrize(("changed", "says"), [
    ({"Types": []}, "required properties"),
    ({"Title": "t" * 257}, "Title"),
    ({"Types": ["Mischief"]}, "Types"),
    ({"ProductArn": "arn:aws:securityhub:us-east-1::product/aws/guardduty"}, "ProductArn"),
    ({"AwsAccountId": "999999999999"}, "AwsAccountId"),
    ({"ProductFields": {"k": "v" * 2049}}, "ProductFields"),
    ({"CreatedAt": "2026-11-21T10:00:00Z"}, "CreatedAt"),
])
def test_a_finding_that_is_not_as_documented_fails_and_others_are_imported(account, changed, says):
    hub = account.client("securityhub")
    hub.enable_security_hub()
    answer = hub.batch_import_findings(Findings=[asff(account, Id="bad", **changed), asff(account, Id="good")])
    assert (answer["SuccessCount"], answer["FailedCount"]) == (1, 1)
    [failed] = answer["FailedFindings"]
    assert (failed["Id"], failed["ErrorCode"]) == ("bad", "InvalidInput")
    assert says in failed["ErrorMessage"]
    assert [found["Id"] for found in hub.get_findings()["Findings"]] == ["good"]
