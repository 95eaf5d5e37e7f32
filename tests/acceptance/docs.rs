//! What the docs say is what the code is.

use crate::repository::{files, read, root};

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut dead = Vec::new();
    for file in files(".", &["md"]) {
        let folder = root().join(&file).parent().unwrap().to_path_buf();
        for link in links(&read(&file)) {
            let path = link.split('#').next().unwrap_or_default();
            let external = path.contains("://") || path.starts_with("mailto:");
            if !external && !path.is_empty() && !folder.join(path).exists() {
                dead.push(format!("{file}: {link}"));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
}

/// Targets of Markdown links.
fn links(text: &str) -> Vec<String> {
    let parts = text.split("](").skip(1);
    parts.filter_map(|part| part.split_once(')')).map(|(link, _)| link.to_owned()).collect()
}

#[test]
fn the_readme_names_only_make_targets_that_exist() {
    let makefile = read("Makefile");
    for line in read("README.md").lines() {
        let Some(rest) = line.trim_start_matches(['$', ' ', '`']).strip_prefix("make ") else { continue };
        let target: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
        assert!(makefile.contains(&format!("\n{target}:")), "`make {target}`");
    }
}

#[test]
fn the_changelog_keeps_its_form() {
    let text = read("CHANGELOG.md");
    assert!(text.starts_with("# Changelog\n"));
    let sections: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let known = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    assert!(!sections.is_empty() && sections.iter().all(|section| known.contains(section)), "{sections:?}");
}
