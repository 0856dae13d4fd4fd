//! What PROTOCOL.md tells in tables follows from the code, and fails here when it drifts. `UPDATE=1` writes it anew.
#![cfg(feature = "document")]

#[path = "change_support/refused.rs"]
mod refused;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use serde_json::Value as Json;
use shared::{
    decision::Act,
    kind::{Chain, Circle, Field, Keyed, Kind, Kinds, Sharing, Value, Writers},
    proof::{Finding, Outcome, Report},
    role::Role,
    rules::{deciders, needs_unlock},
    words::act_meaning,
};

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A source without its tests.
fn source(path: &str) -> String {
    let whole = text(path);
    whole.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

#[test]
fn the_tables_of_the_protocol_are_what_the_code_says() {
    let sections: [(&str, String); 10] = [
        ("problems", problems()),
        ("refusals", refusals()),
        ("refused", refused()),
        ("policy", policy()),
        ("deciders", decided()),
        ("content", content()),
        ("limits", limits()),
        ("example", example()),
        ("outcomes", outcomes()),
        ("findings", findings()),
    ];
    let kept = text("PROTOCOL.md");
    let mut made = kept.clone();
    for (name, section) in &sections {
        let (begin, end) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->"));
        let (before, rest) = made.split_once(&begin).unwrap_or_else(|| panic!("PROTOCOL.md has no section {name}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the section {name} has no end"));
        made = format!("{before}{begin}\n{}\n\n{end}{after}", section.trim());
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root("PROTOCOL.md"), made).expect("PROTOCOL.md can be written");
        return;
    }
    let line = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made).unwrap_or(kept.lines().count().min(made.lines().count()));
    assert!(kept == made, "PROTOCOL.md differs from the code, first in line {}; UPDATE=1 writes its tables anew", line + 1);
}

fn roles(roles: &[Role]) -> String {
    if roles.is_empty() { "nobody".to_owned() } else { roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(", ") }
}

fn policy() -> String {
    let mut out = String::new();
    for kind in Kinds::standard().iter() {
        let _ = writeln!(out, "### `{}`\n\n{}\n", kind.code, kind.purpose);
        let _ = writeln!(out, "Made by {}. {} Form `{}`.\n", roles(kind.writers), circle_and_chain(kind), kind.form());
        let _ = writeln!(out, "| field | holds | written by | needed at submit | keyed | stands |\n|---|---|---|---|---|---|");
        for field in kind.fields {
            let _ = writeln!(out, "{}", row(field));
        }
        out.push('\n');
    }
    out
}

fn circle_and_chain(kind: &Kind) -> String {
    let sharing = match kind.sharing {
        Sharing::BySubmit => "Shared by submit",
        Sharing::Freely => "Shared freely",
    };
    let chain = match kind.chain {
        Chain::None => "never signed",
        Chain::WriterSeals => "the submit seals",
        Chain::PartiesSign => "mentee, lead mentor and supervisor sign; the last signature seals",
        Chain::SupervisorConfirms => "the supervisor confirms",
        Chain::SupervisorApproves => "the supervisor approves",
    };
    let widest = match kind.widest {
        Circle::Pair => "the pair at most",
        Circle::All => "everybody of the relationship",
    };
    format!("{sharing}, with {widest}; {chain}.")
}

fn row(field: &Field) -> String {
    let keyed = match field.keyed {
        None => String::new(),
        Some(Keyed::Competency { most }) => format!("by competency, at most {most}"),
        Some(Keyed::Line { most }) => format!("by line, at most {most}"),
        Some(Keyed::Number { most }) => format!("by number, at most {most}"),
        Some(Keyed::Record { most }) => format!("by record, at most {most}"),
    };
    let by = match field.writers {
        Writers::Author => "author".to_owned(),
        Writers::Roles(allowed) => roles(allowed),
    };
    let stands = match (field.stays_own, field.circle) {
        (true, _) => "stays own",
        (false, Some(Circle::Pair)) => "of the pair",
        (false, Some(Circle::All)) => "of all",
        (false, None) => "",
    };
    format!("| `{}` | {} | {by} | {} | {keyed} | {stands} |", field.code, holds(field.value), if field.needed { "yes" } else { "" })
}

fn holds(value: Value) -> String {
    match value {
        Value::Line { max_chars } => format!("line of text, {max_chars} characters"),
        Value::Paragraph { max_chars } => format!("text, {max_chars} characters"),
        Value::Prose { max_chars } => format!("Text (prose), {max_chars} characters"),
        Value::Number { min, max } => format!("integer {min} to {max}"),
        Value::Rating => "rating".to_owned(),
        Value::Level => "level".to_owned(),
        Value::Flag => "boolean".to_owned(),
        Value::Choice { of } => of.iter().map(|choice| format!("`{}`", choice.code)).collect::<Vec<_>>().join(", "),
        Value::Person { role } => format!("id of the {}", role.code()),
        Value::Competency => format!("competency's code, {} bytes", shared::kind::MAX_CODE_BYTES),
        Value::Day => "day".to_owned(),
        Value::Moment => "time".to_owned(),
        Value::Record => "record's id".to_owned(),
        Value::Elsewhere => "sealed line elsewhere".to_owned(),
    }
}

fn decided() -> String {
    let chains = [Chain::None, Chain::WriterSeals, Chain::PartiesSign, Chain::SupervisorConfirms, Chain::SupervisorApproves];
    let mut out = String::from("| act | means |");
    for chain in chains {
        let kinds: Vec<&str> = Kinds::standard().iter().filter(|kind| kind.chain == chain).map(|kind| kind.code).collect();
        let _ = write!(out, " {} |", kinds.join(", "));
    }
    out.push_str("\n|---|---|---|---|---|---|---|\n");
    for act in Act::ALL {
        let _ = write!(out, "| `{}` | {} |", act.code(), act_meaning(act));
        for chain in chains {
            let allowed = deciders(act, chain);
            let unlock = if !allowed.is_empty() && needs_unlock(act, chain) { "; unlock" } else { "" };
            let _ = write!(out, " {}{unlock} |", if allowed.is_empty() { "–".to_owned() } else { roles(allowed) });
        }
        out.push('\n');
    }
    out
}

fn refused() -> String {
    let all = refused::every();
    let declared = source("shared/src/change/refused.rs").matches("#[error(").count();
    assert_eq!(all.len(), declared, "a code of a change is not listed here");
    let mut out = String::from("| code | the change is |\n|---|---|\n");
    for one in &all {
        let said = one.to_string().replace(&"0".repeat(64), "a change");
        let _ = writeln!(out, "| `{}` | {} |", one.as_str(), said.replace("at 0", "before"));
    }
    out
}

/// The first string literal in `rest`, and what follows it. A literal that goes on in the next line is joined.
fn literal(rest: &str) -> Option<(String, &str)> {
    let start = rest.find('"')? + 1;
    let mut out = String::new();
    let mut characters = rest[start..].char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((out, &rest[start + place + 1..])),
            '\\' => out.extend(characters.next().map(|(_, escaped)| escaped)),
            other => out.push(other),
        }
    }
    None
}

/// Every code that stands in a source with its sentences, as they are written there.
fn sentences(path: &str, into: &mut BTreeMap<String, Vec<String>>) {
    for place in source(path).split("Refusal::new(").skip(1) {
        // A code that is not written out is a change's, which has its own table.
        if !place.trim_start().starts_with('"') {
            continue;
        }
        let Some((code, rest)) = literal(place) else { continue };
        let Some((sentence, _)) = literal(rest) else { continue };
        let known = into.entry(code).or_default();
        if !known.contains(&sentence) {
            known.push(sentence);
        }
    }
}

/// What a server says no with.
const SAYS_NO: [&str; 5] = ["shared/src/words.rs", "shared/src/log.rs", "shared/src/log/judge.rs", "server/src/gate/push.rs", "server/src/gate/facts.rs"];

fn refusals() -> String {
    let mut all = BTreeMap::new();
    SAYS_NO.iter().for_each(|path| sentences(path, &mut all));
    let mut out = String::from("| code | sentence; `{…}` is filled in |\n|---|---|\n");
    for (code, said) in &all {
        let _ = writeln!(out, "| `{code}` | {} |", said.join(" / "));
    }
    out
}

#[test]
fn every_code_is_in_the_table_of_codes() {
    let mut files = Vec::new();
    for folder in ["shared/src", "server/src"] {
        sources(&root(folder), &mut files);
    }
    assert!(files.len() > 50, "the sources are found");
    // What a phone says to itself, and what the lead reads on a page, does not go over the wire.
    let own = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "replica") || path.ends_with("server/src/gate/held.rs");
    let others = files.iter().filter(|path| !own(path) && !SAYS_NO.iter().any(|known| path.ends_with(known)));
    for path in others {
        let whole = fs::read_to_string(path).expect("a source");
        let plain = whole.split("#[cfg(test)]").next().unwrap_or_default();
        let has_code = plain.split("Refusal::new(").skip(1).any(|place| place.trim_start().starts_with('"'));
        assert!(!has_code, "{} has a code that PROTOCOL.md does not list", path.display());
    }
}

fn sources(folder: &std::path::Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn problems() -> String {
    let source = source("server/src/http/problem.rs");
    let mut rows: Vec<(&str, String, String)> = Vec::new();
    for place in source.split("StatusCode::").skip(1) {
        let Some((status, rest)) = place.split_once(',') else { continue };
        let Some(status) = number_of(status) else { continue };
        let rest = rest.trim_start();
        let (code, title) = match literal(rest).filter(|_| rest.starts_with('"')) {
            Some((code, rest)) => (code, literal(rest).map(|(title, _)| title).unwrap_or_default()),
            None => continue,
        };
        rows.push((status, code, title));
    }
    rows.sort();
    let mut out = String::from("| status | code | title |\n|---|---|---|\n");
    for (status, code, title) in &rows {
        let _ = writeln!(out, "| {status} | `{code}` | {title} |");
    }
    out
}

fn number_of(status: &str) -> Option<&'static str> {
    Some(match status {
        "BAD_REQUEST" => "400",
        "UNAUTHORIZED" => "401",
        "FORBIDDEN" => "403",
        "NOT_FOUND" => "404",
        "CONFLICT" => "409",
        "PAYLOAD_TOO_LARGE" => "413",
        "UNSUPPORTED_MEDIA_TYPE" => "415",
        "UNPROCESSABLE_ENTITY" => "422",
        "SERVICE_UNAVAILABLE" => "503",
        _ => return None,
    })
}

/// Limits: where they stand, their name, their unit and what they bound.
const LIMITS: [(&str, &str, &str, &str); 52] = [
    ("shared/src/wire.rs", "MAX_REQUEST_BYTES", "bytes", "a sync request's body, packed and unpacked"),
    ("shared/src/wire.rs", "MAX_RESPONSE_BYTES", "bytes", "an answer's body"),
    ("shared/src/wire.rs", "MAX_BUNDLES", "", "bundles in a request"),
    ("shared/src/wire.rs", "MAX_ITEMS", "", "items in a bundle"),
    ("shared/src/wire.rs", "MAX_CURSORS", "", "cursors in a request"),
    ("shared/src/wire.rs", "MAX_LINES", "", "lines of one log in an answer"),
    ("shared/src/wire.rs", "MAX_LINE_BYTES", "bytes", "lines of all logs in an answer"),
    ("shared/src/wire.rs", "MAX_FRAME_BYTES", "bytes", "a live frame; the server sends lines up to `INLINE_BYTES` in one"),
    ("shared/src/wire.rs", "HEARTBEAT_SECONDS", "s", "between two frames"),
    ("shared/src/wire.rs", "SILENCE_SECONDS", "s", "of silence, then a stream is dead"),
    ("shared/src/sync.rs", "FIRST_WAIT_MS", "ms", "first wait after a failure (product's client)"),
    ("shared/src/sync.rs", "LONGEST_WAIT_MS", "ms", "longest wait after a failure (product's client)"),
    ("shared/src/sync.rs", "POLL_MS", "ms", "between two requests without a stream (product's client)"),
    ("shared/src/sync.rs", "ANSWER_MS", "ms", "for an answer (product's client)"),
    ("shared/src/change/limits.rs", "MAX_CHANGE_BYTES", "bytes", "a change"),
    ("shared/src/change/limits.rs", "MAX_OPERATIONS", "", "operations in a change"),
    ("shared/src/change/limits.rs", "MAX_PREDECESSORS", "", "predecessors in a change, all operations together"),
    ("shared/src/change/limits.rs", "MAX_DEPENDENCIES", "", "dependencies of a change"),
    ("shared/src/change/limits.rs", "MAX_ACTORS", "", "other actors that a change names"),
    ("shared/src/change/limits.rs", "MAX_KEY_BYTES", "bytes", "a map key, from 1"),
    ("shared/src/change/limits.rs", "MAX_TEXT_BYTES", "bytes", "a string value"),
    ("shared/src/change/limits.rs", "MAX_INTEGER_BYTES", "bytes", "an integer value as signed LEB128"),
    ("shared/src/change/limits.rs", "MAX_MESSAGE_BYTES", "bytes", "a change's message"),
    ("shared/src/change/limits.rs", "MAX_COUNTER", "", "an operation's counter"),
    ("shared/src/change/limits.rs", "MAX_TEXT_CHARACTERS", "characters", "ever inserted into one Text (`text_full`)"),
    ("shared/src/canonical.rs", "MAX_INTEGER", "", "an integer, either sign"),
    ("shared/src/kind.rs", "MAX_CODE_BYTES", "bytes", "a competency's code"),
    ("shared/src/decision.rs", "MAX_DECISION_BYTES", "bytes", "a signed decision (`bad_decision`)"),
    ("shared/src/decision.rs", "MAX_REASON_CHARS", "characters", "a reason (`r6_too_long`)"),
    ("shared/src/decision.rs", "MAX_HEADS", "", "heads of a submit (`r4_digest`)"),
    ("shared/src/fact.rs", "MAX_FACT_BYTES", "bytes", "a fact"),
    ("shared/src/proof.rs", "MAX_PROOF_BYTES", "bytes", "a proof file"),
    ("shared/src/proof.rs", "MAX_PROOF_LOGS", "", "logs in a proof"),
    ("shared/src/proof.rs", "MAX_PROOF_LINES", "", "lines in a proof, all logs together"),
    ("shared/src/proof.rs", "MAX_PROOF_SUBJECTS", "", "records that a proof is about"),
    ("shared/src/proof.rs", "MAX_PROOF_CONTENT_BYTES", "bytes", "canonical content of one submit in a proof"),
    ("shared/src/ledger.rs", "CLOCK_TOLERANCE_MS", "ms", "a device's clock ahead, unmarked"),
    ("shared/src/cbor/decoder.rs", "MAX_DEPTH", "", "levels of CBOR"),
    ("server/src/live.rs", "INLINE_BYTES", "bytes", "a frame of lines; more is `moved`"),
    ("server/src/live.rs", "QUEUE", "", "frames that wait for one stream; then `moved`"),
    ("server/src/live.rs", "LISTENERS_OF_ONE", "", "streams of one person; the oldest ends"),
    ("server/src/gate/facts.rs", "MAX_DEVICES", "", "devices of a person (`too_many_devices`)"),
    ("server/src/gate/facts.rs", "MAX_LABEL_CHARS", "characters", "a device's label (`bad_label`)"),
    ("server/src/accounts/routes.rs", "MOST_ENROL_BYTES", "bytes", "an enrolment's body"),
    ("server/src/http/quotas.rs", "BURST", "", "bundles of a person at once (`retry_after`)"),
    ("server/src/http/quotas.rs", "PER_SECOND", "", "bundles of a person a second, in the long run"),
    ("server/src/accounts/session.rs", "MOST_DAYS", "days", "a session in any case"),
    ("server/src/accounts/session.rs", "IDLE_DAYS", "days", "a session without use"),
    ("server/src/accounts/session.rs", "INVITATION_DAYS", "days", "an invitation"),
    ("server/src/accounts/password.rs", "LEAST_PASSWORD_CHARS", "characters", "a password, at least"),
    ("server/src/accounts/password.rs", "MOST_PASSWORD_CHARS", "characters", "a password"),
    ("server/src/pages.rs", "MOST_FORM_BYTES", "bytes", "a form"),
];

fn limits() -> String {
    let mut out = String::from("| name | value | of |\n|---|---|---|\n");
    for (path, name, unit, of) in LIMITS {
        let value = grouped(value_of(path, name));
        let _ = writeln!(out, "| `{name}` | {} | {of} |", [value.as_str(), unit].join(" ").trim());
    }
    assert_eq!(missing_limits(), [], "limits that PROTOCOL.md does not list");
    out
}

/// What these files limit is all of it of interest to a client.
fn missing_limits() -> Vec<(&'static str, String)> {
    let of_the_wire = ["shared/src/wire.rs", "shared/src/change/limits.rs", "shared/src/decision.rs", "shared/src/proof.rs"];
    let named = |path: &'static str| {
        let constants: Vec<String> =
            source(path).lines().filter_map(|line| Some(line.trim().strip_prefix("pub const ")?.split(':').next()?.to_owned())).collect();
        constants.into_iter().filter(|name| name.starts_with("MAX_")).map(move |name| (path, name))
    };
    // What a writer counts for itself is no limit of the protocol.
    let own = ["MAX_EDIT_BYTES"];
    of_the_wire
        .into_iter()
        .flat_map(named)
        .filter(|(path, name)| !own.contains(&&**name) && !LIMITS.iter().any(|known| known.0 == *path && known.1 == name))
        .collect()
}

/// A constant as its source has it: numbers, named units, products, and one less than a power of two.
fn value_of(path: &str, name: &str) -> i128 {
    let source = source(path);
    let begin = format!("const {name}: ");
    let line = source.lines().find(|line| line.contains(&begin)).unwrap_or_else(|| panic!("{path} has no {name}"));
    let (_, expression) = line.split_once(" = ").unwrap_or_else(|| panic!("{path}: {name} has no value"));
    let expression = expression.trim_end_matches(';');
    if let Some(power) = expression.strip_prefix("(1 << ").and_then(|rest| rest.strip_suffix(") - 1")) {
        return (1 << power.parse::<u32>().expect("a number")) - 1;
    }
    expression.split(" * ").map(|factor| factor_of(factor).unwrap_or_else(|| panic!("{path}: {name} is {expression}"))).product()
}

fn factor_of(factor: &str) -> Option<i128> {
    match factor {
        "SECOND_MS" => Some(1_000),
        "MINUTE_MS" => Some(60_000),
        "u32::MAX" => Some(u32::MAX.into()),
        number => number.replace('_', "").parse().ok(),
    }
}

/// `1,048,576`.
fn grouped(number: i128) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn vectors(name: &str) -> Json {
    serde_json::from_str(&text(&format!("shared/tests/vectors/{name}"))).expect("vectors are JSON")
}

fn told<'a>(vectors: &'a Json, path: &str) -> &'a str {
    vectors.pointer(path).and_then(Json::as_str).unwrap_or_else(|| panic!("no {path} among the vectors"))
}

fn block(bytes: &str) -> String {
    let lines: Vec<&str> = (0..bytes.len()).step_by(96).map(|at| &bytes[at..bytes.len().min(at + 96)]).collect();
    format!("```text\n{}\n```\n\n", lines.join("\n"))
}

fn content() -> String {
    let all = vectors("content.json");
    let bytes = hex::decode(told(&all, "/0/bytes")).expect("hex");
    let canonical = String::from_utf8(bytes).expect("JSON is UTF-8");
    let mut out = format!("```json\n{canonical}\n```\n\nIts bytes:\n\n");
    out.push_str(&block(told(&all, "/0/bytes")));
    let _ = write!(out, "Salt `{}`, digest `{}`.", told(&all, "/0/salt"), told(&all, "/0/digest"));
    out
}

fn outcomes() -> String {
    let all = [Outcome::Holds, Outcome::Beyond, Outcome::CannotTell, Outcome::DoesNotHold, Outcome::Unreadable];
    let mut out = String::from("| answer | in words | as a verdict |\n|---|---|---|\n");
    for outcome in all {
        let report = Report { findings: vec![Finding { code: String::new(), outcome, sentence: String::new() }] };
        let verdict = if report.verdict() == outcome { report.headline() } else { "" };
        let _ = writeln!(out, "| `{}` | {} | {verdict} |", outcome.code(), outcome.words());
    }
    out
}

/// What each code of a check answers.
const FINDINGS: [(&str, &str); 25] = [
    ("file", "whether it is a proof that can be read"),
    ("key", "whether it names the key that was given"),
    ("chain", "whether nothing of a log was changed, left out or put in"),
    ("key_changed", "a rotation: the former key named the new one"),
    ("key_replaced", "a key that the one before did not name: it was lost"),
    ("opening", "whether the first line names what the file names"),
    ("line", "whether a word carries nothing else"),
    ("fact", "whether the organisation may state it, and there"),
    ("closed_fact", "a fact without its bytes"),
    ("unknown_fact", "a fact that this build does not know"),
    ("signature", "whether a decision reads and its device signed it"),
    ("certificate", "whether that device is certified as the person's"),
    ("beacon", "whether the organisation signed the hour that a decision quotes"),
    ("evidence", "feedback copied in from another relationship: who signed it there, and whether that holds"),
    ("content", "whether the frozen words are those that were signed"),
    ("author", "whether the line was received from the one who signed it"),
    ("unknown_kind", "a decision on a kind that this build does not know"),
    ("closed_decision", "a decision without its bytes, behind the first that has them"),
    ("r3_evidence", "what an approval rests on"),
    ("r2_own_work", "whether its signer was free to give it"),
    ("r11_agreement", "whether an agreement stood before it"),
    ("words", "words of the record or of its evidence that are not in the file"),
    ("record", "whether the file is about that record"),
    ("state", "what its newest version has come to"),
    ("as_of", "where the log ends in this file, and whether the organisation signed that it ended there"),
];

/// The codes that stand in the check's sources, with the answers that are given under each.
fn answered() -> BTreeMap<String, Vec<&'static str>> {
    let mut all: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    let mut note = |code: &str, outcome: Outcome| {
        let known = all.entry(code.to_owned()).or_default();
        if !known.contains(&outcome.code()) {
            known.push(outcome.code());
        }
    };
    let [verify, replay] = ["shared/src/proof/verify.rs", "shared/src/proof/replay.rs"].map(source);
    for place in [&verify, &replay].into_iter().flat_map(|source| source.split("Finding::new(").skip(1)) {
        let Some((code, rest)) = literal(place).filter(|_| place.trim_start().starts_with('"')) else { continue };
        let outcome = rest.split("Outcome::").nth(1).and_then(|rest| rest.split(|end: char| !end.is_alphanumeric()).next());
        note(
            &code,
            match outcome {
                Some("Holds") => Outcome::Holds,
                Some("Beyond") => Outcome::Beyond,
                Some("CannotTell") => Outcome::CannotTell,
                Some("DoesNotHold") => Outcome::DoesNotHold,
                Some("Unreadable") => Outcome::Unreadable,
                other => panic!("{code} is answered with {other:?}"),
            },
        );
    }
    for (call, outcome) in [("self.fails(\"", Outcome::DoesNotHold), ("self.cannot_tell(\"", Outcome::CannotTell)] {
        replay.split(call).skip(1).filter_map(|place| place.split('"').next()).for_each(|code| note(code, outcome));
    }
    // Why a decision is not to be believed.
    for place in replay.split("Unproven::").skip(1).filter(|place| place.contains(" => \"")) {
        let code = place.split_once(" => \"").and_then(|(_, rest)| rest.split('"').next()).expect("a code");
        note(code, Outcome::DoesNotHold);
    }
    all
}

fn findings() -> String {
    let mut given = answered();
    let mut out = String::from("| code | answers | about |\n|---|---|---|\n");
    for (code, about) in FINDINGS {
        let answers = given.remove(code).unwrap_or_else(|| panic!("no check answers under {code}"));
        let answers: Vec<String> = answers.iter().map(|answer| format!("`{answer}`")).collect();
        let _ = writeln!(out, "| `{code}` | {} | {about} |", answers.join(", "));
    }
    assert!(given.is_empty(), "codes that PROTOCOL.md does not explain: {given:?}");
    out
}

fn example() -> String {
    let all = vectors("observation.json");
    let mut out = String::new();
    let steps = [
        ("1. The jot, a change in the own log:", "/1_jot"),
        ("2. Skill and level, the next change there:", "/2_more"),
        ("3. The record as it is shared, a change in the record log; the jot stays:", "/3_shared"),
        ("4. The decision's body. Its digest is the one of section 9, over the canonical content of that change:", "/7_body"),
        ("5. The device's signature over tag and body:", "/8_signature"),
        ("6. The request, before `deflate`: cursors of both logs, one bundle with change and submit:", "/9_request"),
    ];
    for (what, path) in steps {
        let _ = write!(out, "{what}\n\n{}", block(told(&all, path)));
    }
    let line = |at: usize, field: &str| told(&all, &format!("/record_log/lines/{at}/{field}")).to_owned();
    out.push_str("7. The server writes three lines: `captured` (6), the word (7) and the decision (8), which seals. The last one's header bytes:\n\n");
    out.push_str(&block(&line(8, "header_bytes")));
    out.push_str("its `bytes` (a signed decision):\n\n");
    out.push_str(&block(&line(8, "bytes")));
    let _ = writeln!(out, "and what follows from them:\n\n| part | value |\n|---|---|");
    let _ = writeln!(out, "| previous hash | `{}` |", line(7, "hash"));
    for field in ["salt", "commitment", "hash", "signature"] {
        let _ = writeln!(out, "| {field} | `{}` |", line(8, field));
    }
    out.push_str("\n8. The answer, with all lines behind the cursor:\n\n");
    out.push_str(&block(told(&all, "/10_answer")));
    out
}
