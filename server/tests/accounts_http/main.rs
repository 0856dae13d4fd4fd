//! Accounts and pages over HTTP, as browsers and the app meet them.

mod html;
mod pages;
mod signing_in;
mod site;
