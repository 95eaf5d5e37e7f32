"""Makes up the log files of a trail: the same for the same seed, sizes and shapes as CloudTrail delivers them.

Usage: logs.py FOLDER [RECORDS]. Calls have the long tail that accounts have: a few make most records, and hundreds are rare.
Sessions last for some hundred calls, from one address and with one program.
"""

import gzip
import random
import sys
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

SEED = 20260701
ACCOUNTS = ["111122223333", "444455556666", "777788889999"]
REGIONS = ["eu-west-1", "us-east-1", "us-west-2", "ap-southeast-2"]
# What a service is asked for: verbs by how often, and on what. Together some 700 calls.
SERVICES = {
    "s3": (260, "GetObject PutObject HeadObject ListObjects GetBucketAcl GetBucketLocation GetBucketPolicy GetBucketEncryption DeleteObject CopyObject"),
    "kms": (180, "Decrypt GenerateDataKey Encrypt DescribeKey ListAliases CreateGrant GetKeyPolicy ListGrants RetireGrant"),
    "sts": (150, "AssumeRole GetCallerIdentity AssumeRoleWithWebIdentity AssumeRoleWithSAML GetSessionToken"),
    "ec2": (120, "DescribeInstances DescribeVolumes DescribeSecurityGroups DescribeNetworkInterfaces DescribeSubnets DescribeTags CreateTags RunInstances DescribeImages"),
    "dynamodb": (70, "GetItem DescribeTable ListTables PutItem Query"),
    "logs": (60, "CreateLogStream DescribeLogGroups DescribeLogStreams PutRetentionPolicy FilterLogEvents"),
    "ssm": (40, "GetParameter GetParametersByPath UpdateInstanceInformation DescribeInstanceInformation SendCommand"),
    "lambda": (35, "Invoke GetFunction20150331v2 ListFunctions20150331 UpdateFunctionCode20150331v2 GetPolicy20150331v2"),
    "ecr": (25, "BatchGetImage GetDownloadUrlForLayer GetAuthorizationToken DescribeRepositories"),
    "iam": (20, "GetRole ListRoles GetUser ListAttachedRolePolicies GetPolicyVersion ListAccessKeys GetInstanceProfile"),
    "cloudformation": (12, "DescribeStacks DescribeStackEvents ListStackResources"),
    "elasticloadbalancing": (12, "DescribeLoadBalancers DescribeTargetHealth DescribeTags"),
    "monitoring": (10, "DescribeAlarms GetMetricData ListMetrics"),
    "autoscaling": (8, "DescribeAutoScalingGroups DescribeScalingActivities"),
    "rds": (6, "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots"),
    "secretsmanager": (6, "GetSecretValue DescribeSecret ListSecrets"),
}
NOUNS = "Cluster Domain Job Project Pipeline Stack Table Queue Topic Stream Workspace Fleet Endpoint Model Key".split()
RARE_SERVICES = "athena backup batch codebuild codepipeline config eks elasticache events glue guardduty kinesis route53 sagemaker securityhub sns sqs states tagging waf".split()
# Calls that rules are about. One record in 300 is one of them, and many of those are by whom rules leave out.
WATCHED = [
    ("cloudtrail", "StopLogging"), ("cloudtrail", "DeleteTrail"), ("cloudtrail", "UpdateTrail"), ("cloudtrail", "PutEventSelectors"),
    ("iam", "CreateAccessKey"), ("iam", "CreateUser"), ("iam", "AttachUserPolicy"), ("iam", "AttachRolePolicy"), ("iam", "PutUserPolicy"),
    ("iam", "CreateLoginProfile"), ("iam", "UpdateLoginProfile"), ("iam", "UpdateAssumeRolePolicy"), ("iam", "DeactivateMFADevice"),
    ("guardduty", "DeleteDetector"), ("guardduty", "CreateIPSet"), ("config", "DeleteDeliveryChannel"), ("config", "StopConfigurationRecorder"),
    ("s3", "DeleteBucket"), ("s3", "PutBucketPolicy"), ("s3", "PutBucketLogging"), ("s3", "PutBucketReplication"), ("ec2", "DeleteFlowLogs"),
    ("ec2", "AuthorizeSecurityGroupIngress"), ("ec2", "CreateSnapshot"), ("ec2", "ModifySnapshotAttribute"), ("ec2", "GetPasswordData"),
    ("ec2", "DisableEbsEncryptionByDefault"), ("ec2", "ImportKeyPair"), ("rds", "ModifyDBInstance"), ("rds", "RestoreDBInstanceFromDBSnapshot"),
    ("lambda", "UpdateFunctionConfiguration20150331v2"), ("lambda", "AddPermission20150331v2"), ("securityhub", "BatchUpdateFindings"),
    ("route53domains", "DisableDomainTransferLock"), ("ecs", "RegisterTaskDefinition"), ("eks", "CreateCluster"), ("elasticache", "CreateCacheSecurityGroup"),
    ("efs", "DeleteFileSystem"), ("glue", "CreateDevEndpoint"), ("signin", "ConsoleLogin"), ("signin", "GetSigninToken"), ("kms", "DisableKey"),
    ("kms", "ScheduleKeyDeletion"), ("ses", "DeleteIdentity"), ("sso", "UpdateApplication"), ("secretsmanager", "PutResourcePolicy"),
]  # fmt: skip
PROGRAMS = [
    "aws-sdk-java/2.25.60 Linux/5.10.216-204.855.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS Java/17.0.11 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/standard",
    "Boto3/1.34.101 md/Botocore#1.34.101 ua/2.0 os/linux#6.1.90 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.101",
    "aws-cli/2.15.53 md/awscrt#0.19.19 ua/2.0 os/macos#23.4.0 md/arch#arm64 lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#{}",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.3 (+https://www.terraform.io) terraform-provider-aws/5.49.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.26.1 os/linux lang/go#1.22.2 md/GOOS#linux md/GOARCH#amd64",
    "kubernetes/v1.29.4 aws-sdk-go/1.44.{} (go1.21.9; linux; amd64)",
    "aws-internal/3 aws-sdk-java/1.12.720 Linux/5.10.215-181.850.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS java/17.0.11 vendor/N/A cfg/retry-mode/standard",
]
BY_SERVICE_OF_ROLE = ',"invokedBy":"cloudformation.amazonaws.com"'
BY_SERVICE = ["cloudformation.amazonaws.com", "autoscaling.amazonaws.com", "eks.amazonaws.com", "config.amazonaws.com"]
RESOURCES = ',"resources":[{"accountId":"%s","type":"AWS::%s::%s","ARN":"arn:aws:%s:%s:%s:%s/%s"}]'


def calls() -> tuple[list[tuple[str, str]], list[float]]:
    """All calls that are not watched, and their weights."""
    weighted = [
        ((service, name), weight / (place + 1) ** 1.3)
        for service, (weight, names) in SERVICES.items()
        for place, name in enumerate(names.split())
    ]
    rare = [(service, verb + noun) for service in RARE_SERVICES for verb in ("Describe", "List") for noun in NOUNS]
    random.Random(SEED).shuffle(rare)
    weighted += [(call, 40 / (place + 4)) for place, call in enumerate(rare)]
    return [call for call, _ in weighted], [weight for _, weight in weighted]


CALLS, WEIGHTS = calls()


def session(dice: random.Random) -> dict:
    """Who calls for a while, from where, with what."""
    account = dice.choice(ACCOUNTS)
    program = dice.choice(PROGRAMS).format(dice.randrange(30, 60))
    address = f"{dice.choice([10, 34, 52, 54])}.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}"
    kind = dice.random()
    if kind < 0.03:
        service = dice.choice(BY_SERVICE)
        identity, address, program = f'{{"type":"AWSService","invokedBy":"{service}"}}', service, service
    elif kind < 0.08:
        name = f"user-{dice.randrange(60)}"
        identity = (
            f'{{"type":"IAMUser","principalId":"AIDA{name[5:]:0>17}","arn":"arn:aws:iam::{account}:user/{name}","accountId":"{account}",'
            f'"accessKeyId":"AKIA{dice.randrange(10**9):016d}","userName":"{name}"}}'
        )
    elif kind < 0.0803:
        identity = f'{{"type":"Root","principalId":"{account}","arn":"arn:aws:iam::{account}:root","accountId":"{account}","accessKeyId":"ASIA{dice.randrange(10**9):016d}"}}'
    else:
        role = f"service-role-{min(int(dice.paretovariate(0.6)), 400)}"
        name = f"{dice.choice(['i-0', 'app-', 'botocore-session-', 'aws-go-sdk-'])}{dice.getrandbits(52):013x}"
        identity = (
            f'{{"type":"AssumedRole","principalId":"AROA{role[13:]:0>17}:{name}","arn":"arn:aws:sts::{account}:assumed-role/{role}/{name}","accountId":"{account}",'
            f'"accessKeyId":"ASIA{dice.getrandbits(50):016X}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROA{role[13:]:0>17}",'
            f'"arn":"arn:aws:iam::{account}:role/{role}","accountId":"{account}","userName":"{role}"}},"attributes":{{"creationDate":"2026-07-01T{dice.randrange(24):02d}:{dice.randrange(60):02d}:{dice.randrange(60):02d}Z","mfaAuthenticated":"false"}}'
            f'}}{dice.choice(["", "", BY_SERVICE_OF_ROLE])}}}'
        )
    return {"account": account, "region": dice.choice(REGIONS), "identity": identity, "address": address, "program": program}


def payload(dice: random.Random, service: str, name: str, who: dict) -> tuple[str, str, str]:
    """Parameters, answer and what else there is."""
    number, account, region = dice.randrange(400), who["account"], who["region"]
    random_id = f"{dice.getrandbits(64):016x}"
    token = b64encode(dice.randbytes(57)).decode()
    if service == "s3":
        bucket = f"data-lake-{number % 40}-{region}"
        parameters = f'{{"bucketName":"{bucket}","key":"day=01/{random_id}{token[:30]}.parquet"}}'
        more = f',"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"{token}=","bytesTransferredOut":{dice.randrange(10**6)}}}'
        return parameters, "null", more + f',"resources":[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::{bucket}/day=01/{random_id}{token[:30]}.parquet"}},{{"accountId":"{account}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::{bucket}"}}]'
    if name == "AssumeRole":
        role = f"arn:aws:iam::{account}:role/service-role-{number}"
        answer = (
            f'{{"credentials":{{"accessKeyId":"ASIA{random_id.upper()}","sessionToken":"IQoJb3JpZ2luX2VjE{token}{random_id}","expiration":"Jul 1, 2026, 12:00:00 PM"}},'
            f'"assumedRoleUser":{{"assumedRoleId":"AROA{number:017d}:session-{random_id}","arn":"arn:aws:sts::{account}:assumed-role/service-role-{number}/session-{random_id}"}}}}'
        )
        return f'{{"roleArn":"{role}","roleSessionName":"session-{random_id}","durationSeconds":3600}}', answer, f',"resources":[{{"accountId":"{account}","type":"AWS::IAM::Role","ARN":"{role}"}}]'
    if service == "kms":
        key = f"arn:aws:kms:{region}:{account}:key/{number:08x}-1111-2222-3333-{number:012x}"
        parameters = f'{{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{{"aws:s3:arn":"arn:aws:s3:::data-lake-{number}/{random_id}"}},"keyId":"{key}"}}'
        return parameters, "null", f',"resources":[{{"accountId":"{account}","type":"AWS::KMS::Key","ARN":"{key}"}}]'
    if service == "ec2" and name.startswith("Describe"):
        items = ",".join(f'{{"instanceId":"i-0{dice.getrandbits(64):016x}"}}' for _ in range(dice.randrange(1, 9)))
        return f'{{"instancesSet":{{"items":[{items}]}},"filterSet":{{"items":[{{"name":"tag:cluster","valueSet":{{"items":[{{"value":"prod-{number % 9}"}}]}}}}]}}}}', "null", ""
    parameters = f'{{"name":"resource-{number}","maxResults":{dice.choice([50, 100, 1000])},"clientToken":"{random_id}-{token[:44]}","tags":{{"owner":"team-{number % 12}"}}}}'
    answer = f'{{"requestId":"{random_id}","status":"ok","arn":"arn:aws:{service}:{region}:{account}:resource/{number}","nextToken":"{token}"}}' if dice.random() < 0.4 else "null"
    return parameters, answer, ""


def record(dice: random.Random, who: dict, second: int) -> str:
    """One record, as CloudTrail writes it."""
    watched = dice.random() < 1 / 300
    service, name = dice.choice(WATCHED) if watched else dice.choices(CALLS, cum_weights=CUMULATED)[0]
    parameters, answer, more = payload(dice, service, name, who)
    failed = ""
    if dice.random() < 0.04:
        code = dice.choice(["AccessDenied", "Client.UnauthorizedOperation", "ThrottlingException", "ResourceNotFoundException", "NoSuchKey"])
        failed, answer = f',"errorCode":"{code}","errorMessage":"User is not authorized to perform: {service}:{name} on resource-{dice.randrange(400)}"', "null"
    reads = "true" if name.startswith(("Get", "Head", "List", "Describe", "Decrypt", "Filter", "Query", "Batch")) else "false"
    is_data = service in ("dynamodb",) or name in ("GetObject", "PutObject", "HeadObject", "DeleteObject", "CopyObject", "Invoke")
    day = second % 86_400
    return (
        f'{{"eventVersion":"1.11","userIdentity":{who["identity"]},"eventTime":"2026-07-01T{day // 3600:02d}:{day // 60 % 60:02d}:{day % 60:02d}Z","eventSource":"{service}.amazonaws.com",'
        f'"eventName":"{name}","awsRegion":"{who["region"]}","sourceIPAddress":"{who["address"]}","userAgent":"{who["program"]}"{failed},"requestParameters":{parameters},'
        f'"responseElements":{answer}{more},"requestID":"{dice.getrandbits(32):08x}-{dice.getrandbits(16):04x}-4{dice.getrandbits(12):03x}-a{dice.getrandbits(12):03x}-{dice.getrandbits(48):012x}",'
        f'"eventID":"{dice.getrandbits(32):08x}-{dice.getrandbits(16):04x}-4{dice.getrandbits(12):03x}-b{dice.getrandbits(12):03x}-{dice.getrandbits(48):012x}","readOnly":{reads},'
        f'"eventType":"AwsApiCall","managementEvent":{"false" if is_data else "true"},"recipientAccountId":"{who["account"]}",'
        + ('"sharedEventID":"%032x",' % dice.getrandbits(128) if name == "AssumeRole" else "")
        + f'"eventCategory":"{"Data" if is_data else "Management"}","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.{who["region"]}.amazonaws.com"}}}}'
    )


CUMULATED = [sum(WEIGHTS[: place + 1]) for place in range(len(WEIGHTS))]


def write(folder: Path, file: int, records: int) -> tuple[int, int]:
    """Writes one file; returns its size and that of what is in it."""
    dice = random.Random(SEED + file)
    open_sessions = [session(dice) for _ in range(60)]
    texts = []
    for number in range(records):
        place = min(int(dice.paretovariate(0.5)) - 1, len(open_sessions) - 1)
        texts.append(record(dice, open_sessions[place], file * 300 + number * 300 // records))
        if dice.random() < 1 / 25:
            open_sessions[dice.randrange(len(open_sessions))] = session(dice)
    text = ('{"Records":[' + ",".join(texts) + "]}").encode()
    stored = gzip.compress(text, 6, mtime=0)
    place = folder / f"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/07/{1 + file // 12 % 28:02d}"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"111122223333_CloudTrail_eu-west-1_202607{1 + file // 12 % 28:02d}T{file % 24:02d}05Z_{file:016d}.json.gz").write_bytes(stored)
    return len(stored), len(text)


def sizes(records: int) -> list[int]:
    """How many records each file has: 5,000 to 10,000."""
    dice = random.Random(SEED)
    found: list[int] = []
    while sum(found) < records:
        found.append(min(dice.randrange(5_000, 10_001), records - sum(found)))
    return found


def fill(folder: Path, records: int) -> None:
    """Writes the files, on all cores."""
    of_files = sizes(records)
    with ProcessPoolExecutor() as pool:
        written = list(pool.map(write, [folder] * len(of_files), range(len(of_files)), of_files))
    stored, content = map(sum, zip(*written))
    print(f"{records} records in {len(of_files)} files, {stored / 1e6:.1f} MB, {content / 1e6:.1f} MB of JSON, {content / records:.0f} bytes a record, {content / stored:.2f} : 1")


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 750_000)
