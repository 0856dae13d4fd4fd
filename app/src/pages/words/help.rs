//! The help page's sentences.

pub const TITLE: &str = "Help";
pub const HEADING: &str = "How it works";
pub const CONTENTS: &str = "On this page";

/// A heading with its anchor and its paragraphs.
pub struct Section {
    pub id: &'static str,
    pub heading: &'static str,
    pub paragraphs: &'static [&'static str],
    /// Question and answer, or term and meaning.
    pub points: &'static [(&'static str, &'static str)],
}

pub const ROLES: [Section; 3] = [
    Section {
        id: "mentor",
        heading: "If you are a mentor",
        paragraphs: &[
            "Tap Observe, say who, what and where, and how much you needed to help. Two boxes are for words: what went well, and what to try next time. 'Sign and send' asks for your PIN and names who will get it.",
            "No time? Jot a line. A jot needs no name, each character is saved as you type, and nobody else ever sees it. It waits under 'To finish'.",
            "Below the level expected, the app asks what to try next before you can sign: a low mark without guidance helps nobody.",
        ],
        points: &[],
    },
    Section {
        id: "mentee",
        heading: "If you are a mentee",
        paragraphs: &[
            "New feedback stands on Today, words before level. Say that you have read it: you see it the same way, or differently. Seeing it differently is an answer like any other, and your supervisor reads it.",
            "'My plan' shows each skill in words: where you started, where you are, and what is still missing. When a rule is met you can ask for sign-off; you can ask earlier too, and then it waits under 'Not ready yet'.",
        ],
        points: &[],
    },
    Section {
        id: "supervisor",
        heading: "If you are a supervisor",
        paragraphs: &[
            "Review shows what waits for you and for how long. For each request you see the rule in words, the feedback that was chosen and the feedback that was not chosen, low and disagreed included.",
            "Sign off, send back with a reason, or ask a question: a question stops no clock and changes no state. What you sign is the version that you read, and the app says which one that was.",
        ],
        points: &[],
    },
];

pub const OFFLINE: Section = Section {
    id: "offline",
    heading: "Without signal",
    paragraphs: &[
        "After the first sign-in your records are on your phone. You can read, write and sign without signal, also after closing the browser. The strip at the top counts what is only on this phone and how old the oldest of it is.",
        "What you sign without signal is 'asked for, not in force yet' until the server has it; only then do the others see it. Until it goes you can take it back.",
        "Put the app on the home screen: browsers may clear what belongs to sites that were not opened for a while. If that happens, the app says so, and everything that had been sent comes back.",
    ],
    points: &[],
};

pub const WHO_SEES: Section = Section {
    id: "who-sees-what",
    heading: "Who sees what",
    paragraphs: &[
        "Under each title stands 'Who can see this', by name. Sharing is something that you do; nothing is shared by itself, and no report carries words.",
    ],
    points: &[
        ("A jot, a draft", "You alone, on all your devices. Not your mentor, not your supervisor, not the programme lead."),
        ("A signed observation", "The relationship: mentee, mentors, supervisor, and the programme lead who is named in it."),
        ("A claim, an agreement, a 90-day plan", "The relationship as well, from the moment its writer shares it."),
        ("A comment or a question", "Whoever sees the record it stands on."),
        (
            "The programme lead",
            "All that is shared in the relationships in which they are named, and nothing of any other. Besides: memberships, and held words, which somebody sent after they had been removed.",
        ),
        ("Whoever runs the server", "Can technically read what was sent to it, as with e-mail. Your organisation chooses who that is."),
    ],
};

pub const KEPT: Section = Section {
    id: "what-is-kept",
    heading: "What is kept",
    paragraphs: &[
        "Records are about learning at work, never about a patient: no name, number, date of birth or address of anybody cared for belongs in here.",
        "A signed version is kept as it was signed. A later version stands beside it, with a reason. 'Recorded by mistake' strikes a record out and it no longer counts; 'Hide words' takes words that should never have been written off every screen at once.",
        "When somebody leaves a relationship, what they wrote stays under their name.",
    ],
    points: &[],
};

pub const PROOFS: Section = Section {
    id: "proofs",
    heading: "A proof for somebody else",
    paragraphs: &[
        "'Save proof' on a signed record makes a file of it, without signal too. Whoever gets the file can check it without an account and without trusting this server: who decided, when, by which rule, and that nothing was changed, left out or put in since.",
        "The file holds the words of the record and of the feedback that it rests on, and says who decided what in the relationship. Give it to people who may read that.",
    ],
    points: &[],
};
/// Its address and its words.
pub const PROOFS_LINK: (&str, &str) = ("/verify", "Check a proof");

pub const SECURITY: Section = Section {
    id: "security",
    heading: "For your security team",
    paragraphs: &["Short answers to the questions that hospitals and care providers ask before they let a system in."],
    points: &[
        (
            "Where is the data?",
            "On the server that your organisation runs, in one database file, and on the phones of the people it belongs to. Nothing is sent to anybody else: no analytics, no fonts, no scripts and no maps from other sites.",
        ),
        ("Patient data?", "None by design. The record kinds have no field for it, and the rules for writers say so."),
        (
            "How do people sign in?",
            "By invitation only. Passwords are kept as Argon2id hashes. Tries are limited by account and by address; an unknown e-mail address costs as much work as a known one, so that nobody can find out who has an account.",
        ),
        (
            "Sessions?",
            "A random value of 32 bytes in a cookie that scripts cannot read and other sites cannot send along (HttpOnly, SameSite=Lax, Secure under https). The server keeps only its SHA-256. A session ends after 30 days without use, after 90 days in any case, with signing out, and with a new password.",
        ),
        (
            "Other sites acting in somebody's name?",
            "Forms are taken from this site only (Sec-Fetch-Site, Origin), and the app's calls carry a header that no foreign page can send.",
        ),
        (
            "Scripts?",
            "These pages have none, and their Content-Security-Policy allows none; the one exception checks a proof in the browser, and its policy allows it to call no server. The app runs only scripts and WebAssembly of its own server.",
        ),
        (
            "How do signatures work?",
            "Each device has a signing key of its own that belongs to one person; each decision names the exact version it binds. The server checks it against the rules, then adds the organisation's signature (Ed25519) and chains it to everything before it with SHA-256. Phones check the chain; so can anybody with a copy.",
        ),
        (
            "A PIN, really?",
            "The PIN (6 to 12 digits) opens the signing key, which lies wrapped on the phone and never leaves it; wrong PINs make the next try wait. It shows that whoever holds a signed-in phone is its owner at the moment of signing. It does not replace the phone's own lock, which your organisation should require.",
        ),
        (
            "What lies on a phone?",
            "The records of its owner, encrypted in the browser's own storage. This guards against a copied disk, not against somebody who holds the phone unlocked.",
        ),
        (
            "A lost phone?",
            "Its owner revokes it under Me, 'Your phones and tablets', from any other browser: nothing more is taken from it, and it is signed out. 'countersign invite' on the server ends the person's password and every session of theirs at once and makes a new one-time link.",
        ),
        ("In transit?", "TLS belongs in front of the server (any reverse proxy); plain http is for localhost."),
        ("Backups?", "Copy the database with SQLite's own backup. Since every line is chained and signed, a restored copy proves itself."),
        ("Logs?", "Structured, with codes and identifiers. Words of records, passwords and cookies never enter them."),
    ],
};

pub const REFUSALS_ID: &str = "refusals";
pub const REFUSALS_HEADING: &str = "When something is refused";
pub const REFUSALS_LEDE: &str =
    "A refusal never loses words: they stay on your phone, readable and ready to be copied. It says what to do next; here is why each exists, by its code.";

/// What stands behind a rule, by the part of the code before its first `_`.
pub fn why(rule: &str) -> &'static str {
    match rule {
        "r1" => "Each field has its writers. Nobody puts words into somebody else's mouth.",
        "r2" => "Nobody decides on what they contributed to.",
        "r3" => "A sign-off rests on what was seen: often enough, recently enough, by enough people.",
        "r4" => "A signature binds exactly what its signer read.",
        "r5" => "What is signed stays as it was.",
        "r6" => "A decision that somebody has to live with comes with its reason.",
        "r7" => "What a sign-off rests on cannot disappear from under it.",
        "r8" => "Records say when something happened; the future has not happened.",
        "r9" => "A signature shows that its owner was there.",
        "r10" => "Only current members write or decide. Late words of former members are held, never dropped.",
        "r11" => "People agree on how they work together before anybody decides about anybody.",
        "r12" => "One plan at a time, so that everybody looks at the same one.",
        "r13" => "What mentee and mentor keep to themselves stays with them.",
        "r16" => "A signature says who decided; one that somebody else gave says nothing.",
        "r15" => "A low mark without guidance helps nobody.",
        "old" | "erased" | "erase" => "What was erased is gone for good, and does not come back by accident.",
        "key" => "Everything rests on the organisation's key: a phone takes a new one only where the former one vouches for it.",
        "too" => "It protects your account from being guessed.",
        "sign" => "The server must know whose words it is given.",
        _ => "What arrives must be whole, readable and known to both sides.",
    }
}

pub const SIGN_IN_AGAIN: &str = "You are signed out. Sign in again; what you wrote waits on this phone and goes afterwards.";
