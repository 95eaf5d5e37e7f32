//! Checks rules and playbooks and writes what functions read into the build's output folder.

#![allow(
    clippy::disallowed_methods,
    reason = "a build script gets its folders from the environment, and no other clock"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use trailreflex_detection::{Bundle, Placeholders, RuleSet, read_yaml};
use trailreflex_response::{ActionClass, Playbooks};
use trailreflex_suppression::{Firing, Suppressions};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", root.join("rules").display());
    println!("cargo::rerun-if-changed={}", root.join("playbooks").display());
    println!("cargo::rerun-if-changed={}", root.join("suppressions").display());
    let rules = rules(&root)?;
    let proofs = proofs(&root)?;
    std::fs::write(out.join("rules.bundle"), rules.as_bytes())?;
    std::fs::write(out.join("suppressions.json"), suppressions(&root, &rules.load()?, &proofs)?)?;
    std::fs::write(out.join("proofs.json"), serde_json::to_string(&proofs)?)?;
    for class in ActionClass::ALL {
        let name = class.as_str();
        let playbooks = playbooks(&root.join(format!("playbooks/{name}.yaml")), class)?;
        std::fs::write(out.join(format!("{name}.json")), playbooks)?;
    }
    Ok(())
}

fn rules(root: &Path) -> Result<Bundle, Box<dyn Error>> {
    let mut files = Vec::new();
    find(&root.join("rules"), &is_rule, &mut files)?;
    files.sort();
    let mut documents = Vec::new();
    let mut rejected = Vec::new();
    for file in files {
        let name = file.strip_prefix(root)?.display().to_string();
        let (read, unreadable) = read_yaml(&name, &std::fs::read_to_string(&file)?);
        documents.extend(read);
        rejected.extend(unreadable);
    }
    let (bundle, unusable) = Bundle::build(documents, &Placeholders::default())?;
    rejected.extend(unusable);
    // A function compiles a rule only when it needs it: here, all are.
    rejected.extend(bundle.load()?.check().into_iter().cloned());
    if !rejected.is_empty() {
        let lines = rejected.iter().map(ToString::to_string).collect::<Vec<_>>();
        return Err(format!("rules that cannot be honoured:\n{}", lines.join("\n")).into());
    }
    Ok(bundle)
}

/// The proofs as they are written: they are many records, and only who checks suppressions needs them.
fn proofs(root: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut texts = BTreeMap::new();
    let mut files = Vec::new();
    find(&root.join("rules"), &|name| name.ends_with(".tests.yml"), &mut files)?;
    for file in files {
        texts.insert(file.strip_prefix(root)?.display().to_string(), std::fs::read_to_string(&file)?);
    }
    Ok(texts)
}

/// The suppressions of the account's owner, as they were accepted. One that has expired is kept: it hides nothing.
fn suppressions(
    root: &Path,
    rules: &RuleSet,
    texts: &BTreeMap<String, String>,
) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    let folder = root.join("suppressions");
    if folder.is_dir() {
        find(&folder, &|name| name.ends_with(".yml") || name.ends_with(".yaml"), &mut files)?;
    }
    files.sort();
    let mut entries = Vec::new();
    let mut refused = Vec::new();
    for file in &files {
        let name = file.strip_prefix(root)?.display().to_string();
        let (read, unreadable) = trailreflex_suppression::read_yaml(&name, &std::fs::read_to_string(file)?);
        entries.extend(read);
        refused.extend(unreadable);
    }
    let mut proofs = Vec::new();
    if !files.is_empty() {
        for (file, text) in texts {
            proofs.extend(trailreflex_proofs::read(file, text)?);
        }
    }
    let firings: Vec<_> = proofs
        .iter()
        .map(|proof| Firing { rules: &proof.fires, what: &proof.what, records: &proof.records })
        .collect();
    let (suppressions, more) = Suppressions::new(entries, rules, &firings, jiff::Timestamp::now());
    refused.extend(more);
    if !refused.is_empty() {
        let lines = refused.iter().map(ToString::to_string).collect::<Vec<_>>();
        return Err(format!("suppressions that cannot be used:\n{}", lines.join("\n")).into());
    }
    Ok(serde_json::to_string(suppressions.accepted())?)
}

fn playbooks(file: &Path, class: ActionClass) -> Result<String, Box<dyn Error>> {
    let value: serde_json::Value = yaml_serde::from_str(&std::fs::read_to_string(file)?)?;
    let json = value.to_string();
    Playbooks::from_json(&json, class).map_err(|error| {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{}: {error}{cause}", file.display())
    })?;
    Ok(json)
}

fn find(folder: &Path, is_wanted: &dyn Fn(&str) -> bool, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, is_wanted, found)?;
        } else if path.file_name().is_some_and(|name| is_wanted(&name.to_string_lossy())) {
            found.push(path);
        }
    }
    Ok(())
}

/// The proofs of rules and the list of what to detect stand among the rules.
fn is_rule(name: &str) -> bool {
    name.ends_with(".yml") && !name.ends_with(".tests.yml") && name != "catalogue.yml"
}
