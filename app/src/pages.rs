//! The pages that the server renders: they work without JavaScript and without WASM, and nothing is hydrated.
//!
//! A page is a value ([`Page`]) that the server fills from its store; [`document`] turns it into HTML. Nothing in here
//! reads a clock, a cookie or a database, so each page can be looked at in a test.

mod devices;
mod document;
mod field;
mod help;
mod home;
mod invitation;
mod lead;
mod notice;
mod reason_form;
mod refusals;
mod sign_in;
mod verify;
pub mod words;

pub use self::{
    devices::{DeviceCard, DevicesPage, RevokePage},
    document::{Frame, document},
    invitation::InvitationPage,
    lead::{EndPage, ErasableRow, EraseChoicePage, ErasePage, HeldItem, HeldWords, HistoryPage, HistoryRow, KeyCard, LeadPage, MemberRow, RelationshipCard},
    notice::NoticePage,
    refusals::{RefusalEntry, refusal_list},
    sign_in::SignInPage,
    verify::VerifyPage,
};

/// One page with everything that it shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// `/`: what this is, and the way in.
    Home,
    /// `/sign-in`
    SignIn(SignInPage),
    /// `/invitation/{token}`
    Invitation(InvitationPage),
    /// `/help`
    Help,
    /// `/verify`
    Verify(VerifyPage),
    /// `/lead`
    Lead(LeadPage),
    /// `/lead/end/…`: the question before a membership ends.
    End(EndPage),
    /// `/lead/erase/{relationship}`: which record's words are to go.
    EraseChoice(EraseChoicePage),
    /// `/lead/erase/{relationship}/{record}`: the question before they go.
    Erase(ErasePage),
    /// `/lead/history/…`: what the organisation stated.
    History(HistoryPage),
    /// `/devices`: on what somebody chose a PIN.
    Devices(DevicesPage),
    /// `/devices/{device}`: the question before it is revoked.
    Revoke(RevokePage),
    /// A sentence and where to go from here: not found, not allowed, not now.
    Notice(NoticePage),
}

impl Page {
    /// What the browser's tab says before the product's name.
    pub fn title(&self) -> &str {
        match self {
            Self::Home => words::home::TITLE,
            Self::SignIn(page) if page.problem.is_some() => words::sign_in::TITLE_PROBLEM,
            Self::SignIn(_) => words::sign_in::TITLE,
            Self::Invitation(page) if page.problem.is_some() => words::invitation::TITLE_PROBLEM,
            Self::Invitation(_) => words::invitation::TITLE,
            Self::Help => words::help::TITLE,
            Self::Verify(_) => words::verify::TITLE,
            Self::Lead(_) => words::lead::TITLE,
            Self::End(page) if page.problem.is_some() => words::lead::END_TITLE_PROBLEM,
            Self::End(_) => words::lead::END_TITLE,
            Self::Erase(page) if page.problem.is_some() => words::lead::ERASE_TITLE_PROBLEM,
            Self::EraseChoice(_) | Self::Erase(_) => words::lead::ERASE_TITLE,
            Self::History(_) => words::lead::HISTORY_TITLE,
            Self::Devices(_) => words::devices::TITLE,
            Self::Revoke(_) => words::devices::REVOKE_TITLE,
            Self::Notice(page) => &page.title,
        }
    }

    /// Whether the page needs the whole width: lists, not text.
    fn is_wide(&self) -> bool {
        matches!(self, Self::Lead(_))
    }
}
