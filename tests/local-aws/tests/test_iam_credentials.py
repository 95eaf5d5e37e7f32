"""Credentials of a user beside access keys and passwords."""

import json

from accounts import refusal

SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ== alice"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
GIT, TABLES = "codecommit.amazonaws.com", "cassandra.amazonaws.com"


def test_a_service_specific_credential_is_listed_by_service_and_set_inactive(account):
    account.user("alice")
    iam = account.client("iam")
    made = iam.create_service_specific_credential(UserName="alice", ServiceName=GIT)["ServiceSpecificCredential"]
    assert made.pop("ServicePassword")
    assert (made["Status"], made["ServiceUserName"]) == ("Active", f"alice-at-{account.number}")
    iam.update_service_specific_credential(
        UserName="alice", ServiceSpecificCredentialId=made["ServiceSpecificCredentialId"], Status="Inactive")
    listed = iam.list_service_specific_credentials(UserName="alice")["ServiceSpecificCredentials"]
    assert listed == [{**made, "Status": "Inactive"}]
    assert iam.list_service_specific_credentials(UserName="alice", ServiceName=GIT)["ServiceSpecificCredentials"] == listed
    assert iam.list_service_specific_credentials(UserName="alice", ServiceName=TABLES)["ServiceSpecificCredentials"] == []


def test_a_user_may_have_two_credentials_for_a_service(account):
    account.user("alice")
    create = account.client("iam").create_service_specific_credential
    for service in (GIT, GIT, TABLES):
        create(UserName="alice", ServiceName=service)
    assert refusal(create, UserName="alice", ServiceName=GIT) == ("LimitExceeded", 409)
    assert refusal(create, UserName="alice", ServiceName="s3.amazonaws.com") == ("NotSupportedService", 404)
    assert refusal(create, UserName="nobody", ServiceName=GIT) == ("NoSuchEntity", 404)


def test_an_ssh_key_is_read_listed_and_set_inactive(account):
    key = account.user("alice")
    iam = account.client("iam")
    made = iam.upload_ssh_public_key(UserName="alice", SSHPublicKeyBody=SSH_KEY)["SSHPublicKey"]
    assert made["SSHPublicKeyId"].startswith("APKA")
    iam.update_ssh_public_key(UserName="alice", SSHPublicKeyId=made["SSHPublicKeyId"], Status="Inactive")
    got = iam.get_ssh_public_key(UserName="alice", SSHPublicKeyId=made["SSHPublicKeyId"], Encoding="SSH")["SSHPublicKey"]
    assert got == {**made, "Status": "Inactive"}
    listed = account.client("iam", key).list_ssh_public_keys()["SSHPublicKeys"]  # the caller's own
    assert [(each["UserName"], each["Status"]) for each in listed] == [("alice", "Inactive")]
    assert refusal(iam.upload_ssh_public_key, UserName="alice", SSHPublicKeyBody="nonsense") == ("InvalidPublicKey", 400)


def test_a_signing_certificate_is_listed_and_set_inactive(account):
    account.user("alice")
    iam = account.client("iam")
    made = iam.upload_signing_certificate(UserName="alice", CertificateBody=CERTIFICATE)["Certificate"]
    iam.update_signing_certificate(UserName="alice", CertificateId=made["CertificateId"], Status="Inactive")
    assert iam.list_signing_certificates(UserName="alice")["Certificates"] == [{**made, "Status": "Inactive"}]
    assert refusal(iam.update_signing_certificate, UserName="alice", CertificateId="A" * 32, Status="Inactive") == (
        "NoSuchEntity", 404)


def test_a_credentials_password_is_absent_from_the_record(account):
    account.user("alice")
    made = account.client("iam").create_service_specific_credential(UserName="alice", ServiceName=GIT)
    record = account.record("CreateServiceSpecificCredential")
    shown = record["responseElements"]["serviceSpecificCredential"]
    assert shown["serviceSpecificCredentialId"] == made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    assert made["ServiceSpecificCredential"]["ServicePassword"] not in json.dumps(record)


def test_a_login_profile_is_found_once_there_is_one(account):
    account.user("alice")
    iam = account.client("iam")
    assert refusal(iam.get_login_profile, UserName="alice") == ("NoSuchEntity", 404)
    iam.create_login_profile(UserName="alice", Password="correct horse 1!")
    assert iam.get_login_profile(UserName="alice")["LoginProfile"]["UserName"] == "alice"
