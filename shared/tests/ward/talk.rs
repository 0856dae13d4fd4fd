//! Phones ask, sign, send and hear.

use shared::{
    decision::{Unlock, UnlockMethod},
    id::{LogId, RecordId},
    phone::{Ask, Row},
    refusal::Refusal,
    replica::{Replica, Stored, Table},
    scalar::Scalar,
    time::SECOND_MS,
    wire::{LogUpdate, SyncRequest, SyncResponse, Verdict},
};

use super::Ward;

impl Ward {
    pub fn ask(&mut self, phone: usize, ask: Ask) -> Result<(), Refusal> {
        let now = self.now;
        let phone = &mut self.phones[phone];
        let now = now.plus(phone.clock_off_ms);
        let effects = phone.replica.ask(&ask, now)?;
        phone.keep(effects);
        Ok(())
    }

    /// Signs with a PIN that was typed this moment.
    pub fn sign(&mut self, phone: usize, ask: Ask) -> Result<(), Refusal> {
        let now = self.now;
        let phone = &mut self.phones[phone];
        let now = now.plus(phone.clock_off_ms);
        phone.salts += 1;
        let salt = [phone.salts; 16];
        let unlock = Unlock { method: UnlockMethod::Pin, at: now };
        let unsigned = phone.replica.propose(&ask, unlock, now, &mut || salt)?;
        let signatures = unsigned.bodies().iter().map(|body| phone.sign_raw(body)).collect();
        let effects = phone.replica.commit(unsigned, signatures, now)?;
        phone.keep(effects);
        Ok(())
    }

    /// Requests until nothing waits. Bounded: a phone that never settles is a failure.
    pub fn sync(&mut self, phone: usize) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for _ in 0..20 {
            self.now = self.now.plus(SECOND_MS);
            let (request, response) = self.exchange(phone);
            let more = self.phones[phone].replica.wants_more(&request, &response);
            verdicts.extend(response.verdicts);
            if request.push.is_empty() && !more {
                return verdicts;
            }
        }
        panic!("the phone does not come to rest: {verdicts:?}");
    }

    /// One request and its answer.
    pub fn exchange(&mut self, phone: usize) -> (SyncRequest, SyncResponse) {
        let request = self.send(phone);
        let response = self.server.sync(self.phones[phone].person, &request, self.now);
        self.answer(phone, &request, response.clone());
        (request, response)
    }

    /// A request leaves the phone and no answer comes.
    pub fn send(&mut self, phone: usize) -> SyncRequest {
        let now = self.now;
        let phone = &mut self.phones[phone];
        let (request, effects) = phone.replica.request(now.plus(phone.clock_off_ms));
        phone.keep(effects);
        let bytes = shared::cbor::encode(&request);
        let read: SyncRequest = shared::cbor::decode(&bytes, shared::wire::MAX_REQUEST_BYTES).expect("the request reads back");
        assert_eq!(read, request);
        request
    }

    /// The server hears a request, and its answer is lost on the way.
    pub fn unanswered(&mut self, phone: usize) {
        let request = self.send(phone);
        self.server.sync(self.phones[phone].person, &request, self.now);
    }

    /// The server takes nothing of a request, for reasons of its own, and says so in these verdicts.
    pub fn answer_with(&mut self, phone: usize, request: &SyncRequest, verdicts: Vec<Verdict>) {
        assert_eq!(request.push.len(), verdicts.len(), "a verdict for each bundle");
        let asked = SyncRequest { push: Vec::new(), ..request.clone() };
        let response = self.server.sync(self.phones[phone].person, &asked, self.now);
        self.answer(phone, request, SyncResponse { verdicts, ..response });
    }

    /// So many lines of a log that the phone lacks come over the live stream.
    pub fn hear(&mut self, phone: usize, log: LogId, most: usize) {
        let next = self.phones[phone].replica.log(log).map_or(0, |log| log.chain.next);
        let lines = self.server.logs[&log].1.iter().skip(usize::try_from(next).expect("small")).take(most).cloned().collect();
        let phone = &mut self.phones[phone];
        let effects = phone.replica.live(LogUpdate { log, epoch: 1, lines, more: false }, self.now.plus(phone.clock_off_ms));
        phone.keep(effects);
    }

    pub fn answer(&mut self, phone: usize, request: &SyncRequest, response: SyncResponse) {
        let bytes = shared::cbor::encode(&response);
        let response = shared::cbor::decode(&bytes, shared::wire::MAX_RESPONSE_BYTES).expect("the response reads back");
        let now = self.now;
        let phone = &mut self.phones[phone];
        let now = now.plus(phone.clock_off_ms);
        let effects = phone.replica.absorb(request, response, now);
        phone.keep(effects);
    }

    /// Closes the app and opens it again from what was stored.
    pub fn reopen(&mut self, phone: usize) {
        let kinds = self.server.kinds.clone();
        let phone = &mut self.phones[phone];
        let before = phone.replica.view();
        let identity = phone.replica.identity().clone();
        let table = |table: Table| phone.store.iter().filter(move |((kind, _), _)| *kind == table).map(|((_, key), value)| (key.clone(), value.clone()));
        let stored = Stored {
            lines: table(Table::Lines).map(|(_, value)| Stored::read_line(&value).expect("a line")).collect(),
            snapshots: table(Table::Snapshots).map(|(key, value)| (key.parse().expect("a log"), value)).collect(),
            pending: table(Table::Pending).map(|(_, value)| value).collect(),
            stuck: table(Table::Stuck).map(|(_, value)| value).collect(),
            meta: table(Table::Meta).collect(),
        };
        phone.replica = Replica::restore(kinds, identity, stored).expect("what was stored reads back");
        let rows = |news: &[shared::phone::News]| -> Vec<Row> {
            news.iter()
                .filter_map(|news| match news {
                    shared::phone::News::Rows { rows, .. } => Some(rows.clone()),
                    _ => None,
                })
                .flatten()
                .collect()
        };
        assert_eq!(rows(&phone.replica.view()), rows(&before), "a reopened phone shows what it showed");
        let mut kept: Vec<Row> = table(Table::Rows).map(|(_, value)| Stored::read_row(&value).expect("a row")).collect();
        let mut shown = rows(&before);
        kept.sort_by_key(|row| (row.log, row.record));
        shown.sort_by_key(|row| (row.log, row.record));
        assert_eq!(kept, shown, "the stored rows are the ones on the screen");
    }

    pub fn row(&self, phone: usize, log: LogId, record: RecordId) -> Option<Row> {
        self.phones[phone].replica.row_of(log, record)
    }

    /// The values of a field, in their order: more than one where two phones disagree.
    pub fn shown(&self, phone: usize, log: LogId, record: RecordId, field: &str) -> Vec<Scalar> {
        let mut values = self.row(phone, log, record).expect("there").fields.get(field).cloned().unwrap_or_default();
        values.sort();
        values
    }
}
