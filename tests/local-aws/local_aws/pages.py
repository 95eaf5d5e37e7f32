"""Pages of our own under `/_local_aws/`, to look inside: they are no part of AWS."""

import json
import urllib.parse

from local_aws import eventbridge, rehearsal, trail

PREFIX = "/_local_aws/"


async def respond(scope, receive, send) -> None:
    name = scope["path"].removeprefix(PREFIX)
    query = {key: values[0] for key, values in urllib.parse.parse_qs(scope["query_string"].decode()).items()}
    match scope["method"], name:
        case "GET", "records":
            status, body = 200, _ndjson(trail.kept_records())
        case "GET", "deliveries":
            status, body = 200, _ndjson(eventbridge.kept_deliveries())
        case "POST", "quarantine":
            status, body = rehearsal.quarantine(query)
        case "POST", "user":
            status, body = rehearsal.user(query)
        case "POST", "events":
            status, body = rehearsal.event(query, await body_of(receive))
        case _:
            status, body = 404, "GET records, GET deliveries, POST events, POST quarantine?userName=…&accessKeyId=…, POST user?userName=…\n"
    headers = [(b"content-type", b"application/x-ndjson"), (b"content-length", str(len(body.encode())).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


async def body_of(receive) -> bytes:
    """Returns the whole body of a request."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _ndjson(items: list[dict]) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)
