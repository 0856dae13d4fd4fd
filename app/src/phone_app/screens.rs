//! One screen an address.

mod claim;
mod first_run;
mod generic_form;
mod me;
mod new_key;
mod not_here;
mod not_yours;
mod observe;
mod people;
mod person;
mod plan;
mod record;
mod records;
mod review;
mod today;
mod unsent;
mod write;

pub use self::{
    claim::Claim,
    first_run::{Broken, ChoosePin, Fetching, Opening, SignIn},
    generic_form::{EditRecord, NewRecord},
    me::Me,
    new_key::NewKey,
    not_here::NotHere,
    observe::Observe,
    people::People,
    person::Person,
    plan::Plan,
    record::RecordScreen,
    records::Records,
    review::Review,
    today::Today,
    unsent::Unsent,
    write::Write,
};
