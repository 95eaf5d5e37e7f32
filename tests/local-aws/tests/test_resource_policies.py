"""Policies of resources: read, replaced, taken away, refused."""

from accounts import document, refusal

EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
PUBLIC = document(EVERYBODY)
NO_POLICY = '{"Version": "2012-10-17"'


def test_of_a_queue(account):
    sqs, url = account.client("sqs"), account.queue("work").url
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": PUBLIC})
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"] == {"Policy": PUBLIC}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes={"Policy": NO_POLICY})[0] == "InvalidAttributeValue"
    assert account.records("SetQueueAttributes")[0]["requestParameters"] == {"queueUrl": url, "attributes": {"Policy": PUBLIC}}


def test_of_a_topic(account):
    sns = account.client("sns")
    arn = sns.create_topic(Name="findings")["TopicArn"]
    change = {"TopicArn": arn, "AttributeName": "Policy"}
    assert "AWS:SourceOwner" in sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]
    sns.set_topic_attributes(**change, AttributeValue=PUBLIC)
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"] == PUBLIC
    assert refusal(sns.set_topic_attributes, **change, AttributeValue=NO_POLICY) == ("InvalidParameter", 400)


def test_of_a_repository(account):
    ecr = account.client("ecr")
    ecr.create_repository(repositoryName="images")
    assert refusal(ecr.get_repository_policy, repositoryName="images")[0] == "RepositoryPolicyNotFoundException"
    ecr.set_repository_policy(repositoryName="images", policyText=PUBLIC)
    assert ecr.get_repository_policy(repositoryName="images")["policyText"] == PUBLIC
    ecr.delete_repository_policy(repositoryName="images")
    assert refusal(ecr.delete_repository_policy, repositoryName="images")[0] == "RepositoryPolicyNotFoundException"
    assert refusal(ecr.set_repository_policy, repositoryName="images", policyText=NO_POLICY)[0] == "InvalidParameterException"
    assert account.record("DeleteRepositoryPolicy")["eventSource"] == "ecr.amazonaws.com"


def test_of_a_secret(account):
    client = account.client("secretsmanager")
    client.create_secret(Name="token", SecretString="x")
    put = client.put_resource_policy
    put(SecretId="token", ResourcePolicy=PUBLIC)
    assert client.get_resource_policy(SecretId="token")["ResourcePolicy"] == PUBLIC
    client.delete_resource_policy(SecretId="token")
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId="token")
    assert refusal(put, SecretId="token", ResourcePolicy=NO_POLICY)[0] == "MalformedPolicyDocumentException"
    assert refusal(put, SecretId="token", ResourcePolicy=PUBLIC, BlockPublicPolicy=True)[0] == "PublicPolicyException"
