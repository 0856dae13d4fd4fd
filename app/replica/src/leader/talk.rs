//! Doing what the engine says: requests, the live stream, waking up.

use shared::{
    cbor,
    id::LogId,
    phone::News,
    sync::{Do, Event as Signal, TYPING_MS},
    time::At,
    wire::{LiveFrame, LogUpdate, MAX_RESPONSE_BYTES, SyncRequest, SyncResponse, Verdict},
};

use super::{End, Event, Leader, Step, owner::Owner};
use crate::{
    browser,
    http::{self, Missed},
    live::Live,
};

/// A session that ended is tried again after this long, unless somebody comes back before.
const SIGNED_OUT_RETRY_S: u32 = 60;
/// A verdict's own wait is never taken for longer than this.
const LONGEST_RETRY_S: u32 = 600;

impl Leader {
    /// Gives the engine a signal and does what it says.
    pub(super) async fn drive(&mut self, signal: Signal) -> Step {
        let mut signals = vec![signal];
        while let Some(signal) = signals.pop() {
            let Some(owner) = &mut self.owner else { return Ok(()) };
            for todo in owner.engine.on(browser::now(), signal, browser::random_u64()) {
                match todo {
                    Do::Sync => signals.extend(self.send_request().await),
                    Do::OpenLive => self.open_live(),
                    Do::CloseLive => self.close_live(),
                    Do::WakeAt(at) => self.wake_at(at),
                }
            }
        }
        Ok(())
    }

    /// Begins to talk again after a pause.
    pub(super) async fn resume(&mut self) -> Step {
        self.drive(Signal::Wake).await
    }

    /// Sends what waits. What the request fixed is durable before it leaves; if it cannot be, nothing leaves.
    async fn send_request(&mut self) -> Option<Signal> {
        let owner = self.owner.as_mut()?;
        if owner.is_paused() {
            return Some(Signal::Failed { retry_after_s: Some(SIGNED_OUT_RETRY_S) });
        }
        // Without signal an intent is not fixed, so that it can be taken back until there is some.
        owner.probing = !owner.replica.is_in_touch();
        let (request, effects) = if owner.probing { owner.replica.probe(browser::now()) } else { owner.replica.request(browser::now()) };
        owner.request_number += 1;
        let number = owner.request_number;
        if let Err(fault) = self.perform(effects, Vec::new()).await {
            browser::complain("a request could not be kept, so it was not sent", fault.code());
            return Some(Signal::Failed { retry_after_s: None });
        }
        let mailbox = self.mailbox.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let body = cbor::encode(&request);
            let answer = http::ask_of_this_version("POST", "/sync/v1", Some(&body), MAX_RESPONSE_BYTES).await;
            mailbox.put(Event::Answered { number, request, answer });
        });
        None
    }

    pub(super) async fn take_answer(&mut self, number: u64, request: SyncRequest, answer: Result<SyncResponse, Missed>) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        if owner.request_number != number {
            // The engine gave it up; the same bundles went again and are answered there.
            return Ok(());
        }
        match answer {
            Ok(response) => self.take_response(&request, response).await,
            Err(missed) => {
                if let Some(sentence) = missed.unknown_device() {
                    return self.take_revocation(sentence).await;
                }
                let effects = match &missed {
                    missed if missed.is_signed_out() => owner.replica.signed_out(),
                    missed if missed.is_other_version() => owner.replica.of_another_version(),
                    _ => owner.replica.failed(browser::now()),
                };
                let mut retry_after_s = missed.retry_after_s();
                if missed.is_signed_out() {
                    retry_after_s = Some(SIGNED_OUT_RETRY_S);
                    if owner.may_ask_who() {
                        self.look_at_session();
                    }
                }
                self.perform(effects, Vec::new()).await?;
                self.drive(Signal::Failed { retry_after_s }).await
            }
        }
    }

    async fn take_response(&mut self, request: &SyncRequest, response: SyncResponse) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        let now = browser::now();
        let more_lines = response.logs.iter().any(|update| update.more);
        let told = response.without_lines();
        let wait_s = response.verdicts.iter().filter_map(|verdict| if let Verdict::RetryAfter { seconds } = verdict { Some(*seconds) } else { None }).max();
        let effects = owner.replica.absorb(request, response, now);
        let first_is_through = !owner.standing.fetched && !more_lines;
        owner.standing.fetched |= first_is_through;
        let writes = if first_is_through { vec![owner.standing.write()] } else { Vec::new() };
        let more = owner.replica.wants_more(request, &told) || owner.probing && owner.replica.has_unsent(now);
        owner.probing = false;
        self.perform(effects, writes).await?;
        self.settle_phase();
        match wait_s {
            Some(seconds) => self.drive(Signal::Failed { retry_after_s: Some(seconds.min(LONGEST_RETRY_S)) }).await,
            None => self.drive(Signal::Answered { more }).await,
        }
    }

    fn open_live(&mut self) {
        let mailbox = self.mailbox.clone();
        let Some(owner) = &mut self.owner else { return };
        owner.live_number += 1;
        owner.live = (!owner.is_paused()).then(|| Live::open(owner.replica.identity().device, owner.live_number, mailbox));
    }

    fn close_live(&mut self) {
        if let Some(owner) = &mut self.owner {
            owner.live_number += 1;
            owner.live = None;
        }
    }

    fn wake_at(&mut self, at: At) {
        let mailbox = self.mailbox.clone();
        let Some(owner) = &mut self.owner else { return };
        if owner.tick_at == Some(at) {
            return;
        }
        owner.tick_at = Some(at);
        owner.tick_number += 1;
        let number = owner.tick_number;
        wasm_bindgen_futures::spawn_local(async move {
            browser::sleep(at.since(browser::now())).await;
            mailbox.put(Event::Tick { number });
        });
    }

    pub(super) async fn take_tick(&mut self, number: u64) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        if owner.tick_number != number {
            return Ok(());
        }
        owner.tick_at = None;
        owner.keys.lock(Some(browser::now()));
        self.drive(Signal::Tick).await
    }

    pub(super) async fn take_frame(&mut self, number: u64, frame: LiveFrame) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        if owner.live_number != number {
            return Ok(());
        }
        match frame {
            LiveFrame::Hello { .. } => self.drive(Signal::LiveOpened).await,
            LiveFrame::Heartbeat { .. } => self.drive(Signal::LiveHeard { moved: false }).await,
            LiveFrame::Moved { log, next } => {
                let moved = next_of(owner, log) < next;
                self.drive(Signal::LiveHeard { moved }).await
            }
            LiveFrame::Lines(update) => {
                let moved = update.more || !follows(owner, &update);
                if follows(owner, &update) {
                    let effects = owner.replica.live(update, browser::now());
                    self.perform(effects, Vec::new()).await?;
                }
                self.drive(Signal::LiveHeard { moved }).await
            }
        }
    }

    pub(super) async fn take_live_end(&mut self, number: u64, signed_out: bool) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        if owner.live_number != number {
            return Ok(());
        }
        owner.live = None;
        owner.replica.lost_touch();
        if signed_out && owner.may_ask_who() {
            self.look_at_session();
        }
        self.drive(Signal::LiveClosed).await
    }

    /// Somebody is typing: it goes when they leave the field, or after a while.
    pub(super) fn note_typing(&mut self) {
        let mailbox = self.mailbox.clone();
        let Some(owner) = &mut self.owner else { return };
        if owner.typing {
            return;
        }
        owner.typing = true;
        wasm_bindgen_futures::spawn_local(async move {
            browser::sleep(TYPING_MS + 1).await;
            mailbox.put(Event::Typed);
        });
    }

    pub(super) async fn take_typed(&mut self) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        owner.typing = false;
        if !owner.replica.has_unsent(browser::now()) {
            return Ok(());
        }
        // What was begun later than the rest is typed a little longer.
        self.note_typing();
        self.drive(Signal::Changed).await
    }

    pub(super) async fn take_signed_out(&mut self, tab: &str, id: u64, result: Result<(), Missed>) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        if let Err(missed) = result
            && !missed.is_signed_out()
        {
            let sentence = "Signing out needs signal, so that the server ends the session too. Try again when there is some.";
            self.tabs.answer(tab, id, Err(shared::refusal::Refusal::new("offline", sentence)));
            return Ok(());
        }
        owner.standing.signed_out = true;
        owner.keys.lock(None);
        owner.live = None;
        owner.live_number += 1;
        let write = owner.standing.write();
        let logs: Vec<LogId> = owner.replica.logs().map(|log| log.id).collect();
        self.store.write(vec![write]).await.map_err(End::from)?;
        self.settle_phase();
        for log in logs {
            self.tabs.tell(&News::LogGone { log });
        }
        self.tabs.answer(tab, id, Ok(()));
        Ok(())
    }
}

fn next_of(owner: &Owner, log: LogId) -> u64 {
    owner.replica.log(log).map_or(0, |log| log.chain.next)
}

/// Whether these lines join on to what is here.
fn follows(owner: &Owner, update: &LogUpdate) -> bool {
    update.lines.first().is_none_or(|line| line.header.position <= next_of(owner, update.log))
}
