//! What a store measures of its commits.

use std::time::Instant;

use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

use super::Work;

/// From half a millisecond to eight seconds.
const SECONDS: (f64, f64, u16) = (0.000_5, 2.0, 15);
/// From one line to some thousand.
const LINES: (f64, f64, u16) = (1.0, 2.0, 12);

/// Durable transactions; cheap to clone, all clones count together.
#[derive(Debug, Clone)]
pub struct Measures {
    /// From the first statement that writes until it is durable.
    pub commit_seconds: Histogram,
    /// Lines in one transaction.
    pub commit_lines: Histogram,
}

impl Default for Measures {
    fn default() -> Self {
        let buckets = |(start, factor, length)| Histogram::new(exponential_buckets(start, factor, length));
        Self { commit_seconds: buckets(SECONDS), commit_lines: buckets(LINES) }
    }
}

/// A transaction that is under way.
#[derive(Debug)]
pub(super) struct Commit {
    since: Instant,
    lines: usize,
}

impl Commit {
    pub(super) fn of<'a>(works: impl IntoIterator<Item = &'a Work>) -> Self {
        let lines = works.into_iter().flat_map(|work| &work.logs).map(|log| log.lines().count()).sum();
        Self { since: Instant::now(), lines }
    }
}

impl Measures {
    /// It is durable.
    pub(super) fn note(&self, commit: Commit) {
        self.commit_seconds.observe(commit.since.elapsed().as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a count of lines is far below 2^52")]
        self.commit_lines.observe(commit.lines as f64);
    }
}
