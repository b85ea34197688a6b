//! The dependencies of manifests of other languages: pyproject.toml, go.mod, pom.xml, package.json.

use super::Policy;
use crate::{paths, tidy};
use std::collections::BTreeSet;

/// Returns complaints about packages that `deny.toml` does not list, and about its unused rows.
pub fn check(policy: &Policy) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut asked = BTreeSet::new();
    for path in tidy::tracked()? {
        let text = || std::fs::read_to_string(paths::repository().join(&path));
        match path.rsplit('/').next().unwrap_or_default() {
            "pyproject.toml" => python(&text()?.parse()?, &mut asked),
            "go.mod" => go(&text()?, &mut asked),
            "pom.xml" => java(&text()?, &mut asked),
            "package.json" => node(&serde_json::from_str(&text()?)?, &mut asked),
            _ => {}
        }
    }
    let mut complaints: Vec<String> = asked
        .iter()
        .filter(|n| !policy.others.contains_key(*n))
        .map(|n| format!("deny.toml has no licence of {n}"))
        .collect();
    complaints
        .extend(policy.others.keys().filter(|n| !asked.contains(*n)).map(|n| format!("nothing asks for {n} any more")));
    Ok(complaints)
}

fn python(project: &toml::Table, asked: &mut BTreeSet<String>) {
    let mut lists = Vec::new();
    if let Some(table) = project.get("project").and_then(|p| p.as_table()) {
        lists.extend(table.get("dependencies"));
        lists
            .extend(table.get("optional-dependencies").and_then(|t| t.as_table()).into_iter().flat_map(|t| t.values()));
    }
    lists.extend(project.get("build-system").and_then(|b| b.get("requires")));
    for requirement in lists.into_iter().filter_map(|l| l.as_array()).flatten().filter_map(|r| r.as_str()) {
        let name: String =
            requirement.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
        // An extra may ask for another extra of ours, or for our other distribution.
        if !name.starts_with("tansu-cffi") {
            asked.insert(format!("python:{}", name.to_lowercase().replace('_', "-")));
        }
    }
}

fn go(text: &str, asked: &mut BTreeSet<String>) {
    let mut block = false;
    for line in text.lines().map(str::trim) {
        let module = if line == "require (" {
            block = true;
            continue;
        } else if line == ")" {
            block = false;
            continue;
        } else if block {
            line
        } else if let Some(rest) = line.strip_prefix("require ") {
            rest
        } else {
            continue;
        };
        if let Some(name) = module.split_whitespace().next() {
            asked.insert(format!("go:{name}"));
        }
    }
}

fn java(text: &str, asked: &mut BTreeSet<String>) {
    let inside = |text: &str, tag: &str| {
        let from = text.find(&format!("<{tag}>"))? + tag.len() + 2;
        Some(text[from..from + text[from..].find(&format!("</{tag}>"))?].trim().to_owned())
    };
    for part in text.split("<dependency>").skip(1) {
        let part = part.split("</dependency>").next().unwrap_or_default();
        if let (Some(group), Some(artifact)) = (inside(part, "groupId"), inside(part, "artifactId")) {
            asked.insert(format!("java:{group}:{artifact}"));
        }
    }
}

fn node(package: &serde_json::Value, asked: &mut BTreeSet<String>) {
    for key in ["dependencies", "devDependencies"] {
        for name in package[key].as_object().into_iter().flat_map(|o| o.keys()) {
            asked.insert(format!("node:{name}"));
        }
    }
}
