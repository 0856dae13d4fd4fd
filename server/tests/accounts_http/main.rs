//! Accounts and pages over HTTP, as browsers and the app meet them.

mod devices;
mod html;
mod lead;
mod pages;
mod phone;
#[path = "../postgres/mod.rs"]
mod postgres;
mod processes;
mod signing_in;
mod site;
