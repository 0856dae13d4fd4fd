//! A server that holds the organisation's key and lies is found out by every phone that fetches its lines.
#![cfg(feature = "document")]

mod ward;

use shared::{
    bytes::Bytes,
    decision::{Act, SignedDecision},
    key::Domain,
    kind::Kinds,
    line::{ChainHead, Header, Line, LineKind, Side},
    log::ReplayError,
    phone::{News, Phase},
    replica::Replica,
    wire::LogUpdate,
};
use ward::{AMARA, RUTH, Ward, log, own, person};

/// A signed observation of Ruth's that Amara has read, and a second one.
fn told() -> Ward {
    let mut ward = Ward::new();
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    for level in [3, 4] {
        let observation = ward.draft(ruth, "C01", level);
        ward.sign(ruth, shared::phone::Ask::Send { record: observation, to: log(), sign: true, reason: None, pin: String::new() }).expect("signed");
        ward.sync(ruth);
    }
    ward.sync(amara);
    ward
}

fn is_submit(header: &Header, side: &Side) -> bool {
    let decision = || shared::cbor::decode::<SignedDecision>(&side.bytes.0, 64 * 1024).ok()?.decision().ok();
    header.kind == LineKind::Decision && decision().is_some_and(|decision| decision.act == Act::Submit)
}

#[track_caller]
fn lies(change: impl Fn(&mut Header, &mut Side)) -> ReplayError {
    let ward = told();
    let lines = ward.server.retold(log(), change);
    ward.server.heard(log(), &lines).expect_err("it is found out")
}

#[test]
fn what_is_told_as_it_was_verifies() {
    let ward = told();
    assert_eq!(ward.server.heard(log(), &ward.server.retold(log(), |_, _| ())), Ok(()));
}

#[test]
fn words_that_were_signed_cannot_be_withheld() {
    let error = lies(|header, side| {
        if is_submit(header, side) {
            side.content = None;
        }
    });
    assert!(matches!(error, ReplayError::Digest(_)), "{error}");
}

#[test]
fn words_cannot_be_told_in_another_spelling_or_changed() {
    let spelt = |from: &'static str, to: &'static str| {
        lies(move |header, side| {
            if let Some(content) = side.content.as_mut().filter(|_| is_submit(header, &Side { salt: side.salt, bytes: side.bytes.clone(), content: None })) {
                let text = String::from_utf8(content.0.clone()).expect("JSON");
                assert!(text.contains(from), "{text}");
                *content = Bytes(text.replacen(from, to, 1).into_bytes());
            }
        })
    };
    assert!(matches!(spelt("Rang on your own", "Rang too late"), ReplayError::Digest(_)));
    assert!(matches!(spelt("{", "{ "), ReplayError::Digest(_)));
}

#[test]
fn a_line_names_who_wrote_it_and_who_signed_it() {
    for kind in [LineKind::Word, LineKind::Decision] {
        let error = lies(|header, _| {
            if header.kind == kind {
                header.author = Some(person(AMARA));
            }
        });
        assert!(matches!(error, ReplayError::Author(_)), "{kind:?}: {error}");
        let error = lies(|header, _| {
            if header.kind == kind {
                header.device = None;
            }
        });
        assert!(matches!(error, ReplayError::Author(_)), "{kind:?}: {error}");
    }
}

#[test]
fn words_behind_the_last_signature_cannot_be_changed_or_made_up() {
    let mut ward = told();
    let ruth = 1;
    // Words alone, with no decision behind them.
    ward.draft(ruth, "C02", 3);
    ward.sync(ruth);
    let own = own(RUTH);
    let reads = |lines: Vec<Line>| {
        let identity = ward.phones[ruth].replica.identity().clone();
        let mut fresh = Replica::new(Kinds::standard(), identity);
        let effects = fresh.live(LogUpdate { log: own, epoch: 1, lines, more: false }, ward.now);
        let found_out = effects.news.iter().any(|news| matches!(news, News::Phase(Phase::Broken { .. })));
        (fresh.log(own).map_or(0, |log| log.chain.next), found_out)
    };
    let lines = ward.server.logs[&own].1.clone();
    assert_eq!(lines.last().expect("a draft").header.kind, LineKind::Word);
    let all = lines.last().expect("a draft").header.position + 1;
    assert_eq!(reads(lines.clone()), (all, false), "as they were");

    // Whoever has not the organisation's key can chain a line anew, and not sign it.
    let (last, before) = lines.split_last().expect("lines");
    let mut head = ChainHead { next: last.header.position, hash: before.last().expect("more than one").hash };
    let mut header = last.header.clone();
    header.received_at = header.received_at.plus(1);
    for signature in [None, last.signature.clone()] {
        let altered = head.clone().extend(header.clone(), last.side.clone().expect("whole"), |_| signature);
        let told = before.iter().cloned().chain([altered]).collect();
        assert_eq!(reads(told), (0, true), "nothing of it is believed");
    }
    let signed = head.extend(header, last.side.clone().expect("whole"), |hash| Some(ward.server.key.sign(Domain::Line, &hash.0)));
    let told = before.iter().cloned().chain([signed]).collect();
    assert_eq!(reads(told), (all, false), "the signature was what was missing");
}
