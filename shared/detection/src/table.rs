//! A hash table that is only looked up in: numbers of keys that are kept elsewhere, at the places where they are sought.
//!
//! A place is a 32-bit number, little-endian: 0 for free, else the key's number plus 1. A key whose place is taken is at
//! the next free one. There are at least twice as many places as keys, and always a power of two.

const PLACE: usize = size_of::<u32>();

/// Returns a table of `keys`, which are numbered in their order.
pub(crate) fn write<'k>(keys: impl ExactSizeIterator<Item = &'k [u8]>) -> Vec<u8> {
    let mut places = vec![0_u32; (keys.len() * 2).next_power_of_two().max(2)];
    for (number, key) in (1..).zip(keys) {
        let free = sequence(places.len(), key)
            .find(|place| places.get(*place) == Some(&0))
            .and_then(|place| places.get_mut(place));
        if let Some(place) = free {
            *place = number;
        }
    }
    places.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Returns the number of `key`; `is` tells whether the key of a number is that.
pub(crate) fn find(table: &[u8], key: &[u8], is: impl Fn(usize) -> bool) -> Option<usize> {
    let (places, _) = table.as_chunks::<PLACE>();
    sequence(places.len(), key)
        .map_while(|place| usize::try_from(u32::from_le_bytes(*places.get(place)?)).ok()?.checked_sub(1))
        .find(|number| is(*number))
}

/// Returns every place in the order in which `key` may be at it.
fn sequence(places: usize, key: &[u8]) -> impl Iterator<Item = usize> {
    let mask = places.wrapping_sub(1);
    // The upper half of the hash depends on every byte; a table never has more places than that can number.
    let first = usize::try_from(hash(key) >> 32).unwrap_or_default();
    (0..places).map(move |step| first.wrapping_add(step) & mask)
}

/// Mixes the bytes, eight at a time; the same everywhere and for ever, as bundles are written on one machine and read on
/// another. Keys are chosen by rules and not by records, so it need not withstand anybody.
fn hash(key: &[u8]) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = key.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let words = words.iter().chain([&last]);
    let mixed = words.fold(0, |hash: u64, word| {
        let hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(ODD);
        hash ^ (hash >> 32)
    });
    mixed.wrapping_mul(ODD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 500] {
            let keys: Vec<String> = (0..count).map(|number| format!("service{number}\0name")).collect();
            let table = write(keys.iter().map(String::as_bytes));
            let find = |key: &str| find(&table, key.as_bytes(), |number| keys[number] == key);
            for (number, key) in keys.iter().enumerate() {
                assert_eq!(find(key), Some(number));
            }
            assert_eq!(find("another"), None);
        }
    }

    #[test]
    fn a_damaged_table_finds_nothing_and_ends() {
        for table in [&[][..], &[1], &[9; 4], &[9; 12], &[1, 0, 0, 0, 1, 0, 0, 0]] {
            assert_eq!(find(table, b"key", |_| false), None);
        }
    }

    #[test]
    fn the_hash_is_the_same_everywhere() {
        assert_eq!(hash(b"iam.amazonaws.com\0createuser"), 8_321_143_034_033_703_341);
    }
}
