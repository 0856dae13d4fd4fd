//! What the organisation does: memberships end and begin, rules are set, held words are decided on.

use std::sync::Arc;

use server::{
    gate::{Ending, Erasing, NewMember},
    store::HeldId,
};
use shared::{
    fact::{Cover, Exemption, Fact, Member, Pause, Settings},
    role::Role,
    time::{At, DAY_MS},
};

use crate::{
    process::Outcome,
    world::{Act, BEA, FARID, RUTH, TOMAS, World},
};

impl World {
    /// One act of the programme lead.
    pub fn lead_acts(&mut self) {
        match self.rng.below(8) {
            0 | 1 if self.farid_is_here => self.farid_leaves(),
            0 | 1 => self.farid_comes_back(),
            2 | 3 => self.looks_at_held_words(),
            4 if self.rng.one_in(2) => self.erases(),
            _ => self.states(),
        }
    }

    fn farid_leaves(&mut self) {
        self.farid_is_here = false;
        self.note(|| "farid leaves".to_owned());
        let (log, person, by, now) = (self.record_log, self.people[FARID], self.people[TOMAS], self.now);
        let ending = Ending { log, person, role: Role::Mentor, by, reason: "left".to_owned() };
        self.administers(Act::Leaves, move |gate| async move { gate.end_membership(ending, now).await.map(|()| Outcome::Done) });
    }

    fn farid_comes_back(&mut self) {
        self.farid_is_here = true;
        self.note(|| "farid comes back".to_owned());
        let (log, person, now) = (self.record_log, self.people[FARID], self.now);
        let member = Member {
            person,
            name: "Farid Nasweh".to_owned(),
            role: Role::Mentor,
            leads: false,
            job: String::new(),
            place: String::new(),
            employed_from: At(0),
            from: now,
            until: None,
        };
        self.administers(Act::Joins, move |gate| async move { gate.add_member(NewMember { log, member }, now).await.map(|()| Outcome::Done) });
    }

    fn states(&mut self) {
        let now = self.now;
        let (bea, ruth, tomas) = (self.people[BEA], self.people[RUTH], self.people[TOMAS]);
        let fact = match self.rng.below(4) {
            0 => Fact::Exemption(Exemption { rule: "r2".to_owned(), person: bea, reason: "one nurse".to_owned(), review_on: now.plus(DAY_MS), by: tomas }),
            1 => Fact::Cover(Cover { supervisor: bea, person: ruth, from: now, until: now.plus(DAY_MS), by: bea }),
            2 => Fact::Paused(Pause { from: now, until: Some(now.plus(DAY_MS)) }),
            _ => Fact::Settings(Settings { agreement_first: self.rng.one_in(3), ..Settings::default() }),
        };
        let log = self.record_log;
        self.administers(Act::Other, move |gate| async move { gate.state_facts(log, vec![fact], now).await.map(|()| Outcome::Done) });
    }

    /// A record's words are destroyed, wherever they are.
    fn erases(&mut self) {
        let log = self.record_log;
        let Some((record, _, _)) = self.rng.pick(&self.records).copied() else { return };
        let (by, now) = (self.people[TOMAS], self.now);
        let erasing = Erasing { log, records: [record].into(), by, reason: "asked for".to_owned() };
        self.note(|| format!("the lead has {record} erased"));
        self.administers(Act::Other, move |gate| async move { gate.erase(erasing, now).await.map(|()| Outcome::Erased) });
    }

    fn looks_at_held_words(&mut self) {
        let log = self.record_log;
        self.administers(Act::Other, move |gate| async move {
            let held = gate.held(log).await?;
            Ok(Outcome::Held(held.into_iter().map(|held| held.id).collect()))
        });
    }

    /// The lead has seen what is held, and decides on some of it.
    pub fn decides_on_held(&mut self, held: &[HeldId]) {
        let (by, now) = (self.people[TOMAS], self.now);
        for id in held.iter().copied() {
            match self.rng.below(3) {
                0 => {
                    self.administers(Act::Other, move |gate: Arc<_>| async move { server::gate::Gate::adopt(&gate, id, by, now).await.map(|()| Outcome::Done) })
                }
                1 => self.administers(Act::Other, move |gate: Arc<_>| async move {
                    server::gate::Gate::discard(&gate, id, by, "not here".to_owned(), now).await.map(|()| Outcome::Done)
                }),
                _ => {}
            }
        }
        if !held.is_empty() {
            self.tell("held words looked at");
        }
    }
}
