//! What workers run on: pipelines and routes, checked against each other. It is replaced as a whole when the files change.

use crate::alert::Policy;
use crate::config::{ConfigError, Settings};
use crate::enrich::EnrichOptions;
use crate::ingest::{PipelineOptions, Pipelines};
use crate::route::Routes;
use std::collections::HashMap;

/// Pipelines, routes and alert policies.
pub struct Plan {
    pub pipelines: Pipelines,
    pub routes: Routes,
    pub policies: HashMap<String, Policy>,
}

impl Plan {
    /// Compiles the pipelines of `settings` and takes its routes. All problems come back at once.
    pub fn compile(settings: &mut Settings) -> Result<Self, Vec<ConfigError>> {
        let folders = EnrichOptions { geoip_dir: settings.geoip_dir.clone(), data_dir: settings.pipelines_dir.clone() };
        let options = PipelineOptions::with_data(folders);
        let pipelines = match &settings.pipelines_dir {
            // With pipelines that don't compile, "there is no pipeline" would only repeat that.
            Some(dir) => Pipelines::load(dir, &options)?,
            None => Pipelines::default(),
        };
        Self::over(pipelines, settings)
    }

    /// Puts compiled pipelines and the routes of `settings` together.
    pub fn over(pipelines: Pipelines, settings: &mut Settings) -> Result<Self, Vec<ConfigError>> {
        let mut problems = Vec::new();
        let routes = std::mem::take(&mut settings.routes);
        // With pipelines that don't compile, "there is no pipeline" would only repeat that.
        if problems.is_empty() {
            let names: Vec<&str> = pipelines.names().collect();
            for (name, node) in routes.iter().filter_map(|route| route.pipeline.as_ref()) {
                if pipelines.get(name).is_none() {
                    let error = node.error(format!("there is no pipeline `{name}`"));
                    problems.push(match crate::config::nearest(name, &names) {
                        Some(near) => error.help(format!("did you mean `{near}`?")),
                        None if settings.pipelines_dir.is_none() => {
                            error.help("set `pipelines` to the folder that holds them")
                        }
                        None => error.help(format!("known: {}", names.join(", "))),
                    });
                }
            }
        }
        if problems.is_empty() {
            Ok(Self { pipelines, routes: Routes::new(routes), policies: settings.alerts.policies.clone() })
        } else {
            Err(problems)
        }
    }
}
