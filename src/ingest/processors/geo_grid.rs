//! `geo_grid`: turns a cell of a grid (geohash, map tile, hexagon) into its shape.

use crate::config::ConfigError;
use crate::document::{Array, Document, FieldPath, Value};
use crate::ingest::geo::{Format, Tile, TileType};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct GeoGrid {
    field: FieldPath,
    target: FieldPath,
    parent: Option<FieldPath>,
    children: Option<FieldPath>,
    non_children: Option<FieldPath>,
    precision: Option<FieldPath>,
    tile_type: TileType,
    format: Format,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let tile_type = settings.string("tile_type")?;
    let tile_type = match tile_type.to_lowercase().as_str() {
        "geohash" => TileType::Geohash,
        "geotile" => TileType::Geotile,
        "geohex" => TileType::Geohex,
        _ => {
            let reason = format!("illegal value [{tile_type}], valid values are [GEOHASH, GEOTILE, GEOHEX]");
            return Err(settings.invalid_option("tile_type", reason));
        }
    };
    let format = settings.opt_string("target_format")?.unwrap_or("GEOJSON");
    let format = match format.to_lowercase().trim() {
        "geojson" => Format::GeoJson,
        "wkt" => Format::Wkt,
        _ => {
            let reason = format!("illegal value [{format}], valid values are [WKT, GEOJSON]");
            return Err(settings.invalid_option("target_format", reason));
        }
    };
    Ok(Box::new(GeoGrid {
        target: settings.opt_path("target_field")?.unwrap_or_else(|| field.clone()),
        field,
        parent: opt_field(settings, "parent_field")?,
        children: opt_field(settings, "children_field")?,
        non_children: opt_field(settings, "non_children_field")?,
        precision: opt_field(settings, "precision_field")?,
        tile_type,
        format,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

/// A field where an empty name means none.
fn opt_field<'n>(settings: &mut Settings<'n>, option: &'n str) -> Result<Option<FieldPath>, ConfigError> {
    match settings.opt_string(option)? {
        None | Some("") => Ok(None),
        Some(_) => settings.opt_path(option),
    }
}

impl Processor for GeoGrid {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let field = self.field.text();
        match doc.get_or_null(&self.field, self.ignore_missing)? {
            Value::Null if self.ignore_missing => Ok(()),
            Value::Null => Err(Failure::illegal_argument(format!("field [{field}] is null, cannot process it."))),
            Value::Str(text) => self
                .describe(doc, text)
                .map_err(|cause| Failure::illegal_argument("invalid tile definition").caused_by(cause)),
            _ => Err(Failure::illegal_argument(format!("field [{field}] must be a String tile address"))),
        }
    }
}

impl GeoGrid {
    fn describe(&self, doc: &Document<'_>, text: &str) -> Result<(), Failure> {
        let tile = Tile::parse(self.tile_type, text)?;
        doc.set(&self.target, tile.shape()?.write(self.format, doc))?;
        if let (Some(path), Some(parent)) = (&self.parent, tile.parent()) {
            doc.set(path, doc.string(&parent))?;
        }
        if let Some(path) = &self.children {
            set_list(doc, path, &tile.children()?)?;
        }
        if let Some(path) = &self.non_children {
            set_list(doc, path, &tile.overlapping()?)?;
        }
        if let Some(path) = &self.precision {
            doc.set(path, Value::Int(tile.precision()))?;
        }
        Ok(())
    }
}

fn set_list(doc: &Document<'_>, path: &FieldPath, cells: &[String]) -> Result<(), Failure> {
    if cells.is_empty() {
        return Ok(());
    }
    let cells = cells.iter().map(|cell| doc.string(cell));
    Ok(doc.set(path, Value::Array(Array::from_iter_in(doc.arena, cells)))?)
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn cells_become_shapes_and_name_their_relatives() {
        check(&[
            (
                "geo_grid: {field: t, tile_type: geotile, target_field: s, parent_field: p, children_field: c, non_children_field: n, precision_field: z}",
                r#"{"t":"4/8/5"}"#,
                r#"{"t":"4/8/5","s":{"type":"Envelope","coordinates":[[0.0,55.77657301866769],[22.5,40.979898069620134]]},"p":"3/4/2","c":["5/16/10","5/17/10","5/16/11","5/17/11"],"z":4}"#,
            ),
            (
                "geo_grid: {field: t, tile_type: geohash, target_format: WKT, parent_field: p}",
                r#"{"t":"u"}"#,
                r#"{"t":"BBOX (0.0, 45.0, 90.0, 45.0)"}"#,
            ),
        ]);
    }

    #[test]
    fn failures() {
        check(&[
            ("geo_grid: {field: t, tile_type: geohash}", "{}", "field [t] not present as part of path [t]"),
            ("geo_grid: {field: t, tile_type: geohash}", r#"{"t":null}"#, "field [t] is null, cannot process it."),
            ("geo_grid: {field: t, tile_type: geohash}", r#"{"t":1}"#, "field [t] must be a String tile address"),
            ("geo_grid: {field: t, tile_type: geohash}", r#"{"t":"a"}"#, "invalid tile definition"),
            ("geo_grid: {field: t, tile_type: geohash, ignore_missing: true}", "{}", "{}"),
            (
                "geo_grid: {field: t, tile_type: s2}",
                "{}",
                "test.yml:1:47: [tile_type] illegal value [s2], valid values are [GEOHASH, GEOTILE, GEOHEX]",
            ),
        ]);
    }
}
