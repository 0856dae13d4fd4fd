//! Walking the columns of operations: run lengths are added up and never unrolled.

use super::{
    limits::{MAX_COUNTER, MAX_INTEGER_BYTES, MAX_KEY_BYTES, MAX_OPERATIONS, MAX_PREDECESSORS, MAX_TEXT_BYTES},
    reader::Reader,
    refused::Refused,
};

/// Automerge's column ids (id × 16 + type), those that operations on maps of scalars and on Text need.
/// Left out on purpose: 0x94 and 0xa5 (marks), every deflated one (bit 3).
mod id {
    pub(super) const OBJECT_ACTOR: u64 = 0x01;
    pub(super) const OBJECT_COUNTER: u64 = 0x02;
    pub(super) const CHARACTER_ACTOR: u64 = 0x11;
    pub(super) const CHARACTER_COUNTER: u64 = 0x13;
    pub(super) const KEY: u64 = 0x15;
    pub(super) const INSERT: u64 = 0x34;
    pub(super) const ACTION: u64 = 0x42;
    pub(super) const VALUE_META: u64 = 0x56;
    pub(super) const VALUE: u64 = 0x57;
    pub(super) const PRED_COUNT: u64 = 0x70;
    pub(super) const PRED_ACTOR: u64 = 0x71;
    pub(super) const PRED_COUNTER: u64 = 0x73;
}

/// The bit of a column id that says its data are deflated.
const DEFLATED: u64 = 0b1000;
/// More columns than there are known ones are refused before their lengths are read.
const MAX_COLUMNS: usize = 12;

const MAKE_MAP: u64 = 0;
const PUT: u64 = 1;
const DELETE: u64 = 3;
const MAKE_TEXT: u64 = 4;

const NULL: u64 = 0;
const FALSE: u64 = 1;
const TRUE: u64 = 2;
const INTEGER: u64 = 4;
const TEXT: u64 = 6;

/// Where each column's bytes are; a column that is not there is empty.
#[derive(Debug, Default)]
struct Columns<'a> {
    object_actor: &'a [u8],
    object_counter: &'a [u8],
    character_actor: &'a [u8],
    character_counter: &'a [u8],
    key: &'a [u8],
    insert: &'a [u8],
    action: &'a [u8],
    value_meta: &'a [u8],
    value: &'a [u8],
    pred_count: &'a [u8],
    pred_actor: &'a [u8],
    pred_counter: &'a [u8],
}

impl<'a> Columns<'a> {
    /// Known ids, strictly ascending, none empty, none deflated; their data fill the rest of the change.
    fn read(reader: &mut Reader<'a>) -> Result<Self, Refused> {
        let count = reader.count(MAX_COLUMNS, Refused::UnknownColumn)?;
        let mut layout = Vec::with_capacity(count);
        let mut before = None;
        for _ in 0..count {
            let id = reader.unsigned()?;
            let length = usize::try_from(reader.unsigned()?).map_err(|_| Refused::NotAChange)?;
            if id & DEFLATED != 0 {
                return Err(Refused::Compressed);
            }
            if before.is_some_and(|before| before >= id) || length == 0 {
                return Err(Refused::UnknownColumn);
            }
            before = Some(id);
            layout.push((id, length));
        }
        let mut columns = Self::default();
        for (id, length) in layout {
            let slot = match id {
                id::OBJECT_ACTOR => &mut columns.object_actor,
                id::OBJECT_COUNTER => &mut columns.object_counter,
                id::CHARACTER_ACTOR => &mut columns.character_actor,
                id::CHARACTER_COUNTER => &mut columns.character_counter,
                id::KEY => &mut columns.key,
                id::INSERT => &mut columns.insert,
                id::ACTION => &mut columns.action,
                id::VALUE_META => &mut columns.value_meta,
                id::VALUE => &mut columns.value,
                id::PRED_COUNT => &mut columns.pred_count,
                id::PRED_ACTOR => &mut columns.pred_actor,
                id::PRED_COUNTER => &mut columns.pred_counter,
                _ => return Err(Refused::UnknownColumn),
            };
            *slot = reader.take(length)?;
        }
        if reader.is_empty() { Ok(columns) } else { Err(Refused::ExtraBytes) }
    }
}

/// Reads the columns and walks each: the number of operations, at least 1.
///
/// `actors` is the number of actors that the change names, its author included. After this, every column has as many
/// rows as there are operations, every actor index has its actor, every counter lies in 1 ..= 2^32 − 1, every value has
/// its bytes.
pub(super) fn walk(reader: &mut Reader<'_>, actors: usize) -> Result<usize, Refused> {
    let columns = Columns::read(reader)?;
    let operations = runs(columns.action, MAX_OPERATIONS, Reader::unsigned, |_, action| match action {
        Some(MAKE_MAP | PUT | DELETE | MAKE_TEXT) => Ok(()),
        _ => Err(Refused::UnknownOperation),
    })?;
    if operations == 0 {
        return Err(Refused::Empty);
    }
    let even = |rows: usize, expected: usize| if rows == expected { Ok(()) } else { Err(Refused::UnevenColumns) };
    if !columns.object_actor.is_empty() || !columns.object_counter.is_empty() {
        even(runs(columns.object_actor, MAX_OPERATIONS, Reader::unsigned, |_, index| known_actor(index, actors, true))?, operations)?;
        even(runs(columns.object_counter, MAX_OPERATIONS, Reader::unsigned, |_, counter| known_counter(counter))?, operations)?;
    }
    places(&columns, operations, actors)?;
    even(inserts(columns.insert)?, operations)?;
    let mut value_bytes = 0_usize;
    let metas = runs(columns.value_meta, MAX_OPERATIONS, Reader::unsigned, |rows, meta| {
        let length = value_length(meta.ok_or(Refused::BadValue)?)?;
        let all = length.checked_mul(rows).ok_or(Refused::UnevenColumns)?;
        value_bytes = value_bytes.checked_add(all).ok_or(Refused::UnevenColumns)?;
        Ok(())
    })?;
    even(metas, operations)?;
    even(columns.value.len(), value_bytes)?;
    let mut preds = 0_usize;
    let groups = runs(columns.pred_count, MAX_OPERATIONS, Reader::unsigned, |rows, count| {
        let count = usize::try_from(count.ok_or(Refused::BadPred)?).map_err(|_| Refused::TooManyOperations)?;
        let all = count.checked_mul(rows).and_then(|all| all.checked_add(preds));
        preds = all.filter(|all| *all <= MAX_PREDECESSORS).ok_or(Refused::TooManyOperations)?;
        Ok(())
    })?;
    even(groups, operations)?;
    even(runs(columns.pred_actor, MAX_PREDECESSORS, Reader::unsigned, |_, index| known_actor(index, actors, false))?, preds)?;
    let (rows, without) = deltas(columns.pred_counter, MAX_PREDECESSORS, 1, &Refused::BadPred)?;
    even(rows, preds)?;
    even(without, 0)?;
    Ok(operations)
}

/// Every operation has a key of a map or a place in a Text, and no column of these says more or less than there are
/// operations. A column that would be empty in every row is left out.
fn places(columns: &Columns<'_>, operations: usize, actors: usize) -> Result<(), Refused> {
    let fits = |column: &[u8], rows: usize| if column.is_empty() || rows == operations { Ok(()) } else { Err(Refused::UnevenColumns) };
    let mut keys = 0_usize;
    let rows = runs(columns.key, MAX_OPERATIONS, key, |rows, key| {
        keys = keys.saturating_add(if key.is_some() { rows } else { 0 });
        Ok(())
    })?;
    fits(columns.key, rows)?;
    fits(columns.character_actor, runs(columns.character_actor, MAX_OPERATIONS, Reader::unsigned, |_, index| known_actor(index, actors, true))?)?;
    // 0 is the beginning of a Text.
    let (rows, without) = deltas(columns.character_counter, MAX_OPERATIONS, 0, &Refused::BadKey)?;
    fits(columns.character_counter, rows)?;
    if keys.checked_add(rows.saturating_sub(without)) == Some(operations) { Ok(()) } else { Err(Refused::BadKey) }
}

/// Goes through a run-length column: `each` sees a value with the number of rows it fills. The rows, at most `limit`.
fn runs<'a, T>(
    bytes: &'a [u8],
    limit: usize,
    read: impl Fn(&mut Reader<'a>) -> Result<T, Refused>,
    mut each: impl FnMut(usize, Option<T>) -> Result<(), Refused>,
) -> Result<usize, Refused> {
    let mut reader = Reader::new(bytes);
    let mut total = 0_usize;
    while !reader.is_empty() {
        let length = reader.signed()?;
        let rows = match length {
            0 => reader.unsigned()?,
            _ => length.unsigned_abs(),
        };
        let rows = usize::try_from(rows).map_err(|_| Refused::TooManyOperations)?;
        total = total.checked_add(rows).filter(|total| *total <= limit).ok_or(Refused::TooManyOperations)?;
        match length {
            0 if rows == 0 => return Err(Refused::NotAChange),
            0 => each(rows, None)?,
            1.. => each(rows, Some(read(&mut reader)?))?,
            _ => {
                for _ in 0..rows {
                    each(1, Some(read(&mut reader)?))?;
                }
            }
        }
    }
    Ok(total)
}

/// Goes through a delta column of counters, each in `least` ..= 2^32 − 1: the rows, and how many of them have none.
fn deltas(bytes: &[u8], limit: usize, least: i64, wrong: &Refused) -> Result<(usize, usize), Refused> {
    let in_range = |counter: &i64| (least..=i64::from(MAX_COUNTER)).contains(counter);
    let mut counter = 0_i64;
    let mut without = 0_usize;
    let rows = runs(bytes, limit, Reader::signed, |rows, delta| {
        let Some(delta) = delta else {
            without = without.saturating_add(rows);
            return Ok(());
        };
        let rows = i64::try_from(rows).map_err(|_| Refused::TooManyOperations)?;
        let first = counter.checked_add(delta).filter(in_range);
        // Between the first and the last of a run every step goes the same way.
        let last = delta.checked_mul(rows).and_then(|all| counter.checked_add(all)).filter(in_range);
        let (Some(_), Some(last)) = (first, last) else { return Err(wrong.clone()) };
        counter = last;
        Ok(())
    })?;
    Ok((rows, without))
}

fn known_actor(index: Option<u64>, actors: usize, may_be_null: bool) -> Result<(), Refused> {
    match index {
        None if may_be_null => Ok(()),
        Some(index) if usize::try_from(index).is_ok_and(|index| index < actors) => Ok(()),
        _ => Err(Refused::BadActor),
    }
}

fn known_counter(counter: Option<u64>) -> Result<(), Refused> {
    match counter {
        Some(counter) if counter == 0 || counter > u64::from(MAX_COUNTER) => Err(Refused::UnknownObject),
        _ => Ok(()),
    }
}

fn key<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Refused> {
    let bytes = reader.prefixed(MAX_KEY_BYTES, Refused::BadKey)?;
    match std::str::from_utf8(bytes) {
        Ok(key) if !key.is_empty() => Ok(key),
        _ => Err(Refused::BadKey),
    }
}

/// Goes through the column that says, in turn, how many rows insert nothing and how many insert; only the first number
/// may be 0. The rows.
fn inserts(bytes: &[u8]) -> Result<usize, Refused> {
    let mut reader = Reader::new(bytes);
    let mut total = 0_usize;
    let mut first = true;
    while !reader.is_empty() {
        let rows = usize::try_from(reader.unsigned()?).map_err(|_| Refused::TooManyOperations)?;
        if rows == 0 && !first {
            return Err(Refused::NotAChange);
        }
        first = false;
        total = total.checked_add(rows).filter(|total| *total <= MAX_OPERATIONS).ok_or(Refused::TooManyOperations)?;
    }
    Ok(total)
}

fn value_length(meta: u64) -> Result<usize, Refused> {
    let length = usize::try_from(meta >> 4).map_err(|_| Refused::BadValue)?;
    let fits = match meta & 0b1111 {
        NULL | FALSE | TRUE => length == 0,
        INTEGER => (1..=MAX_INTEGER_BYTES).contains(&length),
        TEXT => length <= MAX_TEXT_BYTES,
        _ => false,
    };
    if fits { Ok(length) } else { Err(Refused::BadValue) }
}
