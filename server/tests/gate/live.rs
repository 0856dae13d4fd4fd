//! The live stream: what one person sends stands on another's open screen.

use std::{net::SocketAddr, time::Duration};

use server::{
    gate::{Ending, NewMember},
    http::router,
    outside::Clock as _,
};
use shared::{
    cbor,
    fact::Member,
    role::Role,
    wire::{HEADER, LiveFrame, MAX_FRAME_BYTES},
};
use tokio::net::TcpListener;

use crate::{
    house::{House, LEAD, MENTEE, MENTOR, SUPERVISOR},
    phone::Phone,
};

/// A test that waits longer has failed; no promise of speed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Frames of one open stream.
pub struct Stream {
    response: reqwest::Response,
    read: Vec<u8>,
}

impl Stream {
    pub async fn open(address: SocketAddr, phone: &Phone) -> Self {
        let url = format!("http://{address}/sync/v1/live?device={}", phone.device());
        let response = reqwest::Client::new().get(url).header(HEADER, "1").header("cookie", &phone.cookie).send().await.expect("the server answers");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers().get("cache-control").and_then(|value| value.to_str().ok()), Some("no-store, no-transform"));
        Self { response, read: Vec::new() }
    }

    /// The next frame; `None` once the stream has ended.
    pub async fn next(&mut self) -> Option<LiveFrame> {
        loop {
            if let Some((length, rest)) = self.read.split_first_chunk::<4>()
                && let Some(body) = rest.get(..u32::from_be_bytes(*length) as usize)
            {
                let frame = cbor::decode(body, MAX_FRAME_BYTES).expect("a frame");
                self.read.drain(..4 + body.len());
                return Some(frame);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("the stream says something").ok()??;
            self.read.extend(chunk);
        }
    }
}

async fn listening(house: &House) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let routes = router(house.server.clone(), Some(address)).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

#[tokio::test]
async fn new_lines_reach_every_member_who_listens_in_order() {
    let house = House::new().await;
    let address = listening(&house).await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut mentee = Phone::of(&house, MENTEE).await;
    let mut streams = [Stream::open(address, &mentee).await, Stream::open(address, &mentee).await];
    for stream in &mut streams {
        assert!(matches!(stream.next().await, Some(LiveFrame::Hello { .. })));
    }
    let mut records = Vec::new();
    for _ in 0..3 {
        let record = mentor.drafts(&house).await;
        mentor.signs_and_sends(&house, record);
        mentor.sync(&house).await;
        records.push(record);
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        for record in &records {
            let Some(LiveFrame::Lines(update)) = stream.next().await else { panic!("lines were to come") };
            assert_eq!(update.log, house.record, "nothing of an own log");
            if number == 0 {
                mentee.replica.live(update, house.clock.now());
                assert!(mentee.row(house.record, *record).entry.is_some());
            }
        }
    }
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops_and_when_the_device_is_not_theirs() {
    let house = House::new().await;
    let address = listening(&house).await;
    let mentor = Phone::of(&house, MENTOR).await;
    let mentee = Phone::of(&house, MENTEE).await;
    let url = format!("http://{address}/sync/v1/live?device={}", mentor.device());
    let answer = reqwest::Client::new().get(url).header(HEADER, "1").header("cookie", &mentee.cookie).send().await.expect("the server answers");
    assert_eq!(answer.status().as_u16(), 409);

    let mut stream = Stream::open(address, &mentee).await;
    assert!(matches!(stream.next().await, Some(LiveFrame::Hello { .. })));
    house.server.stopping.send_replace(true);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn who_does_not_keep_up_is_told_that_there_is_more() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let ilse = house.person(MENTEE).await.id;
    let mut listener = house.server.live.listen(ilse);
    let mut sent = 0_u32;
    for _ in 0..40 {
        let record = mentor.drafts(&house).await;
        mentor.signs_and_sends(&house, record);
        mentor.sync(&house).await;
        sent += 1;
    }
    let end = mentor.log(house.record).chain.next;
    let mut lines = 0_u32;
    loop {
        let bytes = tokio::time::timeout(PATIENCE, listener.next()).await.expect("something waits").expect("the stream is open");
        match cbor::decode(&bytes[4..], MAX_FRAME_BYTES).expect("a frame") {
            LiveFrame::Lines(_) => lines += 1,
            LiveFrame::Moved { log, next } => {
                assert_eq!((log, next), (house.record, end));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(lines > 0 && lines < sent, "{lines} of {sent} fitted");
}

#[tokio::test]
async fn who_joins_or_leaves_is_told_to_ask_anew() {
    let house = House::new().await;
    let supervisor = house.person(SUPERVISOR).await;
    let lead = house.person(LEAD).await.id;
    let mut listener = house.server.live.listen(supervisor.id);
    let gate = &house.server.gate;
    let ending = Ending { log: house.record, person: supervisor.id, role: Role::Supervisor, by: lead, reason: "parental leave".to_owned() };
    gate.end_membership(ending, house.clock.now()).await.expect("the lead may");
    house.clock.forward(1_000);
    let member = Member {
        person: supervisor.id,
        name: supervisor.name,
        role: Role::Supervisor,
        leads: false,
        job: supervisor.job,
        place: supervisor.place,
        employed_from: supervisor.employed_from,
        from: house.clock.now(),
        until: None,
    };
    gate.add_member(NewMember { log: house.record, member }, house.clock.now()).await.expect("the organisation may");
    let mut ends = Vec::new();
    for _ in 0..2 {
        let bytes = tokio::time::timeout(PATIENCE, listener.next()).await.expect("something waits").expect("the stream is open");
        let Ok(LiveFrame::Moved { log, next }) = cbor::decode(&bytes[4..], MAX_FRAME_BYTES) else { panic!("no lines of a time that is not theirs") };
        assert_eq!(log, house.record);
        ends.push(next);
    }
    assert_eq!(ends.last().copied(), house.server.store.stand(house.record).await.expect("the store answers").map(|stand| stand.head.next));
}
