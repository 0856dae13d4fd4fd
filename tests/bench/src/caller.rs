//! HTTP as a phone speaks it: cookie, headers, packed bodies, the live stream.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use server::outside::{Clock as _, SystemClock};
use shared::{
    cbor,
    id::DeviceId,
    wire::{
        CONTENT_TYPE, Enrol, Enrolled, HEADER, LiveFrame, MAX_FRAME_BYTES, MAX_RESPONSE_BYTES, Session, SyncRequest, SyncResponse, WIRE_VERSION,
        deflate::{CODING, deflated},
    },
};

use crate::{phone::Phone, ward::Person};

/// Requests until a phone comes to rest.
const MOST_REQUESTS: usize = 200;
/// An answer that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// One person's way to a server. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Caller {
    client: reqwest::Client,
    address: String,
    cookie: String,
}

impl Caller {
    pub fn new(client: &reqwest::Client, address: &str, person: &Person) -> Self {
        Self { client: client.clone(), address: address.to_owned(), cookie: person.cookie.clone() }
    }

    /// The same person at another process.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// Enrols a device and fetches everything.
    pub async fn set_up(&self) -> Result<Phone> {
        let session: Session = self.read(self.asks(reqwest::Method::GET, "/session/v1")).await?;
        let key = Phone::new_key();
        let enrol = Enrol { v: WIRE_VERSION, key: key.public(), label: "bench".to_owned() };
        let enrolled: Enrolled =
            self.read(self.asks(reqwest::Method::POST, "/device/v1").header("content-type", CONTENT_TYPE).body(cbor::encode(&enrol))).await?;
        let mut phone = Phone::new(session, enrolled.device, key);
        self.fetch(&mut phone).await?;
        Ok(phone)
    }

    /// Brings a phone to where the server is.
    pub async fn fetch(&self, phone: &mut Phone) -> Result<()> {
        for _ in 0..MOST_REQUESTS {
            let now = SystemClock.now();
            let (request, _) = phone.replica.request(now);
            let response = self.sync(&request).await?;
            phone.replica.absorb(&request, response.clone(), now);
            if !phone.replica.wants_more(&request, &response) {
                return Ok(());
            }
        }
        bail!("a phone does not come to rest")
    }

    pub async fn sync(&self, request: &SyncRequest) -> Result<SyncResponse> {
        let body = cbor::encode(request);
        let call = self.asks(reqwest::Method::POST, "/sync/v1").header("content-type", CONTENT_TYPE);
        self.read(match deflated(&body) {
            Some(packed) => call.header("content-encoding", CODING).body(packed),
            None => call.body(body),
        })
        .await
    }

    /// Opens the live stream, up to its greeting.
    pub async fn listen(&self, device: DeviceId) -> Result<Stream> {
        let response = self.client.get(format!("{}/sync/v1/live?device={device}", self.address)).header(HEADER, "1").header("cookie", &self.cookie);
        let response = tokio::time::timeout(PATIENCE, response.send()).await.context("no stream is opened")??;
        ensure!(response.status().is_success(), "the stream is answered with {}", response.status());
        let mut stream = Stream { response, read: Vec::new() };
        match stream.next().await? {
            LiveFrame::Hello { .. } => Ok(stream),
            other => bail!("the stream begins with {other:?}"),
        }
    }

    fn asks(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address)).header(HEADER, "1").header("cookie", &self.cookie).timeout(PATIENCE)
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, call: reqwest::RequestBuilder) -> Result<T> {
        let answer = call.send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
        Ok(cbor::decode(&body, MAX_RESPONSE_BYTES)?)
    }
}

/// Frames of one open stream.
pub struct Stream {
    response: reqwest::Response,
    read: Vec<u8>,
}

impl Stream {
    pub async fn next(&mut self) -> Result<LiveFrame> {
        loop {
            if let Some((length, rest)) = self.read.split_first_chunk::<4>()
                && let Some(body) = rest.get(..usize::try_from(u32::from_be_bytes(*length))?)
            {
                let (frame, length) = (cbor::decode(body, MAX_FRAME_BYTES)?, body.len());
                self.read.drain(..4 + length);
                return Ok(frame);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.context("the stream is silent")??;
            self.read.extend(chunk.context("the stream ended")?);
        }
    }
}
