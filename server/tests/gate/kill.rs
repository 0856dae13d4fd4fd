//! The program as a process: killed under load, asked to stop, started on a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use server::{outside::Clock as _, store::Page};
use shared::{
    bytes::Hash,
    cbor,
    id::LogId,
    line::{ChainHead, LineKind},
    wire::{CONTENT_TYPE, HEADER, MAX_RESPONSE_BYTES, SyncResponse, Verdict},
};

use crate::{
    house::{House, MENTEE, MENTOR, SUPERVISOR, url},
    phone::Phone,
};

/// Acknowledged bundles before the kill, over all phones.
const ENOUGH: usize = 60;

/// A server of its own process; killed, not asked to stop, when dropped.
struct Process {
    child: Child,
    address: String,
}

impl Process {
    fn start(folder: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["serve", "--port", "0", "--database", &url(folder)])
            .env_remove("COUNTERSIGN_CLIENT_DIR")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut said).expect("it says its address");
        Self { child, address: said.trim().replace("localhost", "127.0.0.1") }
    }

    fn kill(&mut self) {
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

/// Writes drafts until the server is gone; what it acknowledged, by item.
async fn writes(mut phone: Phone, house: Arc<House>, address: String, acked: Arc<AtomicUsize>, enough: Arc<tokio::sync::Notify>) -> BTreeMap<Hash, u64> {
    let client = reqwest::Client::new();
    let mut kept = BTreeMap::new();
    let mentee = house.person(MENTEE).await.id;
    loop {
        phone.observes(mentee, house.clock.now());
        let request = phone.request(&house);
        let sent = client
            .post(format!("{address}/sync/v1"))
            .header(HEADER, "1")
            .header("cookie", &phone.cookie)
            .header("content-type", CONTENT_TYPE)
            .body(cbor::encode(&request))
            .send();
        let Ok(answer) = sent.await else { return kept };
        let Ok(body) = answer.bytes().await else { return kept };
        let response: SyncResponse = cbor::decode(&body, MAX_RESPONSE_BYTES).expect("an answer of the wire");
        for (bundle, verdict) in request.push.iter().zip(&response.verdicts) {
            let Verdict::Accepted { position } = verdict else { panic!("{verdict:?}") };
            kept.insert(bundle.items.last().expect("a bundle has items").hash(), *position);
            if acked.fetch_add(1, Ordering::SeqCst) + 1 == ENOUGH {
                enough.notify_one();
            }
        }
        phone.replica.absorb(&request, response, house.clock.now());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_pushes_nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    let house = House::new().await;
    let mut phones = Vec::new();
    for email in [MENTOR, SUPERVISOR, MENTEE, MENTOR] {
        phones.push(Phone::of(&house, email).await);
    }
    let owners: BTreeSet<LogId> = phones.iter().map(Phone::own_log).collect();
    house.server.store.close().await;
    // The phones' clock stands in 2026; the server has the machine's.
    let mut process = Process::start(house.folder.path());
    let reader = Arc::new(House::open(Arc::clone(&house.folder), 2, house.record).await);
    let (acked, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
    let writers: Vec<_> = phones
        .into_iter()
        .map(|phone| tokio::spawn(writes(phone, Arc::clone(&reader), process.address.clone(), Arc::clone(&acked), Arc::clone(&enough))))
        .collect();
    enough.notified().await;
    process.kill();
    let mut kept = BTreeMap::new();
    for writer in writers {
        kept.extend(writer.await.expect("the writer ends with the server"));
    }
    assert!(kept.len() >= ENOUGH);

    let organisation = reader.server.gate.organisation().await.expect("it is there");
    let mut found: BTreeMap<Hash, u64> = BTreeMap::new();
    for log in owners {
        let mut chain = ChainHead::origin(log, organisation.id);
        let page = Page { from: 0, end: u64::MAX, lines: usize::MAX, bytes: usize::MAX };
        for line in reader.server.store.lines(log, page).await.expect("the store opens") {
            chain.accept(&line, &organisation.key.public()).expect("the chain holds");
            if line.header.kind == LineKind::Word {
                let words = line.side.expect("nothing was erased").bytes;
                assert_eq!(found.insert(Hash::of(&words.0), line.header.position), None, "a line is there once");
            }
        }
        let stand = reader.server.store.stand(log).await.expect("the store answers").expect("it is open");
        assert_eq!(stand.head, chain, "the head is the last line's");
    }
    for (item, position) in kept {
        assert_eq!(found.get(&item), Some(&position), "acknowledged, so it is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_ends_open_streams_and_itself_in_order() {
    let house = House::new().await;
    let phone = Phone::of(&house, MENTEE).await;
    house.server.store.close().await;
    let mut process = Process::start(house.folder.path());
    let url = format!("{}/sync/v1/live?device={}", process.address, phone.device());
    let mut stream = reqwest::Client::new().get(url).header(HEADER, "1").header("cookie", &phone.cookie).send().await.expect("the server answers");
    assert!(stream.chunk().await.expect("it greets").is_some());
    let asked = Command::new("kill").args(["-TERM", &process.child.id().to_string()]).status().expect("there is a kill");
    assert!(asked.success());
    while let Ok(Some(_)) = stream.chunk().await {}
    assert!(process.child.wait().expect("it ends").success());
}

#[test]
fn init_makes_an_organisation_once_and_prints_a_link_for_everybody() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("organisation.json");
    std::fs::write(&file, crate::house::EXAMPLE).expect("a file");
    let init = || Command::new(env!("CARGO_BIN_EXE_countersign")).arg("init").arg(&file).args(["--database", &url(folder.path())]).output().expect("it runs");
    let first = init();
    let said = String::from_utf8_lossy(&first.stdout).into_owned();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(said.matches("/invitation/").count(), 4, "{said}");
    let second = init();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("there is an organisation in this database already"));
}
