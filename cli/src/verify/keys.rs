//! CloudTrail's public keys, asked for where the digests are from.

use anyhow::Context;
use std::collections::BTreeMap;
use trailreflex_aws::{PublicKeys, load_for_a_person_in};
use trailreflex_integrity::{Keys, Loaded};

/// Asks for the keys that were valid when these digests were made, Region by Region: each signs with keys of its own.
///
/// # Errors
/// If CloudTrail does not answer.
pub(super) fn ask(digests: &[Loaded]) -> anyhow::Result<Keys> {
    let mut times: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for loaded in digests {
        if let Some(region) = region_of(&loaded.path) {
            let of_region = times.entry(region.to_owned()).or_default();
            of_region.extend([loaded.digest.digest_start_time, loaded.digest.end()]);
        }
    }
    let runtime = crate::operate::runtime()?;
    let mut keys = Keys::default();
    for (region, times) in times {
        let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else { continue };
        let asked = async {
            PublicKeys::new(&load_for_a_person_in(Some(region.clone())).await).between(*first, *last).await
        };
        let found = runtime.block_on(asked).with_context(|| {
            format!(
                "CloudTrail's public keys in {region} cannot be had; is there a profile (AWS_PROFILE) that may call \
                 cloudtrail:ListPublicKeys? Or have them in a file: \
                 aws cloudtrail list-public-keys --region {region} --start-time {first} --end-time {last} > keys.json, and --keys keys.json"
            )
        })?;
        found.into_iter().for_each(|(fingerprint, key)| keys.add(&fingerprint, key));
    }
    Ok(keys)
}

/// The Region of a digest: the folder below `CloudTrail-Digest`.
fn region_of(key: &str) -> Option<&str> {
    let mut parts = key.split('/').skip_while(|part| *part != "CloudTrail-Digest").skip(1);
    parts.next().filter(|region| {
        region.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::region_of;

    #[test]
    fn the_region_is_the_folder_below_the_digests() {
        for (key, expected) in [
            ("AWSLogs/1/CloudTrail-Digest/eu-west-1/2026/11/24/x.json.gz", Some("eu-west-1")),
            ("team/AWSLogs/o-1/1/CloudTrail-Digest/us-gov-west-1/x.json.gz", Some("us-gov-west-1")),
            ("CloudTrail-Digest/$(reboot)/x.json.gz", None),
            ("CloudTrail-Digest", None),
            ("AWSLogs/1/CloudTrail/eu-west-1/x.json.gz", None),
        ] {
            assert_eq!(region_of(key), expected, "{key}");
        }
    }
}
