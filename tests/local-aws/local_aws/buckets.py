"""Buckets as on AWS where ministack is more generous: whole public access blocks, versions that an Object Lock needs."""

from xml.etree import ElementTree

from ministack.services import s3

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

_original_block = s3._put_public_access_block
_original_versioning = s3._put_bucket_versioning


def install() -> None:
    s3._put_public_access_block = put_public_access_block
    s3._put_bucket_versioning = put_versioning


def put_public_access_block(name: str, body: bytes) -> tuple:
    """A setting that is not given is off, and shown as off."""
    try:
        given = {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in ElementTree.fromstring(body)}
    except ElementTree.ParseError:
        return s3._error("MalformedXML", s3._MALFORMED_XML, 400)
    settings = "".join(f"<{each}>{str(given.get(each) == 'true').lower()}</{each}>" for each in SETTINGS)
    whole = f'<PublicAccessBlockConfiguration xmlns="{NAMESPACE}">{settings}</PublicAccessBlockConfiguration>'
    return _original_block(name, whole.encode())


def put_versioning(name: str, body: bytes) -> tuple:
    if s3._bucket_object_lock.get(name) and b"Suspended" in body:
        return s3._error("InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning "
                         "state cannot be changed.", 409, f"/{name}")
    return _original_versioning(name, body)
