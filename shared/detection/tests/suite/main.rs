//! Everything about rules that can be seen from outside, in one binary.

#[cfg(test)]
mod bundles;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod collections;
#[cfg(test)]
mod correlations;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod index;
#[cfg(test)]
mod lints;
#[cfg(test)]
mod loading;
#[cfg(test)]
mod pysigma;
#[cfg(test)]
mod sieve;
