"""A local AWS for the length of a `with` block: what the demo and the end-to-end tests stand on.

    with LocalAws() as aws:
        aws.deploy(Path("target/stage/template.yaml"), parameters={"Mode": "act"})
        aws.client("iam").create_user(UserName="alice")
"""

import json
import os
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import Any, Callable

import boto3
from botocore.config import Config

from local_aws.deployment import Deployment
from local_aws.faults import Faults
from local_aws.processes import Child, ask, free_port

PACKAGE_PARENT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 60.0
ROOT_KEY = ("test", "test")


class LocalAws:
    """The server, if wanted with microburst before it (`faults=True`), and whatever a test asks of them."""

    def __init__(
        self,
        *,
        auth: bool = False,
        faults: bool = False,
        region: str = "us-east-1",
        account: str = "111122223333",
        variables: dict[str, str] | None = None,
        logs: Path | None = None,
    ) -> None:
        self.region = region
        self.account = account
        self._own_logs = None if logs else tempfile.TemporaryDirectory(prefix="local-aws-logs-")
        self.logs = logs or Path(self._own_logs.name)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.endpoint = f"http://127.0.0.1:{free_port()}"
        self.faults = Faults(free_port(), free_port(), self.logs) if faults else None
        self._auth = auth
        self._variables = variables or {}
        self._server: Child | None = None
        self._deployment = Deployment(self.environment, self.logs)

    def __enter__(self) -> "LocalAws":
        try:
            self._start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def _start(self) -> None:
        command = [sys.executable, "-m", "local_aws", "--port", self.endpoint.rsplit(":", 1)[1], "--region", self.region,
                   "--account", self.account, "--until-stdin-closes"]
        command += ["--auth"] if self._auth else []
        if self.faults:
            command += ["--functions-endpoint", self.faults.endpoint, "--functions-port", str(self.faults.behind)]
        environment = os.environ | {"PYTHONPATH": str(PACKAGE_PARENT)} | self._variables
        self._server = Child("local_aws", command, environment, self.logs / "local-aws.log")
        self._server.wait_until(lambda: "local-aws ready" in self._server.log.read_text(), SECONDS_TO_START)
        if self.faults:
            self.faults.start()

    def end(self) -> None:
        """Ends what this object has started, and nothing else."""
        if self.faults:
            self.faults.end()
        if self._server:
            self._server.end()
            self._server = None

    def client(self, service: str, key: tuple[str, str] = ROOT_KEY, *, region: str | None = None,
               token: str | None = None, agent: str | None = None, source: str | None = None,
               through_faults: bool = False) -> Any:
        """Returns a boto3 client. `agent` and `source` are the user agent and address that the records will show."""
        made = boto3.client(
            service,
            endpoint_url=self.faults.endpoint if through_faults and self.faults else self.endpoint,
            region_name=region or self.region,
            aws_access_key_id=key[0],
            aws_secret_access_key=key[1],
            aws_session_token=token,
            config=Config(user_agent=agent, retries={"total_max_attempts": 1}, proxies={}),
        )
        if source:
            made.meta.events.register(
                "before-sign.*.*", lambda request, **_: request.headers.add_header("X-Forwarded-For", source))
        return made

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which other programs (sam, aws, cargo lambda) work on this AWS and on no other."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ROOT_KEY[0],
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY[1],
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
            "SAM_CLI_TELEMETRY": "0",
        }

    def deploy(self, template: Path, stack: str = "trailreflex", parameters: dict[str, str] | None = None,
               progress: Callable[[str], None] | None = None) -> None:
        """Runs `sam deploy`; `progress` gets each line of its output."""
        self._deployment.deploy(template, stack, parameters or {}, progress)

    def outputs(self, stack: str = "trailreflex") -> dict[str, str]:
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def resources(self, stack: str = "trailreflex") -> dict[str, str]:
        """Returns the physical ids by logical id."""
        found = self.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}

    def start_trail(self, name: str = "management-events") -> str:
        """Creates a trail of all regions and switches it on; without one, EventBridge hears nothing."""
        cloudtrail = self.client("cloudtrail")
        bucket = f"{name}-{self.account}"
        self.client("s3", region="us-east-1").create_bucket(Bucket=bucket)
        arn = cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True)["TrailARN"]
        cloudtrail.start_logging(Name=arn)
        return arn

    def user_of_the_past(self, user: str, user_id: str, access_key_id: str, *, created: str, path: str = "/") -> str:
        """Makes the user whom stored events name, created before them; returns the ARN."""
        query = urllib.parse.urlencode({"userName": user, "userId": user_id, "accessKeyId": access_key_id,
                                        "createDate": created, "path": path})
        return json.loads(ask(f"{self.endpoint}/_local_aws/user?{query}", "POST"))["arn"]

    def quarantine(self, user: str, access_key_id: str, policy: str = "AWSCompromisedKeyQuarantineV3") -> str:
        """Rehearses that AWS found the key in public; returns the event's id."""
        query = urllib.parse.urlencode({"userName": user, "accessKeyId": access_key_id, "policyName": policy})
        return json.loads(ask(f"{self.endpoint}/_local_aws/quarantine?{query}", "POST"))["eventID"]

    def put_event(self, source: str, detail_type: str, detail: Any, *, region: str | None = None,
                  account: str | None = None) -> None:
        """Puts an event of an AWS service on the default bus, such as a sign-in or an odd record."""
        query = urllib.parse.urlencode({"region": region or self.region, "account": account or self.account})
        event = {"source": source, "detail-type": detail_type, "detail": detail}
        ask(f"{self.endpoint}/_local_aws/events?{query}", "POST", json.dumps(event).encode())

    def records(self) -> list[dict[str, Any]]:
        """Returns all CloudTrail records so far, delivered or not."""
        return self._page("records")

    def deliveries(self) -> list[dict[str, Any]]:
        """Returns what EventBridge did for Lambda and SQS targets."""
        return self._page("deliveries")

    def _page(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in ask(f"{self.endpoint}/_local_aws/{name}").splitlines()]


def eventually(observe: Callable[[], Any], seconds: float = 60.0, every: float = 0.1) -> Any:
    """Asks again until the answer is something; returns it, or fails with the last one."""
    until = time.monotonic() + seconds
    while True:
        seen = observe()
        if seen:
            return seen
        if time.monotonic() > until:
            raise AssertionError(f"nothing after {seconds:g} s, last seen: {seen!r}")
        time.sleep(every)
