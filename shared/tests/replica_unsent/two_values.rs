//! Two phones in one field: both values stay until one is picked.

use shared::{time::SECOND_MS, wire::Verdict};

use crate::{
    deeds::{kept, stuck, typing},
    ward::{RUTH, Ward, own},
};

#[test]
fn both_values_stay_even_if_the_writer_sent_something_else_after_hearing_the_other() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let (record, another) = (ward.draft(one, "C01", 3), ward.draft(one, "C02", 3));
    ward.sync(one);
    ward.sync(two);
    typing(&mut ward, one, own(RUTH), record, "went_well", "from one");
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    ward.sync(two);
    ward.sync(one);
    ward.set(one, own(RUTH), another, "went_well", "on another record".into());
    assert!(kept(&ward.sync(one)), "stands on everything heard");
    ward.pass(11 * SECOND_MS);
    assert!(kept(&ward.sync(one)));
    ward.sync(two);
    for phone in [one, two] {
        assert_eq!(ward.shown(phone, own(RUTH), record, "went_well"), ["from one".into(), "from two".into()], "phone {phone}");
        ward.reopen(phone);
    }
}

#[test]
fn both_values_stay_even_if_an_earlier_intent_is_written_anew_on_top_of_the_other() {
    let mut ward = Ward::new();
    let (one, two, record) = ward.draft_on_two_phones();
    ward.set(one, own(RUTH), record, "try_next", "sent first".into());
    let request = ward.send(one);
    typing(&mut ward, one, own(RUTH), record, "went_well", "from one");
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    ward.sync(two);
    ward.answer_with(one, &request, vec![Verdict::BlockedBy { change: Default::default() }]);
    ward.pass(11 * SECOND_MS);
    assert!(kept(&ward.sync(one)));
    assert_eq!(ward.shown(one, own(RUTH), record, "went_well"), ["from one".into(), "from two".into()]);
    assert_eq!(ward.shown(one, own(RUTH), record, "try_next"), ["sent first".into()]);
}

#[test]
fn a_record_made_and_changed_before_its_first_answer_can_still_be_written_apart() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C01", 3);
    ward.pass(SECOND_MS);
    ward.unanswered(one);
    typing(&mut ward, one, own(RUTH), record, "went_well", "from one");
    ward.sync(two);
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    assert!(kept(&ward.sync(two)));
    ward.sync(one);
    ward.pass(11 * SECOND_MS);
    assert!(kept(&ward.sync(one)));
    assert!(stuck(&ward, one).is_empty(), "{:?}", stuck(&ward, one));
    assert_eq!(ward.shown(one, own(RUTH), record, "went_well"), ["from one".into(), "from two".into()]);
}

#[test]
fn picking_one_field_settles_no_other() {
    let mut ward = Ward::new();
    let (one, two, record) = ward.draft_on_two_phones();
    for (phone, words) in [(one, "from one"), (two, "from two")] {
        for field in ["went_well", "try_next"] {
            ward.set(phone, own(RUTH), record, field, words.into());
        }
    }
    ward.sync(two);
    ward.hear(one, own(RUTH), usize::MAX);
    assert_eq!(ward.shown(one, own(RUTH), record, "went_well").len(), 2);
    ward.set(one, own(RUTH), record, "went_well", "from two".into());
    assert!(kept(&ward.sync(one)));
    ward.sync(two);
    for phone in [one, two] {
        assert_eq!(ward.shown(phone, own(RUTH), record, "went_well"), ["from two".into()]);
        assert_eq!(ward.shown(phone, own(RUTH), record, "try_next").len(), 2, "not looked at yet");
    }
}
