//! What a change means for records.
#![cfg(feature = "document")]

mod change_support;

use std::collections::BTreeMap;

use automerge::{Change, ExpandedChange, legacy::OpType};
use change_support::{Phone, Server, raw::retold};
use shared::{
    change::{Decoded, Effect, Refused, Written, effect::effects},
    scalar::Scalar,
};

const RECORD: &str = "0192f0c1-2b3c-7d4e-8f50-00000000000a";

fn decode(written: &Written) -> Decoded {
    Decoded::parse(&written.bytes).expect("an honest change")
}

fn changed(written: &Written, mutate: impl FnOnce(&mut ExpandedChange)) -> Decoded {
    Decoded::parse(&retold(&written.bytes, mutate)).expect("still a plain change")
}

#[test]
fn a_create_is_one_effect_with_the_values_it_ends_with() {
    let server = Server::new();
    let mut phone = Phone::new([1; 16]);
    let written = phone.edit(|edit| {
        edit.create(RECORD, "observation", "ana", &[("well".into(), "calm".into()), ("level".into(), 3.into())], &[])?;
        edit.put(RECORD, "well", &"calm and quick".into())?;
        edit.put(RECORD, "next", &"sit".into())?;
        edit.delete(RECORD, "next")
    });
    let effects = effects(&decode(&written.expect("a change")), &server.index).expect("an honest change");
    let fields = [("level".to_owned(), Scalar::from(3)), ("well".to_owned(), Scalar::from("calm and quick"))].into();
    assert_eq!(effects, [Effect::Create { record: RECORD.into(), kind: "observation".into(), by: "ana".into(), fields, prose: BTreeMap::new() }]);
}

#[test]
fn a_create_without_kind_and_author_is_refused() {
    let server = Server::new();
    let written = Phone::new([1; 16]).edit(|edit| edit.create(RECORD, "observation", "ana", &[], &[])).expect("a change");
    assert_eq!(decode(&written).operations().len(), 3);
    let without = changed(&written, |change| change.operations.truncate(2));
    assert_eq!(effects(&without, &server.index), Err(Refused::IncompleteCreate));
    let empty = changed(&written, |change| change.operations[1].action = OpType::Put("".into()));
    assert_eq!(effects(&empty, &server.index), Err(Refused::IncompleteCreate));
    let number = changed(&written, |change| change.operations[2].action = OpType::Put(7.into()));
    assert_eq!(effects(&number, &server.index), Err(Refused::IncompleteCreate));
}

#[test]
fn kind_and_author_are_written_once() {
    let mut server = Server::new();
    let mut phone = Phone::new([1; 16]);
    phone.edit(|edit| edit.create(RECORD, "observation", "ana", &[("well".into(), "calm".into())], &[]));
    phone.push(&mut server);
    let put = phone.edit(|edit| edit.put(RECORD, "well", &"quick".into())).expect("a change");
    for (field, place) in [("kind", 1), ("by", 2)] {
        let creation = Change::try_from(server.lines[1].as_slice()).expect("the create").decode();
        let id = automerge::legacy::OpId::new(creation.start_op.get() + place, &creation.actor_id);
        for action in [OpType::Put("another".into()), OpType::Delete] {
            let again = changed(&put, |change| {
                change.operations[0].key = automerge::legacy::Key::Map(field.into());
                change.operations[0].pred = vec![id.clone()].into();
                change.operations[0].action = action;
            });
            assert_eq!(effects(&again, &server.index), Err(Refused::WrittenOnce), "{field}");
        }
    }
}

#[test]
fn later_writes_are_effects_of_their_own() {
    let mut server = Server::new();
    let (mut ana, mut ben) = (Phone::new([1; 16]), Phone::new([2; 16]));
    ana.edit(|edit| edit.create(RECORD, "observation", "ana", &[("well".into(), "calm".into())], &[]));
    ana.push(&mut server);
    ben.pull(&server, 9);
    let written = ben.edit(|edit| {
        edit.put(RECORD, "secret", &true.into())?;
        edit.delete(RECORD, "well")
    });
    let effects = effects(&decode(&written.expect("a change")), &server.index).expect("an honest change");
    assert_eq!(
        effects,
        [Effect::Put { record: RECORD.into(), field: "secret".into(), value: true.into() }, Effect::Delete { record: RECORD.into(), field: "well".into() }]
    );
}
