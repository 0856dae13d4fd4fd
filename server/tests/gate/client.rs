//! The built phone app as it is served.

use std::{fs, sync::Arc};

use server::http::ClientFiles;

use crate::house::House;

async fn house_with_client() -> House {
    let house = House::new().await;
    let folder = house.folder.path().join("client-build");
    for (name, text) in [
        ("index.html", "<!doctype html>the app"),
        ("sw.js", "// the worker"),
        ("manifest.webmanifest", "{}"),
        ("client/ui-1a2b.js", "plain"),
        ("client/ui-1a2b.js.br", "brotli"),
        ("client/ui-1a2b.js.gz", "gzip"),
        ("icons/icon.svg", "<svg/>"),
        ("assets.json", r#"{"style":"/client/style-3c.css"}"#),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let client = ClientFiles::read(&folder).expect("the folder is there");
    assert_eq!(client.asset("style"), Some("/client/style-3c.css"));
    let server = server::Server { client: Arc::new(client), ..house.server.clone() };
    House { router: server::http::router(server.clone(), None), server, ..house }
}

#[tokio::test]
async fn every_address_of_the_app_is_its_page() {
    let house = house_with_client().await;
    for path in ["/app", "/app/", "/app/observe/0192f0c1"] {
        let answer = house.get(path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "<!doctype html>the app"), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let etag = answer.header("etag").expect("it has one").to_owned();
        assert_eq!(house.get(path, &[("if-none-match", &etag)]).await.status.as_u16(), 304);
    }
}

#[tokio::test]
async fn hashed_names_are_kept_for_ever_and_sent_compressed_to_whom_takes_it() {
    let house = house_with_client().await;
    for (accepted, encoding, body) in
        [("gzip, br", Some("br"), "brotli"), ("gzip;q=0.8", Some("gzip"), "gzip"), ("br;q=0, gzip;q=0", None, "plain"), ("", None, "plain")]
    {
        let answer = house.get("/client/ui-1a2b.js", &[("accept-encoding", accepted)]).await;
        assert_eq!((answer.header("content-encoding"), answer.text().as_str()), (encoding, body), "{accepted:?}");
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
    }
    assert_eq!(house.get("/sw.js", &[]).await.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn only_what_was_built_is_served() {
    let house = house_with_client().await;
    for path in ["/client/../countersign.sqlite", "/client/%2e%2e/countersign.sqlite", "/client/ui-0000.js", "/icons/", "/assets.json", "/client/ui-1a2b.js.br"]
    {
        assert_eq!(house.get(path, &[]).await.status.as_u16(), 404, "{path}");
    }
}
