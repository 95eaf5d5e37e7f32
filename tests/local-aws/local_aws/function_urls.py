"""Function URLs that can be called: on this machine, and only by whom the function's policy allows.

AWS's form, `https://<id>.lambda-url.<region>.on.aws/`, has no name here; `http://127.0.0.1:…/_aws/lambda-url/<id>/` has.
The event that the function gets shows AWS's form. Source: Lambda Developer Guide, "Control access to function URLs".
"""

import json
import os
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import lambda_svc

from local_aws.policies import Asked, decide

PATH = "/_aws/lambda-url/"

_original_id = lambda_svc._function_url_id
_original_create = lambda_svc._create_function_url_config
_original_handle = lambda_svc.handle_function_url_request
_original_event = lambda_svc._build_function_url_event


def install() -> None:
    lambda_svc._function_url_id = url_id
    lambda_svc._create_function_url_config = create
    lambda_svc.handle_function_url_request = handle
    lambda_svc._build_function_url_event = event


def url_id(url: str) -> str:
    return url.partition(PATH)[2].rstrip("/") if PATH in url else _original_id(url)


def create(name: str, data: dict[str, Any], qualifier: str | None) -> tuple:
    answer = _original_create(name, data, qualifier)
    if answer[0] >= 300:
        return answer
    config = lambda_svc._function_urls[lambda_svc._url_config_key(name, qualifier)]
    config["FunctionUrl"] = f"{_endpoint()}{PATH}{_original_id(config['FunctionUrl'])}/"
    config["FunctionArn"] = lambda_svc._policy_resource_arn(name, qualifier)
    return lambda_svc.json_response(config, status=201)


async def handle(identifier, method, path, headers, body, query, resolved=None, source_ip=None):
    resolved = resolved or lambda_svc.resolve_function_url(identifier)
    if resolved is not None and not _may_be_called_by_anybody(*resolved):
        return 403, {"Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException"}, _FORBIDDEN
    return await _original_handle(identifier, method, path, headers, body, query, resolved, source_ip)


def event(*request: Any, **more: Any) -> dict[str, Any]:
    made = _original_event(*request, **more)
    cookies = made["headers"].get("cookie")
    return made | ({"cookies": cookies.split("; ")} if cookies else {})


_FORBIDDEN = json.dumps({"Message": "Forbidden. For troubleshooting Function URL authorization issues, see: "
                                    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}).encode()


def _may_be_called_by_anybody(account: str, region: str, name: str, qualifier: str | None, config: dict[str, Any]) -> bool:
    """Without IAM authentication both permissions are needed, of URLs made since October 2025."""
    if config.get("AuthType") != "NONE":
        return True  # IAM decides
    with request_scope(account, region):
        arn = lambda_svc._policy_resource_arn(name, qualifier)
        policy = (lambda_svc._functions.get(name) or {}).get("policy")
    context = {"lambda:FunctionUrlAuthType": "NONE", "lambda:InvokedViaFunctionUrl": "true"}
    return all(decide(policy, Asked(action, arn, context=context)) == "Allow"
               for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"))


def _endpoint() -> str:
    return f"http://{os.environ['MINISTACK_HOST']}:{os.environ['GATEWAY_PORT']}"
