//! Wrong PINs: counted before each try, so that closing the browser in the middle does not undo one.

use serde::{Deserialize, Serialize};
use shared::{
    refusal::Refusal,
    time::{At, MINUTE_MS, SECOND_MS},
};

/// Wrong tries in a row before the first wait.
const FREE_TRIES: u32 = 5;
/// The waits after that, the last one for every further try.
const WAITS_MS: [i64; 5] = [30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// In a row.
    wrong: u32,
    last_at: At,
}

impl Tries {
    /// One more try, wrong until it turns out right; or how long to wait.
    pub fn begin(self, now: At) -> Result<Self, Refusal> {
        let left_ms = self.wait_ms().saturating_sub(now.since(self.last_at).max(0));
        if left_ms > 0 {
            return Err(wait(left_ms));
        }
        Ok(Self { wrong: self.wrong.saturating_add(1), last_at: now })
    }

    /// A clock that was set back starts the wait anew instead of stretching it for ever.
    pub fn by_clock(self, now: At) -> Self {
        Self { last_at: self.last_at.min(now), ..self }
    }

    fn wait_ms(self) -> i64 {
        let Some(further) = self.wrong.checked_sub(FREE_TRIES) else { return 0 };
        let place = usize::try_from(further).unwrap_or(usize::MAX).min(WAITS_MS.len() - 1);
        WAITS_MS[place]
    }
}

fn wait(left_ms: i64) -> Refusal {
    let seconds = (left_ms + SECOND_MS - 1) / SECOND_MS;
    let (number, unit) = if seconds > 90 { ((seconds + 59) / 60, "minutes") } else { (seconds, "seconds") };
    Refusal::new("r9_wait", ["Too many wrong PINs. Wait ", &number.to_string(), " ", unit, ", then try again."].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r9_five_wrong_pins_in_a_row_make_the_sixth_wait() {
        let mut tries = Tries::default();
        for second in 0..5 {
            tries = tries.begin(At(second * SECOND_MS)).expect("five are free");
        }
        let refused = tries.begin(At(5 * SECOND_MS)).expect_err("the sixth waits");
        assert_eq!(refused.sentence, "Too many wrong PINs. Wait 29 seconds, then try again.");
        let tries = tries.begin(At(34 * SECOND_MS)).expect("30 seconds after the last");
        assert_eq!(tries.begin(At(35 * SECOND_MS)).expect_err("now longer").code, "r9_wait");
    }

    #[test]
    fn a_clock_set_back_starts_the_wait_anew() {
        let mut tries = Tries::default();
        for _ in 0..5 {
            tries = tries.begin(At(1_000_000_000)).expect("five are free");
        }
        let tries = tries.by_clock(At(0));
        assert!(tries.begin(At(0)).is_err());
        assert!(tries.begin(At(30 * SECOND_MS)).is_ok());
    }
}
