//! The sentences of the page that checks a proof.

pub const TITLE: &str = "Check a proof";
pub const HEADING: &str = "Check a proof";
pub const LEDE: &str = "Somebody gave you a file whose name ends in .countersign: a record that was signed, with what it rests on. Here your own browser checks it. Nothing of it is sent, to this site or to any other.";
pub const WITHOUT_SCRIPT: &str = "Checking a file on this page needs JavaScript, which is switched off here. The command below does the same.";

pub const KEY: &str = "The organisation's key";
pub const KEY_HINT: &str = "ed25519: and 64 digits, as the organisation itself gave it to you. You may leave it empty; a key that came with the file proves nothing until you have compared it.";
pub const FILE: &str = "Proof file";
pub const FILE_HINT: &str = "Choose it, or drop it anywhere on this page.";
pub const CHECK: &str = "Check";
pub const KEPT: &str = "This browser keeps the page: from now on it opens without signal.";

pub const CHECKING: &str = "Checking…";
pub const NO_FILE: &str = "Choose a proof file first.";
pub const UNREADABLE: &str = "This browser could not read the file. Choose it again.";
pub const FAILED: &str = "The check could not start in this browser. Update the browser, or use the command below.";

pub const COMMAND_HEADING: &str = "The same on the command line";
pub const COMMAND_WORDS: &str = "The program checks a file in the same way and in the same words, without a browser and without signal:";
pub const COMMAND: &str = "countersign verify FILE --key ed25519:…";
pub const COMMAND_ENDS: &str =
    "It ends with 0 where everything holds, with 1 where something does not hold or cannot be told, and with 2 where the file cannot be read.";

pub const MEANING_HEADING: &str = "What the answers mean";
pub const MEANINGS: [(&str, &str); 5] = [
    (
        "Holds",
        "It was recomputed from the file: the chain from its first line to its last, each signature, and each rule as it was asked when the decision was received.",
    ),
    ("Does not hold", "The file says something that its own lines contradict, or something in it was changed. Do not rely on it."),
    ("Cannot be told", "What it would take is not in the file: words that were erased or left out, or a form that a newer version knows."),
    ("To know", "What no file can show by itself, for you to judge."),
    ("Cannot be read", "It is no proof at all, or it is damaged."),
];
pub const BEYOND: &str = "Two things no proof can show. A file that ends earlier is an older file: what came afterwards, a sign-off taken back for example, only a newer one shows. And a key that came with the file is the file's own word: compare it with the one that the organisation gives you by another way.";
