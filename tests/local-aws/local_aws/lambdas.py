"""Makes functions run as on AWS: as their role, in an environment of their own, with a true REPORT line.

ministack gives a function the account's root credentials unless it enforces IAM, so no record or bus policy could
tell which role acted; and it hands its own environment down.
"""

import hashlib
import os
import time
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, lambda_svc, sts

from local_aws import async_invoke, identity, records, report, trail

# What a function inherits from the server. The rest of its environment is what AWS defines.
_INHERITED = ("PATH", "LANG", "TZ", "LD_LIBRARY_PATH", "AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED",
              "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")

_original_environment = lambda_svc._provided_worker_env
_original_handler_class = lambda_runtime.ProvidedWorker._build_handler_class


def install() -> None:
    lambda_runtime.execution_credentials = role_credentials
    lambda_svc.execution_credentials = role_credentials
    lambda_svc._provided_worker_env = function_environment
    lambda_runtime.ProvidedWorker._build_handler_class = _prompt_handler_class
    report.install()
    async_invoke.install()


def end_workers() -> None:
    """Ends the processes of all functions."""
    lambda_runtime.reset()


def role_credentials(config: dict[str, Any]) -> dict[str, str]:
    """Returns credentials of a session of the function's role, and records that Lambda assumed it."""
    account, region = lambda_runtime._account_region_from_function_config(config)
    role_arn, function_arn = config.get("Role", ""), config.get("FunctionArn", "")
    role_name = role_arn.rsplit("/", 1)[-1]
    session_name = config.get("FunctionName", "function")[:64]
    role = iam._roles.get_scoped(account, None, role_name) or {}
    # The same for every start of a function: whoever holds credentials of a running one stays known.
    seed = f"{function_arn}:{role_arn}:{role.get('RoleId', '')}"
    key_id = f"ASIA{_digest('id', seed)[:16].upper()}"
    secret, token = _digest("secret", seed)[:40], _digest("token", seed)
    sts.register_session(key_id, {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}",
        "UserId": f"{role.get('RoleId', role_name)}:{session_name}",
        "SecretAccessKey": secret,
        "SessionToken": token,
        "FunctionArn": function_arn,
    })
    _record_assume_role(account, region, role_arn, session_name, key_id, token)
    return {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def function_environment(config: dict[str, Any], code_dir: str, port: int) -> dict[str, str]:
    """Returns what a custom runtime finds on AWS, and the settings that keep its calls on this machine."""
    made = _original_environment(config, code_dir, port)
    chosen = (config.get("Environment") or {}).get("Variables") or {}
    added = {name: value for name, value in made.items() if os.environ.get(name) != value or name in chosen}
    logging = config.get("LoggingConfig") or {}
    group = logging.get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    format_ = {"AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat", "Text")}
    if logging.get("LogFormat") == "JSON":
        format_["AWS_LAMBDA_LOG_LEVEL"] = logging.get("ApplicationLogLevel", "INFO")
    return inherited | {
        "AWS_REGION": get_region(),
        "AWS_DEFAULT_REGION": get_region(),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": group,
    } | format_ | added


def _prompt_handler_class(worker, generation, pending):
    """The Runtime API sends head and body apart; held back by Nagle, each warm invocation took 40 ms longer."""
    made = _original_handler_class(worker, generation, pending)
    made.disable_nagle_algorithm = True
    return made


def _record_assume_role(account: str, region: str, role_arn: str, session: str, key_id: str, token: str) -> None:
    caller = identity.of_service("lambda.amazonaws.com", account)
    expires = time.strftime("%b %-d, %Y, %-I:%M:%S %p", time.gmtime(time.time() + 12 * 3600))
    record = records.of_service_call(
        caller, "sts", "AssumeRole", region,
        {"roleArn": role_arn, "roleSessionName": session},
        {"credentials": {"accessKeyId": key_id, "sessionToken": token, "expiration": expires}},
        read_only=True,
    )
    trail.publish(record, caller, trail.is_logging(account or get_account_id(), region))


def _digest(kind: str, seed: str) -> str:
    return hashlib.sha256(f"{kind}:{seed}".encode()).hexdigest()
