//! Accounts: who is signed in, and how they come to be.
//!
//! A session is a random value in a cookie; the store keeps its SHA-256 and nothing else. Whether somebody is a
//! member of a log is not asked here: the gate judges that, so that a removed member's last words still arrive.

mod denied;
mod origin;
mod password;
pub mod routes;
mod session;
mod signed_in;
mod tries;

use std::{net::IpAddr, sync::Arc};

use shared::{
    bytes::Hash,
    id::{DeviceId, PersonId},
    time::At,
};

pub use self::{
    denied::Denied,
    origin::SameSite,
    password::{BadPassword, LEAST_PASSWORD_CHARS, MOST_PASSWORD_CHARS},
    session::{COOKIE, INVITATION_DAYS, Token},
    signed_in::{Address, SignedIn, Visitor},
};
use self::{password::Passwords, tries::Tries};
use crate::{
    outside::{Clock, Entropy},
    store::{Caller, Person, Session, Store, StoreError},
};

/// What the place of the server decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountSettings {
    /// Whether a reverse proxy with https stands in front: cookies are then `Secure`, and the caller's address is the
    /// last one of `X-Forwarded-For`, which that proxy wrote.
    pub behind_https: bool,
}

/// Sign-in, sessions, invitations.
pub struct Accounts {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: AccountSettings,
    passwords: Passwords,
    tries: Tries,
}

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The same for an unknown e-mail, a wrong password and an account without one.
    #[error("e-mail and password do not belong together")]
    Wrong,
    #[error("too many tries, wait {retry_after_seconds} s")]
    TooMany { retry_after_seconds: u64 },
    /// More people are signing in than passwords can be checked at once.
    #[error("too many passwords are being checked")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum ChooseError {
    #[error(transparent)]
    Bad(#[from] BadPassword),
    /// Used, over, or never given.
    #[error("the invitation does not stand")]
    Spent,
    #[error("too many tries, wait {retry_after_seconds} s")]
    TooMany { retry_after_seconds: u64 },
    #[error("too many passwords are being hashed")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, settings: AccountSettings) -> Self {
        Self { store, clock, entropy, settings, passwords: Passwords::new(), tries: Tries::new() }
    }

    pub fn settings(&self) -> AccountSettings {
        self.settings
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub fn now(&self) -> At {
        self.clock.now()
    }

    /// Signs in with e-mail and password; the token goes into the cookie and nowhere else.
    pub async fn sign_in(&self, email: &str, password: &str, from: Option<IpAddr>) -> Result<(Token, PersonId), SignInError> {
        let email = normal_email(email);
        let now = self.clock.now();
        let charge = self.tries.charge(&email, from, now).map_err(|retry_after_seconds| SignInError::TooMany { retry_after_seconds })?;
        let person = self.store.person_by_email(&email).await?;
        let phc = match &person {
            Some(person) => self.store.password(person.id).await?,
            None => None,
        };
        let fits = self.passwords.fits(password, phc).await.map_err(|password::Busy| {
            self.tries.give_back(&charge);
            SignInError::Busy
        })?;
        let Some(person) = person.filter(|_| fits) else {
            return Err(SignInError::Wrong);
        };
        self.tries.give_back(&charge);
        Ok((self.begin(person.id, now).await?, person.id))
    }

    async fn begin(&self, person: PersonId, now: At) -> Result<Token, StoreError> {
        let token = Token::draw(&*self.entropy);
        self.store.sweep(now).await?;
        self.store.begin_session(token.hash(), &session::fresh(person, now)).await?;
        Ok(token)
    }

    /// The session of a cookie's value; moves its end on, at most once a day.
    pub async fn session(&self, token: &Token) -> Result<Option<Session>, StoreError> {
        let now = self.clock.now();
        let hash = token.hash();
        let Some(session) = self.store.session(hash, now).await? else { return Ok(None) };
        self.extend(hash, &session, now).await?;
        Ok(Some(session))
    }

    /// The same with what a call of a phone needs to know.
    pub async fn caller(&self, token: &Token) -> Result<Option<Caller>, StoreError> {
        let now = self.clock.now();
        let hash = token.hash();
        let Some(caller) = self.store.caller(hash, now).await? else { return Ok(None) };
        self.extend(hash, &caller.session, now).await?;
        Ok(Some(caller))
    }

    async fn extend(&self, token_hash: Hash, session: &Session, now: At) -> Result<(), StoreError> {
        match session::later_end(session, now) {
            Some(ends_at) => self.store.extend_session(token_hash, ends_at).await,
            None => Ok(()),
        }
    }

    /// Ends this browser's session.
    pub async fn sign_out(&self, token: &Token) -> Result<(), StoreError> {
        self.store.end_session(token.hash()).await
    }

    /// Ends the sessions in other browsers by which a device was heard from.
    pub async fn sign_out_device(&self, device: DeviceId, but: &Token) -> Result<(), StoreError> {
        self.store.end_sessions_of(device, but.hash()).await
    }

    /// Notes that a device was heard from, and by which session.
    pub async fn hear(&self, token: &Token, device: DeviceId) -> Result<(), StoreError> {
        self.store.hear(token.hash(), device, self.clock.now()).await
    }

    /// Makes a one-time link's secret, good for [`INVITATION_DAYS`]. It is shown once.
    pub async fn invite(&self, person: PersonId) -> Result<Token, StoreError> {
        let token = Token::draw(&*self.entropy);
        self.store.invite(token.hash(), person, session::invitation_end(self.clock.now())).await?;
        Ok(token)
    }

    /// For a lost password or a lost phone: the old password and every session end at once, and a new invitation is
    /// given. What lies on the person's phones stays there.
    pub async fn invite_again(&self, person: PersonId) -> Result<Token, ChooseError> {
        // A password that nobody ever sees.
        self.set_password(person, &Token::draw(&*self.entropy).text()).await?;
        Ok(self.invite(person).await?)
    }

    /// Whom an invitation is for, while it stands.
    pub async fn invited(&self, token: &Token) -> Result<Option<Person>, StoreError> {
        match self.store.invitation(token.hash(), self.clock.now()).await? {
            Some(person) => self.store.person(person).await,
            None => Ok(None),
        }
    }

    /// Uses an invitation up: sets the password, ends older sessions, signs in.
    pub async fn accept_invitation(&self, token: &Token, password: &str, from: Option<IpAddr>) -> Result<Token, ChooseError> {
        let charge = self.tries.charge_address(from, self.clock.now()).map_err(|retry_after_seconds| ChooseError::TooMany { retry_after_seconds })?;
        let person = self.invited(token).await?.ok_or(ChooseError::Spent)?;
        password::check(password, &person.email)?;
        let phc = self.hash(password).await?;
        let now = self.clock.now();
        let person = self.store.accept_invitation(token.hash(), &phc, now).await?.ok_or(ChooseError::Spent)?;
        self.tries.give_back(&charge);
        Ok(self.begin(person, now).await?)
    }

    /// Sets a password that somebody else chose: a demonstration's, or an administrator's at the machine.
    pub async fn set_password(&self, person: PersonId, password: &str) -> Result<(), ChooseError> {
        let phc = self.hash(password).await?;
        Ok(self.store.set_password(person, &phc).await?)
    }

    async fn hash(&self, password: &str) -> Result<String, ChooseError> {
        self.passwords.hash(password, self.entropy.salt()).await.map_err(|password::Busy| ChooseError::Busy)
    }

    /// The cookie that keeps `token` in this browser.
    pub fn cookie(&self, token: &Token) -> String {
        session::set_cookie(token, self.settings.behind_https)
    }

    /// The cookie that takes it away.
    pub fn no_cookie(&self) -> String {
        session::clear_cookie(self.settings.behind_https)
    }
}

/// One spelling for each address: lower case, nothing around it.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What the store knows a token by.
fn token_hash(bytes: &[u8; 32]) -> Hash {
    Hash::of(bytes)
}
