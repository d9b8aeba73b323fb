//! MurmurHash3 (x64, 128 bits, seed 0), Austin Appleby's public-domain hash, fed piece by piece.

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;
const BLOCK_BYTES: usize = 16;

#[derive(Default)]
pub struct Murmur3 {
    h1: u64,
    h2: u64,
    /// What does not fill a block yet.
    rest: Vec<u8>,
    bytes: u64,
}

impl Murmur3 {
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.rest.extend_from_slice(bytes);
        let mut rest = std::mem::take(&mut self.rest);
        let mut blocks = rest.chunks_exact(BLOCK_BYTES);
        for block in &mut blocks {
            let (k1, k2) = words(block);
            self.h1 =
                (self.h1 ^ mix1(k1)).rotate_left(27).wrapping_add(self.h2).wrapping_mul(5).wrapping_add(0x52dc_e729);
            self.h2 =
                (self.h2 ^ mix2(k2)).rotate_left(31).wrapping_add(self.h1).wrapping_mul(5).wrapping_add(0x3849_5ab5);
        }
        let done = rest.len() - blocks.remainder().len();
        rest.drain(..done);
        self.rest = rest;
    }

    /// The hash, first half first, each with its highest byte first, as Elasticsearch writes it.
    pub fn finish(mut self) -> [u8; 16] {
        self.rest.resize(BLOCK_BYTES, 0);
        let (k1, k2) = words(&self.rest);
        let mut h1 = self.h1 ^ mix1(k1) ^ self.bytes;
        let mut h2 = self.h2 ^ mix2(k2) ^ self.bytes;
        h1 = h1.wrapping_add(h2);
        h2 = h2.wrapping_add(h1);
        h1 = avalanche(h1);
        h2 = avalanche(h2);
        h1 = h1.wrapping_add(h2);
        h2 = h2.wrapping_add(h1);
        (u128::from(h1) << 64 | u128::from(h2)).to_be_bytes()
    }
}

fn words(block: &[u8]) -> (u64, u64) {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let (first, second) = block.split_at(BLOCK_BYTES / 2);
    (word(first), word(second))
}

fn mix1(k: u64) -> u64 {
    k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix2(k: u64) -> u64 {
    k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn avalanche(mut h: u64) -> u64 {
    h = (h ^ h >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ h >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ h >> 33
}
