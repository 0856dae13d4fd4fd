//! A real PostgreSQL for the tests: one cluster for all test processes of a user, reached by a Unix socket, and a
//! database for each test.
//!
//! Whoever comes first starts it. Every test process holds a shared lock for as long as it lives, however it ends; a
//! keeper waits until nobody holds it, then stops the server by the process id in its folder, and removes the folder.
//! `cargo xtask test` installs PostgreSQL where it may.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

const MISSING: &str = "PostgreSQL is missing: these tests need its programs initdb, pg_ctl and postgres, on the PATH or in /usr/lib/postgresql/*/bin (Debian: \
                       apt-get install postgresql)";
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
/// Whom Debian's package makes; PostgreSQL does not run as root.
const OWNER: &str = "postgres";
/// The server's owner comes in by the socket; others need a password.
const WHO_MAY: &str = "local all postgres trust\nlocal all all scram-sha-256\n";
/// What the tests' folder is called.
const TESTS: &str = "countersign-tests";
/// A server of tests never loses power, so it need not wait for the disk; all else is as it comes.
const SETTINGS: &str = "-c fsync=off -c max_connections=300";
/// Waits for the last test process, and a little longer for the next one: $1 folder, $2 lock, then the words that stop it.
const KEEPER: &str = r#"
folder=$1 lock=$2; shift 2
while flock "$lock" true; do
    sleep 5
    flock --nonblock "$lock" sh -c 'folder=$1; shift; "$@"; rm -rf "$folder"' keeper "$folder" "$@" && break
done"#;

/// The cluster of all test processes.
pub struct Cluster {
    /// With its data and its socket.
    folder: PathBuf,
    /// Held as long as this process lives.
    _used: File,
}

impl Cluster {
    /// Finds it, or starts it at the first call.
    pub fn get() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| Self::with(TESTS, SETTINGS))
    }

    /// Another one, for all processes that call it by this name; whoever starts it chooses its settings.
    pub fn with(name: &str, settings: &str) -> Self {
        let programs = programs().expect(MISSING);
        let uid = fs::metadata("/proc/self").expect("a process can look at itself").uid();
        let place = env::temp_dir().join(format!("{name}-{uid}"));
        fs::create_dir_all(&place).expect("a temporary folder");
        let open = |name: &str| File::options().create(true).truncate(false).read(true).write(true).open(place.join(name)).expect("a file to lock");
        let (starting, used) = (open("starting"), open("used"));
        // One process looks and starts at a time.
        starting.lock().expect("a lock");
        used.lock_shared().expect("a lock");
        let known = fs::read_to_string(place.join("folder")).map(PathBuf::from).ok().filter(|folder| runs(&programs, folder, uid));
        let folder = known.unwrap_or_else(|| start(&programs, &place, uid, settings));
        Self { folder, _used: used }
    }

    /// The address of a new, empty database.
    pub async fn database(&self) -> String {
        let mut connection = PgConnection::connect(&self.address("postgres")).await.expect("the cluster answers");
        let name: String = sqlx::query_scalar("select 'test_' || replace(gen_random_uuid()::text, '-', '')").fetch_one(&mut connection).await.expect("a name");
        connection.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("a new database");
        self.address(&name)
    }

    /// The address of a database, as the server's owner.
    pub fn address(&self, database: &str) -> String {
        self.address_as("postgres", database)
    }

    /// `user` may carry a password, as in an address.
    pub fn address_as(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@localhost/{database}?host={}", self.folder.display())
    }
}

fn runs(programs: &Path, folder: &Path, uid: u32) -> bool {
    let status = as_owner(uid, programs.join("pg_ctl")).arg("status").arg("-D").arg(folder.join("data")).output().expect("pg_ctl runs");
    status.status.success()
}

fn start(programs: &Path, place: &Path, uid: u32, settings: &str) -> PathBuf {
    let folder = tempfile::Builder::new().prefix("countersign-postgres-").tempdir().expect("a temporary folder").keep();
    let data = folder.join("data");
    let control = |words: &[&str]| {
        let mut command = as_owner(uid, programs.join("pg_ctl"));
        command.args(words).arg("-D").arg(&data);
        command
    };
    keep(&folder, &place.join("used"), &control(&["stop", "--mode=immediate"]));
    if uid == 0 {
        succeeds(Command::new("chown").arg(OWNER).arg(&folder));
    }
    succeeds(
        as_owner(uid, programs.join("initdb")).args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"]).arg(&data),
    );
    fs::write(data.join("pg_hba.conf"), WHO_MAY).expect("the folder is there");
    let options = format!("-c listen_addresses= -k {} {settings}", folder.display());
    let log = format!("--log={}", folder.join("log").display());
    succeeds(&mut control(&["start", "--wait", "--silent", &log, "--options", &options]));
    fs::write(place.join("folder"), folder.to_string_lossy().as_bytes()).expect("the folder is there");
    folder
}

/// Stops the server after the last test process, however that one ended.
#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn keep(folder: &Path, lock: &Path, stop: &Command) {
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(folder).arg(lock).arg(stop.get_program()).args(stop.get_args());
    // Not a child of this test: nobody's Ctrl-C reaches it, and nobody waits for it.
    keeper.process_group(0).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("there is a shell");
}

fn succeeds(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

/// Where the newest PostgreSQL lies.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| PROGRAMS.iter().all(|program| folder.join(program).is_file());
    let version = |folder: &PathBuf| folder.parent().and_then(Path::file_name).and_then(|name| name.to_string_lossy().parse::<u32>().ok());
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    debian.sort_by_key(version);
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).find(complete).or_else(|| debian.into_iter().rfind(complete))
}

/// A command as somebody who is not root.
fn as_owner(uid: u32, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(if uid == 0 { OsStr::new("setpriv") } else { program.as_ref() });
    if uid == 0 {
        command.args(["--reuid", OWNER, "--regid", OWNER, "--clear-groups"]).arg(program);
    }
    command.current_dir("/");
    command
}
