//! The list of refusals on the help page, made from the very sentences that the rules say.

use shared::{
    framework::EvidenceRule,
    refusal::Refusal,
    words::{evidence_missing, refusal as says},
};

use super::words;

/// One refusal as the help page explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalEntry {
    pub code: String,
    /// What a person reads, with examples where it names something.
    pub sentences: Vec<String>,
    pub why: &'static str,
}

/// Every refusal that a person can meet, by rule.
pub fn refusal_list() -> Vec<RefusalEntry> {
    let mut entries: Vec<RefusalEntry> = Vec::new();
    for Refusal { code, sentence } in examples() {
        match entries.iter_mut().find(|entry| entry.code == code) {
            Some(entry) => entry.sentences.push(sentence),
            None => entries.push(RefusalEntry { why: words::help::why(code.split('_').next().unwrap_or_default()), code, sentences: vec![sentence] }),
        }
    }
    entries
}

fn examples() -> Vec<Refusal> {
    let missing = evidence_missing(&EvidenceRule { level: 3, count: 3, observers: 2, months: 6, practice: shared::framework::Practice::default() }, 2, 1);
    vec![
        says::r1_writer("observation"),
        says::r1_kind("claim"),
        says::r1_fixed(),
        says::r1_act("the supervisor"),
        says::r2_own_work(),
        says::r2_author(),
        says::r3_evidence(&missing),
        says::r3_no_rule(),
        says::r3_unknown_evidence(),
        says::r3_elsewhere(),
        says::r4_superseded(2),
        says::r4_sent_back(),
        says::r4_not_sent(),
        says::r4_decided(),
        says::r4_two_values(&["Try next time"]),
        says::r4_version(3),
        says::digest_mismatch(),
        says::r5_sealed(),
        says::r5_reason(),
        says::r6_reason(),
        says::r6_too_long(500),
        says::r7_order(),
        says::r7_elsewhere(),
        says::r8_future(),
        says::r9_unlock(),
        says::r9_pin(),
        says::r10_not_member(),
        says::r10_held(),
        says::r10_role(),
        says::r11_agreement(&["Ruth Calloray".to_owned()]),
        says::r11_no_agreement(),
        says::r12_one_plan(),
        says::r13_not_there("agreement"),
        says::r13_pair("Notes"),
        says::r15_guidance(),
        says::r16_own_name(),
        says::form_needed(&["Where", "How much did you need to help?"]),
        says::not_shared_yet("observation"),
        says::wrong_form(),
        says::incomplete("session"),
        says::bad_value("Minutes: not a value that it takes"),
        says::too_many_keys("Targets", 12),
        says::bad_signature(),
        says::bad_time(),
        says::unknown_kind(),
        says::unknown_record(),
        says::old_epoch(2),
        says::erased(),
        says::erase_count(shared::fact::MAX_ERASED),
        says::erase_unknown(),
        says::erase_held(),
        says::key_replaced(),
        says::key_differs(),
        says::key_out_of_turn(),
        Refusal::new("sign_in_again", words::help::SIGN_IN_AGAIN),
        Refusal::new("too_many_tries", words::sign_in::too_many(300)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes are found in the source, so that a new refusal cannot be forgotten here.
    #[test]
    fn every_refusal_of_the_rules_is_explained() {
        let source = include_str!("../../../shared/src/words.rs");
        let explained: Vec<String> = refusal_list().into_iter().map(|entry| entry.code).collect();
        let codes: Vec<&str> = source.split("Refusal::new(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(codes.len() > 20, "the source has its refusals where this test looks");
        for code in codes {
            assert!(explained.iter().any(|known| known == code), "{code} is not explained on the help page");
        }
    }

    #[test]
    fn a_code_stands_once_with_all_that_it_says() {
        let entries = refusal_list();
        let agreement = entries.iter().find(|entry| entry.code == "r11_agreement").expect("R11 is listed");
        assert_eq!(agreement.sentences.len(), 2);
        assert_eq!(entries.iter().filter(|entry| entry.code == "r11_agreement").count(), 1);
    }
}
