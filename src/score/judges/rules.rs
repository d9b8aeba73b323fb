//! The cheapest judge: keywords that leave no doubt.

use super::{Case, Judge, Opinion};
use crate::score::rules::{self, Rules};
use std::sync::Arc;

pub struct RulesJudge(pub Arc<Rules>);

impl Judge for RulesJudge {
    fn name(&self) -> &'static str {
        rules::NAME
    }

    fn glance(&self, case: &Case) -> Option<Opinion> {
        if !case.floor.is_sure {
            return None;
        }
        let verdict = self.0.explain(&case.floor);
        Some(Opinion {
            kind: verdict.kind,
            severity: verdict.severity,
            score: verdict.score,
            category: verdict.category.to_string(),
            reason: verdict.reason.to_string(),
        })
    }
}
