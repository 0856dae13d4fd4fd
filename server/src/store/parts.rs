//! Parts of a log's fold, as they are stored beside its lines.

use shared::{line::ChainHead, parts::Rows};

/// What a log's parts become.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The epoch, and the last line that they are the fold of: the log has it, or nothing is stored.
    pub epoch: u32,
    pub chain: ChainHead,
    /// The root that they follow, as it was read. Where another stands, somebody else was first.
    pub before: Option<Vec<u8>>,
    /// Whether nothing else stays.
    pub anew: bool,
    /// With the root among them.
    pub rows: Rows,
}
