//! The skills and what a sign-off of each needs.

use shared::framework::{Competency, EvidenceRule, Expected, Framework, Practice, Scale};

pub fn framework() -> Framework {
    let competencies = vec![
        skill("C01", &[(3, rule(3, 3, 2, 6, Practice::Counted)), (4, rule(4, 4, 2, 6, Practice::NotCounted))]),
        skill("C02", &[(3, rule(2, 3, 1, 6, Practice::Counted))]),
        skill("C06", &[(3, rule(3, 3, 1, 6, Practice::AllBut(1)))]),
        skill("C10", &[(4, rule(4, 4, 2, 12, Practice::AtMost(1)))]),
    ];
    Framework { code: "core".into(), name: "Core".into(), version: 1, competencies }
}

pub fn rule(count: u32, level: u8, observers: u32, months: u32, practice: Practice) -> EvidenceRule {
    EvidenceRule { count, level, observers, months, practice }
}

fn skill(code: &str, rules: &[(u8, EvidenceRule)]) -> Competency {
    Competency {
        code: code.into(),
        name: format!("Skill {code}"),
        domain: "care".into(),
        high_risk: false,
        scale: Scale::Doing,
        behaviours: vec![],
        critical: vec![],
        progression: vec![],
        expected: Expected { new: 2, settling: 3, established: 4 },
        evidence: rules.iter().copied().collect(),
    }
}
