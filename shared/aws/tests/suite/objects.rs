//! Objects in S3: read in pieces, from the right owner, and failures that tell what to do.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use trailreflex_aws::{ObjectName, Objects, ReadError};

fn object() -> ObjectName {
    ObjectName { bucket: "logs".to_owned(), key: "a b+c".to_owned(), version: Some("v1".to_owned()) }
}

async fn read(objects: &Objects) -> Result<Vec<u8>, ReadError<&'static str>> {
    let mut bytes = Vec::new();
    let object = object();
    let taken = objects.read(&object, |piece| {
        bytes.extend_from_slice(piece);
        if bytes.len() > 10 { Err("enough") } else { Ok(()) }
    });
    taken.await.map(|()| bytes)
}

#[tokio::test]
async fn an_object_is_read_in_its_version_from_its_owner_only() {
    let get = mock!(aws_sdk_s3::Client::get_object)
        .match_requests(|request| {
            request.bucket() == Some("logs")
                && request.key() == Some("a b+c")
                && request.version_id() == Some("v1")
                && request.expected_bucket_owner() == Some("111122223333")
        })
        .then_output(|| GetObjectOutput::builder().body(ByteStream::from_static(b"content")).build());
    let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&get]);
    let objects = Objects::with_client(client, "111122223333".to_owned());
    assert_eq!(read(&objects).await.unwrap(), b"content");
}

/// S3 sends along the checksum that the object was stored with, if that covers the whole object.
#[tokio::test]
async fn an_object_that_arrives_damaged_is_asked_for_again_and_never_taken_for_whole() {
    for (header, checksum) in [
        ("x-amz-checksum-crc32", "/sUwqQ=="),
        ("x-amz-checksum-crc32c", "Ya91Mw=="),
        ("x-amz-checksum-crc64nvme", "lhVdXyVQTGE="),
    ] {
        for (body, expected) in [("content", Some("content")), ("c0ntent", None)] {
            let get = mock!(aws_sdk_s3::Client::get_object).then_http_response(move || {
                let mut answer = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(body));
                answer.headers_mut().insert(header, checksum);
                answer
            });
            let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&get]);
            let bytes = match read(&Objects::with_client(client, "111122223333".to_owned())).await {
                Ok(bytes) => Some(String::from_utf8(bytes).unwrap()),
                Err(ReadError::Failed(error)) if error.is_transient => None,
                Err(error) => panic!("{header}: {error:?}"),
            };
            assert_eq!(bytes.as_deref(), expected, "{header}");
        }
    }
}

#[tokio::test]
async fn a_reader_that_has_enough_ends_the_reading() {
    let get = mock!(aws_sdk_s3::Client::get_object).then_output(|| {
        GetObjectOutput::builder().body(ByteStream::from_static(b"more than ten bytes")).build()
    });
    let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&get]);
    let objects = Objects::with_client(client, "111122223333".to_owned());
    assert!(matches!(read(&objects).await, Err(ReadError::Stopped("enough"))));
}

#[tokio::test]
async fn a_failure_tells_whether_anything_helps() {
    for (case, status, code, expected) in [
        ("removed", 404, "NoSuchKey", "gone"),
        ("of another owner, or forbidden", 403, "AccessDenied", "denied"),
        ("no such bucket", 404, "NoSuchBucket", "failed for good"),
        ("an error of S3's own", 500, "InternalError", "failed for now"),
        ("throttled", 503, "SlowDown", "failed for now"),
    ] {
        let get = mock!(aws_sdk_s3::Client::get_object).then_http_response(move || {
            let body = format!("<Error><Code>{code}</Code><Message>why</Message></Error>");
            HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
        });
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&get]);
        let objects = Objects::with_client(client, "111122223333".to_owned());
        let found = match read(&objects).await.unwrap_err() {
            ReadError::Gone => "gone",
            ReadError::Denied(_) => "denied",
            ReadError::Failed(error) if error.is_transient => "failed for now",
            ReadError::Failed(_) => "failed for good",
            ReadError::Stopped(_) => "stopped",
        };
        assert_eq!(found, expected, "{case}");
    }
}
