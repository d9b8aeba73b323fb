//! What the `inference` processor asks: models, by id. Pipelines know nothing of who answers; whoever runs them hands models to the
//! [`Context`](super::Context), or none.

/// Models that a pipeline can ask.
pub trait Models {
    /// What the model `id` says of `text`. May wait, for no longer than the models' own deadline. `service` is whose text it is.
    fn infer(&self, id: &str, text: &str, service: Option<&str>) -> Result<Inference, NoModel>;
}

/// A model's answer, in the words of Elasticsearch's results.
#[derive(Clone, Debug, PartialEq)]
pub struct Inference {
    pub predicted_value: String,
    /// From 0 to 1.
    pub prediction_score: f32,
    /// What else the model says, by name.
    pub more: Vec<(&'static str, String)>,
}

/// There is no model of that id. Holds the ids that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoModel(pub Vec<&'static str>);
