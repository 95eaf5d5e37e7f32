//! CloudTrail's public keys, page by page.

use aws_sdk_cloudtrail::operation::list_public_keys::{ListPublicKeysError, ListPublicKeysOutput};
use aws_sdk_cloudtrail::types::PublicKey;
use aws_sdk_cloudtrail::types::error::InvalidTimeRangeException;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_types::{Blob, DateTime};
use trailreflex_aws::PublicKeys;

fn key(fingerprint: &str, value: &[u8]) -> PublicKey {
    PublicKey::builder().fingerprint(fingerprint).value(Blob::new(value)).build()
}

#[tokio::test]
async fn all_pages_of_the_keys_of_a_time_are_returned() {
    let last = mock!(aws_sdk_cloudtrail::Client::list_public_keys)
        .match_requests(|request| request.next_token() == Some("2"))
        .then_output(|| {
            ListPublicKeysOutput::builder().public_key_list(key("b", &[2])).next_token("").build()
        });
    let first = mock!(aws_sdk_cloudtrail::Client::list_public_keys)
        .match_requests(|request| {
            request.next_token().is_none()
                && request.start_time().map(DateTime::secs) == Some(1_795_773_600)
                && request.end_time().map(DateTime::secs) == Some(1_795_777_200)
        })
        .then_output(|| {
            let nameless = PublicKey::builder().value(Blob::new([9])).build();
            let keys =
                ListPublicKeysOutput::builder().public_key_list(key("a", &[1])).public_key_list(nameless);
            keys.next_token("2").build()
        });
    let keys = PublicKeys::with_client(mock_client!(aws_sdk_cloudtrail, RuleMode::MatchAny, [&last, &first]));
    let found =
        keys.between("2026-11-27T10:00:00Z".parse().unwrap(), "2026-11-27T11:00:00Z".parse().unwrap()).await;
    assert_eq!(found.unwrap(), [("a".to_owned(), vec![1]), ("b".to_owned(), vec![2])]);
}

#[tokio::test]
async fn a_refusal_names_the_call() {
    let refused = mock!(aws_sdk_cloudtrail::Client::list_public_keys).then_error(|| {
        ListPublicKeysError::InvalidTimeRangeException(InvalidTimeRangeException::builder().build())
    });
    let keys = PublicKeys::with_client(mock_client!(aws_sdk_cloudtrail, [&refused]));
    let time = "2026-11-27T10:00:00Z".parse().unwrap();
    let error = keys.between(time, time).await.unwrap_err();
    assert_eq!((error.call, error.is_transient), ("cloudtrail:ListPublicKeys", false));
}
