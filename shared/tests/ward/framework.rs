//! The skills of a ward.

use shared::framework::{Competency, EvidenceRule, Expected, Framework, Practice, Scale};

pub fn framework() -> Framework {
    let rule = |count, level, observers, months, practice| EvidenceRule { count, level, observers, months, practice };
    Framework {
        code: "core".into(),
        name: "Core".into(),
        version: 1,
        competencies: vec![
            Competency {
                code: "C01".into(),
                name: "Raising a worry in time".into(),
                domain: "escalation".into(),
                high_risk: true,
                scale: Scale::Doing,
                behaviours: vec![],
                critical: vec![],
                progression: vec![],
                expected: Expected { new: 2, settling: 3, established: 4 },
                evidence: [(3, rule(3, 3, 2, 6, Practice::Counted)), (4, rule(4, 4, 2, 6, Practice::NotCounted))].into(),
            },
            Competency {
                code: "C02".into(),
                name: "Handing over".into(),
                domain: "communication".into(),
                high_risk: false,
                scale: Scale::Doing,
                behaviours: vec![],
                critical: vec![],
                progression: vec![],
                expected: Expected { new: 2, settling: 3, established: 4 },
                evidence: [(3, rule(2, 3, 1, 6, Practice::AtMost(1)))].into(),
            },
        ],
    }
}
