//! `Objects`, `System`, `StringJoiner`, `UUID`, `CIDR`, `Json`.

use super::{Class, ClassId, take};
use crate::document::{Value, write_json};
use crate::ingest::jackson::{JsonOptions, parse_value};
use crate::ingest::painless::equality;
use crate::ingest::painless::object::{Joiner, Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use crate::ingest::{Cidr, read_address};
use md5::{Digest, Md5};
use std::cell::Cell;

pub const OBJECTS: Class = Class {
    name: "java.util.Objects",
    statics: &[
        ("int compare(def, def, Comparator)", |run, args| {
            let [a, b, comparator] = take(args)?;
            run.call_compare(comparator, a, b).map(|o| Val::Int(o as i32))
        }),
        ("boolean deepEquals(Object, Object)", equals),
        ("boolean equals(Object, Object)", equals),
        ("int hash(Object[])", |run, args| {
            let mut hash = 1_i32;
            for item in run.items_of(args.first().copied().unwrap_or(Val::Null))? {
                hash = hash.wrapping_mul(31).wrapping_add(equality::hash_code(run, item)?);
            }
            Ok(Val::Int(hash))
        }),
        ("int hashCode(Object)", |run, args| {
            let [val] = take(args)?;
            equality::hash_code(run, val).map(Val::Int)
        }),
        ("boolean isNull(Object)", |_, args| take::<1>(args).map(|[val]| Val::Bool(val.is_null()))),
        ("boolean nonNull(Object)", |_, args| take::<1>(args).map(|[val]| Val::Bool(!val.is_null()))),
        ("def requireNonNull(def)", require),
        ("def requireNonNull(def, String)", require),
        ("String toString(Object)", |run, args| {
            let [val] = take(args)?;
            run.print_val(val)
        }),
        ("String toString(Object, String)", |run, args| {
            let [val, default] = take(args)?;
            if val.is_null() { Ok(default) } else { run.print_val(val) }
        }),
    ],
    ..Class::EMPTY
};

fn equals<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b] = take(args)?;
    equality::equals(run, a, b).map(Val::Bool)
}

fn require<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    match args {
        [Val::Null, message @ ..] => {
            let message = message.first().and_then(|m| m.as_str()).map(str::to_owned);
            Err(Thrown::with_message(ClassId::NullPointerException, message))
        }
        [val, ..] => Ok(*val),
        [] => Ok(Val::Null),
    }
}

pub const SYSTEM: Class = Class {
    name: "java.lang.System",
    statics: &[
        ("long currentTimeMillis()", |run, _| Ok(Val::Long(run.now().as_millisecond()))),
        ("long nanoTime()", |run, _| Ok(Val::Long(run.now().as_nanosecond() as i64))),
    ],
    ..Class::EMPTY
};

pub const STRING_JOINER: Class = Class {
    name: "java.util.StringJoiner",
    constructors: &[("(CharSequence)", new_joiner), ("(CharSequence, CharSequence, CharSequence)", new_joiner)],
    methods: &[
        ("StringJoiner add(CharSequence)", |run, args| {
            let [this, text] = take(args)?;
            let text = run.print_val(text)?;
            let value = run.value(text);
            run.charge(std::mem::size_of::<Value<'_>>())?;
            joiner(this)?.parts.push(value);
            Ok(this)
        }),
        ("int length()", |run, args| {
            let [this] = take(args)?;
            let text = run.print(this)?;
            Ok(Val::Int(crate::ingest::painless::jstring::len(text) as i32))
        }),
        ("StringJoiner setEmptyValue(CharSequence)", |run, args| {
            let [this, text] = take(args)?;
            let text = run.text(text)?;
            joiner(this)?.empty.set(Some(text));
            Ok(this)
        }),
        ("StringJoiner merge(StringJoiner)", |run, args| {
            let [this, other] = take(args)?;
            let other = joiner(other)?;
            if !other.parts.is_empty() {
                let texts: Vec<&str> = other.parts.iter().filter_map(|part| part.as_str()).collect();
                let text = texts.join(other.separator);
                let text = run.string(&text)?;
                let value = run.value(text);
                joiner(this)?.parts.push(value);
            }
            Ok(this)
        }),
    ],
    ..Class::EMPTY
};

fn new_joiner<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let mut texts = [""; 3];
    for (text, arg) in texts.iter_mut().zip(args) {
        *text = run.text(*arg)?;
    }
    let [separator, prefix, suffix] = texts;
    let parts = run.new_list();
    Ok(run.object(Kind::Joiner(Joiner { separator, prefix, suffix, parts, empty: Cell::new(None) })))
}

fn joiner<'a>(val: Val<'a>) -> Result<&'a Joiner<'a>, Thrown> {
    match val {
        Val::Obj(Obj { kind: Kind::Joiner(joiner), .. }) => Ok(joiner),
        _ => Err(Thrown::null_pointer("the joiner is null")),
    }
}

pub const UUID: Class = Class {
    name: "java.util.UUID",
    extends: &[ClassId::Comparable],
    constructors: &[("(long, long)", |run, args| {
        let [high, low] = take(args)?;
        let (high, low) = (high.to_i64().unwrap_or(0) as u64, low.to_i64().unwrap_or(0) as u64);
        Ok(run.object(Kind::Uuid(u128::from(high) << 64 | u128::from(low))))
    })],
    statics: &[
        ("UUID fromString(String)", |run, args| {
            let text = run.text(args.first().copied().unwrap_or(Val::Null))?;
            let bits =
                parse_uuid(text).ok_or_else(|| Thrown::illegal_argument(format!("Invalid UUID string: {text}")))?;
            Ok(run.object(Kind::Uuid(bits)))
        }),
        ("UUID nameUUIDFromBytes(byte[])", |run, args| {
            let items = run.items_of(args.first().copied().unwrap_or(Val::Null))?;
            let bytes: Vec<u8> = items.iter().map(|b| b.to_i32().unwrap_or(0) as u8).collect();
            let bits = u128::from_be_bytes(Md5::digest(&bytes).into());
            Ok(run.object(Kind::Uuid(with_version(bits, 3))))
        }),
        ("UUID randomUUID()", |run, _| {
            let mut half = || (run.next_random() * (1_u64 << 53) as f64) as u128;
            let bits = half() << 75 ^ half() << 37 ^ half();
            Ok(run.object(Kind::Uuid(with_version(bits, 4))))
        }),
    ],
    methods: &[
        ("int compareTo(UUID)", |_, args| {
            let key = |bits: u128| ((bits >> 64) as i64, bits as i64);
            Ok(Val::Int(key(uuid(args, 0)?).cmp(&key(uuid(args, 1)?)) as i32))
        }),
        ("long getLeastSignificantBits()", |_, args| Ok(Val::Long(uuid(args, 0)? as i64))),
        ("long getMostSignificantBits()", |_, args| Ok(Val::Long((uuid(args, 0)? >> 64) as i64))),
        ("int variant()", |_, args| Ok(Val::Int(if uuid(args, 0)? >> 62 & 3 == 2 { 2 } else { 0 }))),
        ("int version()", |_, args| Ok(Val::Int((uuid(args, 0)? >> 76 & 15) as i32))),
    ],
    ..Class::EMPTY
};

fn uuid(args: &[Val<'_>], index: usize) -> Result<u128, Thrown> {
    match args.get(index) {
        Some(Val::Obj(Obj { kind: Kind::Uuid(bits), .. })) => Ok(*bits),
        _ => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}

fn with_version(bits: u128, version: u128) -> u128 {
    bits & !(15 << 76) & !(3 << 62) | version << 76 | 2 << 62
}

/// Five groups of hexadecimal digits, which may be shorter than they print.
fn parse_uuid(text: &str) -> Option<u128> {
    let groups: Vec<&str> = text.split('-').collect();
    let mut bits = 0_u128;
    if groups.len() != 5 || text.len() > 36 {
        return None;
    }
    for (group, digits) in groups.into_iter().zip([8_u32, 4, 4, 4, 12]) {
        let part = u64::from_str_radix(group, 16).ok().filter(|_| !group.starts_with('+'))?;
        bits = bits << (digits * 4) | u128::from(part) & ((1 << (digits * 4)) - 1);
    }
    Some(bits)
}

/// `UUID.toString()`.
pub fn uuid_text(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

pub const CIDR: Class = Class {
    name: "org.elasticsearch.painless.api.CIDR",
    constructors: &[("(String)", |run, args| {
        let text = run.text(args.first().copied().unwrap_or(Val::Null))?;
        let range = Cidr::parse(text).map_err(Thrown::from_failure)?;
        Ok(run.object(Kind::Cidr(range)))
    })],
    methods: &[("boolean contains(String)", |run, args| {
        let [this, address] = take(args)?;
        let Val::Obj(Obj { kind: Kind::Cidr(range), .. }) = this else {
            return Err(Thrown::with_message(ClassId::NullPointerException, None));
        };
        if address.is_null() {
            return Ok(Val::Bool(false));
        }
        let address = run.text(address)?;
        if address.is_empty() {
            return Ok(Val::Bool(false));
        }
        Ok(Val::Bool(range.contains(read_address(address).map_err(Thrown::from_failure)?)))
    })],
    ..Class::EMPTY
};

pub const JSON: Class = Class {
    name: "org.elasticsearch.painless.api.Json",
    statics: &[
        ("def load(String)", |run, args| {
            let text = run.text(args.first().copied().unwrap_or(Val::Null))?;
            run.charge(text.len())?;
            let options = JsonOptions { allow_duplicate_keys: false, strict: false };
            parse_value(text, run.arena, options).map(|value| run.val(value)).map_err(Thrown::from_failure)
        }),
        ("String dump(def)", |run, args| dump(run, args, false)),
        ("String dump(def, boolean)", |run, args| dump(run, args, matches!(args.get(1), Some(Val::Bool(true))))),
    ],
    ..Class::EMPTY
};

fn dump<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], pretty: bool) -> Eval<'a> {
    let val = args.first().copied().unwrap_or(Val::Null);
    let plain = run.plain_copy(val)?;
    let mut out = Vec::new();
    if pretty {
        write_pretty(plain, 0, &mut out)
    } else {
        write_json(plain, &mut out)
    }
    let text = String::from_utf8_lossy(&out).into_owned();
    run.string(&text)
}

/// As Elasticsearch indents.
fn write_pretty(value: Value<'_>, depth: usize, out: &mut Vec<u8>) {
    let indent = |depth: usize, out: &mut Vec<u8>| {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', depth * 2));
    };
    match value {
        Value::Object(object) if !object.is_empty() => {
            out.push(b'{');
            for (i, (key, value)) in object.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                indent(depth + 1, out);
                write_json(Value::Str(key), out);
                out.extend(b" : ");
                write_pretty(value, depth + 1, out);
            }
            indent(depth, out);
            out.push(b'}');
        }
        Value::Array(array) if !array.is_empty() => {
            out.push(b'[');
            for (i, value) in array.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                indent(depth + 1, out);
                write_pretty(value, depth + 1, out);
            }
            indent(depth, out);
            out.push(b']');
        }
        other => write_json(other, out),
    }
}
