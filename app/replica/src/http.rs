//! Calls to the server, told apart from captive portals: no redirects, our own header and content type.

use js_sys::{Reflect, Uint8Array};
use shared::{
    cbor,
    wire::{
        CONTENT_TYPE, HEADER, Problem, WIRE_VERSION,
        deflate::{CODING, deflated},
    },
};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response};

use crate::browser;

/// An answer's first byte and its last come within this.
const LIMIT_MS: f64 = 30_000.0;
/// A problem's body, in bytes.
const MAX_PROBLEM_BYTES: usize = 16 * 1024;
const UNAUTHORISED: u16 = 401;
const PROBLEM_TYPE: &str = "application/problem+json";
/// The live stream's.
const STREAM_TYPE: &str = "application/octet-stream";

/// Why a call has no answer.
#[derive(Debug, Clone)]
pub enum Missed {
    /// No server of ours there: no network, a captive portal, a gateway's own page.
    Away,
    /// The server is of another version, and so is whatever else stands in its answer.
    OtherVersion,
    /// The server says no.
    Problem { problem: Problem, retry_after_s: Option<u32> },
}

impl Missed {
    /// App and server are of different versions, whoever of them says so.
    pub fn is_other_version(&self) -> bool {
        match self {
            Self::OtherVersion => true,
            Self::Problem { problem, .. } => problem.code == "unknown_wire_version",
            Self::Away => false,
        }
    }

    /// The session ended, or it is another person's.
    pub fn is_signed_out(&self) -> bool {
        matches!(self, Self::Problem { problem, .. } if problem.status == UNAUTHORISED || problem.code == "sign_in_again")
    }

    /// The server does not know this device, or not any more.
    pub fn unknown_device(&self) -> Option<&str> {
        match self {
            Self::Problem { problem, .. } if problem.code == "unknown_device" => Some(&problem.title),
            _ => None,
        }
    }

    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Away | Self::OtherVersion => None,
            Self::Problem { retry_after_s, .. } => *retry_after_s,
        }
    }
}

/// One call with one answer of at most `limit` bytes.
pub async fn call(method: &str, path: &str, body: Option<&[u8]>, limit: usize) -> Result<Vec<u8>, Missed> {
    let signal = timeout(LIMIT_MS);
    let response = send(method, path, body, &signal).await?;
    let mut reader = Body::of(&response)?;
    let mut whole = Vec::new();
    while let Some(part) = reader.next().await? {
        if whole.len() + part.len() > limit {
            browser::complain("an answer is too long", path);
            return Err(Missed::Away);
        }
        whole.extend(part);
    }
    Ok(whole)
}

/// A call whose answer says its version, which is looked at before the rest is believed.
pub async fn ask_of_this_version<T: serde::de::DeserializeOwned>(method: &str, path: &str, body: Option<&[u8]>, limit: usize) -> Result<T, Missed> {
    #[derive(serde::Deserialize)]
    struct Version {
        v: u64,
    }
    let bytes = call(method, path, body, limit).await?;
    let Version { v } = read(&bytes, limit)?;
    if v == u64::from(WIRE_VERSION) { read(&bytes, limit) } else { Err(Missed::OtherVersion) }
}

/// A call whose CBOR answer is read.
pub async fn ask<T: serde::de::DeserializeOwned>(method: &str, path: &str, body: Option<&[u8]>, limit: usize) -> Result<T, Missed> {
    read(&call(method, path, body, limit).await?, limit)
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, Missed> {
    cbor::decode(bytes, limit).map_err(|error| {
        browser::complain("an answer cannot be read", &error.to_string());
        Missed::Away
    })
}

/// Sends, and looks whether it was our server that answered.
pub async fn send(method: &str, path: &str, body: Option<&[u8]>, signal: &AbortSignal) -> Result<Response, Missed> {
    let response = fetch(method, path, body, signal).await.map_err(|_| Missed::Away)?;
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    if header(HEADER).is_none() {
        return Err(Missed::Away);
    }
    let sort = header("content-type").unwrap_or_default();
    if response.ok() {
        if !sort.starts_with(CONTENT_TYPE) && !sort.starts_with(STREAM_TYPE) {
            return Err(Missed::Away);
        }
        return Ok(response);
    }
    let retry_after_s = header("retry-after").and_then(|seconds| seconds.parse().ok());
    let problem = if sort.starts_with(PROBLEM_TYPE) {
        problem(&response).await?
    } else {
        Problem { code: "unnamed".to_owned(), title: String::new(), status: response.status() }
    };
    if response.status() != UNAUTHORISED {
        browser::complain(path, &problem.code);
    }
    Err(Missed::Problem { problem, retry_after_s })
}

async fn problem(response: &Response) -> Result<Problem, Missed> {
    let mut reader = Body::of(response)?;
    let mut whole = Vec::new();
    while let Some(part) = reader.next().await? {
        whole.extend(part);
        if whole.len() > MAX_PROBLEM_BYTES {
            return Err(Missed::Away);
        }
    }
    serde_json::from_slice(&whole).map_err(|error| {
        browser::complain("a problem cannot be read", &error.to_string());
        Missed::Away
    })
}

async fn fetch(method: &str, path: &str, body: Option<&[u8]>, signal: &AbortSignal) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set(HEADER, "1")?;
    headers.set("accept", CONTENT_TYPE)?;
    let options = RequestInit::new();
    options.set_method(method);
    if let Some(body) = body {
        headers.set("content-type", CONTENT_TYPE)?;
        let packed = deflated(body);
        if packed.is_some() {
            headers.set("content-encoding", CODING)?;
        }
        options.set_body(&Uint8Array::from(packed.as_deref().unwrap_or(body)));
    }
    options.set_headers(&headers);
    options.set_redirect(RequestRedirect::Error);
    options.set_cache(RequestCache::NoStore);
    options.set_credentials(RequestCredentials::SameOrigin);
    options.set_signal(Some(signal));
    browser::settled(browser::scope().fetch_with_str_and_init(path, &options)).await.map(JsCast::unchecked_into)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout)]
    fn timeout(ms: f64) -> AbortSignal;
}

/// An answer's body, part by part.
pub struct Body {
    reader: Option<ReadableStreamDefaultReader>,
}

impl Body {
    pub fn of(response: &Response) -> Result<Self, Missed> {
        let reader = match response.body() {
            Some(body) => Some(ReadableStreamDefaultReader::new(&body).map_err(|_| Missed::Away)?),
            None => None,
        };
        Ok(Self { reader })
    }

    /// The next part; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Missed> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let part = browser::settled(reader.read()).await.map_err(|_| Missed::Away)?;
        let field = |name: &str| Reflect::get(&part, &name.into()).map_err(|_| Missed::Away);
        if field("done")?.is_truthy() {
            return Ok(None);
        }
        Ok(Some(browser::bytes(&field("value")?)))
    }
}
