//! `circle`: turns a circle into a polygon that the index can take.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::geo::Circle;
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct CircleToPolygon {
    field: FieldPath,
    target: FieldPath,
    error_distance: f64,
    on_earth: bool,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let shape_type = settings.string("shape_type")?;
    let on_earth = match shape_type.to_lowercase().as_str() {
        "geo_shape" => true,
        "shape" => false,
        _ => {
            let reason = format!("illegal [shape_type] value [{shape_type}]. valid values are [SHAPE, GEO_SHAPE]");
            return Err(settings.invalid_option("shape_type", reason));
        }
    };
    let error_distance = settings.opt_float("error_distance")?.ok_or_else(|| settings.missing("error_distance"))?;
    Ok(Box::new(CircleToPolygon {
        target: settings.opt_path("target_field")?.unwrap_or_else(|| field.clone()),
        field,
        error_distance: error_distance.abs(),
        on_earth,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

impl Processor for CircleToPolygon {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let value = doc.get_or_null(&self.field, self.ignore_missing)?;
        if value.is_null() {
            if self.ignore_missing {
                return Ok(());
            }
            return Err(self.failure("is null, cannot process it."));
        }
        let Some(read) = Circle::read(value) else {
            return Err(self.failure("must be a WKT Circle or a GeoJSON Circle value"));
        };
        let polygon = read.and_then(|(circle, format)| {
            let shape = if self.on_earth {
                circle.to_earth_polygon(self.error_distance)?
            } else {
                circle.to_plane_polygon(self.error_distance)
            };
            Ok::<Value<'_>, Failure>(shape.write(format, doc))
        });
        let polygon =
            polygon.map_err(|cause| Failure::illegal_argument("invalid circle definition").caused_by(cause))?;
        Ok(doc.set(&self.target, polygon)?)
    }
}

impl CircleToPolygon {
    fn failure(&self, what: &str) -> Failure {
        Failure::illegal_argument(format!("field [{}] {what}", self.field.text()))
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    const TEXT: &str = "POLYGON ((30.000365257263184 10.0, 30.000111397193788 10.00034284530941, 29.999706043744222 10.000213571721195, 29.999706043744222 9.999786428278805, 30.000111397193788 9.99965715469059, 30.000365257263184 10.0))";

    #[test]
    fn circles_become_polygons_in_their_own_format() {
        check(&[
            (
                "circle: {field: c, error_distance: 28.0, shape_type: geo_shape}",
                r#"{"c":"CIRCLE (30 10 40)"}"#,
                &format!(r#"{{"c":"{TEXT}"}}"#),
            ),
            (
                "circle: {field: c, error_distance: -2, shape_type: SHAPE, target_field: p}",
                r#"{"c":{"type":"Circle","coordinates":[30,10],"radius":"1m"}}"#,
                r#"{"c":{"type":"Circle","coordinates":[30,10],"radius":"1m"},"p":{"type":"Polygon","coordinates":[[[31.0,10.0],[30.0,11.0],[29.0,10.0],[30.0,9.0],[31.0,10.0]]]}}"#,
            ),
        ]);
    }

    #[test]
    fn failures() {
        let on = "circle: {field: c, error_distance: 1, shape_type: geo_shape}";
        check(&[
            (on, "{}", "field [c] not present as part of path [c]"),
            (on, r#"{"c":null}"#, "field [c] is null, cannot process it."),
            (on, r#"{"c":1}"#, "field [c] must be a WKT Circle or a GeoJSON Circle value"),
            (on, r#"{"c":"CIRCLE (30 89.99 100000)"}"#, "invalid circle definition"),
            ("circle: {field: c, error_distance: 1, shape_type: shape, ignore_missing: true}", "{}", "{}"),
            (
                "circle: {field: c, error_distance: 1, shape_type: x}",
                "{}",
                "test.yml:1:65: [shape_type] illegal [shape_type] value [x]. valid values are [SHAPE, GEO_SHAPE]",
            ),
            (
                "circle: {field: c, shape_type: shape}",
                "{}",
                "test.yml:1:23: [error_distance] required property is missing",
            ),
        ]);
    }
}
