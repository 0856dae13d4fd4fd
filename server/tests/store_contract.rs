//! What every store promises; each backend passes all of it, on a real file.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use server::{
    outside::Entropy,
    store::{Device, Held, HeldId, LogWork, Organisation, Outcome, Page, Person, Place, Session, Settled, SqliteStore, Store, StoreError, Work},
};
use shared::{
    bytes::{Bytes, Fixed},
    fact::{Fact, Facts, Member, MemberEnded, Opened},
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId, RelationshipId},
    key::SecretKey,
    kind::Kinds,
    ledger::Ledger,
    line::ChainHead,
    log::FIRST_EPOCH,
    role::Role,
    rules::{self, Accepted, State},
    time::{At, DAY_MS},
    wire::{Bundle, Item},
};
use uuid::Uuid;

const NOW: At = At(1_778_590_920_000);

struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let drawn = self.0.fetch_add(1, Ordering::SeqCst);
        bytes.iter_mut().zip(drawn.to_le_bytes().into_iter().cycle()).for_each(|(byte, drawn)| *byte = drawn);
    }
}

/// A store, and what a gate would remember beside it.
struct Bench {
    store: Arc<dyn Store>,
    folder: tempfile::TempDir,
    key: SecretKey,
    entropy: Counted,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = open(&folder).await;
        let bench = Self { store, folder, key: SecretKey::from_seed([3; 32]), entropy: Counted(AtomicU64::new(1)) };
        bench.store.commit(Work { organisation: Some(bench.organisation()), ..Work::default() }).await.expect("the store is empty");
        bench
    }

    fn organisation(&self) -> Organisation {
        Organisation {
            id: OrganisationId(Uuid::from_u128(1)),
            name: "Harrowmere".to_owned(),
            key: self.key.clone(),
            zone: "UTC0".to_owned(),
            person_word: "client".to_owned(),
            demonstration: false,
            created_at: NOW,
        }
    }

    async fn reopened(self) -> Self {
        self.store.close().await;
        Self { store: open(&self.folder).await, ..self }
    }

    async fn person(&self, number: u128) -> PersonId {
        let id = PersonId(Uuid::from_u128(number));
        let person = Person {
            id,
            name: format!("Person {number}"),
            email: format!("{number}@harrowmere.example"),
            job: String::new(),
            place: String::new(),
            employed_from: NOW,
            leads: false,
        };
        self.store.commit(Work { people: vec![person], ..Work::default() }).await.expect("nobody else has that address");
        id
    }

    fn work(&self, log: LogId, before: ChainHead, at: At, facts: Vec<Fact>) -> LogWork {
        let place = Place { log, epoch: FIRST_EPOCH, before, received_at: at, key: &self.key, entropy: &self.entropy };
        LogWork::new(place, facts.into_iter().map(accepted).collect())
    }

    fn origin(&self, log: LogId) -> ChainHead {
        ChainHead::origin(log, OrganisationId(Uuid::from_u128(1)))
    }

    async fn opened(&self, log: LogId, members: Vec<Fact>) -> ChainHead {
        let opened = Fact::Opened(Opened {
            log,
            organisation: OrganisationId(Uuid::from_u128(1)),
            organisation_name: "Harrowmere".to_owned(),
            key: self.key.public(),
            zone: "UTC0".to_owned(),
            person_word: "client".to_owned(),
            demonstration: false,
            relationship: None,
        });
        let work = self.work(log, self.origin(log), NOW, [vec![opened], members].concat());
        let head = work.after();
        self.store.commit(Work::of(work)).await.expect("the log is new");
        head
    }
}

async fn open(folder: &tempfile::TempDir) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&format!("sqlite://{}", folder.path().join("contract.sqlite").display())).await.expect("the store opens"))
}

fn accepted(fact: Fact) -> Accepted {
    let (kinds, mut facts, ledger) = (Kinds::standard(), Facts::default(), Ledger::default());
    facts.fold(&Fact::Opened(Opened {
        log: record_log(0),
        organisation: OrganisationId(Uuid::from_u128(1)),
        organisation_name: String::new(),
        key: SecretKey::from_seed([3; 32]).public(),
        zone: "UTC0".to_owned(),
        person_word: String::new(),
        demonstration: false,
        relationship: None,
    }));
    facts.fold(&member(LEAD, Role::Lead));
    rules::fact(State { kinds: &kinds, facts: &facts, ledger: &ledger }, fact, NOW).expect("the rules allow it")
}

const LEAD: PersonId = PersonId(Uuid::from_u128(999));

fn record_log(number: u128) -> LogId {
    LogId::Record(RelationshipId(Uuid::from_u128(number)))
}

fn member(person: PersonId, role: Role) -> Fact {
    Fact::Member(Member {
        person,
        name: "Somebody".to_owned(),
        role,
        leads: false,
        job: String::new(),
        place: String::new(),
        employed_from: NOW,
        from: NOW,
        until: None,
    })
}

/// A fact that feeds no table.
fn captured(number: u128) -> Fact {
    Fact::Captured { record: RecordId(Uuid::from_u128(number)), earliest: NOW, latest: NOW }
}

const ALL: Page = Page { from: 0, end: u64::MAX, lines: usize::MAX, bytes: usize::MAX };

#[tokio::test]
async fn there_is_one_organisation_and_one_person_an_address() {
    let bench = Bench::new().await;
    let again = bench.store.commit(Work { organisation: Some(bench.organisation()), ..Work::default() }).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    let person = bench.person(7).await;
    let same = Person { id: PersonId(Uuid::from_u128(8)), ..bench.store.person(person).await.expect("an answer").expect("they are there") };
    let twice = bench.store.commit(Work { people: vec![same], ..Work::default() }).await;
    assert!(matches!(twice, Err(StoreError::Conflict)), "{twice:?}");
    assert_eq!(bench.store.people().await.expect("an answer").len(), 1);
    let kept = bench.reopened().await.store.organisation().await.expect("an answer").expect("it is there");
    assert_eq!((kept.name.as_str(), kept.key.seed()), ("Harrowmere", [3; 32]));
}

#[tokio::test]
async fn a_session_lasts_until_its_end_and_no_password_change() {
    let bench = Bench::new().await;
    let person = bench.person(7).await;
    let session = Session { person, began_at: NOW, ends_at: NOW.plus(DAY_MS) };
    let (first, second) = (Fixed([1; 32]), Fixed([2; 32]));
    for token in [first, second] {
        bench.store.begin_session(token, &session).await.expect("an answer");
    }
    assert_eq!(bench.store.session(first, NOW).await.expect("an answer"), Some(session));
    assert_eq!(bench.store.session(first, session.ends_at).await.expect("an answer"), None, "the end is the first moment without it");
    bench.store.extend_session(first, NOW.plus(3 * DAY_MS)).await.expect("an answer");
    assert!(bench.store.session(first, session.ends_at).await.expect("an answer").is_some());
    bench.store.end_session(second).await.expect("an answer");
    assert_eq!(bench.store.session(second, NOW).await.expect("an answer"), None);
    bench.store.set_password(person, "phc").await.expect("an answer");
    assert_eq!(bench.store.session(first, NOW).await.expect("an answer"), None, "a new password ends them all");
    assert_eq!(bench.store.password(person).await.expect("an answer").as_deref(), Some("phc"));
}

#[tokio::test]
async fn an_invitation_is_used_once() {
    let bench = Bench::new().await;
    let person = bench.person(7).await;
    let token = Fixed([1; 32]);
    bench.store.invite(token, person, NOW.plus(DAY_MS)).await.expect("an answer");
    assert_eq!(bench.store.invitation(token, NOW.plus(DAY_MS)).await.expect("an answer"), None, "it has ended");
    assert_eq!(bench.store.accept_invitation(token, "phc", NOW).await.expect("an answer"), Some(person));
    assert_eq!(bench.store.accept_invitation(token, "other", NOW).await.expect("an answer"), None);
    assert_eq!(bench.store.password(person).await.expect("an answer").as_deref(), Some("phc"));
}

#[tokio::test]
async fn lines_come_back_as_they_were_and_in_pages() {
    let bench = Bench::new().await;
    let log = record_log(1);
    let head = bench.opened(log, vec![]).await;
    let work = bench.work(log, head, NOW, (0..9).map(captured).collect());
    let (written, after): (Vec<_>, _) = (work.lines().cloned().collect(), work.after());
    bench.store.commit(Work::of(work)).await.expect("it follows");
    let bench = bench.reopened().await;
    let read = bench.store.lines(log, ALL).await.expect("an answer");
    assert_eq!(read.get(1..), Some(written.as_slice()));
    let mut chain = bench.origin(log);
    read.iter().for_each(|line| chain.accept(line, &bench.key.public()).expect("the chain holds"));
    assert_eq!(chain, after);
    let stand = bench.store.stand(log).await.expect("an answer").expect("it is open");
    assert_eq!((stand.epoch, stand.head), (FIRST_EPOCH, after));
    let store = &bench.store;
    let positions = |page| async move { store.lines(log, page).await.expect("an answer").iter().map(|line| line.header.position).collect::<Vec<_>>() };
    assert_eq!(positions(Page { from: 3, lines: 2, ..ALL }).await, [3, 4]);
    assert_eq!(positions(Page { from: 8, end: 9, ..ALL }).await, [8]);
    assert_eq!(positions(Page { from: 5, bytes: 1, ..ALL }).await, [5], "one line comes in any case");
    assert_eq!(bench.store.stand(record_log(2)).await.expect("an answer"), None);
}

#[tokio::test]
async fn work_on_an_older_head_is_a_conflict_and_writes_nothing() {
    let bench = Bench::new().await;
    let (log, other) = (record_log(1), record_log(2));
    let head = bench.opened(log, vec![]).await;
    let other_head = bench.opened(other, vec![]).await;
    bench.store.commit(Work::of(bench.work(log, head, NOW, vec![captured(1)]))).await.expect("it follows");
    let late = Work { logs: vec![bench.work(other, other_head, NOW, vec![captured(2)]), bench.work(log, head, NOW, vec![captured(3)])], ..Work::default() };
    assert!(matches!(bench.store.commit(late).await, Err(StoreError::Conflict)));
    assert_eq!(bench.store.stand(other).await.expect("an answer").expect("it is open").head, other_head, "not even in the other log");
    let opened_twice = bench.work(log, bench.origin(log), NOW, vec![captured(4)]);
    assert!(matches!(bench.store.commit(Work::of(opened_twice)).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn many_at_once_are_each_whole_and_one_that_fails_spoils_no_other() {
    let bench = Bench::new().await;
    let mut works = Vec::new();
    for number in 1..=40 {
        let head = bench.opened(record_log(number), vec![]).await;
        works.push(bench.work(record_log(number), head, NOW, vec![captured(number), captured(number + 1)]));
        if number % 8 == 0 {
            // Nobody opened this one.
            works.push(bench.work(record_log(1_000 + number), head, NOW, vec![captured(number)]));
        }
    }
    let ends: Vec<_> = works.iter().map(|work| (work.log(), work.after())).collect();
    let commits: Vec<_> = works
        .into_iter()
        .map(|work| {
            let store = Arc::clone(&bench.store);
            tokio::spawn(async move { store.commit(Work::of(work)).await })
        })
        .collect();
    for ((log, end), commit) in ends.into_iter().zip(commits) {
        let done = commit.await.expect("it runs to its end");
        let stand = bench.store.stand(log).await.expect("an answer");
        match stand {
            Some(stand) => assert!(done.is_ok() && stand.head == end, "{log}: {done:?}"),
            None => assert!(matches!(done, Err(StoreError::Conflict)), "{log}: {done:?}"),
        }
    }
}

#[tokio::test]
async fn facts_say_who_reads_what_and_how_far() {
    let bench = Bench::new().await;
    let (person, other) = (bench.person(7).await, bench.person(8).await);
    let log = record_log(1);
    let head = bench.opened(log, vec![member(person, Role::Mentee), member(other, Role::Mentor)]).await;
    let ended = Fact::MemberEnded(MemberEnded { person: other, role: Role::Mentor, at: NOW.plus(1), reason: "moved".to_owned(), by: LEAD });
    let work = bench.work(log, head, NOW.plus(1), vec![ended, captured(1)]);
    let (gone_at, end) = (head.next, work.after().next);
    bench.store.commit(Work::of(work)).await.expect("it follows");
    let later = NOW.plus(2);
    let store = &bench.store;
    let reach = |person| async move {
        store.reach(person, later).await.expect("an answer").iter().map(|reach| (reach.log, reach.end, reach.current)).collect::<Vec<_>>()
    };
    assert_eq!(reach(person).await, [(log, end, true)]);
    assert_eq!(reach(other).await, [(log, gone_at + 1, false)], "up to the line that ended it");
    assert_eq!(reach(LEAD).await, []);
    assert_eq!(bench.store.logs_as(person, Role::Mentee, later).await.expect("an answer"), [log]);
    assert_eq!(bench.store.logs_as(other, Role::Mentor, later).await.expect("an answer"), []);
    let members = bench.store.memberships(log).await.expect("an answer");
    assert_eq!(members.iter().map(|member| (member.person, member.until)).collect::<Vec<_>>(), [(person, None), (other, Some(NOW.plus(1)))]);
}

#[tokio::test]
async fn a_device_is_enrolled_with_its_certificates_or_not_at_all() {
    let bench = Bench::new().await;
    let person = bench.person(7).await;
    let log = record_log(1);
    let head = bench.opened(log, vec![member(person, Role::Mentee)]).await;
    let device = Device { id: DeviceId(Uuid::from_u128(5)), person, key: bench.key.public(), label: "a phone".to_owned(), enrolled_at: NOW, revoked_at: None };
    let stale = bench.work(log, bench.origin(record_log(2)), NOW, vec![captured(1)]);
    let failed = bench.store.commit(Work { device: Some(device.clone()), logs: vec![stale], ..Work::default() }).await;
    assert!(failed.is_err() && bench.store.device(device.id).await.expect("an answer").is_none());
    bench
        .store
        .commit(Work { device: Some(device.clone()), logs: vec![bench.work(log, head, NOW, vec![captured(1)])], ..Work::default() })
        .await
        .expect("it follows");
    assert_eq!(bench.store.devices_of(person).await.expect("an answer"), std::slice::from_ref(&device));
    let head = bench.store.stand(log).await.expect("an answer").expect("it is open").head;
    let revoked = bench.work(log, head, NOW.plus(9), vec![Fact::DeviceRevoked { device: device.id }]);
    bench.store.commit(Work::of(revoked)).await.expect("it follows");
    assert_eq!(bench.store.device(device.id).await.expect("an answer").and_then(|device| device.revoked_at), Some(NOW.plus(9)));
}

#[tokio::test]
async fn held_words_are_kept_once_and_settled_once() {
    let bench = Bench::new().await;
    let author = bench.person(7).await;
    let log = record_log(1);
    let mut head = bench.opened(log, vec![]).await;
    let bundle = Bundle { log, epoch: 1, items: vec![Item::Word(Bytes(vec![1, 2, 3]))] };
    let held = |id| Held {
        id: HeldId(Uuid::from_u128(id)),
        log,
        author,
        device: DeviceId(Uuid::from_u128(5)),
        bundle: bundle.clone(),
        received_at: NOW,
        outcome: None,
    };
    bench.store.hold(&held(1)).await.expect("an answer");
    bench.store.hold(&held(2)).await.expect("an answer");
    assert_eq!(bench.store.held_in(log).await.expect("an answer"), [held(1)]);
    let settled = Settled { held: held(1).id, outcome: Outcome::Discarded, at: NOW };
    for settles in [true, false] {
        let work = bench.work(log, head, NOW, vec![captured(1)]);
        let after = work.after();
        let done = bench.store.commit(Work { settled: Some(settled), ..Work::of(work) }).await;
        assert_eq!(done.is_ok(), settles, "{done:?}");
        head = if settles { after } else { head };
    }
    assert_eq!(bench.store.held_in(log).await.expect("an answer"), []);
    assert_eq!(bench.store.held(held(1).id).await.expect("an answer").and_then(|held| held.outcome), Some(Outcome::Discarded));
    assert_eq!(bench.store.stand(log).await.expect("an answer").expect("it is open").head, head);
}

#[tokio::test]
async fn a_drafts_times_are_its_first_and_its_last() {
    let bench = Bench::new().await;
    let person = bench.person(7).await;
    let log = LogId::Own(person);
    let mut head = bench.opened(log, vec![]).await;
    let record = RecordId(Uuid::from_u128(70));
    assert_eq!(bench.store.draft_times(person, record).await.expect("an answer"), None);
    for at in [NOW, NOW.plus(5), NOW.plus(9)] {
        let work = bench.work(log, head, at, vec![captured(1)]).with_drafted(vec![server::store::Drafted { person, record, at }]);
        head = work.after();
        bench.store.commit(Work::of(work)).await.expect("it follows");
    }
    assert_eq!(bench.store.draft_times(person, record).await.expect("an answer"), Some((NOW, NOW.plus(9))));
}

#[tokio::test]
async fn the_file_is_its_owners_alone_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new().await;
    for entry in std::fs::read_dir(bench.folder.path()).expect("the folder is there") {
        let entry = entry.expect("it is readable");
        let mode = entry.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn a_closed_store_is_one_whole_file() {
    let bench = Bench::new().await;
    bench.store.close().await;
    let files: Vec<_> = std::fs::read_dir(bench.folder.path()).expect("the folder is there").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(files.len(), 1, "nothing is left beside it: {files:?}");
}
