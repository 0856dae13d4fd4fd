//! A writer without a phone's work around it: many pushes, soon made.

use shared::{
    bytes::Bytes,
    change::{Document, Seen, actor::actor, genesis::genesis},
    id::RecordId,
    log::{Author, FIRST_EPOCH},
    scalar::Scalar,
    wire::{Bundle, Item},
};

use crate::{
    house::{House, MENTOR},
    phone::Phone,
};

/// Writes comments, one a change, without a phone's work around it.
pub struct Hand {
    document: Document,
    seen: Seen,
    pub author: Author,
    made: u128,
}

impl Hand {
    /// Goes on from what the record log of a house holds.
    pub async fn of(house: &House) -> Self {
        let phone = Phone::of(house, MENTOR).await;
        let person = house.person(MENTOR).await.id;
        let newest = phone.log(house.record).newest().expect("it is open");
        let document = Document::from_genesis(&genesis(&house.record.to_string(), FIRST_EPOCH)).expect("a genesis");
        let seen = Seen { position: newest.position, tag: newest.tag.0 };
        Self { document, seen, author: Author { person, device: phone.device() }, made: 0 }
    }

    pub fn comment(&mut self, house: &House) -> Bundle {
        self.made += 1;
        let record = RecordId(uuid::Uuid::from_u128(self.made)).to_string();
        let by = self.author.person.to_string();
        let words = format!("Comment number {}: urgent things came first, and the rest could wait.", self.made);
        let fields = [("on".to_owned(), Scalar::from(RecordId(uuid::Uuid::nil()).to_string())), ("words".to_owned(), words.into())];
        let slot = actor(*self.author.device.0.as_bytes(), 0);
        let written = self.document.edit(slot, &self.seen, |edit| edit.create(&record, "comment", &by, &fields, &[])).expect("an edit").expect("a change");
        Bundle { log: house.record, epoch: FIRST_EPOCH, items: vec![Item::Word(Bytes(written.bytes))] }
    }
}
