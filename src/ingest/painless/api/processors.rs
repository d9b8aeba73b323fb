//! `Processors`: what some processors do, as functions.

use super::{Class, ClassId, take};
use crate::document::Value;
use crate::ingest::Failure;
use crate::ingest::jackson::{JsonOptions, parse_value};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use crate::ingest::processors::community_id::{self, Part};
use crate::ingest::processors::{bytes, uri_parts, urldecode};

pub const PROCESSORS: Class = Class {
    name: "org.elasticsearch.ingest.common.Processors",
    statics: &[
        ("long bytes(String)", |run, args| {
            let text = text(run, args, BYTES_OF_NULL)?;
            bytes::parse_size(text).map(Val::Long).map_err(Thrown::from_failure)
        }),
        ("String communityId(String, String, Object, Object, Object, Object, Object, Object)", community),
        ("String communityId(String, String, Object, Object, Object, Object, Object, Object, int)", community),
        ("Object json(Object)", |run, args| json(run, args, true)),
        ("void json(Map, String)", |run, args| json_into(run, args, true)),
        ("Object jsonLenient(Object)", |run, args| json(run, args, false)),
        ("void jsonLenient(Map, String)", |run, args| json_into(run, args, false)),
        ("String lowercase(String)", |run, args| {
            let call = "Cannot invoke \"String.toLowerCase(java.util.Locale)\" because \"value\" is null";
            let lower = text(run, args, call)?.to_lowercase();
            run.string(&lower)
        }),
        ("String uppercase(String)", |run, args| {
            let call = "Cannot invoke \"String.toUpperCase(java.util.Locale)\" because \"value\" is null";
            let upper = text(run, args, call)?.to_uppercase();
            run.string(&upper)
        }),
        ("Map uriParts(String)", |run, args| {
            let text = text(run, args, "Cannot invoke \"String.length()\" because \"this.input\" is null")?;
            let doc = run.doc;
            uri_parts::take_apart(text, &doc).map(Val::Map).map_err(Thrown::from_failure)
        }),
        ("String urlDecode(String)", |run, args| {
            let text = text(run, args, "Cannot invoke \"String.length()\" because \"s\" is null")?;
            let decoded = urldecode::decode(text).map_err(Thrown::from_failure)?;
            run.string(&decoded)
        }),
    ],
    ..Class::EMPTY
};

const BYTES_OF_NULL: &str = "Cannot invoke \"org.elasticsearch.common.unit.ByteSizeValue.getBytes()\" because the return value of \
     \"org.elasticsearch.common.unit.ByteSizeValue.parseBytesSizeValue(String, \
     org.elasticsearch.common.unit.ByteSizeValue, String)\" is null";

/// The argument; a null is an error in these words.
fn text<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], of_null: &str) -> Result<&'a str, Thrown> {
    match args.first() {
        None | Some(Val::Null) => Err(Thrown::null_pointer(of_null)),
        Some(val) => run.text(*val),
    }
}

fn read<'a>(run: &mut Run<'_, 'a>, val: Val<'a>, strict: bool) -> Eval<'a> {
    if val.is_null() {
        return Ok(Val::Null);
    }
    let text = run.print(val)?;
    run.charge(text.len())?;
    let options = JsonOptions { allow_duplicate_keys: false, strict };
    parse_value(text, run.arena, options).map(|value| run.val(value)).map_err(Thrown::from_failure)
}

fn json<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], strict: bool) -> Eval<'a> {
    let [val] = take(args)?;
    read(run, val, strict)
}

/// Parses a member of the map and puts what it holds into the map.
fn json_into<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], strict: bool) -> Eval<'a> {
    let [map, field] = take(args)?;
    let Some(target) = map.as_map() else { return Err(Thrown::with_message(ClassId::NullPointerException, None)) };
    let text = run.map_get(target.object, field)?.unwrap_or(Val::Null);
    let Val::Map(members) = read(run, text, strict)? else {
        return Err(Thrown::illegal_argument("cannot add non-map fields to root of document"));
    };
    for (key, value) in crate::document::java_order(members) {
        let value = run.val(value);
        run.put_member(map, Val::Str(key), value)?;
    }
    Ok(Val::Null)
}

fn community<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let mut values = [Value::Null; 8];
    for (value, arg) in values.iter_mut().zip(args) {
        *value = run.value(*arg);
    }
    let [source, destination, iana, transport, source_port, destination_port, icmp_type, icmp_code] = values;
    let seed = args.get(8).and_then(|v| v.to_i32()).unwrap_or(0);
    let protocol = if iana.is_null() { transport } else { iana };
    let id = community_id::id_of(source.as_str(), destination.as_str(), protocol, seed as u16, |part| {
        Ok(match part {
            Part::SourcePort => source_port,
            Part::DestinationPort => destination_port,
            Part::IcmpType => icmp_type,
            Part::IcmpCode => icmp_code,
        })
    });
    let missing = || Failure::illegal_argument("unable to construct flow from document");
    let id = id.and_then(|id| id.ok_or_else(missing)).map_err(Thrown::from_failure)?;
    run.string(&id)
}
