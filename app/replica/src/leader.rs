//! The worker that leads: one queue of events, each finished (durably, where it writes) before the next is begun.

mod asks;
mod opening;
mod owner;
mod talk;

use std::rc::Rc;

use shared::{
    phone::{Ask, Asked, News, Phase},
    refusal::Refusal,
    replica::Effects,
    wire::{LiveFrame, Session, SyncRequest, SyncResponse},
};

use self::owner::Owner;
use crate::{
    answered::Answered,
    browser,
    http::Missed,
    mailbox::Mailbox,
    session,
    store::{Fault, Store, Write},
    tabs::Tabs,
};

/// Everything that happens to a replica.
pub enum Event {
    /// This tab holds the lock.
    Leads,
    /// Another tab took it.
    Robbed,
    /// A page asks, this tab's or another's.
    Ask {
        tab: String,
        asked: Asked,
    },
    /// Who is signed in.
    Session(Result<Session, Missed>),
    /// What became of a request.
    Answered {
        number: u64,
        request: SyncRequest,
        answer: Result<SyncResponse, Missed>,
    },
    Live {
        number: u64,
        frame: LiveFrame,
    },
    LiveEnded {
        number: u64,
        signed_out: bool,
    },
    Tick {
        number: u64,
    },
    /// Somebody typed, and long enough ago to send it.
    Typed,
    /// The network says that it is back.
    Online,
    /// The server ended the session, or did not.
    SignedOut {
        tab: String,
        id: u64,
        result: Result<(), Missed>,
    },
}

/// How leading ends.
enum End {
    Robbed,
    /// Begin again from what is stored: memory went ahead of it.
    Again,
    Broken(Fault),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        match fault {
            // Fenced though the lock is ours: two tabs opened at once, and the later one wrote last.
            Fault::Fenced => Self::Again,
            fault => Self::Broken(fault),
        }
    }
}

/// Follows and leads, in turn, as long as the worker lives.
pub async fn run(tabs: Rc<Tabs>, mailbox: Mailbox<Event>) {
    loop {
        while !matches!(mailbox.next().await, Event::Leads) {}
        lead(&tabs, &mailbox).await;
    }
}

async fn lead(tabs: &Rc<Tabs>, mailbox: &Mailbox<Event>) {
    loop {
        let end = match Leader::open(tabs, mailbox).await {
            Ok(mut leader) => leader.serve().await,
            Err(fault) => fault.into(),
        };
        match end {
            End::Robbed => return,
            End::Again => {
                if !tabs.leads() {
                    return;
                }
            }
            End::Broken(fault) => {
                browser::complain("the store failed", fault.code());
                if !wait_broken(&fault, tabs, mailbox).await {
                    return;
                }
            }
        }
    }
}

/// Says what is wrong until somebody comes back to try again; `false` if another tab took over.
async fn wait_broken(fault: &Fault, tabs: &Tabs, mailbox: &Mailbox<Event>) -> bool {
    let phase = News::Phase(Phase::Broken { sentence: fault.sentence().to_owned() });
    tabs.tell(&phase);
    loop {
        match mailbox.next().await {
            Event::Robbed => return false,
            Event::Ask { tab, asked: Asked { id, ask } } => match ask {
                Ask::Hello => {
                    tabs.tell_to(&tab, &phase);
                    tabs.answer(&tab, id, Ok(()));
                }
                Ask::Wake => {
                    tabs.answer(&tab, id, Ok(()));
                    return true;
                }
                _ => tabs.answer(&tab, id, Err(fault.refusal())),
            },
            _ => {}
        }
    }
}

/// The replica of this browser, while this tab leads.
struct Leader {
    tabs: Rc<Tabs>,
    mailbox: Mailbox<Event>,
    store: Store,
    answered: Answered,
    /// Everything was told to this tab's page when it was opened.
    told: bool,
    /// Whose phone this is, once it is somebody's.
    owner: Option<Box<Owner>>,
    /// Who is signed in, as long as it is nobody's.
    session: Option<Session>,
    phase: Phase,
}

type Step = Result<(), End>;

impl Leader {
    async fn serve(&mut self) -> End {
        loop {
            let event = self.mailbox.next().await;
            if let Err(end) = self.take(event).await {
                return end;
            }
        }
    }

    async fn take(&mut self, event: Event) -> Step {
        match event {
            Event::Leads => Ok(()),
            Event::Robbed => Err(End::Robbed),
            Event::Ask { tab, asked } => self.take_ask(&tab, asked).await,
            Event::Session(found) => self.take_session(found).await,
            Event::Answered { number, request, answer } => self.take_answer(number, request, answer).await,
            Event::Live { number, frame } => self.take_frame(number, frame).await,
            Event::LiveEnded { number, signed_out } => self.take_live_end(number, signed_out).await,
            Event::Tick { number } => self.take_tick(number).await,
            Event::Typed => self.take_typed().await,
            Event::Online => self.wake().await,
            Event::SignedOut { tab, id, result } => self.take_signed_out(&tab, id, result).await,
        }
    }

    /// Keeps first, tells after.
    async fn perform(&self, effects: Effects, more: Vec<Write>) -> Result<(), Fault> {
        let writes = effects.store.into_iter().map(Write::from).chain(more).collect();
        self.store.write(writes).await?;
        self.tell_all(&effects.news);
        Ok(())
    }

    fn tell_all(&self, news: &[News]) {
        if self.is_shut() {
            return;
        }
        for news in news {
            self.tabs.tell(news);
        }
    }

    /// The person signed out on purpose: nothing of theirs is shown.
    fn is_shut(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.standing.signed_out)
    }

    /// Works the phase out, and tells it if it changed.
    fn settle_phase(&mut self) {
        let phase = match (&self.owner, &self.session) {
            (Some(owner), _) => owner.phase(),
            (None, Some(session)) => Phase::ChoosePin { name: session.name.clone(), set_up: session.devices.clone() },
            (None, None) => Phase::SignIn { known: None },
        };
        if phase != self.phase {
            self.phase = phase;
            self.tabs.tell(&News::Phase(self.phase.clone()));
        }
    }

    /// Asks the server who is signed in.
    fn look_at_session(&self) {
        let mailbox = self.mailbox.clone();
        wasm_bindgen_futures::spawn_local(async move {
            mailbox.put(Event::Session(session::look().await));
        });
    }

    async fn take_session(&mut self, found: Result<Session, Missed>) -> Step {
        let Some(owner) = &mut self.owner else {
            // Offline this browser knows nobody; the same door is shown, and it opens with the network.
            self.session = found.ok();
            self.settle_phase();
            return Ok(());
        };
        owner.asks_who = false;
        match found {
            Ok(session) if session::is_of(&session, owner.replica.identity()) => {
                let was_shut = owner.standing.signed_out;
                owner.somebody_else = false;
                if was_shut {
                    owner.standing.signed_out = false;
                    let write = owner.standing.write();
                    let everything = owner.replica.view();
                    self.store.write(vec![write]).await?;
                    self.settle_phase();
                    self.tell_all(&everything);
                }
                self.settle_phase();
                self.resume().await
            }
            // Whoever was here left on purpose, or their server is gone: the browser is the next person's.
            Ok(session)
                if owner.holds_nothing_of_its_own() && (owner.standing.signed_out || !session::same_organisation(&session, owner.replica.identity())) =>
            {
                self.begin_anew().await
            }
            Ok(_) => {
                owner.somebody_else = true;
                owner.live = None;
                self.settle_phase();
                Ok(())
            }
            Err(missed) => {
                if missed.is_signed_out() && !owner.standing.signed_out {
                    let effects = owner.replica.signed_out();
                    self.perform(effects, Vec::new()).await?;
                }
                Ok(())
            }
        }
    }

    /// What is kept here belongs to no server any more, and all of it is elsewhere: this browser becomes a new device.
    async fn begin_anew(&mut self) -> Step {
        if let Some(owner) = &self.owner {
            for log in owner.replica.logs() {
                self.tabs.tell(&News::LogGone { log: log.id });
            }
        }
        self.store.clear().await?;
        Err(End::Again)
    }

    /// The server does not take this device any more.
    async fn take_revocation(&mut self, sentence: &str) -> Step {
        let Some(owner) = &mut self.owner else { return Ok(()) };
        let refusal = Refusal::new("unknown_device", sentence);
        let effects = owner.replica.revoked(&refusal, browser::now());
        owner.revoked = Some(refusal);
        owner.live = None;
        self.perform(effects, Vec::new()).await?;
        self.settle_phase();
        self.leave_if_revoked().await
    }

    /// Once nothing is only here, a browser whose device was revoked can be set up anew.
    async fn leave_if_revoked(&mut self) -> Step {
        let left = self.owner.as_ref().is_some_and(|owner| owner.revoked.is_some() && owner.holds_nothing_of_its_own());
        if left { self.begin_anew().await } else { Ok(()) }
    }

    /// The page or the network came back.
    async fn wake(&mut self) -> Step {
        match &mut self.owner {
            None => {
                self.look_at_session();
                Ok(())
            }
            Some(owner) if owner.is_paused() => {
                owner.asks_who = true;
                self.look_at_session();
                Ok(())
            }
            Some(_) => self.drive(shared::sync::Event::Wake).await,
        }
    }
}

fn not_ready() -> Refusal {
    Refusal::new("not_ready", "This phone is not set up yet. Sign in and choose a PIN first.")
}
