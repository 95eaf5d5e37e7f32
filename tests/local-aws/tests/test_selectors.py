"""What a trail is told to log."""

from accounts import refusal

CLASSIC = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False, "DataResources": [],
           "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
ADVANCED = {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
INSIGHT = {"InsightType": "ApiCallRateInsight"}


def test_classic_and_advanced_selectors_replace_each_other(account):
    trail, client = account.trail(), account.client("cloudtrail")
    before = client.get_event_selectors(TrailName=trail)["EventSelectors"]
    assert (before[0]["ReadWriteType"], before[0]["IncludeManagementEvents"]) == ("All", True)
    client.put_event_selectors(TrailName=trail, EventSelectors=[CLASSIC])
    assert client.get_event_selectors(TrailName=trail)["EventSelectors"] == [CLASSIC]
    client.put_event_selectors(TrailName=trail, AdvancedEventSelectors=[ADVANCED])
    shown = client.get_event_selectors(TrailName=trail)
    assert (shown["AdvancedEventSelectors"], "EventSelectors" in shown) == ([ADVANCED], False)
    assert client.get_trail(Name=trail)["Trail"]["HasCustomEventSelectors"] is True


def test_insights_are_switched_on_and_off(account):
    trail, client = account.trail(), account.client("cloudtrail")
    assert refusal(client.get_insight_selectors, TrailName=trail) == ("InsightNotEnabledException", 400)
    client.put_insight_selectors(TrailName=trail, InsightSelectors=[INSIGHT])
    assert client.get_insight_selectors(TrailName=trail)["InsightSelectors"] == [INSIGHT]
    assert client.get_trail(Name=trail)["Trail"]["HasInsightSelectors"] is True
    client.put_insight_selectors(TrailName=trail, InsightSelectors=[])
    assert refusal(client.get_insight_selectors, TrailName=trail) == ("InsightNotEnabledException", 400)
    assert account.record("PutInsightSelectors")["requestParameters"] == {"trailName": trail, "insightSelectors": []}


def test_a_trail_that_does_not_exist_has_no_selectors(account):
    client = account.client("cloudtrail")
    assert refusal(client.get_insight_selectors, TrailName="nobody")[0] == "TrailNotFoundException"
    assert refusal(client.put_insight_selectors, TrailName="nobody", InsightSelectors=[])[0] == "TrailNotFoundException"


def test_a_trails_status_says_if_it_logs(account):
    trail, client = account.trail(), account.client("cloudtrail")
    assert client.get_trail_status(Name=trail)["IsLogging"] is True
    client.stop_logging(Name=client.get_trail(Name=trail)["Trail"]["TrailARN"])
    assert client.get_trail_status(Name=trail)["IsLogging"] is False
