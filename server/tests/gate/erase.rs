//! Erasing by epoch: the words are gone from the database and from every phone, the chain holds, and work goes on.

use server::{
    gate::{Erasing, GateError},
    outside::Clock as _,
    store::Page,
};
use shared::{
    decision::{Act, SignedDecision},
    fact::MAX_ERASED,
    id::{LogId, RecordId},
    ledger::State,
    line::LineKind,
    time::MINUTE_MS,
    wire::Verdict,
};

use sqlx::Connection as _;

use crate::{
    held::one_held,
    house::{Database, House, LEAD, MENTEE, MENTOR},
    phone::Phone,
};

/// What the example's phones write in every observation.
const WORDS: &str = "Urgent things came first.";
const GONE: &str = "Her new address is 12 Mill Lane.";
const KEPT: &str = "One of them was called by her name.";

async fn erases(house: &House, email: &str, records: &[RecordId], reason: &str) -> Result<(), GateError> {
    let by = house.person(email).await.id;
    let erasing = Erasing { log: house.record, records: records.iter().copied().collect(), by, reason: reason.to_owned() };
    house.server.gate.erase(erasing, house.clock.now()).await
}

fn code(erased: Result<(), GateError>) -> String {
    match erased {
        Err(GateError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    }
}

/// Everything that the database tells of a log.
async fn told(house: &House, log: LogId) -> Vec<shared::line::Line> {
    let page = Page { from: 0, end: u64::MAX >> 1, lines: 10_000, bytes: usize::MAX };
    house.server.store.lines(log, page).await.expect("the store answers")
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

async fn tells(house: &House, log: LogId, words: &str) -> bool {
    let side = |line: &shared::line::Line| {
        line.side.clone().is_some_and(|side| holds(&side.bytes.0, words) || side.content.is_some_and(|content| holds(&content.0, words)))
    };
    told(house, log).await.iter().any(side)
}

/// Whether words are in any part of any log.
async fn keeps(house: &House, words: &str) -> bool {
    crate::kept::all_parts(&house.database).await.iter().any(|(_, _, bytes)| holds(bytes, words))
}

#[tokio::test]
async fn erased_words_are_gone_and_the_rest_goes_on() {
    erased_words_are_gone(Database::Sqlite).await;
}

#[tokio::test]
async fn erased_words_are_gone_from_postgres_too() {
    erased_words_are_gone(Database::Postgres).await;
}

async fn erased_words_are_gone(database: Database) {
    let house = House::on(database).await;
    let (mut mentor, mut mentee) = (Phone::of(&house, MENTOR).await, Phone::of(&house, MENTEE).await);
    let mut observed = Vec::new();
    for _ in 0..2 {
        let record = mentor.drafts(&house).await;
        mentor.sync(&house).await;
        mentor.signs_and_sends(&house, record);
        mentor.sync(&house).await;
        observed.push(record);
    }
    let [gone, kept] = observed.as_slice() else { panic!("two were made") };
    mentee.sync(&house).await;
    mentee.decides(house.record, *gone, Act::Acknowledge, house.clock.now());
    mentee.sync(&house).await;
    let comment = mentee.comments(house.record, *kept, KEPT, house.clock.now());
    mentee.sync(&house).await;
    // Without signal: on what stays, and on what will be gone.
    house.clock.forward(MINUTE_MS);
    let late = mentee.comments(house.record, *kept, "Written before, sent after.", house.clock.now());
    let lost = mentee.comments(house.record, *gone, "About the other one.", house.clock.now());
    house.server.gate.keep_all().await;
    assert!(keeps(&house, WORDS).await, "what was folded of them is stored");
    let under_way = mentee.request(&house);
    let before = told(&house, house.record).await;
    let own = mentor.own_log();
    assert!(tells(&house, house.record, WORDS).await && tells(&house, own, WORDS).await, "the words are there before");

    erases(&house, LEAD, &[*gone], "The mentee's address stood in it").await.expect("the lead may");

    assert!(!keeps(&house, WORDS).await, "nothing of the old epoch that was folded stays");

    // Every line is where it was, and the ones of the old epoch have lost their words; decisions and facts stay.
    let after = told(&house, house.record).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&before.header, before.hash, before.commitment), (&after.header, after.hash, after.commitment));
        assert_eq!(after.side.is_some(), after.header.kind != LineKind::Word);
    }
    let frozen = after.iter().filter(|line| line.side.as_ref().is_some_and(|side| side.content.is_some())).count();
    assert_eq!(frozen, 1, "the frozen words of the one that stays");

    // What a signature bound is a digest with a salt, and the salt went with the words: nobody can try texts against it.
    let decisions = after.iter().filter(|line| line.header.kind == LineKind::Decision).filter_map(|line| line.side.as_ref());
    for side in decisions {
        let signed: SignedDecision = shared::cbor::decode(&side.bytes.0, 64 * 1024).expect("a decision");
        assert_eq!(signed.salt, None);
    }

    // What was sent in the old epoch is judged by nobody; the phone reads the new one and writes it anew.
    let response = mentee.post(&house, &under_way).await;
    assert!(response.verdicts.iter().all(|verdict| matches!(verdict, Verdict::Refused(refusal) if refusal.code == "old_epoch")), "{:?}", response.verdicts);
    mentee.replica.absorb(&under_way, response, house.clock.now());
    mentee.sync(&house).await;
    let fresh = Phone::of(&house, MENTEE).await;
    mentee.sync(&house).await;
    mentor.sync(&house).await;
    for phone in [&mentor, &mentee, &fresh] {
        let row = phone.row(house.record, *gone);
        assert!(row.fields.is_empty() && row.entry.as_ref().is_some_and(|entry| entry.latest().is_some_and(|version| version.content.is_empty())));
        let entry = row.entry.expect("decisions stay");
        assert_eq!(entry.state(1), Some(State::Sealed));
        assert!(entry.latest().is_some_and(|version| version.acknowledged.is_some()));
        assert_eq!(phone.row(house.record, *kept).text("went_well"), Some(WORDS));
        assert!(!phone.row(house.record, *kept).changed_after, "carried over is not changed");
        assert_eq!(phone.row(house.record, comment).text("words"), Some(KEPT));
        assert_eq!(phone.row(house.record, late).text("words"), Some("Written before, sent after."));
        assert_eq!(phone.log(house.record).chain, fresh.log(house.record).chain);
        assert!(phone.log(house.record).index == fresh.log(house.record).index && phone.log(house.record).ledger == fresh.log(house.record).ledger);
    }
    // A comment is a record of its own: it stands, on something whose words are gone.
    assert_eq!(mentee.row(house.record, lost).text("words"), Some("About the other one."));
    assert!(mentor.replica.row_of(own, *gone).is_none(), "the draft went with it");
    for log in [house.record, own] {
        assert_eq!(mentor.log(log).facts.erased, [*gone].into(), "{log}");
    }

    // Nobody writes to it again, and it can still be withdrawn.
    let refused = mentee.replica.propose(
        &shared::phone::Ask::Decide { log: house.record, record: *gone, version: 1, act: Act::Disagree, reason: None, pin: String::new() },
        shared::decision::Unlock { method: shared::decision::UnlockMethod::Pin, at: house.clock.now() },
        house.clock.now(),
        &mut || [1; 16],
    );
    assert_eq!(refused.expect_err("nothing is decided on it").code, "erased");

    let void = shared::phone::Ask::Decide {
        log: house.record,
        record: *gone,
        version: 1,
        act: Act::Void,
        reason: Some("Nobody knows what it said".to_owned()),
        pin: String::new(),
    };
    mentor.sign(&void, house.clock.now());
    let verdicts = mentor.sync(&house).await;
    assert!(matches!(verdicts.as_slice(), [Verdict::Accepted { .. }]), "{verdicts:?}");

    // The server reads the same from its lines, and a second erasing goes on from there.
    let house = house.restarted().await;
    assert_eq!(code(erases(&house, LEAD, &[*gone], "again").await), "erase_unknown");
    erases(&house, LEAD, &[*kept], "The other one too").await.expect("the lead may");
    mentor.sync(&house).await;
    assert!(!tells(&house, house.record, WORDS).await && !tells(&house, own, WORDS).await);
    house.server.gate.keep_all().await;
    assert!(!keeps(&house, WORDS).await && keeps(&house, KEPT).await, "what is stored of the new epoch has what stays");
    assert_eq!(mentor.row(house.record, comment).text("words"), Some(KEPT));
    assert_eq!((mentor.log(house.record).epoch, mentor.log(own).epoch), (3, 3));

    if database == Database::Sqlite {
        // What stays is in the lines and in what was folded of them.
        house.server.store.close().await;
        let mut read = 0;
        for entry in std::fs::read_dir(house.folder.path()).expect("the folder is there") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("it reads");
            assert!(!holds(&bytes, WORDS), "not even in the file");
            read += usize::from(holds(&bytes, KEPT));
        }
        assert_eq!(read, 1, "what stays is in the file, so that the search finds what is there");
    }
}

/// Rows that moved from page to page on their way may have left copies behind, which deleting them does not reach: the file
/// is written anew, and has no room in it that was once used.
#[tokio::test]
async fn after_an_erasure_the_file_is_written_anew() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let observation = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, observation);
    let mut gone = Vec::new();
    for _ in 0..MAX_ERASED {
        gone.push(mentor.comments(house.record, observation, &format!("{GONE} ").repeat(20), house.clock.now()));
        mentor.sync(&house).await;
    }
    house.server.gate.keep_all().await;
    erases(&house, LEAD, &gone, "None of it was to be kept").await.expect("the lead may");
    house.server.store.close().await;
    let mut connection = sqlx::SqliteConnection::connect(&house.database).await.expect("the file opens");
    for asked in ["pragma freelist_count", "pragma user_version"] {
        let answer: i64 = sqlx::query_scalar(asked).fetch_one(&mut connection).await.expect("an answer");
        assert_eq!(answer, 0, "{asked}");
    }

    // Where the server was stopped in between, it is done when the file is opened next.
    for left in ["create table left_over as select randomblob(100000) as bytes", "drop table left_over", "pragma user_version = 1"] {
        sqlx::query(left).execute(&mut connection).await.expect("it is done");
    }
    let free: i64 = sqlx::query_scalar("pragma freelist_count").fetch_one(&mut connection).await.expect("an answer");
    assert!(free > 0, "what was dropped left room");
    connection.close().await.expect("it closes");
    let house = house.restarted().await;
    house.server.store.close().await;
    let mut connection = sqlx::SqliteConnection::connect(&house.database).await.expect("the file opens");
    let free: i64 = sqlx::query_scalar("pragma freelist_count").fetch_one(&mut connection).await.expect("an answer");
    assert_eq!(free, 0);
    connection.close().await.expect("it closes");
    for entry in std::fs::read_dir(house.folder.path()).expect("the folder is there") {
        let bytes = std::fs::read(entry.expect("a file").path()).expect("it reads");
        assert!(!holds(&bytes, GONE), "not even in the file");
    }
}

#[tokio::test]
async fn only_the_lead_erases_with_a_reason_and_when_nothing_is_held() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let record = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, record);
    mentor.sync(&house).await;
    let before = told(&house, house.record).await;
    assert_eq!(code(erases(&house, MENTOR, &[record], "mine").await), "r10_role");
    assert_eq!(code(erases(&house, LEAD, &[record], " ").await), "r6_reason");
    assert_eq!(code(erases(&house, LEAD, &[], "nothing").await), "erase_count");
    assert_eq!(code(erases(&house, LEAD, &[RecordId(uuid::Uuid::nil())], "not there").await), "erase_unknown");
    assert_eq!(told(&house, house.record).await, before, "nothing was written");

    let house = House::new().await;
    one_held(&house).await;
    let worded = house.server.gate.erasable(house.record).await.expect("the gate answers");
    let [observation] = worded.as_slice() else { panic!("one was sent: {worded:?}") };
    assert_eq!((observation.kind.as_str(), observation.fields.get("went_well")), ("observation", Some(&WORDS.into())));
    assert_eq!(code(erases(&house, LEAD, &[observation.record], "with held words").await), "erase_held");
}
