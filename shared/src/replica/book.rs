//! One log on this phone: its fold, and its document, which is loaded only to write.

use std::collections::BTreeSet;

use crate::{
    change::{Decoded, Document, effect::effects, genesis::genesis},
    decision::{MAX_DECISION_BYTES, SignedDecision},
    id::{LogId, OrganisationId, RecordId},
    kind::Kinds,
    ledger::RecordLedger,
    line::{ChainError, Line, LineKind},
    log::{FIRST_EPOCH, Log, ReplayError},
    phone::LogView,
};

use super::epoch::Left;

/// Words after the last snapshot that make a new one due.
const SNAPSHOT_AFTER: usize = 64;

#[derive(Debug)]
pub(super) struct Book {
    pub log: Log,
    /// Which of the device's actors writes here.
    pub slot: u16,
    /// Not this person's to read on.
    pub closed: bool,
    pub fact_count: usize,
    /// The epoch before, until this one is read.
    pub left: Option<Left>,
    /// Accepted words and those under way; absent until the first write needs it, and after a refusal.
    document: Option<Document>,
    snapshot: Option<Vec<u8>>,
    /// Accepted words that the snapshot lacks.
    words: Vec<Vec<u8>>,
}

impl Book {
    pub fn new(id: LogId, organisation: OrganisationId) -> Self {
        Self::told(id, organisation, FIRST_EPOCH)
    }

    /// A log that its source says is in that epoch.
    pub fn told(id: LogId, organisation: OrganisationId, epoch: u32) -> Self {
        let log = Log::told(id, organisation, epoch);
        Self { log, slot: 0, closed: false, fact_count: 0, left: None, document: None, snapshot: None, words: Vec::new() }
    }

    /// What the screen is told about the log beside its rows.
    pub fn view(&self) -> LogView {
        let copies = self.log.ledger.records.iter().filter(|(_, entry)| RecordLedger::is_copy(entry));
        let copies = copies.map(|(record, entry)| (*record, entry.clone())).collect();
        LogView { log: self.log.id, facts: self.log.facts.clone(), next: self.log.chain.next, copies }
    }

    /// Every record that the log knows, by its words or by what was decided on it.
    pub fn records(&self) -> impl Iterator<Item = RecordId> + '_ {
        let worded = self.log.index.records().filter_map(|record| record.parse().ok());
        worded.chain(self.log.ledger.records.keys().copied())
    }

    /// Verifies a line and takes it in; says which records it touches.
    pub fn take(&mut self, kinds: &Kinds, line: &Line) -> Result<BTreeSet<RecordId>, ReplayError> {
        let touched = self.touches(line);
        if let Some(left) = &self.left
            && line.header.position.saturating_add(1) == left.head.next
            && line.hash != left.head.hash
        {
            return Err(ReplayError::Chain(line.header.position, ChainError::Hash));
        }
        self.log.verify(kinds, line)?;
        self.keep(line);
        Ok(touched)
    }

    /// A line that was verified when it came.
    pub fn replay(&mut self, kinds: &Kinds, line: &Line) -> Result<(), ReplayError> {
        self.log.apply(kinds, line)?;
        self.keep(line);
        Ok(())
    }

    fn keep(&mut self, line: &Line) {
        match (line.header.kind, &line.side) {
            (LineKind::Word, Some(side)) => {
                if let Some(document) = &mut self.document
                    && document.apply(&side.bytes.0).is_err()
                {
                    // Built on something refused that the document still holds: it is loaded anew when needed.
                    self.document = None;
                }
                self.words.push(side.bytes.0.clone());
            }
            (LineKind::Fact, _) => {
                self.fact_count += 1;
                if self.log.began() == line.header.position {
                    // The document of another epoch is another document.
                    (self.document, self.snapshot) = (None, None);
                    self.words.clear();
                }
            }
            _ => {}
        }
    }

    fn touches(&self, line: &Line) -> BTreeSet<RecordId> {
        let Some(side) = &line.side else { return BTreeSet::new() };
        match line.header.kind {
            LineKind::Word => Decoded::parse(&side.bytes.0)
                .and_then(|decoded| effects(&decoded, &self.log.index))
                .map(|effects| effects.iter().filter_map(|effect| effect.record().parse().ok()).collect())
                .unwrap_or_default(),
            LineKind::Decision => crate::cbor::decode::<SignedDecision>(&side.bytes.0, MAX_DECISION_BYTES)
                .ok()
                .and_then(|signed| signed.decision().ok())
                .map(|decision| BTreeSet::from([decision.record]))
                .unwrap_or_default(),
            LineKind::Fact => BTreeSet::new(),
        }
    }

    /// The document with everything accepted, and whatever `under_way` was sent and not answered.
    pub fn document<'a>(&mut self, under_way: impl Iterator<Item = &'a [u8]>) -> &mut Document {
        if self.document.is_none() {
            let mut document = self.confirmed();
            for bytes in under_way {
                // Something sent that no longer fits is judged by the server, not here.
                let _known_to_fit = document.apply(bytes).is_ok();
            }
            self.document = Some(document);
        }
        self.document.as_mut().expect("it was made just above")
    }

    /// The document as accepted.
    fn confirmed(&mut self) -> Document {
        let loaded = self.snapshot.as_deref().and_then(|bytes| Document::load(bytes).ok());
        let mut document =
            loaded.unwrap_or_else(|| Document::from_genesis(&genesis(&self.log.id.to_string(), self.log.epoch)).expect("a genesis makes a document"));
        for bytes in &self.words {
            document.apply(bytes).expect("the index accepted these words in this order");
        }
        document
    }

    /// Forgets what was under way: the next write starts from what was accepted.
    pub fn drop_document(&mut self) {
        self.document = None;
    }

    pub fn restore_snapshot(&mut self, bytes: Vec<u8>) {
        // A snapshot is a cache: one that does not load is made anew from the lines.
        if let Ok(document) = Document::load(&bytes) {
            self.words.retain(|word| Decoded::parse(word).map_or(true, |decoded| !document.contains(&decoded.hash())));
            self.snapshot = Some(bytes);
        }
    }

    pub fn snapshot_if_due(&mut self) -> Option<Vec<u8>> {
        if self.words.len() < SNAPSHOT_AFTER {
            return None;
        }
        let bytes = self.confirmed().save();
        self.words.clear();
        self.snapshot = Some(bytes.clone());
        Some(bytes)
    }
}
