//! A skill of one mentee: where it started, where it is, where it should be, what is missing.

use shared::{
    decision::Content,
    evidence::{self, Assessment},
    framework::{Competency, Scale},
    ledger::State,
    rules::plan_is_active,
    time::{At, parse_day},
};

use super::log::Log;

/// The plan's line on one skill, and what was seen since.
#[derive(Debug, Clone, PartialEq)]
pub struct Skill {
    pub code: String,
    pub name: String,
    pub scale: Scale,
    pub baseline: Option<u8>,
    pub target: Option<u8>,
    pub due: Option<String>,
    pub measure: Option<String>,
    pub outcome: Option<String>,
    /// The newest rating and when it was seen.
    pub now: Option<(u8, At)>,
    /// The highest sign-off in force.
    pub signed_off: Option<u8>,
    /// A claim that waits for a decision.
    pub asked: Option<u8>,
    /// What the target's sign-off still needs; nothing where the rule is met.
    pub missing: Option<String>,
    /// The rule of the target's sign-off in words.
    pub rule: Option<String>,
}

impl Skill {
    /// The rule for the target is met and nothing was asked yet.
    pub fn is_ready(&self) -> bool {
        self.rule.is_some() && self.missing.is_none() && self.asked.is_none() && self.signed_off < self.target
    }

    pub fn has_moved(&self) -> bool {
        match (self.baseline, self.now) {
            (Some(baseline), Some((now, _))) => now > baseline,
            _ => false,
        }
    }
}

/// The plan in force, else the newest one, with its words.
pub fn plan(log: &Log) -> Option<(shared::id::RecordId, Content)> {
    let active = log.ledger().standing("plan").filter(|(_, version)| plan_is_active(version)).map(|(record, version)| (record, version.content.clone())).next();
    active.or_else(|| {
        let row = log.newest("plan")?;
        let words = row.fields.iter().filter_map(|(field, values)| Some((field.clone(), values.first()?.clone())));
        Some((row.record, words.collect()))
    })
}

fn keyed<'a>(content: &'a Content, field: &str, code: &str) -> Option<&'a shared::scalar::Scalar> {
    content.get(&[field, "/", code].concat())
}

/// The skills of the plan, in its order of codes.
pub fn planned(log: &Log, at: At) -> Vec<Skill> {
    let Some((_, content)) = plan(log) else { return Vec::new() };
    let mut codes: Vec<&str> = content.keys().filter_map(|key| key.strip_prefix("target/").or_else(|| key.strip_prefix("baseline/"))).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().filter_map(|code| Some(skill(log, log.facts.competency(code)?, &content, at))).collect()
}

/// Every skill of the framework: those of the plan first.
pub fn all(log: &Log, at: At) -> Vec<Skill> {
    let mut all = planned(log, at);
    let empty = Content::new();
    for competency in log.facts.framework.iter().flat_map(|framework| &framework.competencies) {
        if !all.iter().any(|skill| skill.code == competency.code) {
            all.push(skill(log, competency, &empty, at));
        }
    }
    all
}

fn level(content: &Content, field: &str, code: &str) -> Option<u8> {
    keyed(content, field, code)?.integer().and_then(|level| u8::try_from(level).ok())
}

fn skill(log: &Log, competency: &Competency, plan: &Content, at: At) -> Skill {
    let code = &competency.code;
    let text = |field: &str| keyed(plan, field, code).and_then(|value| value.text()).map(str::to_owned);
    let target = level(plan, "target", code);
    let assessment = target.and_then(|level| assess(log, code, level, at));
    Skill {
        code: code.clone(),
        name: competency.name.clone(),
        scale: competency.scale,
        baseline: level(plan, "baseline", code),
        target,
        due: text("target_due_on"),
        measure: text("measure"),
        outcome: text("outcome"),
        now: seen_now(log, code),
        signed_off: signed_off(log, code),
        asked: asked(log, code),
        missing: assessment.as_ref().and_then(Assessment::missing),
        rule: assessment.as_ref().map(Assessment::sentence),
    }
}

/// The evidence for a sign-off, whatever was chosen.
pub fn assess(log: &Log, competency: &str, level: u8, at: At) -> Option<Assessment> {
    evidence::assess(&log.facts, log.ledger(), competency, level, at, None)
}

/// The newest rating of a skill that stands.
pub fn seen_now(log: &Log, competency: &str) -> Option<(u8, At)> {
    let standing = log.ledger().standing("observation").filter(|(_, version)| version.text("competency") == Some(competency));
    let rated = standing.filter_map(|(_, version)| {
        let level = u8::try_from(version.integer("level")?).ok().filter(|level| *level > 0)?;
        Some((level, version.happened_at()))
    });
    rated.max_by_key(|(_, at)| *at)
}

fn claims<'a>(log: &'a Log, competency: &'a str, state: State) -> impl Iterator<Item = u8> + 'a {
    let entries = log.ledger().records.values().filter(|entry| entry.kind == "claim");
    entries.filter_map(move |entry| {
        let version = entry.latest()?;
        let fits = version.text("competency") == Some(competency) && entry.state(version.number) == Some(state);
        fits.then(|| version.integer("level").and_then(|level| u8::try_from(level).ok())).flatten()
    })
}

fn signed_off(log: &Log, competency: &str) -> Option<u8> {
    claims(log, competency, State::InForce).max()
}

fn asked(log: &Log, competency: &str) -> Option<u8> {
    claims(log, competency, State::Sent).max()
}

/// When the mentee was last seen by anybody, as feedback tells.
pub fn last_seen(log: &Log) -> Option<At> {
    log.ledger().standing("observation").map(|(_, version)| version.happened_at()).max()
}

/// The next step that was agreed last.
pub fn last_step(log: &Log) -> Option<(String, String)> {
    let (_, version) = log.ledger().standing("observation").filter(|(_, version)| version.hidden.is_none()).max_by_key(|(_, version)| version.happened_at())?;
    Some((version.text("next_step")?.to_owned(), log.facts.first_name(version.submitted.by)))
}

/// Day of the plan and its length, in days.
pub fn plan_day(log: &Log, now: At) -> Option<(i64, i64)> {
    let (_, content) = plan(log)?;
    let day = |field: &str| parse_day(content.get(field)?.text()?);
    let (from, to) = (day("starts_on")?, day("due_on")?);
    let today = now.day_in(&log.facts.zone());
    let between = |a: jiff::civil::Date, b: jiff::civil::Date| a.until(b).map_or(0, |span| i64::from(span.get_days()));
    Some((between(from, today).max(0), between(from, to)))
}
