"""Who is let in: roles are taken by services only, and policies of resources let in no stranger and no service for anybody."""

from typing import Any, Iterator

from checks import Finding

# Type → where its policy stands.
POLICIES = {
    "AWS::Events::EventBusPolicy": None, "AWS::KMS::Key": "KeyPolicy", "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument", "AWS::SQS::QueuePolicy": "PolicyDocument",
}


def find(document: dict[str, Any]) -> Iterator[Finding]:
    for name, resource in document["Resources"].items():
        properties, path = resource.get("Properties", {}), ["Resources", name]
        if resource["Type"] == "AWS::IAM::Role":
            for statement in listed(properties["AssumeRolePolicyDocument"]["Statement"]):
                if set(statement["Principal"]) != {"Service"}:
                    yield Finding(name, "trusts-others", "may be taken by others than services of AWS", path)
        if resource["Type"] in POLICIES:
            key = POLICIES[resource["Type"]]
            statements = listed((properties[key] if key else properties)["Statement"])
            for number, statement in enumerate(each for each in statements if each["Effect"] == "Allow"):
                subject, principal = f"{name}.{statement.get('Sid', number)}", statement["Principal"]
                if "*" in (principal, principal.get("AWS") if isinstance(principal, dict) else None):
                    yield Finding(subject, "public", "lets everybody in", path)
                elif "Service" in principal and "Condition" not in statement:
                    yield Finding(subject, "for-anybody", "lets a service in, on whosever behalf", path)


def listed(statements: Any) -> list[dict[str, Any]]:
    """Returns the statements of a policy, those included that a parameter leaves out."""
    several = statements if isinstance(statements, list) else [statements]
    return [each["Fn::If"][1] if "Fn::If" in each else each for each in several]
