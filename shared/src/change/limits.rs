//! Every limit of a change, by name. A replica reads them too, and splits what would go over.

/// Bytes of one change, header included.
pub const MAX_CHANGE_BYTES: usize = 64 * 1024;
/// Operations in one change.
pub const MAX_OPERATIONS: usize = 5_000;
/// Operations named as overwritten by one change, all operations together.
pub const MAX_PREDECESSORS: usize = 10_000;
/// Changes that one change can name as its direct past. A log has at most one head an actor, and tens of actors.
pub const MAX_DEPENDENCIES: usize = 256;
/// Actors that one change can name beside its author.
pub const MAX_ACTORS: usize = 256;
/// Bytes of a map key: a record's id or a field's name.
pub const MAX_KEY_BYTES: usize = 256;
/// Bytes of one text value.
pub const MAX_TEXT_BYTES: usize = 32 * 1024;
/// Bytes of an integer value, as a signed LEB128.
pub const MAX_INTEGER_BYTES: usize = 10;
/// Bytes of the message: 20 digits, a colon, 16 characters.
pub const MAX_MESSAGE_BYTES: usize = 37;
/// The highest operation counter; Automerge stores 32 bits.
pub const MAX_COUNTER: u32 = u32::MAX;
/// What a writer puts into one change at most, in bytes of keys, texts and [`OPERATION_BYTES`] an operation: the rest of
/// [`MAX_CHANGE_BYTES`] is for dependencies, actors and column lengths.
pub const MAX_EDIT_BYTES: usize = 48 * 1024;
/// What a writer counts for one operation beside its key and text.
pub const OPERATION_BYTES: usize = 16;
/// Characters ever inserted into one Text, deleted ones too.
pub const MAX_TEXT_CHARACTERS: usize = 40_000;
/// What a writer counts for one character typed or deleted beside its own bytes: such operations follow from one another
/// and are run-length encoded.
pub const CHARACTER_BYTES: usize = 4;
