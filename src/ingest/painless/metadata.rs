//! What the document's metadata fields (`_index`, `_id`, …) accept when a script sets them through `ctx`.

use super::run::Run;
use super::thrown::Thrown;
use super::value::Val;

/// Refuses a value of the wrong kind, in Elasticsearch's words.
pub fn check<'a>(run: &Run<'_, 'a>, field: &str, val: Val<'a>) -> Result<(), Thrown> {
    let (wanted, fits) = match field {
        "_index" | "_id" | "_routing" => ("java.lang.String", matches!(val, Val::Str(_) | Val::Null)),
        "_version" => {
            if val.is_null() {
                return Err(Thrown::illegal_argument("_version cannot be removed or set to null"));
            }
            ("java.lang.Number", val.number().is_some() && !matches!(val, Val::Char(_)))
        }
        "_version_type" => return check_version_type(run, val),
        "_if_seq_no" | "_if_primary_term" => {
            ("java.lang.Number", val.is_null() || val.number().is_some() && !matches!(val, Val::Char(_)))
        }
        "_dynamic_templates" => ("java.util.Map", val.is_null() || val.as_map().is_some()),
        _ => return Ok(()),
    };
    if fits {
        return Ok(());
    }
    Err(Thrown::illegal_argument(format!(
        "{field} [{}] is wrong type, expected assignable to [{wanted}], not [{}]",
        printed(val),
        run.class_of(val).binary_name()
    )))
}

fn check_version_type<'a>(run: &Run<'_, 'a>, val: Val<'a>) -> Result<(), Thrown> {
    match val {
        Val::Null | Val::Str("internal" | "external" | "external_gte") => Ok(()),
        other => Err(Thrown::illegal_argument(format!(
            "_version_type must be a null or one of [internal, external, external_gte] but was [{}] with type [{}]",
            printed(other),
            run.class_of(other).binary_name()
        ))),
    }
}

fn printed(val: Val<'_>) -> String {
    match val {
        Val::Str(s) => s.to_owned(),
        Val::Int(n) => n.to_string(),
        Val::Long(n) => n.to_string(),
        Val::Double(n) => n.to_string(),
        Val::Bool(b) => b.to_string(),
        _ => "…".into(),
    }
}
