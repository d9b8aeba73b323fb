//! Circles: read from GeoJSON or Well-Known Text, and turned into regular polygons as Elasticsearch's `circle` processor does.

use super::{Format, Shape};
use crate::document::{Object, Value, format_double};
use crate::ingest::java_numbers::parse_double;
use crate::ingest::{ErrorKind, Failure};

const SIDES_MIN: i32 = 4;
const SIDES_MAX: i32 = 1000;
/// A corner on the earth is looked for until it is this near to the radius.
const CORNER_PRECISION_METERS: f64 = 0.1;
/// Steps of that search; Elasticsearch has no bound and hangs on circles that have no such corner.
const CORNER_STEPS_MAX: usize = 10_000;
/// Mean radius of the earth (Lucene's `SloppyMath`).
const EARTH_RADIUS_METERS: f64 = 6_371_008.771_4;

/// A circle around `[longitude, latitude]`. On a plane the radius is in the coordinates' unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
}

impl Circle {
    /// Reads a circle; also tells in which format it was.
    pub fn read(value: Value<'_>) -> Option<Result<(Self, Format), Failure>> {
        match value {
            Value::Str(text) => Some(Wkt { rest: text }.circle().map(|circle| (circle, Format::Wkt))),
            Value::Object(object) => Some(read_geo_json(object).map(|circle| (circle, Format::GeoJson))),
            _ => None,
        }
    }

    fn new(x: f64, y: f64, radius: f64) -> Result<Self, Failure> {
        if radius.is_nan() {
            let reason = "first and last points of the linear ring must be the same (it must close itself): x[0]=NaN x[4]=NaN \
                          y[0]=NaN y[4]=NaN";
            return Err(Failure::illegal_argument(reason));
        }
        if radius < 0.0 {
            let mut text = String::new();
            format_double(radius, &mut text);
            return Err(Failure::illegal_argument(format!("Circle radius [{text}] cannot be negative")));
        }
        Ok(Self { x, y, radius })
    }

    /// The corners that a polygon needs to stay within `error_distance` of the circle.
    fn sides(&self, error_distance: f64) -> i32 {
        let sides = (2.0 * std::f64::consts::PI / (1.0 - error_distance / self.radius).acos()).ceil();
        // Not a number (a radius of 0) counts as 0 here, as in Java.
        (sides as i32).clamp(SIDES_MIN, SIDES_MAX)
    }

    /// The polygon on a plane.
    pub fn to_plane_polygon(self, error_distance: f64) -> Shape {
        polygon(self.sides(error_distance), |x, y| Some([self.radius * x + self.x, self.radius * y + self.y]))
            .unwrap_or(Shape::Polygon(Vec::new()))
    }

    /// The polygon on the earth. Corners may lie beyond the date line; a pole inside is an error.
    pub fn to_earth_polygon(self, error_distance: f64) -> Result<Shape, Failure> {
        for (pole, latitude) in [("north", 90.0), ("south", -90.0)] {
            if haversine_meters(self.y, self.x, latitude, 0.0) < self.radius {
                let reason = format!(
                    "circle [{}] contains the {pole} pole. It cannot be translated to a polygon",
                    self.to_wkt()
                );
                return Err(Failure::illegal_argument(reason));
            }
        }
        polygon(self.sides(error_distance), |x, y| self.corner(x, y))
            .ok_or_else(|| Failure::illegal_argument(format!("circle [{}] has no corners on the earth", self.to_wkt())))
    }

    /// The point in the direction `(x, y)` that is nearly exactly the radius away, in degrees.
    fn corner(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        let (mut factor, mut step) = (2.0, 1.0);
        let mut too_far_before = None;
        for _ in 0..CORNER_STEPS_MAX {
            let (latitude, longitude) = (self.y + y * factor, self.x + x * factor);
            let distance = haversine_meters(self.y, self.x, latitude, longitude);
            if (distance - self.radius).abs() < CORNER_PRECISION_METERS {
                return Some([longitude, latitude]);
            }
            let too_far = distance > self.radius;
            factor += if too_far { -step } else { step };
            if too_far_before == Some(!too_far) {
                step /= 2.0;
            }
            too_far_before = Some(too_far);
        }
        None
    }

    fn to_wkt(self) -> String {
        let mut out = String::from("CIRCLE (");
        for (i, number) in [self.x, self.y, self.radius].into_iter().enumerate() {
            out.push_str(if i == 0 { "" } else { " " });
            format_double(number, &mut out);
        }
        out.push(')');
        out
    }
}

/// A closed polygon of corners in as many directions, counted from the east against the clock.
fn polygon(sides: i32, corner: impl Fn(f64, f64) -> Option<[f64; 2]>) -> Option<Shape> {
    let direction = |i| (f64::from(i) * (360.0 / f64::from(sides))).to_radians();
    let mut ring = (0..sides).map(|i| corner(direction(i).cos(), direction(i).sin())).collect::<Option<Vec<_>>>()?;
    ring.extend(ring.first().copied());
    Some(Shape::Polygon(ring))
}

/// Distance along the earth, by the haversine formula.
fn haversine_meters(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let (a, b) = (lat1.to_radians(), lat2.to_radians());
    let h = (1.0 - (a - b).cos()) + a.cos() * b.cos() * (1.0 - (lon1 - lon2).to_radians().cos());
    EARTH_RADIUS_METERS * 2.0 * (h * 0.5).sqrt().min(1.0).asin()
}

fn parse_failure(reason: impl Into<String>) -> Failure {
    Failure::new(ErrorKind::Other("parse_exception"), reason)
}

fn content_failure(reason: impl Into<String>) -> Failure {
    Failure::new(ErrorKind::Other("x_content_parse_exception"), reason)
}

/// Shapes that are no circle, as Elasticsearch spells them in messages.
const OTHER_SHAPES: [(&str, &str); 9] = [
    ("point", "POINT"),
    ("multipoint", "MULTIPOINT"),
    ("linestring", "LINESTRING"),
    ("multilinestring", "MULTILINESTRING"),
    ("polygon", "POLYGON"),
    ("multipolygon", "MULTIPOLYGON"),
    ("geometrycollection", "GEOMETRYCOLLECTION"),
    ("envelope", "ENVELOPE"),
    ("bbox", "ENVELOPE"),
];

/// Whether `name` names a circle; other shapes and other words are errors.
fn is_circle(name: &str) -> Option<Result<(), Failure>> {
    let lower = name.to_lowercase();
    if lower == "circle" {
        return Some(Ok(()));
    }
    let (_, shape) = OTHER_SHAPES.iter().find(|(known, _)| *known == lower)?;
    Some(Err(Failure::illegal_argument(format!("found [{shape}] instead of circle"))))
}

fn read_geo_json(object: &Object<'_>) -> Result<Circle, Failure> {
    let (mut name, mut center, mut radius) = (None, None, None);
    for (key, value) in object.iter() {
        match (key, value) {
            ("type", Value::Str(text)) => name = Some(text),
            ("radius", Value::Str(text)) => radius = Some(parse_distance(text)?),
            ("type" | "radius", other) | ("coordinates", other @ Value::Object(_)) => {
                let token = json_token(other);
                return Err(content_failure(format!("[0:0] [geojson] {key} doesn't support values of type: {token}")));
            }
            ("coordinates", value) => {
                let failed = content_failure("[0:0] [geojson] failed to parse field [coordinates]");
                center = Some(read_coordinates(value).map_err(|cause| failed.caused_by(cause))?);
            }
            _ => {}
        }
    }
    let Some(name) = name else { return Err(Failure::illegal_argument("Required [type]")) };
    let incomplete =
        |cause| content_failure("Failed to build [geojson] after last required field arrived").caused_by(cause);
    let circle = is_circle(name);
    if radius.is_some() && matches!(circle, Some(Err(_))) {
        return Err(incomplete(parse_failure(format!("parameter radius is not supported for type {name}"))));
    }
    circle.unwrap_or_else(|| {
        let name = name.to_uppercase();
        let reason = format!("No enum constant org.elasticsearch.geometry.ShapeType.{name}");
        Err(incomplete(Failure::illegal_argument(reason)))
    })?;
    let radius = radius.ok_or_else(|| incomplete(parse_failure("radius is not specified")))?;
    match center {
        Some(Coordinates::Point(x, y)) => Circle::new(x, y, radius).map_err(incomplete),
        Some(Coordinates::List) => {
            let cause = Failure::new(ErrorKind::Other("exception"), "expected a single points but got a list");
            Err(incomplete(cause))
        }
        None => Err(incomplete(parse_failure("coordinates not included"))),
    }
}

enum Coordinates {
    Point(f64, f64),
    List,
}

fn read_coordinates(value: Value<'_>) -> Result<Coordinates, Failure> {
    let numbers = match value {
        Value::Array(items) if items.get(0).is_none_or(|first| first.as_array().is_some()) => {
            return Ok(Coordinates::List);
        }
        Value::Array(items) => items.iter().map(number).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    match numbers.as_deref() {
        Some([x, y] | [x, y, _]) => Ok(Coordinates::Point(*x, *y)),
        Some([_, _, _, _, ..]) => Err(parse_failure("geo coordinates greater than 3 dimensions are not supported")),
        _ => Err(parse_failure("geo coordinates must be numbers")),
    }
}

fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Int(n) => Some(n.into()),
        Value::Long(n) => Some(n as f64),
        Value::Float(n) => Some(n.into()),
        Value::Double(n) => Some(n),
        _ => None,
    }
}

fn json_token(value: Value<'_>) -> &'static str {
    match value {
        Value::Null => "VALUE_NULL",
        Value::Bool(_) => "VALUE_BOOLEAN",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
        Value::Str(_) => "VALUE_STRING",
        _ => "VALUE_NUMBER",
    }
}

/// Units of distances by their suffix, in the order in which Elasticsearch tries them.
const UNITS: [(&str, f64); 20] = [
    ("in", 0.0254),
    ("inch", 0.0254),
    ("yd", 0.9144),
    ("yards", 0.9144),
    ("ft", 0.3048),
    ("feet", 0.3048),
    ("km", 1000.0),
    ("kilometers", 1000.0),
    ("NM", 1852.0),
    ("nmi", 1852.0),
    ("nauticalmiles", 1852.0),
    ("mm", 0.001),
    ("millimeters", 0.001),
    ("cm", 0.01),
    ("centimeters", 0.01),
    ("mi", 1609.344),
    ("miles", 1609.344),
    ("m", 1.0),
    ("meters", 1.0),
    ("", 1.0),
];

fn parse_distance(text: &str) -> Result<f64, Failure> {
    let (digits, meters) =
        UNITS.iter().find_map(|(suffix, meters)| Some((text.strip_suffix(suffix)?, *meters))).unwrap_or((text, 1.0));
    let failed = content_failure("[0:0] [geojson] failed to parse field [radius]");
    let number = parse_double(digits).map_err(|cause| failed.caused_by(cause))?;
    Ok(number * meters)
}

/// A reader of Well-Known Text.
struct Wkt<'t> {
    rest: &'t str,
}

impl<'t> Wkt<'t> {
    fn circle(&mut self) -> Result<Circle, Failure> {
        let name = self.word()?;
        is_circle(name).unwrap_or_else(|| Err(Failure::illegal_argument(format!("Unknown geometry type: {name}"))))?;
        match self.token() {
            Some("(") => {}
            // Elasticsearch's empty circle has a radius of -1, and is turned into a polygon all the same.
            Some(word) if word.eq_ignore_ascii_case("EMPTY") => return Ok(Circle { x: 0.0, y: 0.0, radius: -1.0 }),
            other => return Err(parse_failure(format!("expected EMPTY or ( but found: {}", describe(other)))),
        }
        let (x, y, radius) = (self.number()?, self.number()?, self.number()?);
        let closer = match self.token() {
            // A fourth number is the altitude.
            Some(altitude) if altitude.parse::<f64>().is_ok() => self.token(),
            other => other,
        };
        match closer {
            Some(")") => Circle::new(x, y, radius),
            other => Err(parse_failure(format!("expected word but found: {}", describe(other)))),
        }
    }

    fn token(&mut self) -> Option<&'t str> {
        self.rest = self.rest.trim_start();
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '+' | '.');
        let length = match self.rest.find(|c: char| !is_word(c)) {
            Some(0) => self.rest.chars().next().map_or(0, char::len_utf8),
            Some(end) => end,
            None => self.rest.len(),
        };
        let (token, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        (!token.is_empty()).then_some(token)
    }

    fn word(&mut self) -> Result<&'t str, Failure> {
        match self.token() {
            Some(word) if word.starts_with(char::is_alphanumeric) => Ok(word),
            other => Err(parse_failure(format!("expected word but found: {}", describe(other)))),
        }
    }

    fn number(&mut self) -> Result<f64, Failure> {
        match self.token() {
            Some(token @ ("(" | ")" | ",")) => Err(parse_failure(format!("expected number but found: '{token}'"))),
            Some(token) => token.parse().map_err(|_| parse_failure(format!("invalid number found: {token}"))),
            None => Err(parse_failure("expected number but found: END-OF-STREAM")),
        }
    }
}

fn describe(token: Option<&str>) -> String {
    match token {
        None => "END-OF-STREAM".to_owned(),
        Some(symbol @ ("(" | ")" | ",")) => format!("'{symbol}'"),
        Some(word) => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<Circle, String> {
        let (circle, _) = Circle::read(Value::Str(text)).unwrap().map_err(|e| e.root_cause().reason.clone())?;
        Ok(circle)
    }

    #[test]
    fn well_known_text() {
        for (text, expected) in [
            ("CIRCLE (30 10 40)", Ok((30.0, 10.0, 40.0))),
            ("circle(-1.5 2e1 0 7)", Ok((-1.5, 20.0, 0.0))),
            ("CIRCLE EMPTY", Ok((0.0, 0.0, -1.0))),
            ("CIRCLE (30 10)", Err("expected number but found: ')'")),
            ("CIRCLE (a 10 5)", Err("invalid number found: a")),
            ("CIRCLE 30", Err("expected EMPTY or ( but found: 30")),
            ("CIRCLE (30 10 5", Err("expected word but found: END-OF-STREAM")),
            ("CIRCLE (30 10 -5)", Err("Circle radius [-5.0] cannot be negative")),
            ("POINT (30 10)", Err("found [POINT] instead of circle")),
            ("nothing", Err("Unknown geometry type: nothing")),
            ("", Err("expected word but found: END-OF-STREAM")),
        ] {
            let expected = expected.map(|(x, y, radius)| Circle { x, y, radius }).map_err(str::to_owned);
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn distances() {
        for (text, meters) in
            [("40", 40.0), ("40m", 40.0), ("2km", 2000.0), ("2 km", 2000.0), ("1NM", 1852.0), ("1mi", 1609.344)]
        {
            assert_eq!(parse_distance(text).unwrap(), meters, "{text}");
        }
        assert_eq!(parse_distance("x km").unwrap_err().root_cause().reason, "For input string: \"x\"");
    }

    /// Hangs a node: there is no point on the earth that far away.
    #[test]
    fn a_circle_larger_than_the_earth_ends_in_an_error() {
        let circle = Circle { x: 0.0, y: 0.0, radius: 1.0e7 };
        assert!(circle.to_earth_polygon(1.0).is_ok());
        let circle = Circle { x: 0.0, y: 0.0, radius: f64::NAN };
        assert!(circle.to_earth_polygon(1.0).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_or_hangs(text in "\\PC{0,30}|(?i:circle) ?\\((-?[0-9.e]{1,6} ){0,4}\\)?", error in 0.0..1e6_f64) {
            if let Some(Ok((circle, _))) = Circle::read(Value::Str(&text)) {
                let _ = (circle.to_plane_polygon(error), circle.to_earth_polygon(error));
            }
        }
    }
}
