//! Every sentence of the pages, in one place and ready for translation.

pub mod help;
pub mod verify;

pub const PRODUCT: &str = "Countersign";
pub const DESCRIPTION: &str = "Mentoring records that two people write and others can rely on.";
pub const SKIP: &str = "Skip to the content";
pub const NAVIGATION: &str = "Main";
pub const DEMONSTRATION_LABEL: &str = "Demonstration";
pub const DEMONSTRATION: &str = "Demonstration: every person and every record in here is invented.";
pub const HELP: &str = "Help";
pub const SIGN_IN: &str = "Sign in";
pub const SIGN_OUT: &str = "Sign out";
pub const OPEN_APP: &str = "Open Countersign";
pub const LEAD_PAGE: &str = "Programme lead";
pub const FOOTER: &str = "Words stay with the people who wrote them and the people they shared them with.";
pub const FOOTER_WHO_SEES: &str = "Who sees what";
pub const FOOTER_SECURITY: &str = "Security";
pub const FOOTER_VERIFY: &str = "Check a proof";

pub fn signed_in_as(name: &str) -> String {
    format!("Signed in as {name}")
}

pub mod home {
    pub const TITLE: &str = "Mentoring records others can rely on";
    pub const HEADING: &str = "What was seen, said and signed off, in one calm place";
    pub const LEDE: &str = "Countersign keeps the records of mentoring in health and community services: what a mentor saw, what the two agreed to try next, and what somebody may now do on their own.";
    pub const POINTS: [(&str, &str); 3] = [
        (
            "In the corridor, without signal",
            "An observation takes six taps on a phone. It is saved on the phone at once and goes when there is signal. Nothing waits for the network.",
        ),
        ("Yours until you share it", "A jot or a draft is seen by its writer alone. Before anything is shared, the screen names who will see it."),
        (
            "Signed, and it stays signed",
            "A signed version never changes. Nobody signs off on the strength of their own word alone, and anybody it binds can read what it rests on.",
        ),
    ];
    pub const INVITED: &str = "There is nothing to register for: your organisation invites you.";
    pub const MORE: &str = "How it works, for mentors, mentees, supervisors and security teams";
}

pub mod sign_in {
    pub const TITLE: &str = "Sign in";
    pub const TITLE_PROBLEM: &str = "Not signed in: sign in";
    pub const HEADING: &str = "Sign in";
    pub const EMAIL: &str = "E-mail address";
    pub const PASSWORD: &str = "Password";
    pub const BUTTON: &str = "Sign in";
    pub const STAYS: &str = "This browser stays signed in, so that the app works without signal. Sign out when the phone is not yours.";
    pub const DEMONSTRATION: &str = "The accounts of the demonstration were printed where this server was started.";
    pub const LOST_HEADING: &str = "Lost your password?";
    pub const LOST: &str = "Ask whoever looks after Countersign in your organisation for a new invitation. What is on your phone stays there meanwhile.";

    pub const WRONG: &str = "That e-mail address and password do not belong together. Check both and try again.";
    pub const INCOMPLETE: &str = "Signing in needs an e-mail address and a password.";

    pub fn too_many(wait_seconds: u64) -> String {
        let minutes = wait_seconds.div_ceil(60).max(1);
        let wait = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
        format!("There were too many tries. Wait {wait}, then try again. What is on your phone is safe.")
    }

    pub const BUSY: &str = "Many people are signing in at this moment. Try again in a few seconds.";
}

pub mod invitation {
    pub const TITLE: &str = "Choose a password";
    pub const TITLE_PROBLEM: &str = "Not saved: choose a password";
    pub const LEDE: &str = "Your organisation invited you. Choose a password; on your phone you will choose a PIN as well, which you need to sign.";
    pub const EMAIL: &str = "Your e-mail address";
    pub const PASSWORD: &str = "New password";
    pub const PASSWORD_HINT: &str = "At least 10 characters. Four words that do not belong together are easy to keep.";
    pub const AGAIN: &str = "The same once more";
    pub const BUTTON: &str = "Save and sign in";
    pub const NEXT: &str = "Next you choose a PIN for this phone, your records are fetched, and after that the app works without signal.";

    pub const DIFFERENT: &str = "The two passwords are not the same. Type both again.";
    pub const TOO_LONG: &str = "That password is too long. 200 characters are the limit.";
    pub const LIKE_EMAIL: &str = "That password is your e-mail address. Choose another one.";

    pub fn heading(name: &str) -> String {
        format!("Welcome, {}", name.split_whitespace().next().unwrap_or(name))
    }

    pub fn too_short(least: usize) -> String {
        format!("That password is too short. It needs at least {least} characters.")
    }
}

pub mod notice {
    pub const TO_START: &str = "To the first page";
    pub const NOT_FOUND_TITLE: &str = "There is nothing at this address";
    pub const NOT_FOUND: &str = "The address may be mistyped, or the link is an old one. What you wrote is not lost: your records are in the app.";
    pub const NOT_LEAD_TITLE: &str = "This page is for the programme lead";
    pub const NOT_LEAD: &str = "You do not lead a programme here, so there is nothing on this page for you. Your records are in the app.";
    pub const FOREIGN_TITLE: &str = "That did not come from this site";
    pub const FOREIGN: &str = "The form was sent from somewhere else, so nothing was done. Open the page here and try again.";
    pub const BAD_FORM_TITLE: &str = "That form could not be read";
    pub const BAD_FORM: &str = "Something in it was missing or too long, so nothing was done. Go back, check it and send it again.";
    pub const SPENT_TITLE: &str = "This invitation cannot be used";
    pub const SPENT: &str = "It was used already, or its 14 days are over. Sign in if you have chosen a password; otherwise ask whoever looks after Countersign in your organisation for a new one.";
    pub const FAULT_TITLE: &str = "That did not work";
    pub const FAULT: &str = "The fault is ours, and nothing was changed. Try again in a minute. What is on your phone is safe.";
}

pub mod lead {
    pub const TITLE: &str = "Programme lead";
    pub const HEADING: &str = "Programme lead";
    pub const HELD_HEADING: &str = "Held words";
    pub const HELD_NONE: &str =
        "Nothing waits. What somebody sends after they were removed from a relationship, but wrote before, is kept here until you decide.";
    pub const HELD_LEDE: &str = "Written before somebody left a relationship, received afterwards. The others see them only if you take them over.";
    pub const HELD_AUTHOR: &str = "Written by";
    pub const HELD_IN: &str = "Belongs to";
    pub const HELD_RECEIVED: &str = "Received";
    pub const HELD_WHY: &str = "Why it waits";
    pub const ADOPT: &str = "Take over";
    pub const ADOPT_HINT: &str = "It is added to the record under its author's name; a line says that you took it over.";
    pub const DISCARD: &str = "Leave out…";
    pub const DISCARD_LABEL: &str = "Why it is left out";
    pub const DISCARD_HINT: &str = "The relationship reads your reason. The words themselves are not shown to anybody.";
    pub const DISCARD_BUTTON: &str = "Leave out";

    pub const RELATIONSHIPS: &str = "Relationships";
    pub const RELATIONSHIPS_NONE: &str = "You lead no relationship yet. They come with the file that the organisation is set up from.";
    pub const MEMBERS: &str = "Members";
    pub const END_LINK: &str = "End…";
    pub const HISTORY: &str = "History";
    pub const HISTORY_LEDE: &str = "What the organisation stated in this relationship, newest first. Each line is signed and cannot be taken out.";

    pub const HISTORY_TITLE: &str = "History of a relationship";
    pub const BACK: &str = "Back to the programme lead's page";

    pub const END_TITLE: &str = "End a membership";
    pub const END_TITLE_PROBLEM: &str = "Not ended: end a membership";
    pub const END_EFFECTS: [&str; 3] = [
        "From now on they can write and decide nothing here, and nothing new reaches their phone.",
        "What they wrote stays, under their name. What they wrote before and send later waits under 'Held words' for you.",
        "It cannot be undone; they can be made a member again.",
    ];
    pub const END_REASON: &str = "Reason";
    pub const END_REASON_HINT: &str = "The members of the relationship read it.";
    pub const END_BUTTON: &str = "End membership now";
    pub const END_BACK: &str = "Leave everything as it is";
    pub const ALREADY_ENDED: &str = "That membership has ended already. Nothing was changed.";

    pub const ERASE_TITLE: &str = "Erase words for good";
    pub const ERASE_TITLE_PROBLEM: &str = "Not erased: erase words for good";
    pub const ERASE_HEADING: &str = "Erase these words for good?";
    pub const ERASE_LINK: &str = "Erase words";
    pub const ERASE_LEDE: &str = "For what must not be kept at all, such as an address or somebody else's name. To take words from view without \
        destroying them, its author or you hide them in the app.";
    pub const ERASE_NONE: &str = "No record here has words.";
    pub const ERASE_EFFECTS: [&str; 4] = [
        "All of these words go: every version, every draft of them, and what a pair kept. On the server, and on each phone with its next connection.",
        "Who signed, when and as what stays, and everybody can still check that. The words cannot be shown any more, not even to an auditor.",
        "Copies that somebody saved, and the organisation's backups, are not reached from here.",
        "It cannot be undone.",
    ];
    pub const ERASE_REASON: &str = "Reason";
    pub const ERASE_REASON_HINT: &str = "It stays in the history for ever: do not repeat what is to be erased.";
    pub const ERASE_BUTTON: &str = "Erase these words for good";

    pub const KEY: &str = "The organisation's key";
    pub const KEY_LEDE: &str = "By it phones and auditors know what your organisation signed. After a lost key each phone shows how the new key's check \
        number begins, and asks its person for the rest: read it out to them, or give it to them on paper.";
    pub const KEY_BEGINS: &str = "Check number";
    pub const KEY_GOES_ON: &str = "goes on";
    pub const KEY_WHOLE: &str = "Key";
    pub const KEY_COMPARE: &str =
        "This page comes from your server too. Before you hand a new number on, compare it with what whoever changed the key gave you.";

    pub const DONE_ERASED: &str = "The words are gone. Phones drop them with their next connection.";
    pub const DONE_ADOPTED: &str = "Taken over. The members see it with their next connection.";
    pub const DONE_DISCARDED: &str = "Left out, with your reason.";
    pub const DONE_ENDED: &str = "The membership has ended.";

    pub const HELD_WHY_R10: &str = "They were no longer part of this relationship when it arrived.";
    pub const HELD_RECORD: &str = "Words";
    pub const COULD_NOT_JUDGE: &str = "Could not judge";
    pub const HELD_TAKEN_OUT: &str = "(taken out)";
    pub const HELD_NO_VALUE: &str = "(empty)";
    pub const HELD_DECISION: &str = "A signature, which lapses: only words can be taken over.";
    pub const HELD_UNREADABLE: &str = "These words cannot be read here. They can only be left out.";
    pub const YES: &str = "yes";
    pub const NO: &str = "no";

    pub const NO_MENTEE: &str = "No mentee";
    pub const AND: &str = " and ";

    pub fn time_in_role(since: &str, until: Option<&str>) -> String {
        match until {
            None => format!("since {since}"),
            Some(until) => format!("from {since} until {until}"),
        }
    }

    /// Over the lines that an auditor rarely needs.
    pub fn routine(lines: usize) -> String {
        let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
        format!("Devices that were set up, and when records were first typed: {lines}")
    }

    /// A mentor who leads, in the list of members.
    pub fn leading(role: &str) -> String {
        format!("lead {role}")
    }

    pub fn held_count(count: usize) -> String {
        if count == 1 { "1 waits for you.".to_owned() } else { format!("{count} wait for you.") }
    }

    pub fn held_heading(author: &str) -> String {
        format!("From {author}")
    }

    pub fn end_heading(name: &str, role: &str) -> String {
        format!("End {name}'s membership as {role}?")
    }

    pub fn end_label(name: &str, role: &str) -> String {
        format!("End {name}'s membership as {role}")
    }

    /// A record in the list of what can be erased.
    pub fn erasable(kind: &str, by: &str, day: &str) -> String {
        format!("{kind} by {by}, {day}")
    }

    pub fn erase_in(relationship: &str) -> String {
        format!("Erase words in {relationship}")
    }

    pub fn history_of(relationship: &str) -> String {
        format!("History of {relationship}")
    }

    pub fn with(mentee: &str, others: &str) -> String {
        if others.is_empty() { mentee.to_owned() } else { format!("{mentee} with {others}") }
    }
}

/// What a fact says in the history of a relationship.
pub mod fact {
    pub const OPENED: &str = "The relationship was opened.";
    pub const SETTINGS: &str = "The rules' settings were stated.";

    pub fn framework(name: &str) -> String {
        format!("The framework in force: {name}.")
    }

    pub fn member(name: &str, role: &str, leads: bool) -> String {
        let leads = if leads { ", who leads" } else { "" };
        format!("{name} became {role}{leads}.")
    }

    pub fn ended(name: &str, role: &str, by: &str, reason: &str) -> String {
        format!("{name} is no longer {role}. {by}: '{reason}'")
    }

    pub fn device(name: &str, label: &str) -> String {
        format!("{name} set up a device to sign with: {label}.")
    }

    pub fn device_revoked(name: &str, label: &str) -> String {
        format!("A device of {name}'s may no longer sign: {label}.")
    }

    pub const DEVICE_REVOKED: &str = "A device may no longer sign.";

    pub fn exemption(rule: &str, name: &str, reason: &str, by: &str) -> String {
        format!("{name} is exempt from rule {}. {by}: '{reason}'", rule.to_uppercase())
    }

    pub fn cover(name: &str, supervisor: &str, from: &str, until: &str) -> String {
        format!("{name} covers for {supervisor} from {from} until {until}.")
    }

    pub fn paused(from: &str) -> String {
        format!("Paused from {from}.")
    }

    pub fn pause_ended(from: &str, until: &str) -> String {
        format!("Paused from {from} until {until}.")
    }

    pub const CAPTURED: &str = "A shared record carries the times at which it was first typed.";

    pub fn adopted(author: &str, by: &str) -> String {
        format!("{by} took over words that {author} had sent late.")
    }

    pub fn evidence(name: &str) -> String {
        format!("Feedback that {name} signed in another relationship was copied in, because a request for a sign-off names it.")
    }

    pub fn evidence_voided(by: &str) -> String {
        format!("Copied feedback no longer counts: {by} voided it where it comes from.")
    }

    pub fn evidence_overtaken(by: &str) -> String {
        format!("Copied feedback no longer counts: {by} signed a later version where it comes from.")
    }

    pub fn evidence_hidden(by: &str) -> String {
        format!("{by} hid the words of copied feedback where it comes from.")
    }

    pub const KEY_TAKEN: &str = "The organisation's new key is in force.";

    pub fn key_changed(reason: &str) -> String {
        format!("The organisation changed its key: “{reason}”.")
    }

    pub fn key_replaced(reason: &str) -> String {
        format!("The organisation replaced a key that it had lost: “{reason}”. Phones of before have to be set up anew.")
    }

    pub fn erased(records: usize, by: &str, reason: &str) -> String {
        let records = if records == 1 { "a record".to_owned() } else { format!("{records} records") };
        format!("{by} had the words of {records} erased for good: '{reason}'")
    }

    pub fn discarded(author: &str, by: &str, reason: &str) -> String {
        format!("{by} left out words that {author} had sent late: '{reason}'")
    }
}

/// A person's own devices.
pub mod devices {
    pub const TITLE: &str = "Your phones and tablets";
    pub const HEADING: &str = "Your phones and tablets";
    pub const LEDE: &str = "Each on which you chose a PIN can sign in your name. Take off the list what you no longer have: one that was lost, given away, or \
        cleared and set up again.";
    pub const NONE: &str = "You have set up none yet, or none is left on the list.";
    pub const HERE: &str = "This is the one that you are using now.";
    pub const SET_UP: &str = "Set up";
    pub const HEARD: &str = "Last heard from";
    pub const NOT_HEARD: &str = "not noted yet";
    pub const TO_APP: &str = "Back to the app";
    pub const REVOKE_LINK: &str = "Revoke…";
    pub const REVOKE_TITLE: &str = "Revoke a phone or tablet";
    pub const REVOKE_HERE: &str = "This is the one that you are using now. You can go on with it only after you have set it up anew.";
    pub const REVOKE_EFFECTS: [&str; 4] = [
        "Nothing more is taken from it, and nothing new reaches it. Whoever is signed in there is signed out.",
        "What it signed before stays signed.",
        "What was typed on it and not sent stays on it. It can be read and copied there, and not sent any more.",
        "It cannot be undone. It can be set up anew, with your password.",
    ];
    pub const REVOKE: &str = "Revoke now";
    pub const DONE: &str = "Revoked. Nothing more is taken from it.";
    pub const KEEP: &str = "Leave it on the list";

    pub fn revoke_heading(label: &str) -> String {
        format!("Revoke '{label}'?")
    }

    pub fn revoke_label(label: &str) -> String {
        format!("Revoke '{label}'")
    }
}
