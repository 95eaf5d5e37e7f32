"""Makes up rules in the shape of SigmaHQ's rules for AWS.

Usage: rules.py FOLDER COUNT. The first 60 are about calls that the made-up logs have. The others are clones with other
literals: one in ten is about a call that is made all the time and demands something more, seven in a hundred are about no
call in particular, and the rest is about calls that nobody makes.
"""

import sys
from pathlib import Path

from logs import WATCHED

RULE = """title: {title}
id: 00000000-0000-4000-8000-{number:012d}
status: experimental
logsource:
    product: aws
    service: cloudtrail
detection:
{detection}
level: medium
"""
# Of what is not about one call, as in SigmaHQ's set.
ANY_CALL = [
    "    selection:\n        userIdentity.type: Root\n    filter:\n        eventType: AwsServiceEvent\n    condition: selection and not filter",
    "    selection:\n        userAgent|contains:\n            - kali\n            - parrot\n            - pentoo\n    condition: selection",
    "    selection:\n        errorCode: InvalidClientTokenId\n    condition: selection",
    "    selection:\n        userAgent|startswith: S3 Browser\n        eventSource|endswith: .amazonaws.com\n    filter:\n        userIdentity.invokedBy|endswith: .amazonaws.com\n    condition: selection and not filter",
]
HOT = [("sts", "AssumeRole"), ("kms", "Decrypt"), ("s3", "GetObject"), ("ec2", "DescribeInstances"), ("dynamodb", "GetItem")]
TELLING = ["userAgent|contains: tool-{}/", "userIdentity.arn|contains: /former-role-{}/", "requestParameters.roleArn|endswith: :role/breakglass-{}"]


def about_call(number: int) -> str:
    """A rule about a call, in one of the forms that SigmaHQ's rules have."""
    service, name = WATCHED[number % len(WATCHED)]
    call = f"        eventSource: {service}.amazonaws.com\n        eventName: {name}\n"
    forms = [
        f"    selection:\n{call}    condition: selection",
        f"    selection:\n{call}    filter:\n        userIdentity.arn|contains: service-role-1\n    condition: selection and not filter",
        f"    selection:\n{call}        errorCode: null\n    condition: selection",
        f"    selection:\n{call}        requestParameters.name|startswith: resource-1\n    condition: selection",
        f"    selection_call:\n{call}    selection_user:\n        userIdentity.type:\n            - IAMUser\n            - Root\n    condition: all of selection_*",
    ]
    return forms[number % len(forms)]


def clone(number: int) -> str:
    """A rule that the logs have nothing for."""
    telling = TELLING[number // 100 % 3].format(number)
    if number % 100 < 10:
        service, name = HOT[number % len(HOT)]
        return f"    selection:\n        eventSource: {service}.amazonaws.com\n        eventName: {name}\n        {telling}\n    condition: selection"
    if number % 100 < 17:
        return f"    selection:\n        {TELLING[number % 2].format(number)}\n    condition: selection"
    return about_call(number).replace("eventName: ", f"eventName: Former{number}")


def fill(folder: Path, count: int) -> None:
    """Writes each rule to a file of its own, as SigmaHQ does."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        detection = clone(number) if number >= 60 else ANY_CALL[number] if number < len(ANY_CALL) else about_call(number)
        (folder / f"rule_{number:05d}.yml").write_text(RULE.format(title=f"Rule {number}", number=number, detection=detection))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
