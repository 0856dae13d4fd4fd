//! Which store it is: `DATABASE_URL` as people write it, and why what it names was not opened.

use std::{fmt, str::FromStr, sync::Arc};

use sqlx::postgres::PgConnectOptions;

use super::{PostgresStore, SqliteStore, Store, StoreError};

/// Where the data is kept. Written out, it has no password.
#[derive(Clone)]
pub enum Address {
    /// `sqlite://…`.
    Sqlite(String),
    Postgres(Box<PgConnectOptions>),
}

impl FromStr for Address {
    type Err = OpenError;

    /// A word without a scheme is a file of SQLite's.
    fn from_str(text: &str) -> Result<Self, OpenError> {
        match text.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite(text.to_owned())),
            Some(("postgres" | "postgresql", _)) => {
                // What the address holds is not repeated: its password may be the part that cannot be read.
                let options = PgConnectOptions::from_str(text).map_err(|error| OpenError::Address(without(text, &error.to_string())))?;
                Ok(Self::Postgres(Box::new(options)))
            }
            Some((scheme, rest)) if rest.starts_with("//") => Err(OpenError::Scheme(scheme.to_owned())),
            _ => Ok(Self::Sqlite(format!("sqlite://{text}"))),
        }
    }
}

/// The reason, unless it repeats the address.
fn without(text: &str, reason: &str) -> String {
    if reason.contains(text) { "it is not of the form postgres://user:password@host:port/database".to_owned() } else { reason.to_owned() }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(url) => f.write_str(url),
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or(options.get_username());
                match options.get_socket() {
                    Some(socket) => write!(f, "postgres://{}@/{database}?host={}", options.get_username(), socket.display()),
                    None => write!(f, "postgres://{}@{}:{}/{database}", options.get_username(), options.get_host(), options.get_port()),
                }
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Address {
    /// Opens the store, and brings its shape up to date.
    pub async fn open(self) -> Result<Arc<dyn Store>, OpenError> {
        Ok(match self {
            Self::Sqlite(url) => Arc::new(SqliteStore::open(&url).await?),
            Self::Postgres(options) => Arc::new(PostgresStore::open(*options).await?),
        })
    }
}

/// Why a store was not opened: a sentence for whoever runs the server, with a stable code behind it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("a database cannot be kept at {0}://: DATABASE_URL begins with sqlite:// or postgres:// [{code}]", code = self.code())]
    Scheme(String),
    #[error("the database's address cannot be read: {0} [{code}]", code = self.code())]
    Address(String),
    #[error("the database server cannot be reached: {0} [{code}]", code = self.code())]
    Unreachable(String),
    #[error("the database server does not let this user in: {0} [{code}]", code = self.code())]
    Denied(String),
    #[error("the server has no such database: {0} [{code}]", code = self.code())]
    NoDatabase(String),
    #[error("PostgreSQL {major} is too old: version {oldest} or newer is needed [{code}]", code = self.code())]
    OldServer { major: i32, oldest: i32 },
    /// Its tables were made by a build that knew more, or another.
    #[error("the database was made by a newer or another build of this program: {0} [{code}]", code = self.code())]
    Newer(String),
    #[error("the database's tables cannot be brought up to date: {0} [{code}]", code = self.code())]
    Migration(String),
    #[error("{0} [{code}]", code = self.code())]
    Store(#[from] StoreError),
}

impl OpenError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scheme(_) => "database_scheme",
            Self::Address(_) => "database_address",
            Self::Unreachable(_) => "database_unreachable",
            Self::Denied(_) => "database_denied",
            Self::NoDatabase(_) => "database_missing",
            Self::OldServer { .. } => "database_version",
            Self::Newer(_) => "database_newer",
            Self::Migration(_) => "database_migration",
            Self::Store(_) => "database_failed",
        }
    }
}

impl From<sqlx::migrate::MigrateError> for OpenError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError as Error;
        match error {
            Error::VersionMissing(_) | Error::VersionMismatch(_) | Error::VersionTooNew(..) => Self::Newer(error.to_string()),
            _ => Self::Migration(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Address {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_is_written_without_its_password() {
        let cases = [
            ("postgres://ann:secret@db.example:5433/ward", "postgres://ann@db.example:5433/ward"),
            ("postgresql://ann@db.example/ward?password=secret", "postgres://ann@db.example:5432/ward"),
            ("postgres://ann:secret@localhost/ward?host=/run/postgresql", "postgres://ann@/ward?host=/run/postgresql"),
            ("sqlite:///var/lib/ward.sqlite", "sqlite:///var/lib/ward.sqlite"),
            ("ward.sqlite", "sqlite://ward.sqlite"),
        ];
        for (text, written) in cases {
            assert_eq!(read(text).to_string(), written);
            assert_eq!(format!("{:?}", read(text)), written, "nor is it in what a defect would print");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused_with_its_code_and_without_its_password() {
        for (text, code) in [
            ("mysql://ann:secret@db.example/ward", "database_scheme"),
            ("postgres://ann:secret@db.example:port/ward", "database_address"),
            ("postgres://ann:secret@db.example/ward?sslmode=perhaps", "database_address"),
        ] {
            let refused = text.parse::<Address>().expect_err("it is no address of ours");
            assert_eq!(refused.code(), code);
            assert!(refused.to_string().ends_with(&format!("[{code}]")) && !refused.to_string().contains("secret"), "{refused}");
        }
    }
}
