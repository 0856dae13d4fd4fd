//! Every sentence that the rules say to a person, in one place and ready for translation.
//!
//! A refusal says what is wrong and what to do next.

use crate::{decision::Act, framework::EvidenceRule, role::Role};

/// Sign-off levels look forward.
pub fn level_meaning(level: u8) -> &'static str {
    match level {
        1 => "may watch",
        2 => "may do this with someone beside them",
        3 => "may do this with someone in reach",
        4 => "may do this on their own",
        5 => "may supervise others doing this",
        _ => "not judged",
    }
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Mentee => "mentee",
        Role::Mentor => "mentor",
        Role::Supervisor => "supervisor",
        Role::Lead => "programme lead",
        Role::Owner => "owner",
    }
}

/// What a decision means, behind the printed name.
pub fn act_meaning(act: Act) -> &'static str {
    match act {
        Act::Submit => "Sent",
        Act::Return => "Sent back",
        Act::Sign => "Signed",
        Act::Acknowledge => "Read: sees it the same way",
        Act::Disagree => "Read: sees it differently",
        Act::Countersign => "Reviewed, was not present",
        Act::Confirm => "Agreed and started",
        Act::Approve => "Signed off",
        Act::Revoke => "Sign-off taken back",
        Act::Void => "Recorded by mistake",
        Act::Hide => "Words hidden",
    }
}

/// What stands where words were hidden.
pub const HIDDEN: &str = "Words hidden";

fn people(count: u32) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn ordinal_person(number: u32) -> String {
    match number {
        2 => "a second person".to_owned(),
        3 => "a third person".to_owned(),
        other => format!("{other} people in all"),
    }
}

pub fn evidence_sentence(rule: &EvidenceRule, has: u32, observers: u32) -> String {
    let met = if has >= rule.count && observers >= rule.observers { " Met." } else { "" };
    format!("Needs {} at level {} or more from {} in {} months. Has {has}, from {observers}.{met}", rule.count, rule.level, people(rule.observers), rule.months)
}

pub fn evidence_missing(rule: &EvidenceRule, has: u32, observers: u32) -> String {
    let new_people = rule.observers.saturating_sub(observers);
    // Each person who is missing brings an observation of their own.
    let missing = rule.count.saturating_sub(has).max(new_people);
    let level = rule.level;
    match (has, new_people) {
        (0, _) if rule.observers > 1 => format!("Still needs {missing} at level {level} or more, from {}.", people(rule.observers)),
        (0, _) => format!("Still needs {missing} at level {level} or more."),
        (_, 0) => format!("Still needs {missing} more at level {level} or more."),
        (_, 1) => format!("Still needs {missing} more at level {level} or more, from {}.", ordinal_person(rule.observers)),
        _ => format!("Still needs {missing} more at level {level} or more, from {} people in all.", rule.observers),
    }
}

/// Sentences of refusals, by rule.
pub mod refusal {
    use crate::{
        kind::{BadValue, Kind},
        refusal::Refusal,
    };

    pub fn unknown_kind() -> Refusal {
        Refusal::new("unknown_kind", "This version of the app does not know that sort of record. Update the app.")
    }

    pub fn unknown_record() -> Refusal {
        Refusal::new("unknown_record", "That record is not here. It may not have arrived yet.")
    }

    pub fn bad_value(detail: &str) -> Refusal {
        Refusal::new("bad_value", format!("That does not fit the form ({detail}). Change it and try again."))
    }

    /// The field by its label: codes are for machines.
    pub fn bad_field(kind: &Kind, key: &str, error: &BadValue) -> Refusal {
        let label = kind.field(key).map_or("a field", |field| field.label);
        match error {
            BadValue::NoSuchField(_) => bad_value(&format!("a {} has no such field", kind.name.to_lowercase())),
            BadValue::TooLong { chars, limit, .. } => bad_value(&format!("{label}: {chars} characters, the limit is {limit}")),
            BadValue::WrongValue { .. } => bad_value(&format!("{label}: not a value that it takes")),
        }
    }

    pub fn too_many_keys(field: &str, most: usize) -> Refusal {
        Refusal::new("too_many_keys", format!("There is room for {most} entries under '{field}'. Take one away before you add another."))
    }

    pub fn form_needed(labels: &[&str]) -> Refusal {
        Refusal::new("form_needed", format!("Before this can be sent it needs: {}.", labels.join(", ")))
    }

    pub fn wrong_form() -> Refusal {
        Refusal::new("wrong_form", "This was written on a form that has changed. Update the app and look at it again.")
    }

    pub fn digest_mismatch() -> Refusal {
        Refusal::new("r4_digest", "What was signed is not what arrived. Look at the record again and sign once more.")
    }

    pub fn bad_signature() -> Refusal {
        Refusal::new("bad_signature", "The signature does not hold. Set up this phone again under Me.")
    }

    pub fn bad_time() -> Refusal {
        Refusal::new("bad_seen", "This refers to something that is not in the record. Update the app and try again.")
    }

    pub fn not_shared_yet(kind: &str) -> Refusal {
        Refusal::new("shared_by_submit", format!("A {kind} is shared by signing and sending it, not before."))
    }

    pub fn incomplete(kind: &str) -> Refusal {
        Refusal::new("incomplete_record", format!("This {kind} was not made whole. Your words are kept; update the app and try again."))
    }

    // R1
    pub fn r1_writer(kind: &str) -> Refusal {
        Refusal::new("r1_writer", format!("Only whoever wrote this {kind} can change that. You can comment on it instead."))
    }

    pub fn r1_kind(kind: &str) -> Refusal {
        Refusal::new("r1_kind", format!("In your role you do not write this ({kind}). Ask your mentor or your lead."))
    }

    pub fn r1_fixed() -> Refusal {
        Refusal::new("r1_fixed", "Who wrote a record is fixed when it is made. Write your own instead.")
    }

    pub fn r1_act(who: &str) -> Refusal {
        Refusal::new("r1_act", format!("This is for {who} to decide. You can write a comment instead."))
    }

    // R2
    pub fn r2_own_work() -> Refusal {
        Refusal::new(
            "r2_own_work",
            "You are the only one behind this evidence, so somebody else must decide. Ask for feedback from a second person, or ask your programme lead for cover.",
        )
    }

    pub fn r2_author() -> Refusal {
        Refusal::new("r2_author", "You wrote this, so somebody else must decide on it. Ask your programme lead who covers.")
    }

    // R3
    pub fn r3_evidence(missing: &str) -> Refusal {
        Refusal::new("r3_evidence", format!("{missing} Send it back, or wait until the feedback is there."))
    }

    pub fn r3_no_rule() -> Refusal {
        Refusal::new("r3_no_rule", "The framework has no sign-off at this level for this skill. Choose another level.")
    }

    pub fn r3_unknown_evidence() -> Refusal {
        Refusal::new("r3_unknown_evidence", "Some of the chosen feedback is not signed feedback on this skill. Choose again.")
    }

    pub fn r3_elsewhere() -> Refusal {
        Refusal::new(
            "r3_elsewhere",
            "Some of the feedback chosen from another relationship does not stand there any more, or is not on this skill. Choose again.",
        )
    }

    // R4
    pub fn r4_superseded(latest: u32) -> Refusal {
        Refusal::new("r4_superseded", format!("A newer version (version {latest}) has been sent since you looked. Read what changed, then decide."))
    }

    pub fn r4_sent_back() -> Refusal {
        Refusal::new("r4_sent_back", "This version was sent back. Wait for the next one.")
    }

    pub fn r4_not_sent() -> Refusal {
        Refusal::new("r4_not_sent", "Nothing has been sent yet that could be decided on. Wait for it, or ask whoever writes it.")
    }

    pub fn r4_decided() -> Refusal {
        Refusal::new("r4_decided", "This has been decided already. Look at the record again.")
    }

    pub fn r4_two_values(labels: &[&str]) -> Refusal {
        Refusal::new("r4_two_values", format!("There are two versions of: {}. Pick one of each, then send.", labels.join(", ")))
    }

    pub fn r4_version(next: u32) -> Refusal {
        Refusal::new("r4_version", format!("Another version was sent from somewhere else. Yours would be version {next}: read the other one first."))
    }

    // R5
    pub fn r5_sealed() -> Refusal {
        Refusal::new("r5_sealed", "This is signed and locked. It can be written anew as a later version, with a reason.")
    }

    pub fn r5_reason() -> Refusal {
        Refusal::new("r5_reason", "The version before is signed and locked. Say why there is a new one.")
    }

    // R6
    pub fn r6_reason() -> Refusal {
        Refusal::new("r6_reason", "This needs a reason, which the others will read.")
    }

    pub fn r6_too_long(limit: usize) -> Refusal {
        Refusal::new("r6_too_long", format!("The reason is too long: {limit} characters are the limit. Write it shorter."))
    }

    // R7
    pub fn r7_order() -> Refusal {
        Refusal::new("r7_order", "A sign-off rests on this. The sign-off must be taken back first. Its words can be hidden at once.")
    }

    pub fn r7_elsewhere() -> Refusal {
        Refusal::new(
            "r7_order",
            "A sign-off in another relationship of the same person rests on this. That sign-off must be taken back first. Its words can be hidden at once.",
        )
    }

    // R8
    pub fn r8_future() -> Refusal {
        Refusal::new("r8_future", "The chosen time lies in the future. Choose when it happened.")
    }

    // R9
    pub fn r9_unlock() -> Refusal {
        Refusal::new("r9_unlock", "Unlock again to sign.")
    }

    pub fn r9_pin() -> Refusal {
        Refusal::new("r9_pin", "That is not the PIN of this phone. Try again.")
    }

    /// The code of what [`old_epoch`] says: a phone reads the new epoch and goes on by itself.
    pub const OLD_EPOCH: &str = "old_epoch";

    pub fn old_epoch(epoch: u32) -> Refusal {
        Refusal::new(OLD_EPOCH, format!("Words were erased from this record since. Open the app again to go on (epoch {epoch})."))
    }

    pub fn erased() -> Refusal {
        Refusal::new("erased", "The words of this record were erased for good. Nothing can be added to it; begin a new one.")
    }

    pub fn erase_count(most: usize) -> Refusal {
        Refusal::new("erase_count", format!("Choose at least one record, and at most {most} at once."))
    }

    pub fn erase_unknown() -> Refusal {
        Refusal::new("erase_unknown", "That record is not here, or its words were erased already.")
    }

    pub fn erase_held() -> Refusal {
        Refusal::new("erase_held", "Words of somebody who left are still held in this relationship. Take them over or discard them first.")
    }

    /// What a phone says whose organisation lost its key.
    pub fn key_replaced() -> Refusal {
        Refusal::new(
            "key_replaced",
            "Your organisation signs with a new key, and this phone does not know it. You can read and write; nothing is sent and nothing is fetched until you have confirmed the key.",
        )
    }

    /// What a phone says to digits that are not the new key's.
    pub fn key_differs() -> Refusal {
        Refusal::new(
            "key_differs",
            "The number of the key that this phone was told does not go on like that. Look at the digits once more. If they are right, do not go on: tell your programme lead.",
        )
    }

    pub fn key_out_of_turn() -> Refusal {
        Refusal::new("key_out_of_turn", "A key of the organisation can only follow the one before it, and only once. Nothing was written.")
    }

    // R10
    pub fn r10_not_member() -> Refusal {
        Refusal::new(
            "r10_not_member",
            "You are not part of this relationship now, so nothing can be added or decided. Your words stay on this phone; your programme lead can take them over.",
        )
    }

    pub fn r10_held() -> Refusal {
        Refusal::new(
            "r10_held",
            "You were no longer part of this relationship when this arrived. Your programme lead has it and decides whether it belongs there.",
        )
    }

    pub fn r10_role() -> Refusal {
        Refusal::new("r10_role", "You do not have that role in this relationship now. Ask your programme lead.")
    }

    // R11
    pub fn r11_agreement(missing: &[String]) -> Refusal {
        Refusal::new("r11_agreement", format!("There is no agreement signed by mentee, lead mentor and you. Still to sign: {}.", missing.join(", ")))
    }

    pub fn r11_no_agreement() -> Refusal {
        Refusal::new("r11_agreement", "There is no agreement yet. Mentee, lead mentor and you sign one first, under Records.")
    }

    // R12
    pub fn r12_one_plan() -> Refusal {
        Refusal::new("r12_one_plan", "There is an active plan already. Close it first: say for each skill how it ended.")
    }

    // R13
    pub fn r13_not_there(kind: &str) -> Refusal {
        Refusal::new("r13_not_there", format!("A {kind} is not kept there. Choose whom to share it with once more."))
    }

    pub fn r13_pair(label: &str) -> Refusal {
        Refusal::new("r13_pair", format!("'{label}' stays between mentee and mentor. Write what the others may know under 'Summary for supervision'."))
    }

    // R15
    pub fn r15_guidance() -> Refusal {
        Refusal::new("r15_guidance", "Below the expected level it needs 'Try next time' and a next step. Add them, then sign.")
    }

    // R16
    pub fn r16_own_name() -> Refusal {
        Refusal::new("r16_own_name", "Nobody signs for somebody else. Whoever decides signs on their own phone, in their own name.")
    }
}
