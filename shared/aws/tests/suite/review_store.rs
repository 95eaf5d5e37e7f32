//! Where reviews are kept: what is there, and what is only put in the place of what was seen.

use aws_sdk_s3::error::ErrorMetadata;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::operation::put_object::{PutObjectError, PutObjectOutput};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Object;
use aws_sdk_s3::types::error::NoSuchKey;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use trailreflex_aws::{Depth, From, Held, Listed, Objects, Page, ReviewStore};

fn store(rules: &[&Rule]) -> ReviewStore {
    ReviewStore::with_client(mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules), "reports".to_owned())
}

#[tokio::test]
async fn what_is_there_is_read_with_its_tag_and_what_is_not_is_nothing() {
    let there = mock!(aws_sdk_s3::Client::get_object)
        .match_requests(|request| (request.bucket(), request.key()) == (Some("reports"), Some("there")))
        .then_output(|| {
            GetObjectOutput::builder().body(ByteStream::from_static(b"{}")).e_tag("\"1\"").build()
        });
    let gone = mock!(aws_sdk_s3::Client::get_object)
        .match_requests(|request| request.key() == Some("gone"))
        .then_error(|| {
            GetObjectError::NoSuchKey(
                NoSuchKey::builder().meta(ErrorMetadata::builder().code("NoSuchKey").build()).build(),
            )
        });
    let denied = mock!(aws_sdk_s3::Client::get_object)
        .match_requests(|request| request.key() == Some("denied"))
        .then_error(|| GetObjectError::generic(ErrorMetadata::builder().code("AccessDenied").build()));
    let store = store(&[&there, &gone, &denied]);
    let held = Held { content: b"{}".to_vec(), tag: "\"1\"".to_owned() };
    assert_eq!(store.read("there").await.unwrap(), Some(held));
    assert_eq!(store.read("gone").await.unwrap(), None);
    let error = store.read("denied").await.unwrap_err();
    assert_eq!((error.call, error.is_transient), ("s3:GetObject", false));
}

#[tokio::test]
async fn something_is_only_put_in_the_place_of_what_was_seen() {
    let refused =
        |code: &'static str| move || PutObjectError::generic(ErrorMetadata::builder().code(code).build());
    let matching = |key: &'static str, seen: Option<&'static str>| {
        mock!(aws_sdk_s3::Client::put_object).match_requests(move |request| {
            let condition = (request.if_match(), request.if_none_match());
            request.key() == Some(key) && condition == (seen, if seen.is_none() { Some("*") } else { None })
        })
    };
    let new = || PutObjectOutput::builder().e_tag("\"2\"").build();
    let (first, next) =
        (matching("first", None).then_output(new), matching("next", Some("\"1\"")).then_output(new));
    let other = matching("other", Some("\"1\"")).then_error(refused("PreconditionFailed"));
    let both = matching("both", None).then_error(refused("ConditionalRequestConflict"));
    let removed = matching("removed", Some("\"1\"")).then_error(refused("NoSuchKey"));
    let denied = matching("denied", None).then_error(refused("AccessDenied"));
    let store = store(&[&first, &next, &other, &both, &removed, &denied]);
    let tag = Some("\"2\"".to_owned());
    for (case, key, seen, expected) in [
        ("there was nothing", "first", None, tag.clone()),
        ("there was what was seen", "next", Some("\"1\""), tag),
        ("somebody else has put something", "other", Some("\"1\""), None),
        ("two at the same moment", "both", None, None),
        ("somebody has removed it", "removed", Some("\"1\""), None),
    ] {
        assert_eq!(store.replace(key, seen, Vec::new()).await.unwrap(), expected, "{case}");
    }
    assert_eq!(store.replace("denied", None, Vec::new()).await.unwrap_err().call, "s3:PutObject");
}

#[tokio::test]
async fn a_folder_is_listed_for_its_owner_from_behind_a_key() {
    let listed = mock!(aws_sdk_s3::Client::list_objects_v2)
        .match_requests(|request| {
            (request.bucket(), request.prefix(), request.start_after())
                == (Some("trail"), Some("p/"), Some("p/1"))
                && request.expected_bucket_owner() == Some("111122223333")
                && request.delimiter().is_none()
        })
        .then_output(|| {
            let object = Object::builder().key("p/2").size(7).e_tag("t").build();
            ListObjectsV2Output::builder().contents(object).next_continuation_token("more").build()
        });
    let s3 = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&listed]);
    let objects = Objects::with_client(s3, "111122223333".to_owned());
    let page = objects.list("trail", "p/", Depth::All, From::Behind("p/1".to_owned())).await.unwrap();
    let file = Listed { key: "p/2".to_owned(), size: 7, version: "t".to_owned() };
    assert_eq!(page, Page { objects: vec![file], folders: Vec::new(), next: Some("more".to_owned()) });
}
