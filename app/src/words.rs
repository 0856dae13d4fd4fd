//! Every string of the phone app, in one place and ready for translation. What rules and
//! declarations say is in `shared`.

pub mod claim;
pub mod first_run;
pub mod form;
pub mod frame;
pub mod me;
pub mod new_key;
pub mod observe;
pub mod people;
pub mod pin;
pub mod proof;
pub mod record;
pub mod review;
pub mod standing;
pub mod time;
pub mod today;
pub mod unsent;
pub mod write;

/// 'Ruth', 'Ruth and me', 'Ruth, Bea and me'.
pub fn and_me(names: &[String]) -> String {
    match names {
        [] => "Only me".to_owned(),
        [one] => [one, " and me"].concat(),
        many => [&many.join(", "), " and me"].concat(),
    }
}

/// 'Ruth', 'Ruth and Bea', 'Ruth, Bea and Amara'.
pub fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => [&head.join(", "), " and ", last].concat(),
    }
}

/// A rating's sentence: how much help was needed, on a scale of doing or of writing.
pub fn rating(scale: shared::framework::Scale, level: i64) -> &'static str {
    use shared::framework::Scale::{Doing, Writing};
    match (scale, level) {
        (Doing, 1) => "I took over",
        (Doing, 2) => "I guided each step",
        (Doing, 3) => "I stepped in a few times",
        (Doing, 4) => "I stayed close and did not step in",
        (Doing, 5) => "They would have been fine without me",
        (Writing, 1) => "I rewrote it",
        (Writing, 2) => "I corrected most of it",
        (Writing, 3) => "I corrected a few things",
        (Writing, 4) => "I checked; nothing that mattered changed",
        (Writing, 5) => "It could have gone unchecked",
        _ => "Could not judge",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_named_and_the_person_comes_last() {
        let names = ["Ruth".to_owned(), "Bea".to_owned()];
        assert_eq!(and_me(&[]), "Only me");
        assert_eq!(and_me(&names[..1]), "Ruth and me");
        assert_eq!(and_me(&names), "Ruth, Bea and me");
        assert_eq!(list(&names), "Ruth and Bea");
    }
}
