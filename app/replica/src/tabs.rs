//! One replica a browser. The worker that holds the Web Lock leads; the others pass their page's asks on and its
//! news back, over a channel. When the lead falls to another tab, what nobody answered is asked again.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use js_sys::{Array, Function, Promise};
use shared::{
    phone::{Asked, News, Row, from_text, to_text},
    refusal::Refusal,
    time::{At, SECOND_MS},
};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{browser, leader::Event, mailbox::Mailbox};

const LOCK: &str = "countersign-replica";
const CHANNEL: &str = "countersign-replica-1";
/// A tab with an open ask looks for the leader this often.
const LOOK_EVERY_MS: i64 = SECOND_MS / 2;
/// A leader that says nothing for so long, while somebody waits, loses the lead: its tab is frozen.
const SILENT_LEADER_MS: i64 = 4 * SECOND_MS;
/// Asks of one page that wait for an answer.
const MOST_UNANSWERED: usize = 1_000;

/// Rows that one message tells of: the page takes each in a task of its own, and a finger must not wait for many.
pub const ROWS_A_MESSAGE: usize = 48;

/// What travels over the channel: `[sort, tab, text, id]`.
mod sort {
    /// From a page, for the leader.
    pub const ASK: &str = "ask";
    /// For one tab's page, or for everybody's (an empty tab).
    pub const NEWS: &str = "news";
    /// For one tab's page: the answer to `id`.
    pub const ANSWER: &str = "answer";
    /// A new leader: ask again what is open.
    pub const LEADS: &str = "leads";
    pub const LOOK: &str = "look";
    pub const HERE: &str = "here";
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(name: &str, options: &JsValue, held: &Function) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> String;
}

/// This worker's place among the browser's tabs.
pub struct Tabs {
    tab: String,
    channel: BroadcastChannel,
    mailbox: Mailbox<Event>,
    leads: Cell<bool>,
    leader_heard_at: Cell<At>,
    looking: Cell<bool>,
    unanswered: RefCell<BTreeMap<u64, String>>,
}

impl Tabs {
    pub fn join(mailbox: Mailbox<Event>) -> Rc<Self> {
        let channel = BroadcastChannel::new(CHANNEL).expect("a channel needs a name only");
        let tabs = Rc::new(Self {
            tab: random_uuid(),
            channel,
            mailbox,
            leads: Cell::new(false),
            leader_heard_at: Cell::new(browser::now()),
            looking: Cell::new(false),
            unanswered: RefCell::default(),
        });
        let hear = Closure::<dyn FnMut(MessageEvent)>::new({
            let tabs = Rc::clone(&tabs);
            move |event: MessageEvent| tabs.hear_channel(&event.data())
        });
        tabs.channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        hear.forget();
        wasm_bindgen_futures::spawn_local(Rc::clone(&tabs).hold(false));
        tabs
    }

    pub fn tab(&self) -> &str {
        &self.tab
    }

    pub fn leads(&self) -> bool {
        self.leads.get()
    }

    /// The page asks.
    pub fn hear_page(self: &Rc<Self>, text: &str) {
        let asked: Asked = match from_text(text) {
            Ok(asked) => asked,
            Err(error) => return browser::complain("an ask cannot be read", &error.to_string()),
        };
        if self.unanswered.borrow().len() >= MOST_UNANSWERED {
            let result = Err(Refusal::new("not_saved", "Not saved: too much waits on this phone. Open Countersign again."));
            return browser::tell_page(&to_text(&News::Answer { id: asked.id, result }));
        }
        self.unanswered.borrow_mut().insert(asked.id, text.to_owned());
        if self.leads.get() {
            self.mailbox.put(Event::Ask { tab: self.tab.clone(), asked });
        } else {
            self.say(sort::ASK, &self.tab, text, 0);
            Rc::clone(self).look_for_leader();
        }
    }

    /// News for every page.
    pub fn tell(&self, news: &News) {
        for text in texts(news) {
            browser::tell_page(&text);
            self.say(sort::NEWS, "", &text, 0);
        }
    }

    /// News for one tab's page.
    pub fn tell_to(&self, tab: &str, news: &News) {
        for text in texts(news) {
            if tab == self.tab { browser::tell_page(&text) } else { self.say(sort::NEWS, tab, &text, 0) }
        }
    }

    pub fn answer(&self, tab: &str, id: u64, result: Result<(), Refusal>) {
        let text = to_text(&News::Answer { id, result });
        if tab == self.tab { self.deliver(id, &text) } else { self.say(sort::ANSWER, tab, &text, id) }
    }

    /// An ask that was sent twice is answered once.
    fn deliver(&self, id: u64, text: &str) {
        if self.unanswered.borrow_mut().remove(&id).is_some() {
            browser::tell_page(text);
        }
    }

    fn say(&self, sort: &str, tab: &str, text: &str, id: u64) {
        #[expect(clippy::cast_precision_loss, reason = "ids count up from 1")]
        let message = Array::of4(&sort.into(), &tab.into(), &text.into(), &JsValue::from(id as f64));
        if let Err(error) = self.channel.post_message(&message) {
            browser::complain("the other tabs cannot be told", &browser::told(&error));
        }
    }

    fn hear_channel(self: &Rc<Self>, message: &JsValue) {
        let message = Array::from(message);
        let text_at = |place| message.get(place).as_string().unwrap_or_default();
        let (what, tab, text) = (text_at(0), text_at(1), text_at(2));
        if self.leads.get() {
            match what.as_str() {
                sort::ASK => match from_text(&text) {
                    Ok(asked) => self.mailbox.put(Event::Ask { tab, asked }),
                    Err(error) => browser::complain("another tab's ask cannot be read", &error.to_string()),
                },
                sort::LOOK => self.say(sort::HERE, "", "", 0),
                _ => {}
            }
            return;
        }
        let mine = tab.is_empty() || tab == self.tab;
        match what.as_str() {
            sort::NEWS | sort::ANSWER | sort::LEADS | sort::HERE => self.leader_heard_at.set(browser::now()),
            _ => return,
        }
        match what.as_str() {
            sort::NEWS if mine => browser::tell_page(&text),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ids count up from 1")]
            sort::ANSWER if mine => self.deliver(message.get(3).as_f64().unwrap_or(0.0) as u64, &text),
            sort::LEADS => self.ask_again(),
            _ => {}
        }
    }

    fn ask_again(&self) {
        for text in self.unanswered.borrow().values() {
            self.say(sort::ASK, &self.tab, text, 0);
        }
    }

    /// Waits for the lock and leads while it lasts; takes it from its holder if `steal`.
    async fn hold(self: Rc<Self>, steal: bool) {
        let mut steal = steal;
        loop {
            let options = if steal { browser::object(&[("steal", &JsValue::TRUE)]) } else { browser::object(&[]) };
            let held = Closure::once({
                let tabs = Rc::clone(&self);
                move |_lock: JsValue| {
                    tabs.begin_to_lead();
                    // Never settled: the lock goes when the worker goes, or when it is stolen.
                    Promise::new(&mut |_, _| {})
                }
            });
            let ended = match request_lock(LOCK, &options, held.as_ref().unchecked_ref()) {
                Ok(promise) => browser::settled(promise).await,
                Err(error) => Err(error),
            };
            let Err(error) = ended else { return };
            steal = false;
            if self.leads.get() {
                self.leads.set(false);
                self.leader_heard_at.set(browser::now());
                self.mailbox.put(Event::Robbed);
                self.ask_again();
            } else {
                browser::complain("the lock cannot be had", &browser::told(&error));
                browser::sleep(SILENT_LEADER_MS).await;
            }
        }
    }

    fn begin_to_lead(self: &Rc<Self>) {
        self.leads.set(true);
        self.mailbox.put(Event::Leads);
        for text in self.unanswered.borrow().values() {
            if let Ok(asked) = from_text(text) {
                self.mailbox.put(Event::Ask { tab: self.tab.clone(), asked });
            }
        }
        self.say(sort::LEADS, &self.tab, "", 0);
    }

    /// While an ask is open: is the leader there? A frozen one is robbed; its writes are fenced by the store.
    fn look_for_leader(self: Rc<Self>) {
        if self.looking.replace(true) {
            return;
        }
        wasm_bindgen_futures::spawn_local(async move {
            self.leader_heard_at.set(browser::now());
            while !self.leads.get() && !self.unanswered.borrow().is_empty() {
                if browser::now().since(self.leader_heard_at.get()) > SILENT_LEADER_MS {
                    wasm_bindgen_futures::spawn_local(Rc::clone(&self).hold(true));
                    self.leader_heard_at.set(browser::now());
                }
                self.say(sort::LOOK, &self.tab, "", 0);
                browser::sleep(LOOK_EVERY_MS).await;
            }
            self.looking.set(false);
        });
    }
}

/// News as messages: many rows are told in several.
fn texts(news: &News) -> Vec<String> {
    match news {
        News::Rows { log, rows, gone } if rows.len() > ROWS_A_MESSAGE => {
            let part = |rows: &[Row]| News::Rows { log: *log, rows: rows.to_vec(), gone: Vec::new() };
            let gone = News::Rows { log: *log, rows: Vec::new(), gone: gone.clone() };
            rows.chunks(ROWS_A_MESSAGE).map(|rows| to_text(&part(rows))).chain([to_text(&gone)]).collect()
        }
        news => vec![to_text(news)],
    }
}
