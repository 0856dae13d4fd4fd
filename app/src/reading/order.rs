//! Putting things in order by one number. Every list of the app goes through one sort: the module
//! that a phone downloads holds it once, and not once for each sort of thing.

/// Smallest number first; what has the same number keeps its order.
pub fn by<T>(items: &mut Vec<T>, number: impl Fn(&T) -> i64) {
    let keys = items.iter().enumerate().map(|(place, item)| (number(item), place)).collect();
    let mut slots: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(sorted(keys).into_iter().filter_map(|(_, place)| slots[place].take()));
}

/// Largest number first: the newest, the longest wait.
pub fn down_by<T>(items: &mut Vec<T>, number: impl Fn(&T) -> i64) {
    by(items, |item| number(item).saturating_neg());
}

fn sorted(mut keys: Vec<(i64, usize)>) -> Vec<(i64, usize)> {
    keys.sort_unstable();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_keep_their_order() {
        let mut items = vec![("b", 2), ("a", 1), ("c", 2)];
        by(&mut items, |(_, number)| *number);
        assert_eq!(items, [("a", 1), ("b", 2), ("c", 2)]);
        down_by(&mut items, |(_, number)| *number);
        assert_eq!(items, [("b", 2), ("c", 2), ("a", 1)]);
    }
}
