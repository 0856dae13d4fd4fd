//! What people typed, and where it may be found.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::id::{LogId, RecordId};

use crate::{
    invariant::{Checked, Invariant, violated},
    phone::Phone,
    witness::Witness,
    words::Word,
};

/// A place where a hand types: a phone, a record, a field.
pub type Place = (usize, RecordId, String);

#[derive(Default)]
pub struct Typed {
    last: u32,
    /// What was typed last into a field; earlier words may have been overwritten while typing.
    newest: BTreeMap<Place, Word>,
    /// Where a word that is looked for was typed. Text keeps every one of its words.
    expected: BTreeMap<Word, Place>,
    /// Words that nobody took out of the Text that they were typed into.
    texts: BTreeMap<Word, RecordId>,
    /// Hands that took words out of a record's Text.
    replacing: BTreeSet<(usize, RecordId)>,
    records: HashMap<Word, (RecordId, String)>,
    /// Which phones shared a record, and where.
    shared: BTreeMap<(RecordId, LogId), BTreeSet<usize>>,
}

impl Typed {
    pub fn fresh(&mut self) -> Word {
        self.last += 1;
        Word::new(self.last)
    }

    /// A word on its way into a field: it may be in a log or not.
    pub fn begin(&mut self, word: Word, record: RecordId, field: &str) {
        self.records.insert(word, (record, field.to_owned()));
    }

    /// A scalar: the word before it on this phone has had its time.
    pub fn set(&mut self, place: Place, word: Word) {
        if let Some(before) = self.newest.insert(place.clone(), word) {
            self.expected.remove(&before);
        }
        self.expected.insert(word, place);
    }

    /// Text: words stand beside each other.
    pub fn add(&mut self, place: Place, word: Word, log: LogId) {
        if matches!(log, LogId::Pair(_)) && !self.replacing.contains(&(place.0, place.1)) {
            self.texts.insert(word, place.1);
        }
        self.expected.insert(word, place);
    }

    /// A hand that takes words away and types at the same place changes a word into another: what both have in common
    /// stays, and goes where somebody else takes the old word away. Such a hand's words are not looked for as a whole.
    pub fn takes_out(&mut self, phone: usize, record: RecordId, witness: &Witness) {
        self.replacing.insert((phone, record));
        let expected = &self.expected;
        let theirs = |word: &Word| expected.get(word).is_some_and(|(of, on, _)| (*of, *on) == (phone, record));
        self.texts.retain(|word, _| witness.has_word(*word) || !theirs(word));
    }

    /// The hand took it away, or saw it and let it go.
    pub fn forget(&mut self, word: Word) {
        self.expected.remove(&word);
        self.texts.remove(&word);
    }

    pub fn forget_field(&mut self, place: &Place) {
        if let Some(before) = self.newest.remove(place) {
            self.expected.remove(&before);
        }
    }

    /// The browser wiped everything: what was only there is gone, and the world says so.
    pub fn forget_phone(&mut self, phone: usize) {
        self.expected.retain(|_, (of, _, _)| *of != phone);
        self.newest.retain(|(of, _, _), _| *of != phone);
    }

    pub fn shares(&mut self, phone: usize, record: RecordId, log: LogId) {
        self.shared.entry((record, log)).or_default().insert(phone);
    }

    pub fn takes_back(&mut self, phone: usize, record: RecordId, log: LogId) {
        if let Some(phones) = self.shared.get_mut(&(record, log)) {
            phones.remove(&phone);
        }
    }

    /// Invariant 4 for words that a phone took off its disk.
    pub fn are_kept(&self, witness: &Witness, number: usize, phone: &Phone, taken: &[Word]) -> Checked {
        taken.iter().try_for_each(|word| self.is_kept(witness, number, phone, *word))
    }

    /// Invariant 4 for every word.
    pub fn all_are_kept(&self, witness: &Witness, phones: &[Phone]) -> Checked {
        self.expected.iter().try_for_each(|(word, (number, _, _))| match phones.get(*number) {
            Some(phone) => self.is_kept(witness, *number, phone, *word),
            None => Ok(()),
        })
    }

    fn is_kept(&self, witness: &Witness, number: usize, phone: &Phone, word: Word) -> Checked {
        let Some((of, record, field)) = self.expected.get(&word) else { return Ok(()) };
        if *of != number || witness.has_word(word) || phone.disk.keeps(word) {
            return Ok(());
        }
        Err(violated(Invariant::Typed, format!("{word} in {field} of {record} is neither in a log nor on phone {number}")))
    }

    /// Invariant 4 for Text, at rest: what came into it and was taken out by nobody reads in it. Where a share was taken
    /// back it came into the draft instead.
    pub fn texts_read(&self, witness: &Witness) -> Checked {
        for (word, record) in &self.texts {
            for known in witness.logs_with(*word) {
                if !known.log.facts.erased.contains(record) && !known.reads(*record, *word) {
                    let log = known.log.id;
                    return Err(violated(Invariant::Typed, format!("{word} reads in no text of {record} in {log} any more, and nobody took it out")));
                }
            }
        }
        Ok(())
    }

    /// Invariant 11: what nobody shared is in no shared log, and what the pair keeps in none but its own.
    pub fn may_stand(&self, word: Word, log: LogId) -> Checked {
        if matches!(log, LogId::Own(_)) {
            return Ok(());
        }
        let Some((record, field)) = self.records.get(&word) else { return Ok(()) };
        let circle = match field.as_str() {
            "jot" => false,
            "agenda" | "notes" => matches!(log, LogId::Pair(_)),
            _ => true,
        };
        let shared = self.shared.get(&(*record, log)).is_some_and(|phones| !phones.is_empty());
        if circle && shared { Ok(()) } else { Err(violated(Invariant::Private, format!("{word} in {field} of {record} was never shared with {log}"))) }
    }
}
