//! Where addresses are, by a database of cities in MaxMind's format, which the user has.

use anyhow::Context;
use maxminddb::Reader;
use maxminddb::geoip2::City;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use trailreflex_activity::Place;

/// A database in memory.
#[derive(Debug)]
pub(crate) struct Locator {
    reader: Reader<Vec<u8>>,
    path: PathBuf,
    asked: AtomicU64,
    known: AtomicU64,
}

impl Locator {
    /// Reads a database.
    ///
    /// # Errors
    /// If the file cannot be read or is none of MaxMind's format.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let reader = Reader::open_readfile(path).with_context(|| {
            format!("{}: no database in MaxMind's format (.mmdb) can be read from it", path.display())
        })?;
        Ok(Self { reader, path: path.to_owned(), asked: AtomicU64::new(0), known: AtomicU64::new(0) })
    }

    /// Returns where an address is; nothing if the database does not know, or is damaged there.
    pub(crate) fn place(&self, address: IpAddr) -> Option<Place> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let city: City<'_> = self.reader.lookup(address).ok()?.decode().ok()??;
        let (latitude, longitude) = (city.location.latitude?, city.location.longitude?);
        let names = [city.city.names.english, city.country.iso_code];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let is_on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        if !is_on_earth {
            return None;
        }
        self.known.fetch_add(1, Ordering::Relaxed);
        Some(Place { name, latitude, longitude })
    }

    /// Says that nothing could come of it: the database is one of countries, say.
    pub(crate) fn complaint(&self) -> Option<String> {
        let (asked, known) = (self.asked.load(Ordering::Relaxed), self.known.load(Ordering::Relaxed));
        let path = self.path.display();
        (asked > 0 && known == 0).then(|| {
            format!(
                "{path}: has coordinates for none of {asked} calls' addresses; a database of cities has them"
            )
        })
    }
}
