//! `Base64` and what strings need of it.

use super::{Class, ClassId, take};
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// Java's three coders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    Basic,
    Url,
    /// Lines of 76 characters; a decoder skips what is not of the alphabet.
    Mime,
}

/// An encoder or decoder.
#[derive(Clone, Copy)]
pub struct Coder {
    pub alphabet: Alphabet,
    pub padding: bool,
    pub decodes: bool,
}

const MIME_LINE_LEN: usize = 76;

macro_rules! coder {
    ($alphabet:ident, $decodes:literal) => {
        |run, _| Ok(run.object(Kind::Coder(Coder { alphabet: Alphabet::$alphabet, padding: true, decodes: $decodes })))
    };
}

pub const BASE64: Class = Class {
    name: "java.util.Base64",
    statics: &[
        ("Base64.Decoder getDecoder()", coder!(Basic, true)),
        ("Base64.Encoder getEncoder()", coder!(Basic, false)),
        ("Base64.Decoder getMimeDecoder()", coder!(Mime, true)),
        ("Base64.Encoder getMimeEncoder()", coder!(Mime, false)),
        ("Base64.Decoder getUrlDecoder()", coder!(Url, true)),
        ("Base64.Encoder getUrlEncoder()", coder!(Url, false)),
    ],
    ..Class::EMPTY
};

pub const DECODER: Class =
    Class { name: "java.util.Base64.Decoder", methods: &[("byte[] decode(String)", decode_text)], ..Class::EMPTY };

pub const ENCODER: Class = Class {
    name: "java.util.Base64.Encoder",
    methods: &[("String encodeToString(byte[])", encode_to_text), ("Base64.Encoder withoutPadding()", without_padding)],
    ..Class::EMPTY
};

/// Decodes as `java.util.Base64` does, with its complaints.
pub fn decode(text: &str, alphabet: Alphabet) -> Result<Vec<u8>, Thrown> {
    let fail = |message: String| Err(Thrown::illegal_argument(message));
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' if alphabet != Alphabet::Url => 62,
            b'/' if alphabet != Alphabet::Url => 63,
            b'-' if alphabet == Alphabet::Url => 62,
            b'_' if alphabet == Alphabet::Url => 63,
            b'=' => {
                // One sign of padding after three characters, two after two.
                let complete = match count {
                    3 => true,
                    2 => {
                        let next = bytes.get(at);
                        at += 1;
                        next == Some(&b'=')
                    }
                    _ => false,
                };
                if !complete {
                    return fail("Input byte array has wrong 4-byte ending unit".into());
                }
                break;
            }
            _ if alphabet == Alphabet::Mime => continue,
            _ => return fail(format!("Illegal base64 character {b:x}")),
        };
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            out.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
            (bits, count) = (0, 0);
        }
    }
    match count {
        1 => return fail("Last unit does not have enough valid bits".into()),
        2 => out.push((bits >> 4) as u8),
        3 => out.extend([(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => {}
    }
    if let Some(rest) = bytes.get(at..)
        && alphabet != Alphabet::Mime
        && !rest.is_empty()
    {
        return fail(format!("Input byte array has incorrect ending byte at {at}"));
    }
    Ok(out)
}

fn encode(bytes: &[u8], coder: Coder) -> String {
    let text = match (coder.alphabet, coder.padding) {
        (Alphabet::Url, true) => URL_SAFE.encode(bytes),
        (Alphabet::Url, false) => URL_SAFE_NO_PAD.encode(bytes),
        (_, true) => STANDARD.encode(bytes),
        (_, false) => STANDARD_NO_PAD.encode(bytes),
    };
    if coder.alphabet != Alphabet::Mime {
        return text;
    }
    let lines: Vec<&str> =
        text.as_bytes().chunks(MIME_LINE_LEN).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    lines.join("\r\n")
}

fn coder(args: &[Val<'_>]) -> Result<Coder, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Coder(coder), .. })) => Ok(*coder),
        _ => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}

fn decode_text<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, text] = take(args)?;
    let text = run.text(text)?;
    let bytes = decode(text, coder(args)?.alphabet)?;
    super::lists::array(run, Type::BYTE, bytes.into_iter().map(|b| Val::Byte(b as i8)).collect())
}

fn encode_to_text<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, bytes] = take(args)?;
    let bytes: Vec<u8> = run.items_of(bytes)?.into_iter().map(|b| b.to_i32().unwrap_or(0) as u8).collect();
    run.string(&encode(&bytes, coder(args)?))
}

fn without_padding<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let coder = coder(args)?;
    Ok(run.object(Kind::Coder(Coder { padding: false, ..coder })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_complains_as_java_does() {
        for (text, expected) in [
            ("aGk=", "hi"),
            ("aGk", "hi"),
            ("", ""),
            ("aGk=x", "Input byte array has incorrect ending byte at 4"),
            ("a Gk", "Illegal base64 character 20"),
            ("a", "Last unit does not have enough valid bits"),
            ("a=", "Input byte array has wrong 4-byte ending unit"),
            ("aG=", "Input byte array has wrong 4-byte ending unit"),
        ] {
            let got = match decode(text, Alphabet::Basic) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(e) => e.message().unwrap_or_default().to_owned(),
            };
            assert_eq!(got, expected, "{text}");
        }
    }
}
