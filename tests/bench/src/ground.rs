//! Where a store keeps it all: a file of SQLite's, or a database on a PostgreSQL that this process started.

use anyhow::{Context as _, Result};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::{Bench, figures::Rows, postgres::Cluster, process::parent_of};

/// The server's owner waits for the disk, as anybody's does.
const POSTGRES_SETTINGS: &str = "-c max_connections=100";

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// As the figures call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Everything that databases stand on; gone when dropped.
pub struct Grounds {
    folder: tempfile::TempDir,
    cluster: Cluster,
}

/// A database.
#[derive(Debug)]
pub struct Ground {
    pub kind: Kind,
    pub address: String,
}

impl Grounds {
    pub fn prepare() -> Result<Self> {
        Ok(Self { folder: tempfile::Builder::new().prefix("countersign-bench-").tempdir()?, cluster: Cluster::with("countersign-bench", POSTGRES_SETTINGS) })
    }

    /// A new, empty one.
    pub async fn new_ground(&self, kind: Kind) -> Result<Ground> {
        let address = match kind {
            Kind::Sqlite => {
                let folder = tempfile::Builder::new().prefix("ground-").tempdir_in(self.folder.path())?.keep();
                format!("sqlite://{}", folder.join("countersign.sqlite").display())
            }
            Kind::Postgres => self.cluster.database().await,
        };
        Ok(Ground { kind, address })
    }

    /// Another with the same content; nobody may have the first one open.
    pub async fn copy_of(&self, ground: &Ground) -> Result<Ground> {
        let copy = self.new_ground(ground.kind).await?;
        match ground.kind {
            Kind::Sqlite => {
                std::fs::copy(file(&ground.address), file(&copy.address))?;
            }
            Kind::Postgres => {
                let (from, to) = (database(&ground.address)?, database(&copy.address)?);
                let mut connection = PgConnection::connect(&self.cluster.address("postgres")).await?;
                connection.execute(AssertSqlSafe(format!("drop database {to}"))).await?;
                connection.execute(AssertSqlSafe(format!("create database {to} template {from}"))).await?;
            }
        }
        Ok(copy)
    }

    /// Removes what a run wrote.
    pub async fn clear(&self, ground: Ground) -> Result<()> {
        match ground.kind {
            Kind::Sqlite => std::fs::remove_dir_all(std::path::Path::new(file(&ground.address)).parent().context("the file lies in a folder")?)?,
            Kind::Postgres => {
                let mut connection = PgConnection::connect(&self.cluster.address("postgres")).await?;
                connection.execute(AssertSqlSafe(format!("drop database {} with (force)", database(&ground.address)?))).await?;
            }
        }
        Ok(())
    }

    /// The first process of the database's own, where it has some.
    pub async fn database_process(&self, kind: Kind) -> Result<Option<u32>> {
        if kind == Kind::Sqlite {
            return Ok(None);
        }
        let mut connection = PgConnection::connect(&self.cluster.address("postgres")).await?;
        let own: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut connection).await?;
        Ok(Some(parent_of(u32::try_from(own)?).context("a connection's process has a parent")?))
    }

    /// What the database calls itself.
    pub async fn version(&self) -> Result<String> {
        let mut connection = PgConnection::connect(&self.cluster.address("postgres")).await?;
        Ok(sqlx::query_scalar("show server_version").fetch_one(&mut connection).await?)
    }
}

/// Does a part of the benchmark on a new ground of each kind.
pub async fn on_each(bench: &Bench, rows: &mut Rows, part: impl AsyncFn(&Bench, &mut Rows, &Ground) -> Result<()>) -> Result<()> {
    for kind in Kind::ALL {
        let ground = bench.grounds.new_ground(kind).await?;
        part(bench, rows, &ground).await?;
        bench.grounds.clear(ground).await?;
    }
    Ok(())
}

fn file(address: &str) -> &str {
    address.strip_prefix("sqlite://").unwrap_or(address)
}

fn database(address: &str) -> Result<String> {
    let name = address.rsplit('/').find(|part| part.starts_with("test_")).and_then(|part| part.split('?').next());
    Ok(name.context("the address names a database")?.to_owned())
}
