//! What somebody is in a relationship.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The one who learns.
    Mentee,
    /// Teaches, observes, signs what they saw. One of a relationship's mentors leads.
    Mentor,
    /// Approves milestones and answers for them.
    Supervisor,
    /// Runs the programme: memberships, exemptions, held words. Named in a log by a fact.
    Lead,
    /// The person whose own log it is.
    Owner,
}

impl Role {
    pub fn code(self) -> &'static str {
        match self {
            Self::Mentee => "mentee",
            Self::Mentor => "mentor",
            Self::Supervisor => "supervisor",
            Self::Lead => "lead",
            Self::Owner => "owner",
        }
    }
}
