//! Passwords: Argon2id in threads of its own, so many at once and no more.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use shared::bytes::Salt;
use tokio::sync::Semaphore;

pub const LEAST_PASSWORD_CHARS: usize = 10;
/// Longer ones are refused rather than cut.
pub const MOST_PASSWORD_CHARS: usize = 200;

/// Hashes at the same time: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Hashes that may wait for their turn; who comes then is told to try again.
const MOST_WAITING: usize = 32;

/// RFC 9106's kind with OWASP's first choice of costs: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What is checked where there is no account, so that it takes as long as where there is one. Nobody knows a password
/// that fits: the hash was not made from one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y291bnRlcnNpZ24tbm9ib2R5$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// More are waiting than may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy;

/// A password that cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    #[error("shorter than {LEAST_PASSWORD_CHARS} characters")]
    TooShort,
    #[error("longer than {MOST_PASSWORD_CHARS} characters")]
    TooLong,
    #[error("the e-mail address itself")]
    LikeEmail,
}

/// NIST SP 800-63B: length decides, not the mix of characters.
pub(super) fn check(password: &str, email: &str) -> Result<(), BadPassword> {
    let chars = password.chars().count();
    if chars < LEAST_PASSWORD_CHARS {
        return Err(BadPassword::TooShort);
    }
    if chars > MOST_PASSWORD_CHARS {
        return Err(BadPassword::TooLong);
    }
    if password.to_lowercase() == email { Err(BadPassword::LikeEmail) } else { Ok(()) }
}

pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0) }
    }

    /// The PHC string to keep.
    pub(super) async fn hash(&self, password: &str, salt: Salt) -> Result<String, Busy> {
        let password = password.to_owned();
        self.work(move || {
            argon2().hash_password_with_salt(password.as_bytes(), &salt.0).expect("costs, salt and length are within Argon2's limits").to_string()
        })
        .await
    }

    /// Whether the password fits the PHC string; the same work where there is none.
    pub(super) async fn fits(&self, password: &str, phc: Option<String>) -> Result<bool, Busy> {
        if password.chars().count() > MOST_PASSWORD_CHARS {
            return Ok(false);
        }
        let password = password.to_owned();
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| NOBODY.to_owned());
        let fits = self.work(move || argon2().verify_password(password.as_bytes(), phc.as_str()).is_ok()).await?;
        Ok(fits && known)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = Place::take(&self.waiting)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("the semaphore is never closed");
        let work = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        Ok(work.await.expect("hashing does not panic and is not aborted"))
    }
}

/// A place among the waiting, given back when the caller goes.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, Busy> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < AT_ONCE + MOST_WAITING { Ok(place) } else { Err(Busy) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the costs are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let passwords = Passwords::new();
        let phc = passwords.hash("correct horse battery", shared::bytes::Fixed([3; 16])).await.expect("nobody waits");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(passwords.fits("correct horse battery", Some(phc.clone())).await, Ok(true));
        assert_eq!(passwords.fits("correct horse batterz", Some(phc)).await, Ok(false));
        assert_eq!(passwords.fits("correct horse battery", None).await, Ok(false));
    }

    #[test]
    fn where_there_is_no_account_the_same_work_is_done() {
        let costs = |phc: &str| phc.rsplitn(3, '$').last().map(ToOwned::to_owned);
        let ours = argon2().hash_password_with_salt(b"a password", &[3; 16]).expect("within the limits").to_string();
        assert_eq!(costs(NOBODY), costs(&ours));
        assert!(
            matches!(argon2().verify_password(b"a password", NOBODY), Err(argon2::password_hash::Error::PasswordInvalid)),
            "it is read and computed, not refused early"
        );
    }

    #[test]
    fn a_short_password_is_refused_and_a_long_one_too() {
        assert_eq!(check("ninechars", "r@example.org"), Err(BadPassword::TooShort));
        assert_eq!(check(&"x".repeat(201), "r@example.org"), Err(BadPassword::TooLong));
        assert_eq!(check("Ruth@example.org", "ruth@example.org"), Err(BadPassword::LikeEmail));
        assert_eq!(check("ten signs!", "r@example.org"), Ok(()));
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_told_so() {
        let passwords = Passwords::new();
        passwords.waiting.store(AT_ONCE + MOST_WAITING, Ordering::Relaxed);
        assert_eq!(passwords.fits("a password", None).await, Err(Busy));
        passwords.waiting.store(0, Ordering::Relaxed);
        assert_eq!(passwords.fits("a password", None).await, Ok(false));
    }
}
