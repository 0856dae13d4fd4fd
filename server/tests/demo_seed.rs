//! The demonstration organisation in a real SQLite file, seeded through the real gate, seen by phones that fetch it.

mod demo_support;

use std::collections::{BTreeMap, BTreeSet};

use demo_support::{NOW, World, ledgers, story_day};
use server::{
    demo::{self, Seeded, Story},
    organisation::{self, OrganisationFile},
};
use shared::{
    decision::Act,
    evidence,
    fact::Facts,
    id::LogId,
    ledger::{Lateness, State, Version, parties_missing},
    log::Log,
    role::Role,
    rules::{State as Rules, claim_assessment, is_below_expected, plan_is_active},
    scalar::Scalar,
    time::At,
};

/// Day, skill, level, observer, state, read as.
type Told = (i64, String, i64, String, State, Option<Act>);

fn told(log: &Log) -> Vec<Told> {
    let mut told: Vec<Told> = ledgers(log, "observation")
        .map(|(_, entry)| {
            let version = entry.latest().expect("it was sent");
            let by = log.facts.first_name(version.submitted.by);
            let day = story_day(log, version.happened_at());
            (
                day,
                version.text("competency").expect("a skill").to_owned(),
                version.integer("level").expect("a level"),
                by,
                entry.state(1).expect("a state"),
                version.acknowledged.as_ref().map(|mark| mark.act),
            )
        })
        .collect();
    told.sort_by_key(|told| told.0);
    told
}

fn row(day: i64, skill: &str, level: i64, by: &str, state: State, read: Option<Act>) -> Told {
    (day, skill.to_owned(), level, by.to_owned(), state, read)
}

#[tokio::test]
async fn every_observation_of_the_story_is_signed_and_read_as_it_was_told() {
    let world = World::seeded().await;
    let same = Some(Act::Acknowledge);
    let amara = world.phone("amara").await;
    let expected = [
        row(6, "C01", 2, "Ruth", State::Sealed, same),
        row(9, "C03", 1, "Ruth", State::Sealed, Some(Act::Disagree)),
        row(20, "C03", 2, "Farid", State::Sealed, same),
        row(36, "C01", 3, "Ruth", State::Sealed, same),
        row(41, "C05", 2, "Farid", State::Sealed, same),
        row(48, "C03", 3, "Ruth", State::Sealed, same),
        row(63, "C03", 3, "Farid", State::Sealed, same),
        row(66, "C10", 4, "Farid", State::Voided, None),
        row(70, "C03", 3, "Ruth", State::Sealed, same),
        row(72, "C01", 3, "Farid", State::Sealed, same),
        row(80, "C01", 4, "Ruth", State::Sealed, same),
    ];
    assert_eq!(told(amara.record_log()), expected);

    let joon = world.phone("joon").await;
    let expected = [
        row(11, "C10", 3, "Farid", State::Sealed, same),
        row(18, "C12", 2, "Farid", State::Sealed, same),
        row(64, "C10", 4, "Farid", State::Sealed, same),
        row(66, "C10", 4, "Farid", State::Sealed, same),
        row(75, "C12", 3, "Farid", State::Sealed, same),
        row(81, "C10", 3, "Farid", State::Sealed, same),
        row(86, "C10", 4, "Farid", State::Sealed, None),
    ];
    assert_eq!(told(joon.record_log()), expected);
}

#[tokio::test]
async fn below_expected_is_what_the_story_says_and_everything_is_read_within_two_days() {
    let world = World::seeded().await;
    let mut below = Vec::new();
    for who in ["amara", "joon"] {
        let phone = world.phone(who).await;
        let log = phone.record_log();
        for (_, entry) in ledgers(log, "observation") {
            let version = entry.latest().expect("it was sent");
            let rules = Rules { kinds: world.server.gate.kinds(), facts: &log.facts, ledger: &log.ledger };
            if is_below_expected(rules, &version.content, NOW) {
                below.push((who, story_day(log, version.happened_at())));
            }
            if let Some(read) = &version.acknowledged {
                assert!(read.when().days_since(version.submitted.received_at) <= 2);
            }
        }
    }
    below.sort_unstable();
    assert_eq!(below, [("amara", 9), ("joon", 11), ("joon", 18), ("joon", 81)]);
}

#[tokio::test]
async fn one_record_alone_was_written_up_later_and_no_clock_was_ahead() {
    let world = World::seeded().await;
    let mut late = Vec::new();
    for who in ["amara", "joon"] {
        let phone = world.phone(who).await;
        let log = phone.record_log();
        for version in log.ledger.records.values().flat_map(|entry| &entry.versions) {
            assert_eq!(version.submitted.clock_ahead_ms(), None);
            if entry_is_observation(log, version) && version.lateness(&log.facts.settings) != Lateness::InTime {
                late.push((
                    story_day(log, version.happened_at()),
                    story_day(log, version.submitted.received_at),
                    version.text("late_reason").map(str::to_owned),
                ));
            }
        }
    }
    assert_eq!(late, [(48, 58, Some("leave".to_owned()))]);

    let joon = world.phone("joon").await;
    let log = joon.record_log();
    let without_signal = on_day(log, 64);
    assert_eq!((story_day(log, without_signal.submitted.at), story_day(log, without_signal.submitted.received_at)), (64, 66));
    assert_eq!(story_day(log, on_day(log, 66).submitted.received_at), 67);
}

fn entry_is_observation(log: &Log, version: &Version) -> bool {
    ledgers(log, "observation").any(|(_, entry)| entry.versions.contains(version))
}

fn on_day(log: &Log, day: i64) -> &Version {
    let found = ledgers(log, "observation").filter_map(|(_, entry)| entry.latest()).find(|version| story_day(log, version.happened_at()) == day);
    found.expect("an observation of that day")
}

#[tokio::test]
async fn what_was_withdrawn_is_struck_out_and_its_words_are_hidden() {
    let world = World::seeded().await;
    let amara = world.phone("amara").await;
    let log = amara.record_log();
    let version = on_day(log, 66);
    let (hidden, voided) = (version.hidden.as_ref().expect("hidden"), version.voided.as_ref().expect("withdrawn"));
    assert_eq!((story_day(log, hidden.received_at), story_day(log, voided.received_at)), (67, 67));
    assert!(hidden.position < voided.position, "hiding never waits");
    assert_eq!(log.facts.first_name(voided.by), "Farid");
    let words = format!("{:?}", log.ledger);
    assert!(!words.contains("Joon"), "nobody learns from Amara's record whom it was about");
}

#[tokio::test]
async fn the_notes_were_sent_back_asked_for_again_and_signed_off() {
    let world = World::seeded().await;
    let bea = world.phone("bea").await;
    let log = bea.log_of("Amara");
    let (_, claim) =
        ledgers(log, "claim").find(|(_, entry)| entry.latest().is_some_and(|version| version.text("competency") == Some("C03"))).expect("the claim");
    let [first, second] = claim.versions.as_slice() else { panic!("two versions: {claim:?}") };
    assert_eq!(story_day(log, first.submitted.received_at), 82);
    let returned = first.returned.as_ref().expect("sent back");
    assert_eq!((story_day(log, returned.received_at), returned.reason.as_deref()), (83, Some("Say what you now do differently.")));
    assert_eq!(story_day(log, second.submitted.received_at), 84);
    let approved = second.approved.as_ref().expect("signed off");
    assert_eq!((story_day(log, approved.received_at), log.facts.name(approved.by)), (86, "Bea Monteiral".to_owned()));
    let chosen: BTreeSet<i64> = second
        .keyed("evidence")
        .filter_map(|(line, _)| log.ledger.sealed_at(line.parse().ok()?))
        .map(|(_, _, version)| story_day(log, version.happened_at()))
        .collect();
    assert_eq!(chosen, BTreeSet::from([48, 63, 70]));
}

#[tokio::test]
async fn what_is_missing_for_a_sign_off_reads_as_the_story_says() {
    let world = World::seeded().await;
    let bea = world.phone("bea").await;
    let log = bea.log_of("Amara");
    let (_, claim) = ledgers(log, "claim").find(|(_, entry)| entry.state(1) == Some(State::Sent)).expect("C01 waits");
    let version = claim.latest().expect("sent");
    assert_eq!(story_day(log, version.submitted.received_at), 87);
    let rules = Rules { kinds: world.server.gate.kinds(), facts: &log.facts, ledger: &log.ledger };
    let rule = claim_assessment(rules, version).expect("a rule");
    assert_eq!(rule.sentence(), "Needs 3 at level 3 or more from 2 people in 6 months. Has 3, from 2. Met.");
    assert_eq!(missing(log, "C05", 3).as_deref(), Some("Still needs 3 at level 3 or more, from 2 people."));
    assert_eq!(missing(bea.log_of("Joon"), "C10", 4).as_deref(), Some("Still needs 1 more at level 4 or more, from a second person."));
}

fn missing(log: &Log, skill: &str, level: u8) -> Option<String> {
    evidence::assess(&log.facts, &log.ledger, skill, level, NOW, None).expect("a rule").missing()
}

#[tokio::test]
async fn the_supervisor_reviewed_what_no_claim_uses() {
    let world = World::seeded().await;
    let bea = world.phone("bea").await;
    let waiting = |log: &Log| -> Vec<i64> {
        let mut days: Vec<i64> = ledgers(log, "observation")
            .filter_map(|(_, entry)| entry.latest())
            .filter(|version| version.stands() && version.countersigned.is_none())
            .filter(|version| log.facts.competency(version.text("competency").expect("a skill")).expect("known").high_risk)
            .map(|version| story_day(log, version.happened_at()))
            .collect();
        days.sort_unstable();
        days
    };
    assert_eq!(waiting(bea.log_of("Amara")), [36, 48, 63, 70, 72, 80], "these are a claim's evidence");
    assert_eq!(waiting(bea.log_of("Joon")), [] as [i64; 0]);
    let log = bea.log_of("Amara");
    let comment = log
        .index
        .records()
        .filter_map(|record| Some((record, log.index.identity(record)?.0)))
        .find(|(_, kind)| *kind == "comment")
        .expect("the notes standard");
    let fields = log.index.now().record(comment.0);
    let words = fields.get("words").and_then(|values| values.first()).and_then(Scalar::text).expect("words");
    assert!(words.contains("notes standard"), "{words}");
}

#[tokio::test]
async fn agreements_and_plans_are_signed_started_and_in_force() {
    let world = World::seeded().await;
    let bea = world.phone("bea").await;
    for (mentee, versions, starts, due) in [("Amara", 2, 0, 90), ("Joon", 1, 2, 113)] {
        let log = bea.log_of(mentee);
        let (_, agreement) = ledgers(log, "agreement").next().expect("an agreement");
        assert_eq!(agreement.versions.len(), versions);
        let latest = agreement.latest().expect("sent");
        assert!(latest.sealed.is_some() && parties_missing(&log.facts, latest, NOW).is_empty());
        let (_, plan) = log.ledger.standing("plan").next().expect("a plan");
        assert!(plan_is_active(plan));
        let day = |field: &str| 88 - days_before_now(&log.facts, plan.text(field).expect("a day"));
        assert_eq!((day("starts_on"), day("due_on")), (starts, due));
    }
    let log = bea.log_of("Amara");
    let (_, agreement) = ledgers(log, "agreement").next().expect("an agreement");
    let signed: Vec<(String, i64)> =
        agreement.versions[1].signatures.iter().map(|mark| (log.facts.first_name(mark.by), story_day(log, mark.received_at))).collect();
    assert_eq!(signed, [("Amara", 1), ("Ruth", 1), ("Bea", 1), ("Farid", 16)].map(|(name, day)| (name.to_owned(), day)));
    assert!(agreement.versions[1].text("boundaries").is_some_and(|words| words.contains("No messages 08:00–16:00 after nights.")));
    assert_eq!(bea.log_of("Joon").facts.paused_days(At(0), NOW), 21);
}

fn days_before_now(facts: &Facts, day: &str) -> i64 {
    let day: jiff::civil::Date = day.parse().expect("a date");
    i64::from(day.until(NOW.day_in(&facts.zone())).expect("close by").get_days())
}

#[tokio::test]
async fn r13_the_jot_is_in_ruths_own_log_and_nowhere_else() {
    let world = World::seeded().await;
    let ruth = world.phone("ruth").await;
    let own = ruth.phone.own_log();
    let jots: Vec<_> = ruth.rows(own).into_iter().filter(|row| row.kind == "observation").collect();
    assert_eq!(jots.len(), 1, "everything else was shared");
    assert_eq!(jots[0].text("jot"), Some("calm with the new resident, good questions"));
    assert_eq!(jots[0].text("competency"), None);
    for who in ["amara", "joon", "farid", "bea", "tomas"] {
        let phone = world.phone(who).await;
        assert!(phone.phone.replica.logs().all(|log| !log.index.has_record(&jots[0].record.to_string())), "{who} has the jot");
        assert!(phone.phone.replica.logs().all(|log| !matches!(log.id, LogId::Own(_)) || log.id == phone.phone.own_log()));
    }
}

#[tokio::test]
async fn every_line_verifies_on_a_phone_that_fetches_it() {
    let world = World::seeded().await;
    for who in ["amara", "joon", "ruth", "farid", "bea", "tomas"] {
        let phone = world.phone(who).await;
        for log in phone.phone.replica.logs() {
            let stand = world.server.store.stand(log.id).await.expect("the store answers").expect("the log is open");
            assert_eq!(log.chain, stand.head, "{who} has all of {}", log.id);
            assert!(log.facts.opened.as_ref().is_some_and(|opened| opened.demonstration), "marked as a demonstration");
        }
        assert!(phone.phone.replica.stuck().is_empty());
    }
}

#[tokio::test]
async fn the_people_are_in_their_places() {
    let world = World::seeded().await;
    let tomas = world.phone("tomas").await;
    let roles = |log: &Log| -> BTreeMap<String, (Role, bool)> {
        log.facts.current(NOW).map(|member| (member.first_name().to_owned(), (member.role, member.leads))).collect()
    };
    let of = |names: &[(&str, Role, bool)]| -> BTreeMap<String, (Role, bool)> {
        names.iter().map(|(name, role, leads)| ((*name).to_owned(), (*role, *leads))).collect()
    };
    let expected = [
        ("Amara", Role::Mentee, false),
        ("Ruth", Role::Mentor, true),
        ("Farid", Role::Mentor, false),
        ("Bea", Role::Supervisor, false),
        ("Tomas", Role::Lead, false),
    ];
    assert_eq!(roles(tomas.log_of("Amara")), of(&expected));
    let expected = [("Joon", Role::Mentee, false), ("Farid", Role::Mentor, true), ("Bea", Role::Supervisor, false), ("Tomas", Role::Lead, false)];
    assert_eq!(roles(tomas.log_of("Joon")), of(&expected));
    assert_eq!(tomas.log_of("Amara").facts.settings.cadence_days, 14);
    assert_eq!(tomas.log_of("Joon").facts.settings.cadence_days, 21);
    let framework = tomas.log_of("Amara").facts.framework.as_ref().expect("a framework");
    assert_eq!(framework.competencies.len(), 12);
    assert!(framework.competencies.iter().all(|competency| competency.evidence.keys().eq(&[3, 4, 5]) && competency.progression.len() == 3));
}

#[tokio::test]
async fn everybody_signs_in_with_what_is_printed() {
    let world = World::seeded().await;
    for account in demo::accounts() {
        let (_, person) = world.server.accounts.sign_in(account.email, account.password, None).await.expect("signed in");
        let person = world.server.store.person(person).await.expect("the store answers").expect("a person");
        assert_eq!(person.name, account.name);
    }
}

#[tokio::test]
async fn a_second_seed_changes_nothing() {
    let world = World::seeded().await;
    let before = world.stands().await;
    let seeded = demo::seed_if_empty(&world.server, Story::Demonstration, |_| panic!("nothing happens")).await.expect("it was seeded before");
    assert_eq!(seeded, Seeded::Before);
    assert_eq!(world.stands().await, before);
}

#[tokio::test]
async fn the_story_goes_through_at_any_hour_of_the_year() {
    // Just after midnight, with the change to summer time inside of the story.
    let now = At("2027-04-04T23:05:00Z".parse::<jiff::Timestamp>().expect("a time").as_millisecond());
    let world = World::empty(now).await;
    assert_eq!(demo::seed_if_empty(&world.server, Story::Demonstration, |_| {}).await.expect("the story goes through"), Seeded::Now);
    let lines = world.stands().await.iter().map(|(_, stand)| stand.head.next).sum::<u64>();
    assert!(lines > 250, "{lines} lines");
    for (log, stand) in world.stands().await {
        let page = server::store::Page { from: 0, end: stand.head.next, lines: usize::MAX, bytes: usize::MAX };
        let lines = world.server.store.lines(log, page).await.expect("the store answers");
        assert!(lines.iter().all(|line| line.header.received_at < now), "all of {log} lies in the past");
    }
}

#[tokio::test]
async fn an_organisation_of_somebodys_own_is_left_alone() {
    let world = World::empty(NOW).await;
    let mut file = OrganisationFile::parse(include_str!("../src/demo/quillbrook.json")).expect("a file");
    file.demonstration = false;
    organisation::create(&world.server.gate, &file, NOW).await.expect("made");
    let before = world.stands().await;
    assert_eq!(demo::seed_if_empty(&world.server, Story::Demonstration, |_| {}).await.expect("nothing happens"), Seeded::Another);
    assert_eq!(world.stands().await, before);
}

#[tokio::test]
async fn a_seed_that_was_stopped_half_way_is_told_and_not_continued() {
    let world = World::empty(NOW).await;
    let file = OrganisationFile::parse(include_str!("../src/demo/quillbrook.json")).expect("a file");
    organisation::create(&world.server.gate, &file, NOW).await.expect("made");
    let error = demo::seed_if_empty(&world.server, Story::Demonstration, |_| {}).await.expect_err("it is not whole");
    assert!(matches!(error, demo::SeedError::Unfinished), "{error}");
}

#[tokio::test]
async fn nothing_is_held_for_the_lead() {
    let world = World::seeded().await;
    let tomas = world.phone("tomas").await;
    for mentee in ["Amara", "Joon"] {
        assert!(world.server.store.held_in(tomas.log_of(mentee).id).await.expect("the store answers").is_empty());
    }
}
