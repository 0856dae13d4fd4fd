//! What screens are made of, each named after what a person sees.

mod banners;
mod choices;
mod comments;
mod conflict;
mod content;
mod dead_end;
mod decision_mark;
mod empty;
mod form_field;
mod heading;
mod icon;
mod level_rows;
mod line;
mod nav;
mod notices;
mod pin_sheet;
mod skill_card;
mod strip;
mod text_box;

pub use self::{
    banners::Banners,
    choices::{Choice, Choices},
    comments::Comments,
    conflict::Conflicts,
    content::{ContentView, next_step_text, value_text},
    dead_end::dead_end,
    decision_mark::decision_marks,
    empty::empty,
    form_field::FormField,
    heading::{Heading, who_can_see},
    icon::{Icon, icon},
    level_rows::LevelRows,
    line::{Line, lines},
    nav::Nav,
    notices::Notices,
    pin_sheet::PinSheet,
    skill_card::skill_card,
    strip::Strip,
    text_box::TextBox,
};
