//! Each rule as a pure function: what it lets through, what it refuses, and in which words. A file a rule, named after
//! its code and its module in `shared/src/rules`.
#![cfg(feature = "document")]

mod r10_membership;
mod r11_agreement_first;
mod r12_one_plan;
mod r15_guidance;
mod r16_cover;
mod r1_writer;
mod r2_own_work;
mod r3_evidence_met;
mod r4_seen_version;
mod r5_sealed_stays;
mod r6_reasons;
mod r7_order;
mod r8_time_chosen;
mod r9_fresh_unlock;
mod relationship;
