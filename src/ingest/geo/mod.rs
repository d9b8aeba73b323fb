//! Shapes on the map, as `circle` and `geo_grid` read and write them.

mod circle;
mod shape;
mod tile;

pub use circle::Circle;
pub use shape::{Format, Shape};
pub use tile::{Tile, TileType};
