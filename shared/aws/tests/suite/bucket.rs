//! Buckets: every page of a listing, and objects in one piece or not at all.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CommonPrefix, Object};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use trailreflex_aws::{Bucket, Depth, From, Listed, Page};

#[tokio::test]
async fn a_listing_goes_on_where_its_page_ended() {
    let first = mock!(aws_sdk_s3::Client::list_objects_v2)
        .match_requests(|request| {
            request.bucket() == Some("logs")
                && request.prefix() == Some("AWSLogs/")
                && request.delimiter() == Some("/")
                && request.start_after() == Some("AWSLogs/1")
        })
        .then_output(|| {
            ListObjectsV2Output::builder()
                .contents(Object::builder().key("AWSLogs/a b+c.json.gz").size(7).e_tag("\"tag\"").build())
                .common_prefixes(CommonPrefix::builder().prefix("AWSLogs/2/").build())
                .next_continuation_token("more")
                .build()
        });
    let last = mock!(aws_sdk_s3::Client::list_objects_v2)
        .match_requests(|request| {
            request.continuation_token() == Some("more") && request.delimiter().is_none()
        })
        .then_output(|| ListObjectsV2Output::builder().build());
    let bucket =
        Bucket::with_client(mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&first, &last]), "logs".to_owned());
    let page = bucket.page("AWSLogs/", Depth::Folder, From::Behind("AWSLogs/1".to_owned())).await.unwrap();
    let expected = Page {
        objects: vec![Listed {
            key: "AWSLogs/a b+c.json.gz".to_owned(),
            size: 7,
            version: "\"tag\"".to_owned(),
        }],
        folders: vec!["AWSLogs/2/".to_owned()],
        next: Some("more".to_owned()),
    };
    assert_eq!(page, expected);
    let page = bucket.page("AWSLogs/", Depth::All, From::Page("more".to_owned())).await.unwrap();
    assert_eq!(page, Page::default());
}

#[tokio::test]
async fn an_object_is_read_whole_or_not_at_all() {
    let get = mock!(aws_sdk_s3::Client::get_object)
        .match_requests(|request| request.bucket() == Some("logs") && request.key() == Some("a b+c"))
        .then_output(|| GetObjectOutput::builder().body(ByteStream::from_static(b"content")).build());
    let bucket = Bucket::with_client(mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&get]), "logs".to_owned());
    assert_eq!(bucket.content("a b+c", 7).await.unwrap(), Some(b"content".to_vec()));
    assert_eq!(bucket.content("a b+c", 6).await.unwrap(), None);
}

#[tokio::test]
async fn a_call_that_is_denied_says_which() {
    let denied = || {
        let body = "<Error><Code>AccessDenied</Code><Message>why</Message></Error>";
        HttpResponse::new(StatusCode::try_from(403).unwrap(), SdkBody::from(body))
    };
    let get = mock!(aws_sdk_s3::Client::get_object).then_http_response(denied);
    let list = mock!(aws_sdk_s3::Client::list_objects_v2).then_http_response(denied);
    let bucket =
        Bucket::with_client(mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&get, &list]), "logs".to_owned());
    let error = bucket.content("a", 1).await.unwrap_err();
    assert_eq!((error.call, error.is_transient), ("s3:GetObject", false));
    let error = bucket.page("a", Depth::All, From::Start).await.unwrap_err();
    assert_eq!((error.call, error.is_transient), ("s3:ListBucket", false));
}
