//! One Text in the index: runs of characters in reading order, deleted ones too.
//!
//! The order is Automerge's: a character stands right behind the one it was inserted after, before everything that was
//! inserted there earlier, and of two inserted there without seeing each other the one with the greater name comes first.

use std::{collections::BTreeMap, ops::Bound};

use super::{super::limits::MAX_TEXT_CHARACTERS, ActorNumber, Id, Stamp};

/// A run's number: its place in the slab.
type RunNumber = u32;

/// Characters typed one after the other by one change, and deleted by the same changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    /// The first character's name; the others count up.
    first: Id,
    change: Stamp,
    characters: Vec<char>,
    deleted_by: Vec<Stamp>,
    /// What is read next.
    next: Option<RunNumber>,
}

impl Run {
    fn end(&self) -> u32 {
        self.first.counter.saturating_add(u32::try_from(self.characters.len()).unwrap_or(u32::MAX))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prose {
    runs: Vec<Run>,
    /// Places in the slab that hold no run now.
    free: Vec<RunNumber>,
    start: Option<RunNumber>,
    /// Each run by its first character's name.
    by_name: BTreeMap<(ActorNumber, u32), RunNumber>,
    /// Ever inserted.
    characters: usize,
}

/// A character as somebody else names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Character<'a> {
    pub(super) change: Stamp,
    pub(super) deleted_by: &'a [Stamp],
}

impl Prose {
    /// Whether so many more characters may be inserted.
    pub(super) fn has_room_for(&self, characters: usize) -> bool {
        self.characters.saturating_add(characters) <= MAX_TEXT_CHARACTERS
    }

    pub(super) fn get(&self, name: Id) -> Option<Character<'_>> {
        let (run, _) = self.find(name)?;
        let run = self.run(run)?;
        Some(Character { change: run.change, deleted_by: &run.deleted_by })
    }

    /// The characters that are there for whoever has seen what `covers` says, in reading order.
    pub(super) fn read(&self, covers: impl Fn(Stamp) -> bool) -> String {
        let shown = self.in_order().filter(|run| covers(run.change) && !run.deleted_by.iter().any(|change| covers(*change)));
        shown.flat_map(|run| &run.characters).collect()
    }

    /// Every change that inserted or deleted here; some of them several times.
    pub(super) fn changes(&self) -> impl Iterator<Item = Stamp> {
        self.in_order().flat_map(|run| std::iter::once(run.change).chain(run.deleted_by.iter().copied()))
    }

    fn in_order(&self) -> impl Iterator<Item = &Run> {
        std::iter::successors(self.start.and_then(|start| self.run(start)), |run| run.next.and_then(|next| self.run(next)))
    }

    /// Its runs, in reading order.
    #[cfg(feature = "parts")]
    pub(super) fn parts(&self) -> Vec<super::parts::RunPart> {
        self.in_order().map(|run| (run.first.into(), run.change.into(), run.characters.iter().collect(), super::parts::pairs(&run.deleted_by))).collect()
    }

    #[cfg(feature = "parts")]
    pub(super) fn from_parts(parts: Vec<super::parts::RunPart>) -> Self {
        let mut prose = Self::default();
        let mut before: Option<RunNumber> = None;
        for (first, change, characters, deleted_by) in parts {
            let characters: Vec<char> = characters.chars().collect();
            prose.characters = prose.characters.saturating_add(characters.len());
            let run = Run { first: first.into(), change: change.into(), characters, deleted_by: super::parts::stamps(deleted_by), next: None };
            let number = prose.add(run);
            match before.and_then(|before| prose.run_mut(before)) {
                Some(before) => before.next = Some(number),
                None => prose.start = Some(number),
            }
            before = Some(number);
        }
        prose
    }

    /// Inserts a character behind another, `None` for the beginning. `rank` orders names as Automerge does. What is
    /// named was checked before: an unknown name changes nothing.
    pub(super) fn insert<R: Ord>(&mut self, name: Id, behind: Option<Id>, character: char, change: Stamp, rank: impl Fn(Id) -> R) {
        let mut before = match behind {
            None => None,
            Some(behind) => {
                let Some((run, place)) = self.find(behind) else { return };
                if self.goes_on(run, place, name, change) {
                    if let Some(run) = self.run_mut(run) {
                        run.characters.push(character);
                        self.characters += 1;
                    }
                    return;
                }
                self.split(run, place + 1);
                Some(run)
            }
        };
        // What was inserted at the same place by somebody who did not see this, and has the greater name, comes first.
        while let Some(next) = self.after(before).filter(|next| self.run(*next).is_some_and(|run| rank(run.first) > rank(name))) {
            before = Some(next);
        }
        let run = Run { first: name, change, characters: vec![character], deleted_by: Vec::new(), next: self.after(before) };
        let number = self.add(run);
        match before {
            None => self.start = Some(number),
            Some(before) => {
                if let Some(before) = self.run_mut(before) {
                    before.next = Some(number);
                }
            }
        }
        self.characters += 1;
    }

    /// Whether the character is the next one of a run that the same change is still typing.
    fn goes_on(&self, run: RunNumber, place: usize, name: Id, change: Stamp) -> bool {
        self.run(run).is_some_and(|run| {
            let is_last = place + 1 == run.characters.len();
            is_last && run.change == change && run.deleted_by.is_empty() && run.first.actor == name.actor && run.end() == name.counter
        })
    }

    /// Takes a character away, for whoever sees `change`.
    pub(super) fn delete(&mut self, name: Id, change: Stamp) {
        let Some((run, place)) = self.find(name) else { return };
        let run = self.split(run, place);
        self.split(run, 1);
        if let Some(run) = self.run_mut(run) {
            run.deleted_by.push(change);
        }
        let next = self.after(Some(run));
        self.join(run);
        if let Some(next) = next {
            self.join(next);
        }
    }

    /// Joins a run to the one before it where nothing tells them apart any more.
    fn join(&mut self, number: RunNumber) {
        let Some(run) = self.run(number) else { return };
        let Some(previous) = run.first.counter.checked_sub(1) else { return };
        let Some((before, _)) = self.find(Id { counter: previous, actor: run.first.actor }) else { return };
        let alike = self.run(before).is_some_and(|before| before.next == Some(number) && before.change == run.change && before.deleted_by == run.deleted_by);
        if !alike {
            return;
        }
        let (name, next) = ((run.first.actor, run.first.counter), run.next);
        self.by_name.remove(&name);
        let characters = self.run_mut(number).map(|run| std::mem::take(&mut run.characters)).unwrap_or_default();
        if let Some(before) = self.run_mut(before) {
            before.characters.extend(characters);
            before.next = next;
        }
        self.free.push(number);
    }

    /// The run that begins at `place` of a run, which ends there.
    fn split(&mut self, number: RunNumber, place: usize) -> RunNumber {
        let Some(run) = self.run_mut(number) else { return number };
        if place == 0 || place >= run.characters.len() {
            return number;
        }
        let characters = run.characters.split_off(place);
        let first = Id { counter: run.end(), actor: run.first.actor };
        let rest = Run { first, change: run.change, characters, deleted_by: run.deleted_by.clone(), next: run.next };
        let rest = self.add(rest);
        if let Some(run) = self.run_mut(number) {
            run.next = Some(rest);
        }
        rest
    }

    fn add(&mut self, run: Run) -> RunNumber {
        let name = (run.first.actor, run.first.counter);
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(place) = self.run_mut(number) {
                    *place = run;
                }
                number
            }
            None => {
                self.runs.push(run);
                // Bounded by the characters, and those by their limit.
                RunNumber::try_from(self.runs.len() - 1).unwrap_or(RunNumber::MAX)
            }
        };
        self.by_name.insert(name, number);
        number
    }

    /// The run that holds a character, and its place in it.
    fn find(&self, name: Id) -> Option<(RunNumber, usize)> {
        let up_to = (Bound::Included((name.actor, 0)), Bound::Included((name.actor, name.counter)));
        let (_, number) = self.by_name.range(up_to).next_back()?;
        let run = self.run(*number)?;
        let place = usize::try_from(name.counter.checked_sub(run.first.counter)?).ok()?;
        (place < run.characters.len()).then_some((*number, place))
    }

    fn after(&self, before: Option<RunNumber>) -> Option<RunNumber> {
        match before {
            None => self.start,
            Some(before) => self.run(before)?.next,
        }
    }

    fn run(&self, number: RunNumber) -> Option<&Run> {
        self.runs.get(usize::try_from(number).ok()?)
    }

    fn run_mut(&mut self, number: RunNumber) -> Option<&mut Run> {
        self.runs.get_mut(usize::try_from(number).ok()?)
    }
}
