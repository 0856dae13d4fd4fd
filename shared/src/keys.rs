//! The organisation's keys in one log: the first stands in its opening line, each later one in a line that takes it.
//!
//! Whoever trusts a key believes a log that ends under that key, or under one that follows from it, each named by the one
//! before it. The receipt at the log's end is then by such a key, and the chain carries it to every line before.

use serde::{Deserialize, Serialize};

use crate::{
    cbor,
    fact::{Fact, MAX_FACT_BYTES},
    key::PublicKey,
    line::{ChainError, Line, LineKind},
};

/// The keys under which a log's lines stand, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    begun: Vec<Begun>,
    /// Named, and taken by the next line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    named: Option<PublicKey>,
}

/// A key that is in force until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Begun {
    key: PublicKey,
    /// The key before named it.
    follows: bool,
}

/// Why a log is not believed by whoever trusts some keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// None of them ever stood here.
    Stranger,
    /// One of them stood here, and did not name what came after it.
    Replaced,
}

impl Keys {
    /// What lines say of keys, from a log's first one. Nothing is checked.
    pub fn of(lines: &[Line]) -> Self {
        let mut keys = Self::default();
        lines.iter().filter_map(stated).for_each(|fact| keys.fold(&fact));
        keys
    }

    /// The key in force; `None` before the first line.
    pub fn current(&self) -> Option<&PublicKey> {
        self.begun.last().map(|begun| &begun.key)
    }

    /// Every key, the first one first.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.begun.iter().map(|begun| &begun.key)
    }

    /// Whether a key was named that the next line takes.
    pub fn is_naming(&self) -> bool {
        self.named.is_some()
    }

    /// Whether a fact may be the next one: a key that was named is taken at once, and none comes a second time.
    pub fn admits(&self, fact: &Fact) -> bool {
        let is_new = |key: &PublicKey| !self.begun.is_empty() && key.is_sound() && self.iter().all(|known| known != key);
        match (fact, &self.named) {
            (Fact::KeyTaken(taken), Some(named)) => taken.key == *named,
            (Fact::KeyTaken(taken), None) => is_new(&taken.key),
            (_, Some(_)) => false,
            (Fact::KeyNamed(named), None) => is_new(&named.key),
            (_, None) => true,
        }
    }

    /// Takes the next fact into account.
    pub fn fold(&mut self, fact: &Fact) {
        match fact {
            Fact::Opened(opened) if self.begun.is_empty() => self.begun.push(Begun { key: opened.key.clone(), follows: false }),
            Fact::KeyNamed(named) => self.named = Some(named.key.clone()),
            Fact::KeyTaken(taken) => {
                let follows = self.named.take().is_some_and(|named| named == taken.key);
                self.begun.push(Begun { key: taken.key.clone(), follows });
            }
            _ => {}
        }
    }

    /// Checks the signature of the next line, unless it is a word, by the key that it stands under: the one in force, or
    /// the one that begins with it. Then takes in what it says of keys; nothing changes where it does not hold.
    pub fn accept(&mut self, line: &Line) -> Result<(), ChainError> {
        self.take(line, stated(line))
    }

    /// The same for a line that says something of keys. Of any other the signature is not looked at.
    pub fn follow(&mut self, line: &Line) -> Result<(), ChainError> {
        match stated(line) {
            Some(fact) if matches!(fact, Fact::Opened(_) | Fact::KeyNamed(_) | Fact::KeyTaken(_)) => self.take(line, Some(fact)),
            _ if self.named.is_some() => Err(ChainError::Key),
            _ => Ok(()),
        }
    }

    fn take(&mut self, line: &Line, fact: Option<Fact>) -> Result<(), ChainError> {
        if !fact.as_ref().map_or(self.named.is_none(), |fact| self.admits(fact)) {
            return Err(ChainError::Key);
        }
        if line.header.kind != LineKind::Word {
            let key = match &fact {
                Some(Fact::Opened(opened)) if self.begun.is_empty() => &opened.key,
                Some(Fact::KeyTaken(taken)) => &taken.key,
                _ => self.current().ok_or(ChainError::Key)?,
            };
            line.signed_by(key)?;
        }
        if let Some(fact) = fact {
            self.fold(&fact);
        }
        Ok(())
    }

    /// Checks that a line is the receipt of all before it, by the key in force.
    pub fn receive(&self, last: &Line) -> Result<(), ChainError> {
        last.receipt_by(self.current().ok_or(ChainError::Key)?)
    }

    /// Whether the key in force is one of the trusted, or follows from one.
    pub fn follows_from(&self, trusted: &[PublicKey]) -> Result<(), Distrust> {
        for begun in self.begun.iter().rev() {
            if trusted.contains(&begun.key) {
                return Ok(());
            }
            if !begun.follows {
                break;
            }
        }
        let stood = self.iter().any(|key| trusted.contains(key));
        Err(if stood { Distrust::Replaced } else { Distrust::Stranger })
    }

    /// The keys that are trusted, or follow from a trusted one.
    pub fn led_to(&self, trusted: &[PublicKey]) -> Vec<PublicKey> {
        let mut leads = false;
        let led = self.begun.iter().filter(|begun| {
            leads = trusted.contains(&begun.key) || (leads && begun.follows);
            leads
        });
        led.map(|begun| begun.key.clone()).collect()
    }
}

/// The trusted keys, with all that these logs lead to from them.
pub fn led_to<'a>(mut trusted: Vec<PublicKey>, logs: impl Iterator<Item = &'a Keys> + Clone) -> Vec<PublicKey> {
    loop {
        let mut more: Vec<PublicKey> = logs.clone().flat_map(|keys| keys.led_to(&trusted)).filter(|key| !trusted.contains(key)).collect();
        match more.pop() {
            Some(key) => trusted.push(key),
            None => return trusted,
        }
    }
}

/// What a line states, where this build can read it.
fn stated(line: &Line) -> Option<Fact> {
    let side = line.side.as_ref().filter(|_| line.header.kind == LineKind::Fact)?;
    cbor::decode(&side.bytes.0, MAX_FACT_BYTES).ok()
}
