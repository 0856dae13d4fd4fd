//! What people do in these stories.

use shared::{
    id::{LogId, RecordId},
    phone::{Ask, Stuck},
    refusal::Refusal,
    scalar::Scalar,
    wire::Verdict,
};

use crate::ward::{Ward, log, own};

pub fn kept(verdicts: &[Verdict]) -> bool {
    verdicts.iter().all(Verdict::is_kept)
}

pub fn agreement(ward: &mut Ward, phone: usize, by: u8) -> RecordId {
    let record = ward.record();
    let fields = ["scope", "frequency", "channel", "confidentiality", "exceptions"].map(|field| (field.to_owned(), Scalar::from("as said")));
    let fields = fields.into_iter().chain([("review_on".to_owned(), "2026-12-01".into())]).collect();
    ward.ask(phone, Ask::Create { log: own(by), record, kind: "agreement".into(), fields }).expect("drafted");
    record
}

pub fn shared_agreement(ward: &mut Ward, phone: usize, by: u8) -> RecordId {
    let record = agreement(ward, phone, by);
    ward.ask(phone, Ask::Share { record, to: vec![log()] }).expect("shared");
    assert!(kept(&ward.sync(phone)));
    record
}

pub fn comment(ward: &mut Ward, phone: usize, on: RecordId, words: &str) -> Result<RecordId, Refusal> {
    let record = ward.record();
    let fields = [("on".to_owned(), on.to_string().into()), ("words".to_owned(), Scalar::from(words))].into();
    ward.ask(phone, Ask::Create { log: log(), record, kind: "comment".into(), fields }).map(|()| record)
}

pub fn typing(ward: &mut Ward, phone: usize, log: LogId, record: RecordId, field: &str, words: &str) {
    ward.ask(phone, Ask::Set { log, record, field: field.into(), value: Some(words.into()), leaving: false }).expect("typed");
}

pub fn stuck(ward: &Ward, phone: usize) -> Vec<Stuck> {
    ward.phones[phone].replica.stuck().to_vec()
}
