//! Words that several people type at once, outside of a document: what somebody did to a text, and the same done to a
//! text that somebody else changed meanwhile.
//!
//! Positions count characters (Unicode scalar values), as a document's Text does.

/// Steps of the search for the shortest way from one text to another; beyond it the differing middle is one edit.
const MAX_DIFFERENCE: usize = 256;

/// One place of a text that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Characters before it in the old text.
    pub at: usize,
    /// Characters of the old text that are gone.
    pub deleted: usize,
    pub inserted: String,
}

/// What leads from `before` to `after`, in reading order; no two edits touch.
///
/// Words are kept whole as far as they are alike, and only then characters: a shorter way through single letters would
/// find letters of one word again in another, and what somebody else types there would stand in the middle of a word.
pub fn edits(before: &str, after: &str) -> Vec<Edit> {
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let (old_words, new_words) = (words(&old), words(&new));
    let (start, end) = alike(&old_words, &new_words);
    let (old_words, new_words) = (&old_words[..old_words.len() - end], &new_words[..new_words.len() - end]);
    let ahead: usize = old_words[..start].iter().map(|word| word.len()).sum();
    let (old_words, new_words) = (&old_words[start..], &new_words[start..]);
    let kept = common(old_words, new_words).unwrap_or_default();
    let mut edits = Vec::new();
    let (mut from, mut to, mut at) = (0, 0, ahead);
    for (old_place, new_place) in kept.into_iter().chain([(old_words.len(), new_words.len())]) {
        let (gone, come) = (old_words[from..old_place].concat(), new_words[to..new_place].concat());
        let (start, end) = typed_into(&gone, &come);
        if gone.len() > start + end || come.len() > start + end {
            edits.push(Edit { at: at + start, deleted: gone.len() - start - end, inserted: come[start..come.len() - end].iter().collect() });
        }
        at += gone.len() + old_words.get(old_place).map_or(0, |word| word.len());
        (from, to) = (old_place + 1, new_place + 1);
    }
    edits
}

/// What a place of the text keeps at its two ends. Letters are put into what stands there, or taken out of it; words that
/// take the place of others are typed whole, and share no letter with what somebody else may be deleting.
fn typed_into(gone: &[char], come: &[char]) -> (usize, usize) {
    let (start, end) = alike(gone, come);
    if start + end < gone.len().min(come.len()) { (0, 0) } else { (start, end) }
}

/// With how many of its parts one list begins and ends like another; the two ends do not overlap in either.
fn alike<T: PartialEq>(old: &[T], new: &[T]) -> (usize, usize) {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(old, new)| old == new).count();
    (start, end)
}

/// A text as words and what lies between them.
fn words(text: &[char]) -> Vec<&[char]> {
    text.chunk_by(|one, next| one.is_whitespace() == next.is_whitespace()).collect()
}

/// The longest common part of two lists of words, as pairs of places (Myers' greedy search); `None` where they differ
/// too much.
fn common(old: &[&[char]], new: &[&[char]]) -> Option<Vec<(usize, usize)>> {
    let most = (old.len() + new.len()).min(MAX_DIFFERENCE);
    // Furthest place in `old` on each diagonal (old − new), shifted so that none is negative.
    let shift = most + 1;
    let mut furthest = vec![0_usize; 2 * shift + 1];
    let mut trace = Vec::new();
    for difference in 0..=most {
        trace.push(furthest.clone());
        for diagonal in (shift - difference..=shift + difference).step_by(2) {
            let down = diagonal == shift - difference || (diagonal != shift + difference && furthest[diagonal - 1] < furthest[diagonal + 1]);
            let mut x = if down { furthest[diagonal + 1] } else { furthest[diagonal - 1] + 1 };
            // Diagonals off the edge of either text lead nowhere.
            let Some(mut y) = (x + shift).checked_sub(diagonal) else { continue };
            while x < old.len() && y < new.len() && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            furthest[diagonal] = x;
            if x >= old.len() && y >= new.len() {
                return Some(walk_back(&trace, shift, (old.len(), new.len())));
            }
        }
    }
    None
}

fn walk_back(trace: &[Vec<usize>], shift: usize, (mut x, mut y): (usize, usize)) -> Vec<(usize, usize)> {
    let mut kept = Vec::new();
    for (difference, furthest) in trace.iter().enumerate().rev() {
        let diagonal = x + shift - y;
        let down = diagonal == shift - difference || (diagonal != shift + difference && furthest[diagonal - 1] < furthest[diagonal + 1]);
        let before = if down { diagonal + 1 } else { diagonal - 1 };
        let (before_x, before_y) = if difference == 0 { (0, 0) } else { (furthest[before], furthest[before] + shift - before) };
        while x > before_x && y > before_y {
            (x, y) = (x - 1, y - 1);
            kept.push((x, y));
        }
        (x, y) = (before_x, before_y);
    }
    kept.reverse();
    kept
}

/// What leads from `before` to `after`, done to `now`, which somebody else made out of `before` meanwhile.
///
/// Nothing that either typed is lost; what either deleted is gone. At one place theirs comes first.
pub fn merge(before: &str, after: &str, now: &str) -> String {
    if before == now {
        return after.to_owned();
    }
    let length = before.chars().count();
    // Where each character of `before` stands in `now`, if it is still there, and where something would be inserted.
    let (mut place, mut is_there) = (Vec::with_capacity(length + 1), vec![true; length]);
    let (mut at, mut there) = (0, 0);
    for edit in edits(before, now) {
        place.extend((at..edit.at).map(|old| there + old - at));
        there += edit.at - at + edit.inserted.chars().count();
        place.extend(std::iter::repeat_n(there, edit.deleted));
        is_there[edit.at..edit.at + edit.deleted].fill(false);
        at = edit.at + edit.deleted;
    }
    place.extend((at..=length).map(|old| there + old - at));
    let mut merged: Vec<char> = now.chars().collect();
    for edit in edits(before, after).into_iter().rev() {
        for old in (edit.at..edit.at + edit.deleted).rev().filter(|old| is_there[*old]) {
            merged.remove(place[old]);
        }
        let to = place[edit.at];
        merged.splice(to..to, edit.inserted.chars());
    }
    merged.into_iter().collect()
}

/// The way from `before` to `after` in texts that lie at most `most` characters typed or deleted apart; the last is
/// `after`. None where nothing changes.
pub fn steps(before: &str, after: &str, most: usize) -> Vec<String> {
    let old: Vec<char> = before.chars().collect();
    let mut steps = Vec::new();
    let (mut done, mut rest, mut left) = (String::new(), 0, most);
    for edit in edits(before, after) {
        done.extend(&old[rest..edit.at]);
        rest = edit.at;
        let deletions = std::iter::repeat_n(None, edit.deleted);
        for inserted in deletions.chain(edit.inserted.chars().map(Some)) {
            if left == 0 {
                steps.push(done.chars().chain(old[rest..].iter().copied()).collect());
                left = most;
            }
            left -= 1;
            match inserted {
                None => rest += 1,
                Some(character) => done.push(character),
            }
        }
    }
    if before != after {
        steps.push(after.to_owned());
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a list of edits makes of a text.
    fn applied(before: &str, edits: &[Edit]) -> String {
        let mut text: Vec<char> = before.chars().collect();
        for edit in edits.iter().rev() {
            text.splice(edit.at..edit.at + edit.deleted, edit.inserted.chars());
        }
        text.into_iter().collect()
    }

    /// Small texts of few letters, so that much is alike by accident.
    fn texts(seed: u64) -> impl Iterator<Item = String> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(state >> 33).expect("31 bits")
            };
            (0..next() % 14).map(|_| ['a', 'b', ' ', '😀'][next() % 4]).collect()
        })
    }

    #[test]
    fn edits_lead_from_one_text_to_the_other() {
        for (before, after) in texts(1).zip(texts(2)).take(20_000) {
            let edits = edits(&before, &after);
            assert_eq!(applied(&before, &edits), after, "{before:?} → {after:?}: {edits:?}");
            assert!(edits.windows(2).all(|two| two[0].at + two[0].deleted < two[1].at), "{edits:?} touch");
        }
        let (long, other) = ("a".repeat(3_000), "b".repeat(3_000));
        assert_eq!(edits(&long, &other), [Edit { at: 0, deleted: 3_000, inserted: other.clone() }]);
    }

    #[test]
    fn a_word_that_is_like_others_is_inserted_whole() {
        let found = edits("one and two and three", "one and more and two and four and three");
        let words: Vec<&str> = found.iter().map(|edit| edit.inserted.trim()).collect();
        assert!(["and more", "more and"].contains(&words[0]) && ["and four", "four and"].contains(&words[1]), "{words:?}");
    }

    #[test]
    fn two_places_are_two_edits() {
        let found = edits("asked before touching", "asked twice before touching her");
        let places: Vec<(usize, usize, &str)> = found.iter().map(|edit| (edit.at, edit.deleted, edit.inserted.as_str())).collect();
        assert_eq!(places, [(6, 0, "twice "), (21, 0, " her")]);
    }

    #[test]
    fn a_word_in_the_place_of_another_is_whole_where_somebody_deletes_that_other() {
        let merged = merge("ask about falls today", "ask about fainting today", "ask about today");
        assert!(merged.contains("fainting"), "{merged}");
        // Letters that are put into a word are no other word.
        assert_eq!(edits("helo", "hello"), [Edit { at: 3, deleted: 0, inserted: "l".to_owned() }]);
        assert_eq!(edits("helllo", "hello"), [Edit { at: 4, deleted: 1, inserted: String::new() }]);
    }

    #[test]
    fn both_hands_are_in_the_merged_text() {
        let merged = merge("To talk about: falls.", "To talk about: falls and lifting.", "First, to talk about: falls.");
        assert_eq!(merged, "First, to talk about: falls and lifting.");
        assert_eq!(merge("falls, lifts, notes", "falls, notes", "falls, lifts, notes, stairs"), "falls, notes, stairs");
        assert_eq!(merge("", "mine", "theirs"), "theirsmine");
        assert_eq!(merge("same", "same", "theirs"), "theirs");
        assert_eq!(merge("gone", "", ""), "");
    }

    #[test]
    fn merging_keeps_what_was_typed_and_nothing_that_was_deleted() {
        for ((before, after), now) in texts(3).zip(texts(4)).zip(texts(5)).take(20_000) {
            let merged = merge(&before, &after, &now);
            let mine: usize = edits(&before, &after).iter().map(|edit| edit.inserted.chars().count()).sum();
            let theirs: usize = edits(&before, &now).iter().map(|edit| edit.inserted.chars().count()).sum();
            let mut kept = vec![true; before.chars().count()];
            for edit in edits(&before, &after).into_iter().chain(edits(&before, &now)) {
                kept[edit.at..edit.at + edit.deleted].fill(false);
            }
            let kept = kept.into_iter().filter(|kept| *kept).count();
            assert_eq!(merged.chars().count(), mine + theirs + kept, "{before:?} → {after:?} on {now:?}: {merged:?}");
            assert_eq!(merge(&before, &before, &now), now);
            assert_eq!(merge(&before, &after, &before), after);
        }
    }

    #[test]
    fn a_long_way_is_gone_in_steps() {
        for (before, after) in texts(6).zip(texts(7)).take(5_000) {
            let steps = steps(&before, &after, 3);
            assert_eq!(steps.last().unwrap_or(&before), &after);
            let all: usize = edits(&before, &after).iter().map(|edit| edit.deleted + edit.inserted.chars().count()).sum();
            assert_eq!(steps.len(), all.div_ceil(3), "{before:?} → {after:?}: {steps:?}");
        }
        assert_eq!(steps("", &"x".repeat(10), 4).len(), 3);
    }
}
