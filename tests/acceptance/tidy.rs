//! Files stay small and say what they are for, and no test is forgotten.

use crate::repository::{files, read};

/// Most lines of a file. Most are far shorter.
const MAX_LINES: usize = 500;

#[test]
fn every_source_file_is_headed_and_short() {
    let mut problems = Vec::new();
    for file in files(".", &["rs", "py"]) {
        let text = read(&file);
        let headed = if file.ends_with(".rs") {
            text.starts_with("//!") || text.starts_with("#!")
        } else {
            // An empty `__init__.py` only marks a package.
            text.is_empty() || text.starts_with("\"\"\"") || text.starts_with("#!")
        };
        if !headed {
            problems.push(format!("{file}: say at its top what it is for"));
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            problems.push(format!("{file}: {lines} lines, split it by concept"));
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn no_file_is_a_grab_bag() {
    let vague = ["utils", "util", "common", "helpers", "misc"];
    let found: Vec<_> = files(".", &["rs", "py"])
        .into_iter()
        .filter(|file| {
            let stem = std::path::Path::new(file).file_stem().unwrap().to_string_lossy().into_owned();
            vague.contains(&stem.as_str())
        })
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_recipe_of_the_makefile_is_a_line_or_two() {
    let text = read("Makefile");
    let mut recipe = (String::new(), 0);
    for line in text.lines() {
        if let Some((target, _)) = line.split_once(':').filter(|_| !line.starts_with(['\t', '#'])) {
            recipe = (target.to_owned(), 0);
        } else if line.starts_with('\t') {
            recipe.1 += 1;
        }
        assert!(recipe.1 <= 2, "`{}` has more than two lines: make it a script", recipe.0);
    }
}

#[test]
fn no_test_stands_where_none_is_run() {
    // Targets without tests say so: each would be built and linked all the same.
    let folders = ["functions", "shared", "cli", "sql"].iter().flat_map(|folder| files(folder, &["rs"]));
    for file in folders.filter(|file| file.contains("/src/")) {
        let (package, within) = file.split_once("/src/").unwrap();
        let manifest: toml::Table = read(&format!("{package}/Cargo.toml")).parse().unwrap();
        let is_off = |target: Option<&toml::Value>, key: &str| {
            target.and_then(|target| target.get(key)).and_then(toml::Value::as_bool) == Some(false)
        };
        let lib = manifest.get("lib");
        let bin = manifest.get("bin").and_then(|bins| bins.get(0));
        // A file of a package without a library belongs to the binary.
        let target = if lib.is_none() || within == "main.rs" { bin } else { lib };
        let text = read(&file);
        let has_tests = ["#[test]", "#[tokio::test", "proptest!"].iter().any(|mark| text.contains(mark));
        assert!(!(has_tests && is_off(target, "test")), "{file}: `test = false` leaves its tests out");
        let has_examples = text.lines().any(|line| ["//! ```", "/// ```"].contains(&line.trim()));
        assert!(
            !(has_examples && is_off(lib, "doctest")),
            "{file}: `doctest = false` leaves its examples out"
        );
    }
}
