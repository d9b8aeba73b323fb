//! Polygons and boxes, written as GeoJSON or Well-Known Text.

use crate::document::{Array, Document, Value, format_double};

/// How a shape is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    GeoJson,
    Wkt,
}

type Ring = Vec<[f64; 2]>;

/// A shape; coordinates are `[longitude, latitude]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Closed: the last point is the first.
    Polygon(Ring),
    MultiPolygon(Vec<Ring>),
    Box {
        west: f64,
        east: f64,
        north: f64,
        south: f64,
    },
}

impl Shape {
    pub fn write<'a>(&self, format: Format, doc: &Document<'a>) -> Value<'a> {
        match format {
            Format::Wkt => doc.string(&self.to_wkt()),
            Format::GeoJson => {
                let object = doc.object();
                object.insert("type", Value::Str(self.type_name()));
                object.insert("coordinates", self.coordinates(doc));
                Value::Object(object)
            }
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Polygon(_) => "Polygon",
            Self::MultiPolygon(_) => "MultiPolygon",
            Self::Box { .. } => "Envelope",
        }
    }

    fn coordinates<'a>(&self, doc: &Document<'a>) -> Value<'a> {
        let list = |items: Vec<Value<'a>>| Value::Array(Array::from_iter_in(doc.arena, items));
        let point = |[x, y]: [f64; 2]| list(vec![Value::Double(x), Value::Double(y)]);
        let polygon = |ring: &Ring| list(vec![list(ring.iter().copied().map(point).collect())]);
        match self {
            Self::Polygon(ring) => polygon(ring),
            Self::MultiPolygon(rings) => list(rings.iter().map(polygon).collect()),
            Self::Box { west, east, north, south } => list(vec![point([*west, *north]), point([*east, *south])]),
        }
    }

    pub fn to_wkt(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Polygon(ring) => {
                out.push_str("POLYGON (");
                write_ring(ring, &mut out);
                out.push(')');
            }
            Self::MultiPolygon(rings) => {
                out.push_str("MULTIPOLYGON (");
                for (i, ring) in rings.iter().enumerate() {
                    out.push_str(if i == 0 { "(" } else { ", (" });
                    write_ring(ring, &mut out);
                    out.push(')');
                }
                out.push(')');
            }
            Self::Box { west, east, north, south } => {
                out.push_str("BBOX (");
                for (i, side) in [west, east, north, south].into_iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    format_double(*side, &mut out);
                }
                out.push(')');
            }
        }
        out
    }
}

fn write_ring(ring: &Ring, out: &mut String) {
    for (i, [x, y]) in ring.iter().enumerate() {
        out.push_str(if i == 0 { "(" } else { ", " });
        format_double(*x, out);
        out.push(' ');
        format_double(*y, out);
    }
    out.push(')');
}
