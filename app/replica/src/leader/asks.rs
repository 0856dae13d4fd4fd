//! What the pages ask for.

use shared::{
    cbor,
    id::{LogId, RecordId},
    kind::Kinds,
    phone::{Ask, Asked, News, Phase},
    refusal::Refusal,
    replica::{Effects, Replica, Stored, Table},
    sync::Event as Signal,
};

use super::{
    End, Event, Leader, Step, not_ready,
    owner::{IDENTITY, Owner, Standing},
};
use crate::{
    browser,
    http::Missed,
    keys::{self, Refused},
    session,
    store::{self, Fault, Write},
};

impl Leader {
    pub(super) async fn take_ask(&mut self, tab: &str, Asked { id, ask }: Asked) -> Step {
        if self.answered.has(tab, id) {
            self.tabs.answer(tab, id, Ok(()));
            return Ok(());
        }
        match &ask {
            Ask::Hello => {
                self.greet(tab);
                self.tabs.answer(tab, id, Ok(()));
                Ok(())
            }
            Ask::Wake => {
                self.tabs.answer(tab, id, Ok(()));
                self.wake().await
            }
            Ask::ChoosePin { pin, label } => {
                let result = self.choose_pin(pin, label).await?;
                self.tabs.answer(tab, id, result);
                self.drive(Signal::Start).await
            }
            Ask::SignOut => {
                self.sign_out(tab, id);
                Ok(())
            }
            Ask::Prove { log, record } => {
                let result = self.prove(tab, *log, *record).await;
                self.tabs.answer(tab, id, result);
                Ok(())
            }
            Ask::Dismiss { .. } => {
                let effects = self.written(&ask);
                self.finish_writing(tab, id, &ask, effects).await?;
                self.leave_if_revoked().await
            }
            _ => match self.refused() {
                Some(refusal) => {
                    self.tabs.answer(tab, id, Err(refusal));
                    Ok(())
                }
                None => self.take_writing(tab, id, &ask).await,
            },
        }
    }

    async fn take_writing(&mut self, tab: &str, id: u64, ask: &Ask) -> Step {
        if let Ask::Send { .. } | Ask::Decide { .. } = ask {
            let effects = self.signed(ask).await?;
            return self.finish(tab, id, effects, Signal::Changed).await;
        }
        let effects = self.written(ask);
        self.finish_writing(tab, id, ask, effects).await
    }

    fn written(&mut self, ask: &Ask) -> Result<Effects, Refusal> {
        self.owner.as_mut().ok_or_else(not_ready)?.replica.ask(ask, browser::now())
    }

    /// Nothing is begun on a device that was revoked: it would go nowhere.
    fn refused(&self) -> Option<Refusal> {
        self.owner.as_ref()?.revoked.clone()
    }

    /// Tells a page everything. This tab's own heard it all while the store was opened.
    fn greet(&mut self, tab: &str) {
        if tab == self.tabs.tab() && std::mem::take(&mut self.told) {
            return;
        }
        self.tabs.tell_to(tab, &News::Phase(self.phase.clone()));
        if let Some(owner) = &self.owner
            && !owner.standing.signed_out
        {
            for news in owner.replica.view() {
                self.tabs.tell_to(tab, &news);
            }
        }
    }

    async fn finish_writing(&mut self, tab: &str, id: u64, ask: &Ask, effects: Result<Effects, Refusal>) -> Step {
        if matches!(ask, Ask::Set { leaving: false, .. }) {
            if effects.is_ok() {
                self.note_typing();
            }
            return self.keep(tab, id, effects).await.map(drop);
        }
        self.finish(tab, id, effects, Signal::Changed).await
    }

    async fn finish(&mut self, tab: &str, id: u64, effects: Result<Effects, Refusal>, signal: Signal) -> Step {
        if self.keep(tab, id, effects).await? { self.drive(signal).await } else { Ok(()) }
    }

    /// Makes an ask durable and answers it; `true` if something was done.
    async fn keep(&mut self, tab: &str, id: u64, effects: Result<Effects, Refusal>) -> Result<bool, End> {
        let effects = match effects {
            Ok(effects) => effects,
            Err(refusal) => {
                self.tabs.answer(tab, id, Err(refusal));
                return Ok(false);
            }
        };
        let done = self.answered.add(tab, id, browser::now());
        match self.perform(effects, vec![done]).await {
            Ok(()) => {
                self.tabs.answer(tab, id, Ok(()));
                Ok(true)
            }
            // Whoever leads now is asked again by its tab.
            Err(Fault::Fenced) => Err(End::Again),
            Err(fault) => {
                browser::complain("an ask was not kept", fault.code());
                self.tabs.answer(tab, id, Err(fault.refusal()));
                // The replica went ahead of the store: begin again from what is kept.
                Err(if fault == Fault::Full { End::Again } else { End::Broken(fault) })
            }
        }
    }

    /// Unlocks, checks the rules, signs.
    async fn signed(&mut self, ask: &Ask) -> Result<Result<Effects, Refusal>, End> {
        let (Ask::Send { pin, .. } | Ask::Decide { pin, .. }) = ask else { return Ok(Err(not_ready())) };
        let Some(owner) = &mut self.owner else { return Ok(Err(not_ready())) };
        if owner.standing.signed_out {
            return Ok(Err(not_ready()));
        }
        let unlock = match owner.keys.unlock(pin, &self.store).await {
            Ok(unlock) => unlock,
            Err(Refused::For(refusal)) => return Ok(Err(refusal)),
            Err(Refused::Store(fault)) => {
                browser::complain("a try was not kept", fault.code());
                return Ok(Err(fault.refusal()));
            }
        };
        let unsigned = match owner.replica.propose(ask, unlock, browser::now(), &mut browser::random) {
            Ok(unsigned) => unsigned,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Ok(match owner.keys.sign(&unsigned.bodies()).await {
            Ok(signatures) => owner.replica.commit(unsigned, signatures, browser::now()),
            Err(refusal) => Err(refusal),
        })
    }

    /// Hands the page a proof, out of the lines that the store keeps. Nothing changes, so it may be asked for again.
    async fn prove(&self, tab: &str, log: LogId, record: RecordId) -> Result<(), Refusal> {
        let owner = self.owner.as_ref().filter(|owner| !owner.standing.signed_out).ok_or_else(not_ready)?;
        let unreadable = |error: String| {
            browser::complain("the kept lines cannot be read for a proof", &error);
            Refusal::new("proof_unreadable", "The browser's store could not be read, so no proof was saved. Open Countersign again, then try once more.")
        };
        let kept = self.store.beginning(Table::Lines, &Stored::begin_of_lines(log)).await.map_err(|fault| unreadable(fault.code().to_owned()))?;
        let lines: Result<Vec<_>, _> = kept.iter().map(|(_, value)| Stored::read_line(value).map(|(_, line)| line)).collect();
        let proof = owner.replica.prove(log, &lines.map_err(|error| unreadable(error.to_string()))?, record)?;
        self.tabs.tell_to(tab, &News::Proof(proof));
        Ok(())
    }

    /// First time on this phone: a key behind a PIN, a device on the server, and both kept.
    async fn choose_pin(&mut self, pin: &str, label: &str) -> Result<Result<(), Refusal>, End> {
        if self.owner.is_some() {
            return Ok(Err(Refusal::new("pin_chosen", "This phone has its PIN already.")));
        }
        let Some(session) = &self.session else { return Ok(Err(not_ready())) };
        let fresh = match keys::make(pin).await {
            Ok(fresh) => fresh,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let identity = match session::enrol(session, fresh.public(), label).await {
            Ok(identity) => identity,
            Err(missed) => return Ok(Err(self.not_enrolled(&missed))),
        };
        let standing = Standing::default();
        let mut writes = fresh.writes();
        writes.push(standing.write());
        writes.push(Write { table: store::PHONE, key: IDENTITY.to_owned(), value: Some(cbor::encode(&identity)) });
        if let Err(fault) = self.store.write(writes).await {
            browser::complain("the new device was not kept", fault.code());
            return if fault == Fault::Fenced { Err(End::Again) } else { Ok(Err(fault.refusal())) };
        }
        self.owner = Some(Box::new(Owner::new(Replica::new(Kinds::standard(), identity), fresh.into_keys(), standing)));
        self.session = None;
        self.settle_phase();
        Ok(Ok(()))
    }

    fn not_enrolled(&mut self, missed: &Missed) -> Refusal {
        if missed.is_signed_out() {
            self.session = None;
            self.settle_phase();
        }
        match missed {
            Missed::Away => Refusal::new("offline", "Setting up this phone needs signal, once. Try again when there is some."),
            Missed::OtherVersion => Refusal::new("unknown_wire_version", "The app and the server are of different versions. Update the app."),
            Missed::Problem { problem, .. } if problem.title.is_empty() => {
                Refusal::new(&problem.code, "The server did not take this phone. Sign in again and try once more.")
            }
            Missed::Problem { problem, .. } => Refusal::new(&problem.code, problem.title.as_str()),
        }
    }

    fn sign_out(&self, tab: &str, id: u64) {
        if self.owner.is_none() || matches!(self.phase, Phase::SignIn { .. }) {
            self.tabs.answer(tab, id, Ok(()));
            return;
        }
        let (mailbox, tab) = (self.mailbox.clone(), tab.to_owned());
        wasm_bindgen_futures::spawn_local(async move {
            mailbox.put(Event::SignedOut { tab, id, result: session::end().await });
        });
    }
}
