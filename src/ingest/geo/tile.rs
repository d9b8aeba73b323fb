//! Cells of the three grids: geohash, map tiles, and Uber's hexagons (H3).

use super::Shape;
use crate::ingest::java_numbers::{parse_double, parse_int};
use crate::ingest::{ErrorKind, Failure};
use h3o::{CellIndex, LatLng, Resolution};

/// The finest zoom of map tiles.
const ZOOM_MAX: i32 = 29;
/// From this zoom on the sides of map tiles lie on the raster that Lucene stores coordinates in.
const ZOOM_ON_RASTER_MIN: i32 = 20;
/// Characters of a geohash that say where it is; what follows is finer than can be told.
const GEOHASH_CHARS_MAX: usize = 12;
const GEOHASH_SYMBOLS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileType {
    Geohash,
    Geotile,
    Geohex,
}

/// A cell of a grid.
#[derive(Clone, Debug, PartialEq)]
pub enum Tile {
    Geohash(String),
    Geotile { zoom: i32, x: i32, y: i32 },
    Geohex(CellIndex),
}

impl Tile {
    pub fn parse(kind: TileType, text: &str) -> Result<Self, Failure> {
        match kind {
            TileType::Geohash => Ok(Self::Geohash(text.to_owned())),
            TileType::Geotile => parse_geotile(text),
            TileType::Geohex => parse_geohex(text).map(Self::Geohex),
        }
    }

    pub fn shape(&self) -> Result<Shape, Failure> {
        match self {
            Self::Geohash(hash) => geohash_box(hash),
            Self::Geotile { zoom, x, y } => geotile_box(*zoom, *x, *y),
            Self::Geohex(cell) => Ok(hexagon(*cell)),
        }
    }

    /// The cell around this one.
    pub fn parent(&self) -> Option<String> {
        match self {
            Self::Geohash(hash) => {
                let (last, _) = hash.char_indices().next_back()?;
                hash.get(..last).filter(|parent| !parent.is_empty()).map(str::to_owned)
            }
            Self::Geotile { zoom: 0, .. } => None,
            Self::Geotile { zoom, x, y } => Some(format!("{}/{}/{}", zoom - 1, x / 2, y / 2)),
            Self::Geohex(cell) => Some(cell.parent(cell.resolution().pred()?)?.to_string()),
        }
    }

    /// The cells of the next finer grid that this one is made of.
    pub fn children(&self) -> Result<Vec<String>, Failure> {
        match self {
            Self::Geohash(hash) => {
                Ok(GEOHASH_SYMBOLS.iter().map(|symbol| format!("{hash}{}", char::from(*symbol))).collect())
            }
            Self::Geotile { zoom: ZOOM_MAX, .. } => Ok(Vec::new()),
            Self::Geotile { zoom, x, y } => {
                let corners = [(0, 0), (1, 0), (0, 1), (1, 1)];
                Ok(corners.map(|(dx, dy)| format!("{}/{}/{}", zoom + 1, x * 2 + dx, y * 2 + dy)).to_vec())
            }
            Self::Geohex(cell) => Ok(cell.children(finer(*cell)?).map(|child| child.to_string()).collect()),
        }
    }

    /// The cells of the next finer grid that are not made of this one but overlap it.
    pub fn overlapping(&self) -> Result<Vec<String>, Failure> {
        let Self::Geohex(cell) = self else { return Ok(Vec::new()) };
        // Each child but the one in the middle has one neighbour that juts in, in a direction that depends on the child's place.
        let directions: &[u8] = if cell.is_pentagon() { &[3, 1, 6, 4, 2] } else { &[3, 6, 2, 5, 1, 4] };
        let children = cell.children(finer(*cell)?).skip(1);
        let neighbours = children.zip(directions).filter_map(|(child, direction)| {
            let edge = child.edges().find(|edge| u8::from(edge.edge()) == *direction)?;
            Some(edge.destination().to_string())
        });
        Ok(neighbours.collect())
    }

    pub fn precision(&self) -> i32 {
        match self {
            Self::Geohash(hash) => hash.encode_utf16().count() as i32,
            Self::Geotile { zoom, .. } => *zoom,
            Self::Geohex(cell) => u8::from(cell.resolution()).into(),
        }
    }
}

fn finer(cell: CellIndex) -> Result<Resolution, Failure> {
    cell.resolution().succ().ok_or_else(|| Failure::illegal_argument("Invalid child resolution [15]"))
}

fn parse_geotile(text: &str) -> Result<Tile, Failure> {
    let wrong = || {
        let reason =
            format!("Invalid geotile_grid hash string of {text}. Must be three integers in a form \"zoom/x/y\".");
        Failure::illegal_argument(reason)
    };
    let parts: Vec<&str> = text.split('/').collect();
    let [zoom, x, y] = parts[..] else { return Err(wrong()) };
    let number = |part: &str| parse_int(part, 10).map_err(|cause| wrong().caused_by(cause));
    Ok(Tile::Geotile { zoom: number(zoom)?, x: number(x)?, y: number(y)? })
}

/// The box of a map tile in the spherical Mercator projection.
fn geotile_box(zoom: i32, x: i32, y: i32) -> Result<Shape, Failure> {
    if !(0..=ZOOM_MAX).contains(&zoom) {
        let reason = format!("Invalid geotile_grid precision of {zoom}. Must be between 0 and {ZOOM_MAX}.");
        return Err(Failure::illegal_argument(reason));
    }
    let tiles = 1_i32 << zoom;
    if !(0..tiles).contains(&x) || !(0..tiles).contains(&y) {
        return Err(Failure::illegal_argument(format!("Zoom/X/Y combination is not valid: {zoom}/{x}/{y}")));
    }
    let tiles = f64::from(tiles);
    let longitude = |x: i32| f64::from(x) / tiles * 360.0 - 180.0;
    let latitude = |y: i32| {
        let n = std::f64::consts::PI - (2.0 * std::f64::consts::PI * f64::from(y)) / tiles;
        // The hyperbolic sine as the node computes it, which matters in the last digit.
        let e = n.abs().exp_m1();
        let degrees = (0.5_f64.copysign(n) * (e + e / (e + 1.0))).atan().to_degrees();
        let at_edge = y == 0 || f64::from(y) == tiles;
        if zoom >= ZOOM_ON_RASTER_MIN && !at_edge { on_raster(degrees, 180.0) } else { degrees }
    };
    Ok(Shape::Box { west: longitude(x), east: longitude(x + 1), north: latitude(y), south: latitude(y + 1) })
}

fn geohash_box(hash: &str) -> Result<Shape, Failure> {
    if hash.is_empty() {
        return Err(Failure::illegal_argument("empty geohash"));
    }
    // Bits of longitude and latitude take turns, longitude first.
    let (mut x, mut y, mut bits) = (0_u64, 0_u64, 0_u32);
    for symbol in hash.chars().take(GEOHASH_CHARS_MAX) {
        let Some(value) = GEOHASH_SYMBOLS.iter().position(|known| char::from(*known) == symbol) else {
            return Err(Failure::illegal_argument(format!("unsupported symbol [{symbol}] in geohash [{hash}]")));
        };
        for bit in (0..5).rev().map(|shift| value as u64 >> shift & 1) {
            let axis = if bits.is_multiple_of(2) { &mut x } else { &mut y };
            *axis = *axis << 1 | bit;
            bits += 1;
        }
    }
    let (x_bits, y_bits) = (bits.div_ceil(2), bits / 2);
    let side = |at: u64, bits: u32, degrees: f64| {
        let cells = (1_u64 << bits) as f64;
        (at as f64 - cells / 2.0) * (degrees / cells)
    };
    // The last column of the finest grid ends at -180 on the node, whose 32 bits overflow there.
    let overflows = bits as usize == GEOHASH_CHARS_MAX * 5 && x + 1 == 1 << x_bits;
    Ok(Shape::Box {
        west: side(x, x_bits, 360.0),
        east: if overflows { -180.0 } else { side(x + 1, x_bits, 360.0) },
        north: side(y + 1, y_bits, 180.0),
        south: side(y, y_bits, 180.0),
    })
}

/// A cell's number in hexadecimal, or one of the functions `H3.geoToH3(lat,lng,res)` and `H3.h3ToParent(cell)`.
fn parse_geohex(text: &str) -> Result<CellIndex, Failure> {
    if !text.to_lowercase().trim().starts_with("h3.") {
        return parse_cell(text);
    }
    let call: Vec<&str> = text.get(3..).unwrap_or_default().split([',', '(', ')']).collect();
    let function = call.first().map(|name| name.to_lowercase().trim().to_owned()).unwrap_or_default();
    let parameters: Vec<&str> = call.iter().skip(1).map(|p| p.trim()).collect();
    let needs = |count: usize| {
        // What stands behind the closing bracket counts as a parameter unless it is empty, as in Java's split.
        let given = parameters.len() - usize::from(parameters.last().is_some_and(|last| last.is_empty()));
        if given < count {
            let reason = format!("Function H3.{function} requires {count} parameters but {given} found");
            return Err(Failure::illegal_argument(reason));
        }
        Ok(())
    };
    let number = |at: usize| {
        let text = parameters.get(at).copied().unwrap_or_default();
        parse_double(text)
    };
    match function.as_str() {
        "geotoh3" => {
            needs(3)?;
            let (lat, lng, level) = (number(0)?, number(1)?, number(2)?);
            let resolution = Resolution::try_from(level as u8).ok().filter(|r| f64::from(u8::from(*r)) == level);
            let resolution = resolution.ok_or_else(|| {
                let reason = format!("resolution [{level}]  is out of range (must be 0 <= res <= 15)");
                Failure::illegal_argument(reason)
            })?;
            let place = LatLng::new(lat, lng).map_err(|e| Failure::illegal_argument(e.to_string()))?;
            Ok(place.to_cell(resolution))
        }
        "h3toparent" => {
            needs(1)?;
            let cell = parameters.first().copied().unwrap_or_default().to_lowercase();
            let cell = match cell.parse::<u64>() {
                Ok(number) => CellIndex::try_from(number).map_err(|e| Failure::illegal_argument(e.to_string()))?,
                Err(_) => parse_cell(&cell)?,
            };
            let parent = cell.resolution().pred().and_then(|resolution| cell.parent(resolution));
            parent.ok_or_else(|| Failure::illegal_argument("Input resolution 0 has no parent"))
        }
        _ => {
            let name = call.first().copied().unwrap_or_default();
            Err(Failure::illegal_argument(format!("Unknown H3 function call [{name}]")))
        }
    }
}

fn parse_cell(text: &str) -> Result<CellIndex, Failure> {
    let number = u64::from_str_radix(text, 16)
        .map_err(|_| Failure::new(ErrorKind::NumberFormat, format!("For input string: \"{text}\"")))?;
    CellIndex::try_from(number).map_err(|e| Failure::illegal_argument(e.to_string()))
}

/// The outline of a hexagon (or pentagon), its corners on the raster that Lucene stores coordinates in.
fn hexagon(cell: CellIndex) -> Shape {
    let boundary = cell.boundary();
    let mut ring: Vec<[f64; 2]> =
        boundary.iter().map(|corner| [on_raster(corner.lng(), 360.0), on_raster(corner.lat(), 180.0)]).collect();
    for pole in [90.0, -90.0] {
        if LatLng::new(pole, 0.0).is_ok_and(|place| place.to_cell(cell.resolution()) == cell) {
            return around_pole(ring, pole);
        }
    }
    ring.extend(ring.first().copied());
    if crosses_date_line(&ring) { split_at_date_line(&ring) } else { Shape::Polygon(ring) }
}

/// The nearest coordinate at or below `degrees` of the 2^32 that there are between `-range / 2` and `range / 2`.
fn on_raster(degrees: f64, range: f64) -> f64 {
    let step = range / 4_294_967_296.0;
    (degrees / step).floor().clamp(f64::from(i32::MIN), f64::from(i32::MAX)) * step
}

/// A cell with a pole in it becomes a strip along the pole, from date line to date line.
fn around_pole(mut ring: Vec<[f64; 2]>, pole: f64) -> Shape {
    ring.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied()) else {
        return Shape::Polygon(ring);
    };
    let y = latitude_at_date_line(last, first);
    let (east, west, pole) = (on_raster(180.0, 360.0), on_raster(-180.0, 360.0), on_raster(pole, 180.0));
    ring.extend([[east, y], [east, pole], [west, pole], [west, y], first]);
    if pole < 0.0 {
        ring.reverse();
    }
    Shape::Polygon(ring)
}

/// Where the line from a point west of the date line to one east of it crosses the line.
fn latitude_at_date_line(a: [f64; 2], b: [f64; 2]) -> f64 {
    let around = |x: f64| if x < 0.0 { x + 360.0 } else { x };
    let t = (180.0 - around(a[0])) / (around(b[0]) - around(a[0]));
    a[1] + t * (b[1] - a[1])
}

fn crosses_date_line(ring: &[[f64; 2]]) -> bool {
    ring.windows(2).any(|pair| matches!(pair, [a, b] if (a[0] - b[0]).abs() > 180.0))
}

/// The parts of a ring on both sides of the date line.
fn split_at_date_line(ring: &[[f64; 2]]) -> Shape {
    let (mut east, mut west) = (Vec::new(), Vec::new());
    for pair in ring.windows(2) {
        let [a, b] = pair else { continue };
        let side = if a[0] >= 0.0 { &mut east } else { &mut west };
        side.push(*a);
        if (a[0] - b[0]).abs() > 180.0 {
            let y = latitude_at_date_line(*a, *b);
            east.push([180.0, y]);
            west.push([-180.0, y]);
        }
    }
    let close = |mut ring: Vec<[f64; 2]>| {
        ring.extend(ring.first().copied());
        ring
    };
    Shape::MultiPolygon(vec![close(east), close(west)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wkt(kind: TileType, text: &str) -> String {
        match Tile::parse(kind, text).and_then(|tile| tile.shape()) {
            Ok(shape) => shape.to_wkt(),
            Err(failure) => failure.root_cause().reason.clone(),
        }
    }

    /// Answers of the server's own libraries (8.19).
    #[test]
    fn boxes_of_map_tiles_and_geohashes() {
        for (kind, text, expected) in [
            (TileType::Geotile, "4/8/5", "BBOX (0.0, 22.5, 55.77657301866769, 40.979898069620134)"),
            (TileType::Geotile, "0/0/0", "BBOX (-180.0, 180.0, 85.0511287798066, -85.0511287798066)"),
            (
                TileType::Geotile,
                "24/14804656/3323121",
                "BBOX (137.67345428466797, 137.6734757423401, 72.93746849521995, 72.93746216688305)",
            ),
            (TileType::Geotile, "30/8/5", "Invalid geotile_grid precision of 30. Must be between 0 and 29."),
            (TileType::Geotile, "2/8/5", "Zoom/X/Y combination is not valid: 2/8/5"),
            (
                TileType::Geotile,
                "2/1",
                "Invalid geotile_grid hash string of 2/1. Must be three integers in a form \"zoom/x/y\".",
            ),
            (TileType::Geotile, "2/x/1", "For input string: \"x\""),
            (TileType::Geohash, "u0", "BBOX (0.0, 11.25, 50.625, 45.0)"),
            (
                TileType::Geohash,
                "u0u0u0u0u0u0u",
                "BBOX (5.806451439857483, 5.80645177513361, 49.354838747531176, 49.35483857989311)",
            ),
            (TileType::Geohash, "zzzzzzzzzzzz", "BBOX (179.99999966472387, -180.0, 90.0, 89.99999983236194)"),
            (TileType::Geohash, "U0", "unsupported symbol [U] in geohash [U0]"),
            (TileType::Geohash, "", "empty geohash"),
        ] {
            assert_eq!(wkt(kind, text), expected, "{text}");
        }
    }

    /// The hexagon of Elasticsearch's documentation.
    #[test]
    fn a_hexagon_and_its_relatives() {
        let tile = Tile::parse(TileType::Geohex, "811fbffffffffff").unwrap();
        assert_eq!(
            tile.shape().unwrap().to_wkt(),
            "POLYGON ((1.1885095294564962 49.470279179513454, 2.0265689212828875 45.18424864858389, \
             7.509948452934623 43.786609335802495, 12.6773177459836 46.40695743262768, \
             12.345747342333198 50.55427505169064, 6.259687012061477 51.964770150370896, \
             3.6300085578113794 50.610463307239115, 1.1885095294564962 49.470279179513454))"
        );
        assert_eq!(tile.parent().as_deref(), Some("801ffffffffffff"));
        assert_eq!(tile.children().unwrap().len(), 7);
        assert_eq!(
            tile.overlapping().unwrap(),
            [
                "821ea7fffffffff",
                "82186ffffffffff",
                "82396ffffffffff",
                "821f17fffffffff",
                "821e37fffffffff",
                "82194ffffffffff"
            ]
        );
        assert_eq!(tile.precision(), 1);
        let by_place = Tile::parse(TileType::Geohex, "H3.geoToH3(48, 7, 1)").unwrap();
        assert_eq!(by_place, tile);
        assert_eq!(wkt(TileType::Geohex, "H3.area(1)"), "Unknown H3 function call [area]");
        assert_eq!(wkt(TileType::Geohex, "H3.geoToH3(48)"), "Function H3.geotoh3 requires 3 parameters but 1 found");
    }

    #[test]
    fn hexagons_at_the_date_line_and_the_poles_stay_on_the_map() {
        for cell in ["807ffffffffffff", "8001fffffffffff", "80f3fffffffffff"] {
            let rings = match Tile::parse(TileType::Geohex, cell).unwrap().shape().unwrap() {
                Shape::Polygon(ring) => vec![ring],
                Shape::MultiPolygon(rings) => rings,
                Shape::Box { .. } => Vec::new(),
            };
            assert!(!rings.is_empty());
            for ring in rings {
                assert_eq!(ring.first(), ring.last());
                assert!(
                    ring.windows(2).all(|pair| (pair[0][0] - pair[1][0]).abs() <= 180.0 || pair[0][1].abs() > 89.0)
                );
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,20}|[hH]3\\.[a-zA-Z0-9(),. -]{0,40}|[0-9/-]{0,12}|8[0-9a-f]{14}") {
            for kind in [TileType::Geohash, TileType::Geotile, TileType::Geohex] {
                if let Ok(tile) = Tile::parse(kind, &text) {
                    let _ = (tile.shape(), tile.parent(), tile.children(), tile.overlapping(), tile.precision());
                }
            }
        }
    }
}
