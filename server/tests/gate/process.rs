//! The program as a process of its own, and phones that push to it while it may be killed.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use server::store::Page;
use shared::{
    bytes::Hash,
    cbor,
    id::{LogId, PersonId, RecordId},
    line::{ChainHead, LineKind},
    time::At,
    wire::{CONTENT_TYPE, HEADER, MAX_RESPONSE_BYTES, SyncRequest, SyncResponse, Verdict},
};

use crate::{house::House, phone::Phone};

/// A round that takes longer has failed; no promise of speed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server of its own process; killed, not asked to stop, when dropped.
pub struct Process {
    pub child: Child,
    pub address: String,
}

impl Process {
    pub fn start(database: &str) -> Self {
        let mut child = command(database).args(["serve", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut said).expect("it says its address");
        assert!(said.starts_with("http://"), "it ended at once: {:?}", child.wait());
        Self { child, address: said.trim().replace("localhost", "127.0.0.1") }
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program on a database, without anything of this process's surroundings.
pub fn command(database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env("DATABASE_URL", database).env("COUNTERSIGN_METRICS_ADDRESS", "off").env_remove("COUNTERSIGN_CLIENT_DIR").env_remove("RUST_LOG");
    command
}

/// Posts over the network; `None` where the server is gone before it has answered.
pub async fn post(address: &str, phone: &Phone, request: &SyncRequest) -> Option<SyncResponse> {
    let sent = reqwest::Client::new()
        .post(format!("{address}/sync/v1"))
        .header(HEADER, "1")
        .header("cookie", &phone.cookie)
        .header("content-type", CONTENT_TYPE)
        .body(cbor::encode(request))
        .send();
    let answer = sent.await.ok()?;
    let status = answer.status();
    let body = answer.bytes().await.ok()?;
    assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
    Some(cbor::decode(&body, MAX_RESPONSE_BYTES).expect("an answer of the wire"))
}

/// A phone that writes without a pause: drafts in its own log, and comments in a log that others write too.
pub struct Busy {
    pub phone: Phone,
    pub mentee: PersonId,
    /// What the comments are on.
    pub on: (LogId, RecordId),
    pub now: At,
    written: u32,
    /// What was acknowledged: by item, where it stands.
    kept: BTreeMap<Hash, u64>,
}

/// How far all phones of a round are.
#[derive(Default)]
pub struct Round {
    acked: AtomicUsize,
    enough: tokio::sync::Notify,
    over: AtomicBool,
}

impl Round {
    /// Waits until so many bundles were acknowledged.
    pub async fn reaches(&self, many: usize) {
        let reached = async {
            while self.acked.load(Ordering::SeqCst) < many {
                self.enough.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, reached).await.expect("the servers acknowledge what is pushed");
    }

    /// Whoever still has a server stops.
    pub fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

impl Busy {
    pub fn new(phone: Phone, mentee: PersonId, on: (LogId, RecordId), now: At) -> Self {
        Self { phone, mentee, on, now, written: 0, kept: BTreeMap::new() }
    }

    /// Writes and sends until its server is gone or the round is over. What is not acknowledged then, it sends again in
    /// the next round, wherever that is.
    pub async fn writes(mut self, address: String, round: Arc<Round>) -> Self {
        while !round.over.load(Ordering::SeqCst) {
            if self.written.is_multiple_of(2) {
                self.phone.observes(self.mentee, self.now);
            } else {
                self.phone.comments(self.on.0, self.on.1, "It was a long night.", self.now);
            }
            self.written += 1;
            let (request, _) = self.phone.replica.request(self.now);
            let Some(response) = post(&address, &self.phone, &request).await else { break };
            for (bundle, verdict) in request.push.iter().zip(&response.verdicts) {
                let (Verdict::Accepted { position } | Verdict::Duplicate { position }) = verdict else { panic!("{verdict:?}") };
                self.kept.insert(bundle.items.last().expect("a bundle has items").hash(), *position);
                round.acked.fetch_add(1, Ordering::SeqCst);
                round.enough.notify_one();
            }
            self.phone.replica.absorb(&request, response, self.now);
        }
        self
    }
}

/// Every log is whole, and has each acknowledged item once, where it was acknowledged. How many items were.
pub async fn nothing_is_lost(house: &House, phones: &[Busy]) -> usize {
    let organisation = house.server.gate.organisation().await.expect("it is there");
    let mut logs: Vec<LogId> = phones.iter().map(|busy| busy.phone.own_log()).chain([house.record]).collect();
    logs.sort_unstable();
    logs.dedup();
    let mut found: BTreeMap<Hash, u64> = BTreeMap::new();
    for log in logs {
        let mut chain = ChainHead::origin(log, organisation.id);
        let page = Page { from: 0, end: u64::MAX, lines: usize::MAX, bytes: usize::MAX };
        for line in house.server.store.lines(log, page).await.expect("the store opens") {
            chain.accept(&line, &organisation.key.public()).expect("the chain holds, position by position");
            if line.header.kind == LineKind::Word {
                let words = line.side.expect("nothing was erased").bytes;
                assert_eq!(found.insert(Hash::of(&words.0), line.header.position), None, "a line is there once");
            }
        }
        let stand = house.server.store.stand(log).await.expect("the store answers").expect("it is open");
        assert_eq!(stand.head, chain, "the head is the last line's");
    }
    let kept: Vec<_> = phones.iter().flat_map(|busy| &busy.kept).collect();
    for (item, position) in &kept {
        assert_eq!(found.get(*item), Some(*position), "acknowledged, so it is there");
    }
    kept.len()
}
