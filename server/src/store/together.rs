//! What waits at one moment is done together: work is one transaction, and questions are one query.
//!
//! Each piece is still whole or not at all: where all of them fail together, they are done one by one, until the store does
//! not answer at all.

use tokio::sync::{mpsc, oneshot};

use super::{Result, StoreError};

/// Pieces that may wait; who comes then waits for a place.
const QUEUE: usize = 1_024;
/// Pieces that are done together.
const MOST: usize = 64;

/// Does pieces together.
pub(super) trait Does: Send + 'static {
    type Piece: Send + Sync + 'static;
    type Done: Send + 'static;

    /// What came of each piece, in their order; an error where nothing came of any.
    fn all(&mut self, pieces: &[Self::Piece]) -> impl Future<Output = Result<Vec<Result<Self::Done>>>> + Send;
}

/// The queue before the one task that does them.
#[derive(Debug)]
pub(super) struct Together<P, D> {
    queue: mpsc::Sender<Waiting<P, D>>,
}

#[derive(Debug)]
struct Waiting<P, D> {
    piece: P,
    done: oneshot::Sender<Result<D>>,
}

impl<P: Send + Sync + 'static, D: Send + 'static> Together<P, D> {
    pub(super) fn start(does: impl Does<Piece = P, Done = D>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(drain(waiting, does));
        Self { queue }
    }

    /// Waits until it is done.
    pub(super) async fn ask(&self, piece: P) -> Result<D> {
        let (done, answer) = oneshot::channel();
        self.queue.send(Waiting { piece, done }).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("closed".to_owned())
}

async fn drain<P, D>(mut waiting: mpsc::Receiver<Waiting<P, D>>, mut does: impl Does<Piece = P, Done = D>) {
    let mut together = Vec::with_capacity(MOST);
    while waiting.recv_many(&mut together, MOST).await > 0 {
        let (pieces, mut asked): (Vec<P>, Vec<_>) = together.drain(..).map(|waiting| (waiting.piece, waiting.done)).unzip();
        let answers = match does.all(&pieces).await {
            Ok(answers) => answers,
            Err(error) if pieces.len() == 1 => vec![Err(error)],
            Err(_) => one_by_one(&mut does, &pieces).await,
        };
        // Whoever asked may be gone; what is done stands.
        asked.drain(..).zip(answers).for_each(|(asked, answer)| drop(asked.send(answer)));
    }
}

/// Nobody waits for a store that is gone once more than its patience.
async fn one_by_one<S: Does>(does: &mut S, pieces: &[S::Piece]) -> Vec<Result<S::Done>> {
    let mut answers: Vec<Result<S::Done>> = Vec::with_capacity(pieces.len());
    for piece in pieces.chunks(1) {
        let answer = match answers.last() {
            Some(Err(StoreError::Unavailable(why))) => Err(StoreError::Unavailable(why.clone())),
            _ => does.all(piece).await.and_then(|mut alone| alone.pop().unwrap_or_else(|| Err(closed()))),
        };
        answers.push(answer);
    }
    answers
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    /// Doubles numbers, but for sevens, and goes away at a nine; remembers what it was asked together.
    struct Doubles {
        goes_on: Arc<Semaphore>,
        asked: Arc<Mutex<Vec<Vec<u32>>>>,
    }

    impl Does for Doubles {
        type Piece = u32;
        type Done = u32;

        async fn all(&mut self, pieces: &[u32]) -> Result<Vec<Result<u32>>> {
            self.goes_on.acquire().await.expect("it is not closed").forget();
            self.asked.lock().expect("nobody panics").push(pieces.to_vec());
            if pieces.contains(&9) {
                return Err(StoreError::Unavailable("gone".to_owned()));
            }
            if pieces.contains(&7) {
                return Err(StoreError::Damaged("7".to_owned()));
            }
            Ok(pieces.iter().map(|piece| if *piece == 0 { Err(StoreError::Conflict) } else { Ok(piece * 2) }).collect())
        }
    }

    /// The first alone, the others together while that one is done: what they are told, and what was asked.
    async fn asked_together(others: &[u32]) -> (Vec<String>, Vec<Vec<u32>>) {
        let (goes_on, asked) = (Arc::new(Semaphore::new(0)), Arc::default());
        let together = Together::start(Doubles { goes_on: Arc::clone(&goes_on), asked: Arc::clone(&asked) });
        let mut first = Box::pin(together.ask(1));
        assert!(futures_util::poll!(&mut first).is_pending(), "it waits");
        tokio::task::yield_now().await;
        let mut others: Vec<_> = others.iter().map(|piece| Box::pin(together.ask(*piece))).collect();
        for other in &mut others {
            assert!(futures_util::poll!(other).is_pending(), "it waits");
        }
        goes_on.add_permits(Semaphore::MAX_PERMITS);
        assert_eq!(first.await.expect("it is done"), 2);
        let told = join_all(others).await.into_iter().map(|answer| answer.map_or_else(|error| error.to_string(), |done| done.to_string())).collect();
        let asked = asked.lock().expect("nobody panics").clone();
        (told, asked)
    }

    #[tokio::test]
    async fn what_waits_is_done_together_and_one_that_fails_fails_alone() {
        let (told, asked) = asked_together(&[2, 0, 3]).await;
        assert_eq!(told, ["4", "another writer was first", "6"]);
        assert_eq!(asked, [vec![1], vec![2, 0, 3]]);
        let (told, asked) = asked_together(&[2, 0, 7, 3]).await;
        assert_eq!(told, ["4", "another writer was first", "the store is damaged: 7", "6"]);
        assert_eq!(asked, [vec![1], vec![2, 0, 7, 3], vec![2], vec![0], vec![7], vec![3]]);
    }

    #[tokio::test]
    async fn a_store_that_is_gone_is_asked_once_more_and_not_by_everybody() {
        let (told, asked) = asked_together(&[2, 9, 3, 4]).await;
        let gone = "the store does not answer: gone";
        assert_eq!(told, ["4", gone, gone, gone]);
        assert_eq!(asked, [vec![1], vec![2, 9, 3, 4], vec![2], vec![9]]);
    }
}
