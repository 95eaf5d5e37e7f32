"""One local AWS for the suite, with IAM enforced and microburst before it, and the stack deployed to it by `sam deploy`."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(REPOSITORY / "tests/local-aws"))

from deployed import TEMPLATE, Stack  # noqa: E402  (found by the path above)
from inbox import Inbox  # noqa: E402
from members import EXTERNAL_ID, MEMBERS  # noqa: E402
from local_aws.session import LocalAws  # noqa: E402
from webhooks import Webhooks  # noqa: E402

# What `test_restore_logging.py` sees restored.
BASELINE = '{"watched": {"EventSelectors": [{}], "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]}}'
# AWS waits one and two minutes before it delivers a failed event again.
QUICK = {"LOCAL_AWS_RETRY_SECONDS": "0.3,0.6"}


def pytest_addoption(parser):
    parser.addoption("--figures", type=Path, help="file to write how many cases with faults ended in which way")


@pytest.fixture(scope="session")
def aws():
    if not TEMPLATE.is_file():
        pytest.exit(f"{TEMPLATE} does not exist: run `make stage` first", returncode=2)
    with LocalAws(auth=True, faults=True, variables=QUICK) as started:
        yield started


@pytest.fixture(scope="session")
def alarms(aws):
    """What alarms tell."""
    return Inbox.on_topic(aws, "alarms")


@pytest.fixture(scope="session")
def pages(aws):
    """What the composite alarm tells."""
    return Inbox.on_topic(aws, "pages")


@pytest.fixture(scope="session")
def services():
    """Slack, Teams and PagerDuty, as far as they are webhooks."""
    with Webhooks() as started:
        yield started


@pytest.fixture(scope="session")
def secrets(aws, services):
    """Parameters with the services' addresses."""
    values = {"slack": services.url("slack"), "teams": services.url("teams"),
              "pager-duty": f"{'k' * 32}@{services.url('pager-duty')}"}
    for name, value in values.items():
        aws.client("ssm").put_parameter(Name=f"/trailreflex/{name}", Type="SecureString", Value=value)
    aws.client("securityhub").enable_security_hub()
    return {"SecurityHubFindings": "yes", "SlackParameter": "/trailreflex/slack", "TeamsParameter": "/trailreflex/teams",
            "PagerDutyParameter": "/trailreflex/pager-duty", "OcsfFindings": "yes"}


@pytest.fixture(scope="session")
def acting(aws, alarms, pages, secrets):
    """The stack in mode `act`."""
    aws.deploy(TEMPLATE, parameters={
        "Mode": "act", "AlarmTopicArn": alarms[1], "PageTopicArn": pages[1],
        "TrailBucket": f"management-events-{aws.account}",
        "RulesUri": f"s3://management-events-{aws.account}/rules/", "EventSelectorsBaseline": BASELINE,
        # Some hundred containments in an hour, of which many fail on purpose.
        "MemberAccounts": ",".join(MEMBERS), "MemberExternalId": EXTERNAL_ID,
        "BudgetPerHour": "1000", "TroublesPerHour": "1000", "KeepEvidence": "yes"} | secrets)
    deployed = Stack(aws)
    # The tests themselves call as the root user, some hundred times: what would be done about it is not their subject.
    aws.client("events").disable_rule(Name=deployed.resources["DetectRootRule"])
    # A sweep in the midst of a test would finish what the test watches; tests ask for theirs.
    aws.client("events").disable_rule(Name=deployed.resources["ContainIdentitySweep"])
    # What is counted of all that the tests do is their business only where they ask for it.
    for name in ("CanariesRule", "MeterRule", "MeterSweep", "NotifySweep"):
        aws.client("events").disable_rule(Name=deployed.resources[name])
    # Whom the tests let in by policies, and what they do all in all, likewise.
    for name, rule in deployed.resources.items():
        if name.startswith("Review") and name.endswith(("Rule", "Schedule")):
            aws.client("events").disable_rule(Name=rule)
    # Likewise what people would be told, and what would be kept.
    for name in ("NotifyRule", "KeepEvidenceRule"):
        aws.client("events").disable_rule(Name=deployed.resources[name], EventBusName=deployed.outputs["FindingsBus"])
    return deployed


@pytest.fixture(scope="session")
def stack(aws, acting, planning):
    """The stack in mode `act`, behind a trail that is logging; every other stack is there before it is."""
    aws.start_trail()
    return acting


@pytest.fixture(scope="session")
def planning(aws, acting):
    """A second stack as the template's defaults make it. Its rules are off, so that only direct invocations reach it."""
    aws.deploy(TEMPLATE, stack="rehearsal")
    deployed = Stack(aws, "rehearsal")
    for name, rule in deployed.resources.items():
        if name.startswith(("Detect", "Meter", "NotifySweep", "ReviewAccess")) and name.endswith(("Rule", "Schedule", "Sweep")):
            aws.client("events").disable_rule(Name=rule)
    aws.client("events").disable_rule(Name=deployed.resources["NotifyRule"], EventBusName=deployed.outputs["FindingsBus"])
    return deployed


@pytest.fixture(autouse=True)
def no_faults(aws):
    """No fault of one test strikes the next."""
    yield
    aws.faults.clear()


_FAULT_ENDS = pytest.StashKey[dict[str, list[str]]]()


@pytest.fixture(scope="session")
def fault_ends(pytestconfig):
    """How cases with faults ended, by what they struck; shown when all is over."""
    return pytestconfig.stash.setdefault(_FAULT_ENDS, {})


def pytest_terminal_summary(terminalreporter, config):
    lines = [f"{struck}: {len(ends)} cases with faults, " + ", ".join(
        f"{ends.count(end)} {end}" for end in sorted(set(ends))) for struck, ends in config.stash.get(_FAULT_ENDS, {}).items()]
    for line in lines:
        terminalreporter.write_line(line)
    if config.getoption("--figures") and lines:
        config.getoption("--figures").write_text("\n".join(lines) + "\n")
