//! What SQLite alone promises: its file.

use crate::bench::{Bench, Ground};

#[tokio::test]
async fn the_file_is_its_owners_alone_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new(Ground::sqlite()).await;
    let Ground::Sqlite(folder) = &bench.ground else { panic!("it is a file") };
    for entry in std::fs::read_dir(folder.path()).expect("the folder is there") {
        let entry = entry.expect("it is readable");
        let mode = entry.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn a_closed_store_is_one_whole_file() {
    let bench = Bench::new(Ground::sqlite()).await;
    let Ground::Sqlite(folder) = &bench.ground else { panic!("it is a file") };
    bench.store.close().await;
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder is there").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(files.len(), 1, "nothing is left beside it: {files:?}");
}
