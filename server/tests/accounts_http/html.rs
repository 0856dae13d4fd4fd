//! What every page must be, as far as that can be seen without a browser.

use std::collections::BTreeSet;

const VOID: [&str; 5] = ["meta", "link", "input", "br", "hr"];

/// Reads a page and panics where it breaks a rule that all pages keep.
pub fn check(page: &str) {
    let lower = page.to_lowercase();
    assert!(lower.starts_with("<!doctype html>"), "{}", page.chars().take(60).collect::<String>());
    assert!(page.contains("<html lang=\"en\""), "no language");
    for forbidden in ["<script", "<style", " style=", "javascript:", " onclick=", " onload=", "__resolved_resources", "<!>"] {
        assert!(!lower.contains(forbidden), "{forbidden} in a page that has no scripts and no inline styles");
    }
    let tags = tags(page);
    balanced(&tags);
    headings(&tags);
    labels(&tags);
    let count = |name: &str| tags.iter().filter(|tag| !tag.closes && tag.name == name).count();
    for (name, wanted) in [("title", 1), ("h1", 1), ("main", 1), ("header", 1), ("footer", 1)] {
        assert_eq!(count(name), wanted, "<{name}>");
    }
}

#[derive(Debug)]
struct Tag<'a> {
    name: &'a str,
    closes: bool,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    fn attribute(&self, name: &str) -> Option<&'a str> {
        let start = self.attributes.find(&format!(" {name}=\""))? + name.len() + 3;
        self.attributes.get(start..)?.split('"').next()
    }
}

fn tags(page: &str) -> Vec<Tag<'_>> {
    page.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
        .filter(|tag| tag.starts_with(|first: char| first == '/' || first.is_ascii_alphabetic()))
        .map(|tag| {
            let closes = tag.starts_with('/');
            let tag = tag.trim_start_matches('/').trim_end_matches('/');
            let end = tag.find(char::is_whitespace).unwrap_or(tag.len());
            let (name, attributes) = tag.split_at(end);
            Tag { name, closes, attributes }
        })
        .collect()
}

fn balanced(tags: &[Tag<'_>]) {
    let mut open: Vec<&str> = Vec::new();
    for tag in tags.iter().filter(|tag| !VOID.contains(&tag.name)) {
        if tag.closes {
            assert_eq!(open.pop(), Some(tag.name), "</{}> closes something else", tag.name);
        } else {
            open.push(tag.name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

/// Levels follow each other without a gap.
fn headings(tags: &[Tag<'_>]) {
    let mut before = 0;
    for tag in tags.iter().filter(|tag| !tag.closes) {
        let Some(level) = tag.name.strip_prefix('h').and_then(|level| level.parse::<u32>().ok()) else { continue };
        assert!(level <= before + 1, "<h{level}> behind <h{before}>");
        before = level;
    }
}

/// Ids are unique; each visible field has a label; each reference points somewhere.
fn labels(tags: &[Tag<'_>]) {
    let opening = || tags.iter().filter(|tag| !tag.closes);
    let mut ids = BTreeSet::new();
    for id in opening().filter_map(|tag| tag.attribute("id")) {
        assert!(ids.insert(id), "id {id} twice");
    }
    let labelled: BTreeSet<&str> = opening().filter(|tag| tag.name == "label").filter_map(|tag| tag.attribute("for")).collect();
    for field in opening().filter(|tag| matches!(tag.name, "input" | "textarea")) {
        if field.attribute("type") == Some("hidden") {
            continue;
        }
        let id = field.attribute("id").expect("a field has an id");
        assert!(labelled.contains(id), "no label for {id}");
        if field.name == "input" {
            assert!(field.attribute("autocomplete").is_some(), "{id} does not say what may be filled in");
        }
    }
    for tag in opening() {
        for name in ["for", "aria-describedby", "aria-labelledby"] {
            for id in tag.attribute(name).unwrap_or_default().split_whitespace() {
                assert!(ids.contains(id), "{name}={id} points nowhere");
            }
        }
        if let Some(anchor) = tag.attribute("href").and_then(|href| href.strip_prefix('#')) {
            assert!(ids.contains(anchor), "#{anchor} points nowhere");
        }
    }
}
