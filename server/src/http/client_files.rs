//! The built phone app: one page for every `/app/*` address, modules with their hash in the name, the service worker.
//!
//! Read once, when the server starts: what is served together was built together, and no path can lead elsewhere.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::Path,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use sha2::{Digest as _, Sha256};

use crate::{pages::SENDS_NOTHING, server::Server};

const PAGE: &str = "index.html";
const ASSETS: &str = "assets.json";
/// The whole of what may be served; a build that has more is not ours.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The files of the client, as `cargo xtask` built them.
#[derive(Debug, Default)]
pub struct ClientFiles {
    files: HashMap<String, File>,
    assets: BTreeMap<String, String>,
}

#[derive(Debug)]
struct File {
    bytes: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    etag: HeaderValue,
}

impl ClientFiles {
    /// Reads the folder that a build wrote.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut raw = BTreeMap::new();
        let mut left = MAX_BYTES;
        gather(folder, "", &mut raw, &mut left)?;
        let assets = raw.remove(ASSETS).and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let names: Vec<String> = raw.keys().filter(|name| !name.ends_with(".br") && !name.ends_with(".gz")).cloned().collect();
        let mut files = HashMap::new();
        for name in names {
            let Some(bytes) = raw.remove(&name) else { continue };
            let etag = HeaderValue::from_str(&format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..12]))).map_err(io::Error::other)?;
            let (brotli, gzip) = (raw.remove(&format!("{name}.br")), raw.remove(&format!("{name}.gz")));
            files.insert(name, File { bytes, brotli, gzip, etag });
        }
        Ok(Self { files, assets })
    }

    /// The address of an asset by its plain name, for example `style` → `/client/style-1f2e….css`.
    pub fn asset(&self, name: &str) -> Option<&str> {
        self.assets.get(name).map(String::as_str)
    }

    fn answer(&self, name: &str, caching: &'static str, headers: &HeaderMap) -> Response {
        let Some(file) = self.files.get(name) else { return (StatusCode::NOT_FOUND, "not found\n").into_response() };
        let caching = (header::CACHE_CONTROL, HeaderValue::from_static(caching));
        let vary = (header::VARY, HeaderValue::from_static("accept-encoding"));
        if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == file.etag) {
            return (StatusCode::NOT_MODIFIED, [caching, vary, (header::ETAG, file.etag.clone())]).into_response();
        }
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
        let (encoding, bytes) = file.best(headers);
        let mut response = ([kind, caching, vary, (header::ETAG, file.etag.clone())], bytes).into_response();
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

impl File {
    fn best(&self, headers: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let takes = |coding: &str| {
            accepted.split(',').any(|part| {
                let mut words = part.split(';').map(str::trim);
                words.next() == Some(coding) && !words.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
            })
        };
        match (&self.brotli, &self.gzip) {
            (Some(bytes), _) if takes("br") => (Some("br"), bytes.clone()),
            (_, Some(bytes)) if takes("gzip") => (Some("gzip"), bytes.clone()),
            _ => (None, self.bytes.clone()),
        }
    }
}

fn gather(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Bytes>, left: &mut u64) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files, left)?;
            continue;
        }
        *left = left.checked_sub(entry.metadata()?.len()).ok_or_else(|| io::Error::other("the client is larger than any build of it"))?;
        files.insert(name, fs::read(entry.path())?.into());
    }
    Ok(())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// The name changes with the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked about each time: a new version is to be seen at once.
const ASK: &str = "no-cache";
/// Icons change seldom, and nobody is hurt by an old one.
const A_DAY: &str = "public, max-age=86400";

pub(super) fn router() -> Router<Server> {
    Router::new()
        .route("/app", get(page))
        .route("/app/", get(page))
        .route("/app/{*path}", get(page))
        .route("/client/{*path}", get(|server: State<Server>, uri: Uri, headers: HeaderMap| named(server, uri, headers, FOR_EVER)))
        .route("/verify/{*path}", get(of_verify))
        .route("/verify/sw.js", get(service_worker_of_verify))
        .route("/icons/{*path}", get(|server: State<Server>, uri: Uri, headers: HeaderMap| named(server, uri, headers, A_DAY)))
        .route("/sw.js", get(|server: State<Server>, uri: Uri, headers: HeaderMap| named(server, uri, headers, ASK)))
        .route("/manifest.webmanifest", get(|server: State<Server>, uri: Uri, headers: HeaderMap| named(server, uri, headers, ASK)))
        .route("/favicon.ico", get(icon))
}

async fn page(State(server): State<Server>, headers: HeaderMap) -> Response {
    if server.client.files.contains_key(PAGE) {
        server.client.answer(PAGE, ASK, &headers)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "The phone app was not built here. `cargo xtask run` builds it.\n").into_response()
    }
}

async fn named(State(server): State<Server>, uri: Uri, headers: HeaderMap, caching: &'static str) -> Response {
    server.client.answer(uri.path().trim_start_matches('/'), caching, &headers)
}

/// A worker has the policy that its script came with.
async fn of_verify(server: State<Server>, uri: Uri, headers: HeaderMap) -> Response {
    let mut response = named(server, uri, headers, FOR_EVER).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SENDS_NOTHING));
    response
}

/// It reads no file of anybody's, and fetches what the page is kept by. The page stands beside its folder.
async fn service_worker_of_verify(server: State<Server>, uri: Uri, headers: HeaderMap) -> Response {
    let mut response = named(server, uri, headers, ASK).await;
    response.headers_mut().insert("service-worker-allowed", HeaderValue::from_static("/verify"));
    response
}

async fn icon(State(server): State<Server>, headers: HeaderMap) -> Response {
    server.client.answer("icons/icon.svg", A_DAY, &headers)
}
