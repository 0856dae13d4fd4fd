//! A session's token, its times and its cookie.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::{
    bytes::Hash,
    id::PersonId,
    time::{At, DAY_MS},
};

use super::token_hash;
use crate::{outside::Entropy, store::Session};

/// The cookie's name.
pub const COOKIE: &str = "countersign_session";
/// Days after which a session ends in any case; the cookie's own life.
const MOST_DAYS: i64 = 90;
/// Days without use after which a session ends.
const IDLE_DAYS: i64 = 30;
/// A session's end is moved on only by at least so much, so that reading stays reading.
const STEP_MS: i64 = DAY_MS;
/// Days for which an invitation stands.
pub const INVITATION_DAYS: i64 = 14;

/// 32 random bytes that only their owner has; written as 43 characters of base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    pub(super) fn draw(entropy: &dyn Entropy) -> Self {
        Self(entropy.seed())
    }

    /// Reads the one spelling of a token.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// As the cookie or the link carries it.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the store knows it by.
    pub fn hash(&self) -> Hash {
        token_hash(&self.0)
    }

    /// The token of a request's `Cookie` header.
    pub(super) fn of_cookies(header: &str) -> Option<Self> {
        header.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE).and_then(|(_, value)| Self::parse(value))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(not shown)")
    }
}

pub(super) fn fresh(person: PersonId, now: At) -> Session {
    Session { person, began_at: now, ends_at: now.plus(IDLE_DAYS * DAY_MS), device: None }
}

/// Where a used session's end moves to; `None` where it stays.
pub(super) fn later_end(session: &Session, now: At) -> Option<At> {
    let latest = session.began_at.plus(MOST_DAYS * DAY_MS);
    let end = now.plus(IDLE_DAYS * DAY_MS).min(latest);
    (end.since(session.ends_at) >= STEP_MS || (end == latest && session.ends_at < latest)).then_some(end)
}

pub(super) fn invitation_end(now: At) -> At {
    now.plus(INVITATION_DAYS * DAY_MS)
}

pub(super) fn set_cookie(token: &Token, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let max_age = MOST_DAYS * 24 * 60 * 60;
    format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}", token.text())
}

pub(super) fn clear_cookie(secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_in_its_one_spelling() {
        let token = Token([250; 32]);
        assert_eq!(Token::parse(&token.text()), Some(token.clone()));
        assert_eq!(Token::parse(&(token.text() + "=")), None);
        assert_eq!(Token::parse(""), None);
        assert_eq!(Token::of_cookies(&format!("a=b; {COOKIE}={}; c=d", token.text())), Some(token));
        assert_eq!(Token::of_cookies("countersign_session=short"), None);
    }

    #[test]
    fn a_token_is_not_shown() {
        assert!(!format!("{:?}", Token([7; 32])).contains(&Token([7; 32]).text()));
    }

    #[test]
    fn a_session_slides_by_use_and_ends_after_ninety_days_in_any_case() {
        let begin = At(1_000);
        let mut session = fresh("0192f0c1-2b3c-7d4e-8f50-112233445566".parse().expect("a person's id"), begin);
        assert_eq!(session.ends_at, begin.plus(30 * DAY_MS));
        assert_eq!(later_end(&session, begin.plus(DAY_MS - 1)), None, "no write within a day");
        assert_eq!(later_end(&session, begin.plus(10 * DAY_MS)), Some(begin.plus(40 * DAY_MS)));
        session.ends_at = begin.plus(85 * DAY_MS);
        assert_eq!(later_end(&session, begin.plus(80 * DAY_MS)), Some(begin.plus(90 * DAY_MS)));
        session.ends_at = begin.plus(90 * DAY_MS);
        assert_eq!(later_end(&session, begin.plus(89 * DAY_MS)), None);
    }
}
