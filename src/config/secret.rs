//! `${env:NAME}` and `${file:PATH}` in settings: secrets stay out of the configuration file.

/// Puts the values of `${env:NAME}` and `${file:PATH}` into `text`. The error names what is missing, never a value.
pub fn resolve(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("${") {
        let (before, tag) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = tag.find('}') else {
            return Err("`${` without its `}`".into());
        };
        let name = &tag[2..close];
        if let Some(variable) = name.strip_prefix("env:") {
            let value =
                std::env::var(variable).map_err(|_| format!("the environment variable {variable} is not set"))?;
            out.push_str(&value);
        } else if let Some(path) = name.strip_prefix("file:") {
            let value =
                std::fs::read_to_string(path).map_err(|e| format!("cannot read the secret's file {path}: {e}"))?;
            out.push_str(value.trim_end_matches(['\n', '\r']));
        } else {
            out.push_str(&tag[..=close]);
        }
        rest = &tag[close + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_variables_are_named() {
        assert_eq!(
            resolve("a${env:LOGBOOM_NO_SUCH}b"),
            Err("the environment variable LOGBOOM_NO_SUCH is not set".into())
        );
        assert_eq!(resolve("plain ${x}"), Ok("plain ${x}".into()));
        assert_eq!(resolve("${env:"), Err("`${` without its `}`".into()));
    }
}
