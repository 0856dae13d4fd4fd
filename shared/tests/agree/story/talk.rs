//! Requests and the live stream, and what the server may answer (invariant 7).

use shared::{
    id::LogId,
    time::SECOND_MS,
    wire::{Item, Verdict},
};

use super::Story;
use crate::ward::{Ward, log};

impl Story {
    /// One request: lost on the way there, on the way back, or answered.
    pub fn talk(&mut self, phone: usize) {
        self.ward.pass(SECOND_MS);
        let request = self.ward.send(phone);
        if self.rng.one_in(5) {
            return self.tell("request lost");
        }
        let (who, now) = (self.person(phone), self.ward.now);
        let response = self.ward.server.sync(who, &request, now);
        for (bundle, verdict) in request.push.iter().zip(&response.verdicts) {
            self.honest(bundle.log, &bundle.items, verdict);
        }
        self.ask_again(phone, &request, &response.verdicts);
        if self.rng.one_in(4) {
            return self.tell("answer lost");
        }
        self.ward.answer(phone, &request, response);
    }

    /// Invariant 7: an honest phone's words are refused for R10 alone.
    fn honest(&mut self, _log: LogId, items: &[Item], verdict: &Verdict) {
        let words = items.iter().all(|item| matches!(item, Item::Word(_)));
        match verdict {
            Verdict::Refused(refusal) => {
                let fine = refusal.code.starts_with("r10_") || !words;
                assert!(fine, "seed {}: an honest phone's words were refused: {refusal}", self.seed);
                assert!(
                    !["bad_signature", "r16_own_name", "bad_decision", "bad_bundle", "bad_seen", "wrong_form"].contains(&refusal.code.as_str()),
                    "seed {}: {refusal}",
                    self.seed
                );
                self.tell(format!("server: {}", refusal.code));
            }
            Verdict::BlockedBy { .. } => self.tell("server: blocked"),
            Verdict::Exists { .. } => self.tell("server: exists"),
            Verdict::Held(_) => self.tell("server: held"),
            Verdict::Accepted { .. } => self.tell("server: accepted"),
            Verdict::Duplicate { .. } => self.tell("server: duplicate"),
            Verdict::RetryAfter { .. } => {}
        }
    }

    /// Invariant 7: the same request again gets the same answers and adds nothing. What was refused may be judged anew
    /// once something after it was accepted, so only requests that were kept whole are asked again.
    fn ask_again(&mut self, phone: usize, request: &shared::wire::SyncRequest, first: &[Verdict]) {
        if !first.iter().all(|verdict| verdict.is_kept() || matches!(verdict, Verdict::Held(_) | Verdict::Exists { .. })) {
            return;
        }
        let lines = |ward: &Ward| ward.server.logs.values().map(|(_, lines)| lines.len()).sum::<usize>();
        let before = lines(&self.ward);
        let held = self.ward.server.held.len();
        let (who, now) = (self.person(phone), self.ward.now);
        let again = self.ward.server.sync(who, request, now).verdicts;
        self.ward.server.held.truncate(held);
        assert_eq!(lines(&self.ward), before, "seed {}: asked again, nothing is added: {first:?}, {again:?}", self.seed);
        for (first, again) in first.iter().zip(&again) {
            let same = match (first, again) {
                (Verdict::Accepted { position }, Verdict::Duplicate { position: kept }) => position == kept,
                (first, again) => first == again,
            };
            assert!(same, "seed {}: {first:?} and then {again:?}", self.seed);
        }
    }

    /// Some lines over the live stream.
    pub fn hear(&mut self, phone: usize) {
        let most = 1 + self.rng.below(5);
        self.ward.hear(phone, log(), most);
    }
}
