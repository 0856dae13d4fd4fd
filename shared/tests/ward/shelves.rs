//! The ward's logs as a store has them, in parts: loaded for each push, and judged out of what was loaded.

use std::collections::BTreeMap;

use shared::{
    bytes::Hash,
    id::LogId,
    kind::Kinds,
    line::Line,
    log::{Author, Judged, Log, ReplayError},
    parts::{Name, Rows, Vault, Wanted},
    time::At,
    wire::Item,
};

use super::server::organisation_key;

/// Rounds until a question is answered; each fetches something.
const MOST_ROUNDS: usize = 8;

/// What is stored of each log.
#[derive(Default)]
pub struct Shelves {
    stored: BTreeMap<LogId, Rows>,
    /// How often parts alone answered, and how often the lines had to be folded.
    pub loaded: usize,
    pub folded: usize,
}

/// The same log, which then tells what changes in it.
pub fn tracked(mut log: Log) -> Log {
    log.track();
    log
}

fn vault(log: LogId) -> Vault {
    Vault::new(&organisation_key().seed(), log)
}

impl Shelves {
    /// A line came. Now and then, by its hash, what changed is stored: by the whole log, or by one that was loaded.
    pub fn heard(&mut self, kinds: &Kinds, whole: &mut Log, lines: &[Line]) {
        let last = lines.last().expect("a line came");
        if last.header.position == whole.began() && last.header.epoch > 1 {
            self.stored.remove(&whole.id);
        }
        let [first, ..] = last.hash.0;
        match (first % 8, self.load(kinds, whole, lines)) {
            (0..=2, _) => {
                self.keep(whole);
            }
            (3 | 4, Some(mut loaded)) => {
                self.keep(&mut loaded);
                self.is_the_same(whole);
            }
            _ => {}
        }
    }

    fn keep(&mut self, log: &mut Log) {
        let vault = vault(log.id);
        let stored = self.stored.get(&log.id);
        let before = stored.map(|rows| (vault.root(&rows[&Name::Root]).expect("sealed").expect("of this format"), rows));
        let parts = log.parts(before.is_none());
        let before = before.as_ref().map(|(root, rows)| (root, *rows));
        let rows = vault.seals((log.epoch, log.chain), parts, before).expect("nobody altered it");
        self.stored.entry(log.id).or_default().extend(rows);
        log.settle();
    }

    /// What was stored bit by bit is what would be stored at once.
    fn is_the_same(&self, whole: &Log) {
        let at_once = vault(whole.id).seals((whole.epoch, whole.chain), whole.parts(true), None).expect("nobody altered it");
        let stored = &self.stored[&whole.id];
        for (name, row) in &at_once {
            assert_eq!(stored.get(name).map(|row| Hash::of(row)), Some(Hash::of(row)), "{name:?}");
        }
        assert_eq!(stored.len(), at_once.len(), "and nothing more");
    }

    /// A log that was loaded from its head and caught up; `None` where nothing is stored, or all of it is needed.
    fn load(&self, kinds: &Kinds, whole: &Log, lines: &[Line]) -> Option<Log> {
        let rows = self.stored.get(&whole.id)?;
        let root = vault(whole.id).root(&rows[&Name::Root]).expect("sealed").expect("of this format");
        let head = vault(whole.id).head(&root, &rows[&Name::Head]).expect("sealed").to_vec();
        let mut log = Log::from_head(whole.id, whole.organisation, root.epoch, root.chain, &head).expect("it reads");
        for line in lines.iter().skip(usize::try_from(root.chain.next).expect("small")) {
            let mut rounds = 0;
            while let Err(error) = log.apply(kinds, line) {
                assert_eq!(error, ReplayError::Elsewhere(line.header.position));
                let wanted = log.wanted();
                if wanted.whole {
                    return None;
                }
                self.fetch(&mut log, &wanted);
                rounds += 1;
                assert!(rounds < MOST_ROUNDS, "{wanted:?}");
            }
        }
        Some(log)
    }

    fn fetch(&self, log: &mut Log, wanted: &Wanted) {
        let (vault, stored) = (vault(log.id), &self.stored[&log.id]);
        let root = vault.root(&stored[&Name::Root]).expect("sealed").expect("of this format");
        let read: Rows = Vault::to_read(wanted).into_iter().filter_map(|name| Some((name, stored.get(&name)?.clone()))).collect();
        log.fetched(vault.opens(&root, wanted, &read).expect("nobody altered it")).expect("it reads");
    }

    /// The verdict of a log that was loaded for this push alone.
    pub fn judge(&mut self, kinds: &Kinds, whole: &Log, lines: &[Line], (author, items, at): (Author, &[Item], At)) -> Judged {
        let Some(mut log) = self.load(kinds, whole, lines) else {
            self.folded += 1;
            return whole.clone().judge(kinds, author, items, at);
        };
        if at.0 % 2 == 0 {
            log.foresee(items);
        }
        for _ in 0..MOST_ROUNDS {
            let judged = log.judge(kinds, author, items, at);
            if !log.wants() {
                self.loaded += 1;
                return judged;
            }
            let wanted = log.wanted();
            if wanted.whole {
                self.folded += 1;
                return whole.clone().judge(kinds, author, items, at);
            }
            self.fetch(&mut log, &wanted);
        }
        panic!("the push wants ever more");
    }
}
