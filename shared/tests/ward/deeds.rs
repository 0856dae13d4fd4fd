//! What people do.

use std::collections::BTreeMap;

use shared::{
    decision::Act,
    fact::{Fact, MemberEnded},
    id::{LogId, RecordId},
    phone::Ask,
    refusal::Refusal,
    role::Role,
    scalar::Scalar,
    time::DAY_MS,
};

use super::{AMARA, RUTH, TOMAS, Ward, log, own, person};

impl Ward {
    /// An observation of Amara, drafted field by field in the own log.
    pub fn draft(&mut self, phone: usize, competency: &str, level: i64) -> RecordId {
        let record = self.record();
        let own = LogId::Own(self.phones[phone].person);
        let at = self.now.plus(self.phones[phone].clock_off_ms);
        let fields = [("captured_at", Scalar::Integer(at.0)), ("mentee", person(AMARA).to_string().into())];
        let fields = fields.map(|(field, value)| (field.to_owned(), value)).into();
        self.ask(phone, Ask::Create { log: own, record, kind: "observation".into(), fields }).expect("a draft begins");
        for (field, value) in [
            ("competency", competency.into()),
            ("setting", "Quillbrook House".into()),
            ("level", level.into()),
            ("went_well", "Rang on your own.".into()),
            ("try_next", "Say what you need first.".into()),
            ("next_step", "Do one together".into()),
        ] {
            self.set(phone, own, record, field, value);
        }
        record
    }

    /// Ruth's two phones, and a draft of hers that is on both.
    pub fn draft_on_two_phones(&mut self) -> (usize, usize, RecordId) {
        let (one, two) = (self.phone(RUTH), self.phone(RUTH));
        self.sync(one);
        let record = self.draft(one, "C01", 3);
        self.sync(one);
        self.sync(two);
        (one, two, record)
    }

    pub fn set(&mut self, phone: usize, log: LogId, record: RecordId, field: &str, value: Scalar) {
        self.ask(phone, Ask::Set { log, record, field: field.into(), value: Some(value), leaving: true }).expect("a field is written");
    }

    /// Observes, signs and sends.
    pub fn observe(&mut self, phone: usize, competency: &str, level: i64) -> RecordId {
        let record = self.draft(phone, competency, level);
        self.send_record(phone, record).expect("sent");
        self.sync(phone);
        record
    }

    /// Feedback on C01 at level 3 from each of these phones, a day apart.
    pub fn evidence(&mut self, phones: &[usize]) -> Vec<RecordId> {
        let observe = |phone: &usize| {
            self.pass(DAY_MS);
            self.sync(*phone);
            self.observe(*phone, "C01", 3)
        };
        phones.iter().map(observe).collect()
    }

    pub fn send_record(&mut self, phone: usize, record: RecordId) -> Result<(), Refusal> {
        self.sign(phone, Ask::Send { record, to: log(), sign: true, reason: None, pin: String::new() })
    }

    pub fn decide(&mut self, phone: usize, record: RecordId, version: u32, act: Act, reason: Option<&str>) -> Result<(), Refusal> {
        self.sign(phone, Ask::Decide { log: log(), record, version, act, reason: reason.map(str::to_owned), pin: String::new() })
    }

    /// An agreement, signed by mentee, lead mentor and supervisor.
    pub fn agreement(&mut self, amara: usize, ruth: usize, bea: usize) -> RecordId {
        let record = self.record();
        let own = LogId::Own(self.phones[ruth].person);
        let fields = [
            ("scope", "Notes"),
            ("frequency", "Every two weeks"),
            ("channel", "In person"),
            ("confidentiality", "All of it"),
            ("exceptions", "Harm"),
            ("review_on", "2026-12-01"),
        ];
        let fields = fields.map(|(field, value)| (field.to_owned(), Scalar::from(value))).into();
        self.ask(ruth, Ask::Create { log: own, record, kind: "agreement".into(), fields }).expect("drafted");
        self.send_record(ruth, record).expect("sent and signed");
        self.sync(ruth);
        for phone in [amara, bea] {
            self.sync(phone);
            self.decide(phone, record, 1, Act::Sign, None).expect("signed");
            self.sync(phone);
        }
        record
    }

    /// A claim of Amara's with the given observations as evidence.
    pub fn claim(&mut self, amara: usize, competency: &str, level: i64, evidence: &[RecordId]) -> Result<RecordId, Refusal> {
        self.sync(amara);
        let record = self.record();
        let own = own(AMARA);
        let mut fields: BTreeMap<String, Scalar> = [("competency".to_owned(), competency.into()), ("level".to_owned(), level.into())].into();
        for observation in evidence {
            let row = self.row(amara, log(), *observation).expect("the observation is here");
            let line = row.entry.and_then(|entry| entry.latest().and_then(|version| version.sealed)).expect("sealed");
            fields.insert(format!("evidence/{line}"), observation.to_string().into());
        }
        self.ask(amara, Ask::Create { log: own, record, kind: "claim".into(), fields })?;
        self.send_record(amara, record)?;
        self.sync(amara);
        Ok(record)
    }

    pub fn end_membership(&mut self, number: u8, role: Role) {
        let ended = MemberEnded { person: person(number), role, at: self.now, reason: "left".into(), by: person(TOMAS) };
        self.server.fact(log(), Fact::MemberEnded(ended), self.now).expect("ended");
    }
}
