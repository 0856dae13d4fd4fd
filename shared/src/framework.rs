//! Competency frameworks: what is learnt, how it is rated, and what evidence a milestone needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::{At, DAY_MS};

/// A versioned set of competencies. A change makes a new version; records keep the one they were written under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Framework {
    /// `quillbrook-core`.
    pub code: String,
    pub name: String,
    /// From 1.
    pub version: u32,
    pub competencies: Vec<Competency>,
}

impl Framework {
    pub fn competency(&self, code: &str) -> Option<&Competency> {
        self.competencies.iter().find(|competency| competency.code == code)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Competency {
    /// `C01`.
    pub code: String,
    pub name: String,
    pub domain: String,
    #[serde(default)]
    pub high_risk: bool,
    /// Which five sentences rate it.
    pub scale: Scale,
    /// What an observer can see.
    #[serde(default)]
    pub behaviours: Vec<String>,
    /// Steps of a procedure that must not be missed.
    #[serde(default)]
    pub critical: Vec<String>,
    /// How it looks at levels 2 → 3 → 4.
    #[serde(default)]
    pub progression: Vec<String>,
    /// Rating expected of somebody by stage, 1 to 5.
    pub expected: Expected,
    /// Sign-off level → the evidence that it needs. A level without a rule cannot be approved.
    pub evidence: BTreeMap<u8, EvidenceRule>,
}

/// The wording set of a rating. Ordinal: shown as a distribution, never as a mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    Doing,
    Writing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub new: u8,
    pub settling: u8,
    pub established: u8,
}

impl Expected {
    pub fn at(self, stage: Stage) -> u8 {
        match stage {
            Stage::New => self.new,
            Stage::Settling => self.settling,
            Stage::Established => self.established,
        }
    }
}

/// How long somebody has been in the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// To day 90.
    New,
    /// To one year.
    Settling,
    Established,
}

pub const NEW_DAYS: i64 = 90;
pub const SETTLING_DAYS: i64 = 365;

impl Stage {
    /// The stage at `when` of somebody employed from `employed_from`.
    pub fn at(employed_from: At, when: At) -> Self {
        let days = when.since(employed_from) / DAY_MS;
        if days <= NEW_DAYS {
            Self::New
        } else if days <= SETTLING_DAYS {
            Self::Settling
        } else {
            Self::Established
        }
    }
}

/// R3: at least `count` sealed observations at `level` or more, from `observers` people, within `months`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRule {
    pub count: u32,
    /// 1 to 5.
    pub level: u8,
    pub observers: u32,
    /// Unpaused calendar months, counted back from the claim's submit.
    pub months: u32,
    #[serde(default)]
    pub practice: Practice,
}

/// Whether an observation in simulation counts towards a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Practice {
    #[default]
    Counted,
    NotCounted,
    AtMost(u32),
    /// Practice may stand for all but this many.
    AllBut(u32),
}

impl Practice {
    /// How many practice observations may count among `count`.
    pub fn limit(self, count: u32) -> u32 {
        match self {
            Self::Counted => u32::MAX,
            Self::NotCounted => 0,
            Self::AtMost(most) => most,
            Self::AllBut(real) => count.saturating_sub(real),
        }
    }
}
