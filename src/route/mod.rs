//! The routing table: which pipeline a record runs through, and where its document goes.
//!
//! The first route whose match holds takes the record. A route named `default`, or one without `match` and `if`, takes what is left.

mod matcher;
mod settings;

pub use matcher::Match;
pub use settings::{Destination, RouteSettings};

use crate::document::Document;
use crate::ingest::{Context, Failure};

/// The routes in the file's order.
pub struct Routes {
    routes: Vec<RouteSettings>,
}

impl Routes {
    pub fn new(routes: Vec<RouteSettings>) -> Self {
        Self { routes }
    }

    /// The route for a document; `None` when none matches.
    pub fn find(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<Option<(usize, &RouteSettings)>, Failure> {
        for (at, route) in self.routes.iter().enumerate() {
            if route.matches.holds(doc) && route.condition.as_ref().map_or(Ok(true), |c| c.test(doc, cx))? {
                return Ok(Some((at, route)));
            }
        }
        Ok(None)
    }

    pub fn get(&self, at: usize) -> Option<&RouteSettings> {
        self.routes.get(at)
    }

    pub fn iter(&self) -> impl Iterator<Item = &RouteSettings> {
        self.routes.iter()
    }
}
