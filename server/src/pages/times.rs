//! Moments as people read them.

use shared::time::{At, Zone};

/// `12 May 2026, 14:02`, in the organisation's zone.
pub(super) fn moment(at: At, zone: &Zone) -> String {
    at.civil_in(zone).strftime("%-d %B %Y, %H:%M").to_string()
}

/// `12 May 2026`, in the organisation's zone.
pub(super) fn day(at: At, zone: &Zone) -> String {
    at.day_in(zone).strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_the_organisations_zone() {
        let zone = Zone::posix("GMT0BST,M3.5.0/1,M10.5.0");
        let at = At(1_778_590_920_000);
        assert_eq!(moment(at, &zone), "12 May 2026, 14:02");
        assert_eq!(day(at, &zone), "12 May 2026");
    }
}
