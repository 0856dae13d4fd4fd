//! `countersign`: serves an organisation, or makes one.
//!
//! The one place that makes the system's clock and randomness, reads the environment and talks to the terminal.

use std::{error::Error, ffi::OsString, io::Write as _, net::SocketAddr, path::Path, process::ExitCode, sync::Arc, time::Duration};

use axum::serve::ListenerExt as _;
use lexopt::{Arg, Parser, ValueExt as _};
use server::{
    Server,
    accounts::{AccountSettings, normal_email},
    demo::{self, Seeded, Story},
    http::{self, ClientFiles},
    live,
    organisation::{self, OrganisationFile},
    outside::{SystemClock, SystemEntropy},
    proof::{self, Wanted},
    store::Address,
};
use shared::{check_number::CheckNumber, id::RecordId};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

const HELP: &str = "countersign serve [--demo | --two-years] [--port 3000] [--host 127.0.0.1] [--database ADDRESS] [--behind-https]
countersign init FILE [--database ADDRESS]
countersign invite EMAIL [--database ADDRESS]
countersign rotate-key --reason WORDS [--lost] [--database ADDRESS]
countersign export (--record ID | --person EMAIL) --out FILE [--database ADDRESS]
countersign verify FILE [--key KEY]

serve   answers on http://localhost:3000
        --demo          makes the demonstration organisation where the database is empty
        --two-years     the same people with two years and 500 observations behind them, to measure with
        --behind-https  a reverse proxy with https stands in front
init    makes an organisation from a file of people, framework and relationships
invite  for a lost password or a lost phone: ends that person's password and sessions, prints a new one-time link
rotate-key  gives the organisation a new key, while servers run, and destroys the former one once every log has come to
        it; where it was stopped before, it goes on. Phones and proofs of before follow
        --lost          the former key is gone, or in somebody else's hands: it names the new one nowhere, and on every
                        phone a person has to type the second half of the new key's check number
export  writes a proof of one record, or of all of a mentee's relationships, and prints the organisation's key
verify  checks such a file with nothing else: 0 all holds, 1 something does not hold or cannot be told, 2 cannot be read

The database is a file of SQLite, a sqlite:// or a postgres:// address; without --database it is DATABASE_URL, else
countersign.sqlite. A password is better kept in DATABASE_URL: others on the machine see the words of a command.
COUNTERSIGN_CLIENT_DIR names the folder of the built phone app, RUST_LOG what is logged. Prometheus reads the metrics at
http://127.0.0.1:9464/metrics; COUNTERSIGN_METRICS_ADDRESS is another address and port, or off.
";

const DEFAULT_PORT: u16 = 3_000;
/// Where the metrics are: a loopback address, so that nobody has them by accident.
const METRICS_ADDRESS: &str = "127.0.0.1:9464";
/// What was acknowledged is durable; this long others have to finish.
const SHUTDOWN: Duration = Duration::from_secs(10);

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

enum Command {
    Help,
    Serve(Serve),
    Init { file: OsString, database: Option<String> },
    Invite { email: OsString, database: Option<String> },
    RotateKey { reason: String, lost: bool, database: Option<String> },
    Export { subject: Subject, out: OsString, database: Option<String> },
    Verify { file: OsString, key: Option<String> },
}

/// What is to be exported.
enum Subject {
    Record(RecordId),
    Person(String),
}

struct Serve {
    demo: Option<Story>,
    host: String,
    port: u16,
    database: Option<String>,
    behind_https: bool,
}

fn main() -> ExitCode {
    match parse(Parser::from_env()) {
        Ok(Command::Verify { file, key }) => verify(Path::new(&file), key.as_deref()),
        other => ended(other.and_then(run)),
    }
}

fn ended(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "countersign: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut words: Parser) -> Result<Command> {
    let mut serve = Serve { demo: None, host: "127.0.0.1".to_owned(), port: DEFAULT_PORT, database: None, behind_https: false };
    let mut command: Option<String> = None;
    let mut named = None;
    let (mut key, mut subject, mut out) = (None, None, None);
    let (mut reason, mut lost) = (None, false);
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("demo") => serve.demo = Some(Story::Demonstration),
            Arg::Long("two-years") => serve.demo = Some(Story::TwoYears),
            Arg::Long("behind-https") => serve.behind_https = true,
            Arg::Long("host") => serve.host = words.value()?.string()?,
            Arg::Long("port") => serve.port = words.value()?.parse()?,
            Arg::Long("database") => serve.database = Some(words.value()?.string()?),
            Arg::Long("key") => key = Some(words.value()?.string()?),
            Arg::Long("record") => subject = Some(Subject::Record(words.value()?.parse()?)),
            Arg::Long("person") => subject = Some(Subject::Person(words.value()?.string()?)),
            Arg::Long("reason") => reason = Some(words.value()?.string()?),
            Arg::Long("lost") => lost = true,
            Arg::Long("out") => out = Some(words.value()?),
            Arg::Value(value) if command.is_none() => command = Some(value.string()?),
            Arg::Value(value) if matches!(command.as_deref(), Some("init" | "invite" | "verify")) && named.is_none() => named = Some(value),
            other => return Err(other.unexpected().into()),
        }
    }
    match (command.as_deref(), named) {
        (Some("serve"), _) => Ok(Command::Serve(serve)),
        (Some("init"), Some(file)) => Ok(Command::Init { file, database: serve.database }),
        (Some("init"), None) => Err("init needs a file".into()),
        (Some("invite"), Some(email)) => Ok(Command::Invite { email, database: serve.database }),
        (Some("invite"), None) => Err("invite needs the e-mail address of somebody in the organisation".into()),
        (Some("rotate-key"), _) => match reason {
            Some(reason) => Ok(Command::RotateKey { reason, lost, database: serve.database }),
            None => Err("rotate-key needs --reason WORDS: it stands in every log".into()),
        },
        (Some("verify"), Some(file)) => Ok(Command::Verify { file, key }),
        (Some("verify"), None) => Err("verify needs a file".into()),
        (Some("export"), _) => match (subject, out) {
            (Some(subject), Some(out)) => Ok(Command::Export { subject, out, database: serve.database }),
            _ => Err("export needs --record ID or --person EMAIL, and --out FILE".into()),
        },
        (None, _) => Ok(Command::Help),
        (Some(other), _) => Err(format!("there is no command {other:?}; --help names them").into()),
    }
}

fn run(command: Command) -> Result<()> {
    if matches!(command, Command::Help) {
        return Ok(say(HELP)?);
    }
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Help | Command::Verify { .. } => Ok(()),
            Command::Serve(options) => serve(options).await,
            Command::Init { file, database } => init(Path::new(&file), database).await,
            Command::Invite { email, database } => invite(&email.to_string_lossy(), database).await,
            Command::RotateKey { reason, lost, database } => rotate_key(&reason, lost, database).await,
            Command::Export { subject, out, database } => export(subject, Path::new(&out), database).await,
        }
    })
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn database(chosen: Option<String>) -> Result<Address> {
    Ok(chosen.or_else(|| std::env::var("DATABASE_URL").ok()).unwrap_or_else(|| "countersign.sqlite".to_owned()).parse()?)
}

async fn open(database: Option<String>, accounts: AccountSettings) -> Result<Server> {
    let address = self::database(database)?;
    tracing::info!(database = %address, "opening");
    let store = address.open().await?;
    let client = match std::env::var_os("COUNTERSIGN_CLIENT_DIR") {
        Some(folder) => ClientFiles::read(Path::new(&folder)).map_err(|error| format!("COUNTERSIGN_CLIENT_DIR cannot be read: {error}"))?,
        None => ClientFiles::default(),
    };
    Ok(Server::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), accounts, client))
}

async fn serve(options: Serve) -> Result<()> {
    let server = open(options.database, AccountSettings { behind_https: options.behind_https }).await?;
    let listener = TcpListener::bind((options.host.as_str(), options.port)).await.map_err(|error| format!("port {} cannot be used: {error}", options.port))?;
    let address = listener.local_addr()?;
    serve_metrics(&server).await?;
    if let Some(story) = options.demo {
        demonstrate(&server, story).await?;
    }
    let name = if address.ip().is_loopback() { "localhost".to_owned() } else { address.ip().to_string() };
    say(&format!("http://{name}:{}\n", address.port()))?;
    tracing::info!(%address, demonstration = options.demo.is_some(), "listening");
    // Ends with the server, which says so by `stopping`.
    let following = tokio::spawn(live::follow(Arc::clone(&server.store), Arc::clone(&server.live), Arc::clone(&server.clock), server.stopping.subscribe()));
    answer(&server, listener, address).await?;
    following.await?;
    server.gate.keep_all().await;
    server.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves the metrics as long as the process lives, to whoever runs it. An address that was asked for has to be free;
/// the one that everybody has may be taken by another server on this machine.
async fn serve_metrics(server: &Server) -> Result<()> {
    let chosen = std::env::var("COUNTERSIGN_METRICS_ADDRESS").ok();
    let wanted = chosen.as_deref().unwrap_or(METRICS_ADDRESS);
    if wanted == "off" {
        return Ok(());
    }
    let listener = match TcpListener::bind(wanted).await {
        Ok(listener) => listener,
        Err(error) if chosen.is_some() => return Err(format!("the metrics cannot be served at {wanted}: {error} [metrics_address]").into()),
        Err(error) => {
            tracing::warn!(%error, address = wanted, "no metrics are served; COUNTERSIGN_METRICS_ADDRESS chooses another address, or off");
            return Ok(());
        }
    };
    tracing::info!(address = %listener.local_addr()?, "metrics");
    let routes = http::metrics_router(server.clone());
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::error!(%error, "the metrics are not served any more");
        }
    });
    Ok(())
}

/// Makes the demonstration where there is none yet, and names its accounts.
async fn demonstrate(server: &Server, story: Story) -> Result<()> {
    let told = |words: &str| {
        // Nobody may be reading.
        let _ = say(&format!("{words}\n"));
    };
    if demo::seed_if_empty(server, story, told).await? == Seeded::Another {
        return Ok(say("The database holds an organisation of somebody's own: no demonstration is made in it.\n")?);
    }
    for account in demo::accounts() {
        say(&format!("{:<16} {:<28} {:<16} {}\n", account.name, account.email, account.password, account.role))?;
    }
    Ok(())
}

/// Answers until a signal comes, then finishes what was begun.
async fn answer(server: &Server, listener: TcpListener, address: SocketAddr) -> Result<()> {
    let routes = http::router(server.clone(), Some(address)).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = server.stopping.clone();
    let mut until = stopping.subscribe();
    let asked = wait_for_signal()?;
    // Small answers leave at once: a reader waits for each frame of a stream.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers to one connection may be late");
        }
    });
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move {
        asked.await;
        stopping.send_replace(true);
    });
    tokio::select! {
        served = serving => Ok(served?),
        () = async {
            let _ = until.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(SHUTDOWN).await;
        } => {
            tracing::warn!("some connections did not end in time");
            Ok(())
        }
    }
}

fn wait_for_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

async fn invite(email: &str, database: Option<String>) -> Result<()> {
    let server = open(database, AccountSettings::default()).await?;
    let person = server.store.person_by_email(&normal_email(email)).await?.ok_or_else(|| format!("nobody here has the address {email}"))?;
    let token = server.accounts.invite_again(person.id).await?;
    say(&format!("{:<28} /invitation/{}\n", person.email, token.text()))?;
    server.store.close().await;
    Ok(())
}

async fn rotate_key(reason: &str, lost: bool, database: Option<String>) -> Result<()> {
    let server = open(database, AccountSettings::default()).await?;
    let begun = server.gate.begin_rotation(reason, lost, server.clock.now()).await?;
    if !begun {
        say("A change of the key was under way already: it is gone on with, for its own reason. To change the key once more, say so again.\n")?;
    }
    let rotated = server.gate.finish_rotation().await?;
    let number = CheckNumber::of(&rotated.key);
    say(&format!("{} logs have come to the new key, and the former one is destroyed here. Hand on the new key: {}\n", rotated.logs, rotated.key))?;
    say(&format!("Its check number, which people compare: {number}\n"))?;
    server.store.close().await;
    Ok(())
}

async fn export(subject: Subject, out: &Path, database: Option<String>) -> Result<()> {
    let server = open(database, AccountSettings::default()).await?;
    let organisation = server.store.organisation().await?.ok_or("the database holds no organisation")?;
    let wanted = match subject {
        Subject::Record(record) => Wanted::Record(record),
        Subject::Person(email) => {
            let person = server.store.person_by_email(&normal_email(&email)).await?.ok_or_else(|| format!("nobody here has the address {email}"))?;
            Wanted::Portfolio(person.id)
        }
    };
    let bytes = proof::export(&*server.store, wanted, server.clock.now()).await?;
    std::fs::write(out, &bytes).map_err(|error| format!("{} cannot be written: {error}", out.display()))?;
    say(&format!("{}: {} bytes. The key of {} is {}\n", out.display(), bytes.len(), organisation.name, organisation.key.public()))?;
    server.store.close().await;
    Ok(())
}

fn verify(file: &Path, key: Option<&str>) -> ExitCode {
    match proof::check(file, key) {
        Ok(report) => {
            // The exit code says it to a program that does not read.
            let _ = say(&report.to_string());
            ExitCode::from(proof::exit_code(report.verdict()))
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "countersign: {error}");
            ExitCode::from(proof::CANNOT_BE_READ)
        }
    }
}

async fn init(file: &Path, database: Option<String>) -> Result<()> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let described = OrganisationFile::parse(&text)?;
    let server = open(database, AccountSettings::default()).await?;
    let created = organisation::create(&server.gate, &described, server.clock.now()).await?;
    say(&format!("{} is made: {} people, {} relationships.\n", described.name, created.people.len(), created.relationships.len()))?;
    for (entry, person) in described.people.iter().zip(created.people) {
        match &entry.password {
            Some(password) => server.accounts.set_password(person, password).await?,
            None => {
                let token = server.accounts.invite(person).await?;
                say(&format!("{:<28} /invitation/{}\n", entry.email, token.text()))?;
            }
        }
    }
    server.store.close().await;
    Ok(())
}
