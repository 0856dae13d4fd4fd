//! The check: with a file and a key, what holds and what does not, in words.

use super::{
    Proof, ProofLog, Subject,
    replay::{Replay, evidence},
    report::{Finding, Outcome, Report},
};
use crate::{
    export::moment,
    fact::Facts,
    key::PublicKey,
    keys::{Distrust, Keys, led_to},
    kind::Kinds,
    ledger::State,
    line::{ChainHead, Line, LineKind},
};

/// Checks a file. Without `organisation_key` the key in the file is taken, and the report says so.
pub fn verify(file: &[u8], kinds: &Kinds, organisation_key: Option<&PublicKey>) -> Report {
    let proof = match Proof::read(file) {
        Ok(proof) => proof,
        Err(error) => return Report { findings: vec![Finding::new("file", Outcome::Unreadable, error.to_string())] },
    };
    let lines: usize = proof.logs.iter().map(|log| log.lines.len()).sum();
    let reads = format!("The file reads: {} of {}, {lines} lines.", counted(proof.subjects.len(), "record"), proof.organisation_name);
    let chains: Vec<Result<Keys, Finding>> = proof.logs.iter().map(|log| chain(&proof, log)).collect();
    let given = organisation_key.unwrap_or(&proof.key);
    // A log that began since is led to by one that began before.
    let trusted = led_to(vec![given.clone()], chains.iter().flatten());
    let mut findings = vec![Finding::new("file", Outcome::Holds, reads), key(&proof, organisation_key, &trusted)];
    for (log, chain) in proof.logs.iter().zip(chains) {
        match chain.and_then(|keys| vouched(&proof, log, &keys, &trusted)) {
            Ok(()) => check_log(&proof, log, kinds, &mut findings),
            // Behind a broken chain nothing means anything.
            Err(broken) => findings.push(broken),
        }
    }
    if proof.subjects.is_empty() {
        findings.push(Finding::new("record", Outcome::CannotTell, "The file names no record."));
    }
    let strays = proof.subjects.iter().filter(|subject| proof.logs.iter().filter(|log| log.log == subject.log).count() != 1);
    findings
        .extend(strays.map(|subject| Finding::new("record", Outcome::DoesNotHold, format!("The log of record {} is not in the file once.", subject.record))));
    Report { findings }
}

fn key(proof: &Proof, given: Option<&PublicKey>, trusted: &[PublicKey]) -> Finding {
    match given {
        Some(given) if *given == proof.key => Finding::new("key", Outcome::Holds, format!("It names the key that was given, {given}.")),
        Some(given) if trusted.contains(&proof.key) => Finding::new(
            "key",
            Outcome::Holds,
            format!("The key that was given, {given}, is a former one: the one that the file names, {}, follows from it.", proof.key),
        ),
        Some(given) => Finding::new("key", Outcome::DoesNotHold, format!("It names another key, {}, than the one given, {given}.", proof.key)),
        None => Finding::new(
            "key",
            Outcome::Beyond,
            format!("No key was given, so the one in the file is trusted: compare it with the one that {} gives you, {}.", proof.organisation_name, proof.key),
        ),
    }
}

fn check_log(proof: &Proof, log: &ProofLog, kinds: &Kinds, findings: &mut Vec<Finding>) {
    let mut replay = Replay::of(kinds, log);
    findings.extend(opening(proof, log, &replay));
    findings.push(Finding::new("chain", Outcome::Holds, chain_sentence(proof, log)));
    findings.append(&mut replay.findings);
    for subject in proof.subjects.iter().filter(|subject| subject.log == log.log) {
        findings.extend(replay.decided.remove(&subject.record).unwrap_or_default());
        findings.extend(missing_words(&replay, subject));
        findings.push(state(&replay, kinds, subject));
    }
    findings.extend(log.lines.last().map(|last| as_of(proof, log, last, replay.facts())));
}

/// Where a log ends, and whether the organisation says that it ended there.
fn as_of(proof: &Proof, log: &ProofLog, last: &Line, facts: &Facts) -> Finding {
    let (position, later) = (last.header.position, "What came later, a sign-off taken back for example, only a newer file shows.");
    let Some(checkpoint) = &log.checkpoint else {
        let day = moment(facts, last.header.received_at);
        return Finding::new("as_of", Outcome::Beyond, format!("As of line {position}, received {day}. {later}"));
    };
    let (day, name) = (moment(facts, checkpoint.at), &proof.organisation_name);
    if checkpoint.at < last.header.received_at || checkpoint.verify(last.hash, &proof.key).is_err() {
        let sentence = format!("{name} did not sign that {} ended with line {position} on {day}: lines may have been cut off.", log.log);
        return Finding::new("as_of", Outcome::DoesNotHold, sentence);
    }
    Finding::new("as_of", Outcome::Holds, format!("On {day} {} ended with line {position}, signed by {name}. {later}", log.log))
}

/// The keys under which a chain holds, or the first thing that is wrong with it. All is hashed before the first signature
/// is looked at.
fn chain(proof: &Proof, log: &ProofLog) -> Result<Keys, Finding> {
    let mut head = ChainHead::origin(log.log, proof.organisation);
    let mut keys = Keys::default();
    let followed = log.lines.iter().try_for_each(|line| head.follow(line).map_err(|error| (line, error)));
    let signed = |line: &Line, keys: &mut Keys| {
        keys.accept(line)?;
        if line.header.kind == LineKind::Word && line.signature.is_some() { keys.receive(line) } else { Ok(()) }
    };
    let checked = followed.and_then(|()| log.lines.iter().try_for_each(|line| signed(line, &mut keys).map_err(|error| (line, error))));
    let receipt = || log.lines.last().map_or(Ok(()), |line| keys.receive(line).map_err(|error| (line, error)));
    let Err((line, error)) = checked.and_then(|()| receipt()) else { return Ok(keys) };
    let sentence = format!("The chain of {} breaks at line {}: {error}. Something was changed, left out or put in.", log.log, line.header.position);
    Err(Finding::new("chain", Outcome::DoesNotHold, sentence))
}

/// Whether the key at a log's end is the one that the file names, and follows from one that is trusted.
fn vouched(proof: &Proof, log: &ProofLog, keys: &Keys, trusted: &[PublicKey]) -> Result<(), Finding> {
    let current = keys.current().unwrap_or(&proof.key);
    match keys.follows_from(trusted) {
        Ok(()) if *current == proof.key => Ok(()),
        Ok(()) => {
            let sentence = format!("{} ends under another key, {current}, than the one that the file names, {}.", log.log, proof.key);
            Err(Finding::new("key", Outcome::DoesNotHold, sentence))
        }
        // Nothing was signed there: what is missing is said of the opening line.
        Err(_) if log.lines.is_empty() => Ok(()),
        Err(Distrust::Stranger) => {
            let sentence = format!("The chain of {} is signed by {current}, which does not follow from the trusted key.", log.log);
            Err(Finding::new("chain", Outcome::DoesNotHold, sentence))
        }
        Err(Distrust::Replaced) => {
            let sentence = format!(
                "{} goes on under a key, {current}, that the one given did not name: whether the organisation itself replaced a key that it lost, only the organisation can tell you.",
                log.log
            );
            Err(Finding::new("key_replaced", Outcome::DoesNotHold, sentence))
        }
    }
}

fn chain_sentence(proof: &Proof, log: &ProofLog) -> String {
    let signed = log.lines.iter().filter(|line| line.header.kind != LineKind::Word).count();
    let (lines, name) = (log.lines.len(), &proof.organisation_name);
    format!("{}: {lines} lines from the first on, none changed, left out or put in between; {signed} decisions and statements signed by {name}.", log.log)
}

/// The log's first line names the same log and organisation as the file.
fn opening(proof: &Proof, log: &ProofLog, replay: &Replay<'_>) -> Option<Finding> {
    let fits = replay
        .opened()
        .is_some_and(|opened| opened.log == log.log && opened.organisation == proof.organisation && opened.organisation_name == proof.organisation_name);
    let sentence = format!("The first line of {} does not name the organisation that the file names.", log.log);
    (!fits).then(|| Finding::new("opening", Outcome::DoesNotHold, sentence))
}

/// Words of the record, or of evidence that it names, that were erased or left out.
fn missing_words(replay: &Replay<'_>, subject: &Subject) -> Option<Finding> {
    let versions = replay.ledger().get(subject.record).map(|entry| entry.versions.as_slice()).unwrap_or_default();
    let count = versions.iter().flat_map(|version| evidence(&version.content)).chain([subject.record]).filter(|record| replay.is_wordless(*record)).count();
    let sentence = "Signed words of the record, or of its evidence, are not in this file: erased, or left out. What they said cannot be told.";
    (count > 0).then(|| Finding::new("words", Outcome::CannotTell, sentence))
}

fn state(replay: &Replay<'_>, kinds: &Kinds, subject: &Subject) -> Finding {
    let entry = replay.ledger().get(subject.record);
    let latest = entry.and_then(|entry| entry.latest().map(|version| (entry, version.number)));
    let Some((entry, number)) = latest else {
        return Finding::new("record", Outcome::DoesNotHold, format!("No decision in the file is about record {}.", subject.record));
    };
    let name = kinds.get(&entry.kind).map_or("Record", |kind| kind.name);
    let reached = entry.state(number).map_or("unknown", meaning);
    let sentence = format!("{name} {}, version {number}: {reached}.", subject.record);
    if (number, entry.state(number)) == (subject.version, Some(subject.state)) {
        Finding::new("state", Outcome::Holds, sentence)
    } else {
        Finding::new("state", Outcome::DoesNotHold, format!("{sentence} The file says otherwise: version {}, {}.", subject.version, meaning(subject.state)))
    }
}

fn meaning(state: State) -> &'static str {
    match state {
        State::Sent => "sent, and waits",
        State::SentBack => "sent back",
        State::Sealed => "sealed",
        State::InForce => "in force",
        State::Revoked => "the sign-off was taken back",
        State::Voided => "recorded by mistake, no longer counts",
        State::Superseded => "a later version was sent",
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
