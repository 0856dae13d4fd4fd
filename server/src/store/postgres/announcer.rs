//! Tells the other processes which logs moved: after the commit, many at once, and never in the way of a push.
//!
//! A notification inside the transaction would let one commit at a time through, for all of the server. So one that is
//! lost with its process is possible, and whoever listens looks at times by itself.

use shared::id::LogId;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use super::{super::Moved, Pool, sql::failed};

/// What all processes of a database listen to.
pub(super) const CHANNEL: &str = "countersign_moved";
/// News that wait to be told; what comes then is found by those who look.
const QUEUE: usize = 1_024;
/// News that are told in one go.
const GROUP: usize = 256;

#[derive(Debug)]
pub(super) struct Announcer {
    process: String,
    /// Absent once it has finished.
    queue: Mutex<Option<(mpsc::Sender<Moved>, JoinHandle<()>)>>,
    sender: mpsc::WeakSender<Moved>,
}

impl Announcer {
    pub(super) fn start(readers: Pool, process: String) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let sender = queue.downgrade();
        let telling = tokio::spawn(tell(readers, process.clone(), waiting));
        Self { process, queue: Mutex::new(Some((queue, telling))), sender }
    }

    /// What this process calls itself, so that it does not listen to itself.
    pub(super) fn process(&self) -> &str {
        &self.process
    }

    pub(super) fn announce(&self, moved: Moved) {
        let told = self.sender.upgrade().is_some_and(|queue| queue.try_send(moved).is_ok());
        if !told {
            tracing::debug!(log = %moved.log, "the other processes are not told, they look by themselves");
        }
    }

    /// Tells what waits, and ends.
    pub(super) async fn finish(&self) {
        let Some((queue, telling)) = self.queue.lock().await.take() else { return };
        drop(queue);
        if let Err(error) = telling.await {
            tracing::error!(%error, "the announcer stopped half way");
        }
    }
}

async fn tell(readers: Pool, process: String, mut waiting: mpsc::Receiver<Moved>) {
    let mut group = Vec::with_capacity(GROUP);
    while waiting.recv_many(&mut group, GROUP).await > 0 {
        let words: Vec<String> = group.drain(..).map(|moved| written(&process, moved)).collect();
        let told = readers.read(async |connection| {
            let telling = sqlx::query("select pg_notify($1, word) from unnest($2::text[]) word").bind(CHANNEL).bind(words);
            telling.execute(connection).await.map_err(failed)
        });
        if let Err(error) = told.await {
            tracing::warn!(%error, "the other processes were not told, they look by themselves");
        }
    }
}

fn written(process: &str, moved: Moved) -> String {
    format!("{process} {} {} {}", moved.log, moved.from, moved.next)
}

/// Who tells it, and what; `None` for what no process of ours wrote.
pub(super) fn read(word: &str) -> Option<(&str, Moved)> {
    let mut parts = word.split(' ');
    let process = parts.next()?;
    let log: LogId = parts.next()?.parse().ok()?;
    let (from, next) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some((process, Moved { log, from, next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let moved = Moved { log: LogId::Own(shared::id::PersonId(uuid::Uuid::from_u128(7))), from: 3, next: 5 };
        assert_eq!(read(&written("me", moved)), Some(("me", moved)));
        for other in ["", "me", "me own/x 3 5", &format!("{} more", written("me", moved))] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
