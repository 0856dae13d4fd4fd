//! What the app knows, as signals: everything is news from the replica, nothing is made up here.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use leptos::prelude::*;
use shared::{
    id::{LogId, PersonId, RecordId},
    kind::Kinds,
    phone::{Ask, Asked, Me, News, Phase, ProofFile, Row, Stuck, SyncView, from_text, to_text},
    refusal::Refusal,
    role::Role,
    scalar::Scalar,
    time::At,
};

use super::{
    ask_for_pin::AskForPin,
    browser,
    log::{Log, Relationship},
    memo::memo,
    order,
    port::Port,
};
use crate::words::unsent;

type Then = Box<dyn FnOnce(Result<(), Refusal>)>;

/// Where questions go out, and who waits for which answer.
#[derive(Default)]
struct Line {
    port: Option<Rc<dyn Port>>,
    last_id: u64,
    waiting: BTreeMap<u64, Then>,
}

/// A short message that is read out and fades: saved, taken back, refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub text: String,
    /// Refusals stay until they are closed.
    pub refused: bool,
}

/// A proof that the browser was handed as a file.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedProof {
    pub record: RecordId,
    pub name: String,
    pub as_of: At,
}

/// Everything the screens read. `Copy`: handles only.
#[derive(Clone, Copy)]
pub struct Model {
    line: StoredValue<Rc<RefCell<Line>>, LocalStorage>,
    pub phase: RwSignal<Phase>,
    pub sync: RwSignal<SyncView>,
    pub logs: RwSignal<BTreeMap<LogId, Arc<Log>>>,
    pub stuck: RwSignal<Vec<Stuck>>,
    /// The phone's clock, moved every half minute.
    pub now: RwSignal<At>,
    pub notice: RwSignal<Option<Notice>>,
    pub pin: RwSignal<Option<AskForPin>, LocalStorage>,
    pub new_version: RwSignal<bool>,
    /// The proof that was saved last.
    pub saved_proof: RwSignal<Option<SavedProof>>,
    /// How many titles were drawn: from the second on, somebody moved.
    titles: StoredValue<u32>,
    /// Whose records these are, whatever the phase.
    pub me: Memo<Option<Me>>,
}

impl Model {
    pub fn new() -> Self {
        let phase = RwSignal::new(Phase::Starting);
        Self {
            line: StoredValue::new_local(Rc::new(RefCell::new(Line::default()))),
            phase,
            sync: RwSignal::new(SyncView::default()),
            logs: RwSignal::new(BTreeMap::new()),
            stuck: RwSignal::new(Vec::new()),
            now: RwSignal::new(browser::now()),
            notice: RwSignal::new(None),
            pin: RwSignal::new_local(None),
            new_version: RwSignal::new(false),
            saved_proof: RwSignal::new(None),
            titles: StoredValue::new(0),
            me: memo(move || {
                phase.with(|phase| match phase {
                    Phase::Fetching { me, .. } | Phase::Ready { me } | Phase::SomebodyElse { me } | Phase::SignIn { known: Some(me) } => Some(me.clone()),
                    Phase::Starting | Phase::SignIn { known: None } | Phase::ChoosePin { .. } | Phase::Broken { .. } => None,
                })
            }),
        }
    }

    /// Says hello to the replica behind `port`.
    pub fn connect(self, port: Rc<dyn Port>) {
        self.line.with_value(|line| line.borrow_mut().port = Some(port));
        self.tell(Ask::Hello);
    }

    /// Asks, and hands the answer to `then`.
    pub fn ask(self, ask: Ask, then: impl FnOnce(Result<(), Refusal>) + 'static) {
        self.ask_boxed(ask, Box::new(then));
    }

    fn ask_boxed(self, ask: Ask, then: Then) {
        let line = self.line.with_value(Rc::clone);
        let mut line = line.borrow_mut();
        line.last_id += 1;
        let id = line.last_id;
        line.waiting.insert(id, then);
        let text = to_text(&Asked { id, ask });
        if let Some(port) = &line.port {
            port.send(&text);
        }
    }

    /// Asks; a refusal is shown as a notice.
    pub fn tell(self, ask: Ask) {
        self.ask(ask, move |result| {
            if let Err(refusal) = result {
                self.refuse(&refusal);
            }
        });
    }

    pub fn refuse(self, refusal: &Refusal) {
        self.notice.set(Some(Notice { text: refusal.sentence.clone(), refused: true }));
    }

    pub fn say(self, text: impl Into<String>) {
        self.notice.set(Some(Notice { text: text.into(), refused: false }));
    }

    /// Writes one field of a record: `None` clears it.
    pub fn set(self, log: LogId, record: RecordId, field: &str, value: Option<Scalar>, leaving: bool) {
        self.tell(Ask::Set { log, record, field: field.to_owned(), value, leaving });
    }

    /// Takes a piece of news in. What this build cannot read is left out: the next build will.
    pub fn hear(self, text: &str) {
        match from_text(text) {
            Ok(news) => self.take(news),
            Err(error) => browser::warn(&error.to_string()),
        }
    }

    fn take(self, news: News) {
        match news {
            News::Answer { id, result } => {
                let line = self.line.with_value(Rc::clone);
                let then = line.borrow_mut().waiting.remove(&id);
                if let Some(then) = then {
                    then(result);
                }
            }
            News::Phase(phase) => {
                if self.phase.with_untracked(|known| *known != phase) {
                    self.phase.set(phase);
                }
            }
            News::Sync(sync) => {
                if self.sync.with_untracked(|known| *known != sync) {
                    self.sync.set(sync);
                }
            }
            News::Log(view) => self.logs.update(|logs| {
                Arc::make_mut(logs.entry(view.log).or_default()).view(*view);
            }),
            News::LogGone { log } => self.logs.update(|logs| {
                logs.remove(&log);
            }),
            News::Rows { log, rows, gone } => self.logs.update(|logs| Arc::make_mut(logs.entry(log).or_default()).take(rows, &gone)),
            News::Stuck(stuck) => self.stuck.set(stuck),
            News::Proof(ProofFile { record, name, file, as_of }) => {
                browser::save_file(&name, &file.0);
                self.saved_proof.set(Some(SavedProof { record, name, as_of }));
            }
        }
    }

    /// Whether the screen that is drawn now was reached from another one.
    pub fn moved_on(self) -> bool {
        self.titles.update_value(|titles| *titles += 1);
        self.titles.get_value() > 1
    }

    /// Whose phone this is, without following changes.
    pub fn person(self) -> Option<PersonId> {
        self.me.with_untracked(|me| me.as_ref().map(|me| me.person))
    }

    /// The person's own log.
    pub fn own(self) -> Option<LogId> {
        self.me.with(|me| me.as_ref().map(|me| LogId::Own(me.person)))
    }

    pub fn log(self, id: LogId) -> Option<Arc<Log>> {
        self.logs.with(|logs| logs.get(&id).cloned())
    }

    /// Every relationship, in the order of the mentees' names.
    pub fn relationships(self) -> Vec<Relationship> {
        let mut all: Vec<Relationship> = self.logs.with(|logs| {
            // Without members it is none: whoever was removed may still have something of their own in its log.
            let shared = logs.iter().filter(|(id, log)| id.holds_decisions() && !log.facts.members.is_empty());
            shared.map(|(id, log)| Relationship { id: *id, log: Arc::clone(log) }).collect()
        });
        let name = |relationship: &Relationship| relationship.log.mentee().map(|mentee| mentee.name.clone()).unwrap_or_default();
        let mut names: Vec<String> = all.iter().map(name).collect();
        names.sort();
        order::by(&mut all, |relationship| names.iter().position(|known| *known == name(relationship)).unwrap_or_default() as i64);
        all
    }

    /// Relationships in which this person has a role now.
    pub fn relationships_as(self, role: Role) -> Vec<Relationship> {
        let Some(me) = self.me.with(|me| me.as_ref().map(|me| me.person)) else { return Vec::new() };
        let now = self.now.get_untracked();
        self.relationships().into_iter().filter(|relationship| relationship.log.has_role(me, role, now)).collect()
    }

    /// The relationship whose address ends in `text`.
    pub fn relationship_at(self, text: &str) -> Option<Relationship> {
        self.relationships().into_iter().find(|relationship| relationship.address() == text)
    }

    /// The current relationship of a mentee.
    pub fn relationship_of(self, mentee: PersonId) -> Option<Relationship> {
        self.relationships().into_iter().find(|relationship| relationship.log.is_mentee(mentee))
    }

    /// What has to happen before anything goes from here, where signal alone does not do.
    pub fn held_up(self) -> Option<&'static str> {
        self.sync.with(|sync| {
            let waits = [
                (sync.other_version, unsent::WAITS_FOR_UPDATE),
                (sync.key_replaced.is_some(), unsent::WAITS_FOR_KEY),
                (sync.sign_in_again, unsent::WAITS_FOR_SIGN_IN),
            ];
            waits.into_iter().find(|(waits, _)| *waits).map(|(_, words)| words)
        })
    }

    /// A record wherever it lies; the shared one where a draft of it is still about.
    pub fn row(self, record: RecordId) -> Option<Arc<Row>> {
        self.logs.with(|logs| {
            let shared = logs.iter().filter(|(id, _)| id.holds_decisions());
            let others = logs.iter().filter(|(id, _)| !id.holds_decisions());
            shared.chain(others).find_map(|(_, log)| log.rows.get(&record).cloned())
        })
    }

    /// The pair's part of a record, where this person is one of the two.
    pub fn pair_row(self, record: RecordId) -> Option<Arc<Row>> {
        self.logs.with(|logs| logs.iter().filter(|(id, _)| matches!(id, LogId::Pair(_))).find_map(|(_, log)| log.rows.get(&record).cloned()))
    }

    /// What this relationship's mentee and that mentor keep between them.
    pub fn pair_log(self, relationship: LogId, mentor: PersonId) -> Option<LogId> {
        let is_it = |log: &Log| {
            let of = log.facts.opened.as_ref().and_then(|opened| opened.relationship).map(LogId::Record);
            of == Some(relationship) && log.facts.members.iter().any(|member| member.person == mentor && member.role == Role::Mentor)
        };
        self.logs.with(|logs| logs.iter().filter(|(id, _)| matches!(id, LogId::Pair(_))).find(|(_, log)| is_it(log)).map(|(id, _)| *id))
    }

    /// The person's own drafts, oldest first.
    pub fn drafts(self) -> Vec<Arc<Row>> {
        let Some(own) = self.own().and_then(|own| self.log(own)) else { return Vec::new() };
        let mut drafts: Vec<_> = own.rows.values().cloned().collect();
        order::by(&mut drafts, |row| row.integer("captured_at").unwrap_or(row.touched_at.0));
        drafts
    }
}

/// The model of this app.
pub fn model() -> Model {
    use_context().expect("the app provides its model before it draws anything")
}

/// The kinds that this build knows.
pub fn kinds() -> Kinds {
    Kinds::standard()
}
