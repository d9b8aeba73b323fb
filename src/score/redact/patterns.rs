//! What is redacted, each kind with its pattern and, where a pattern alone would take too much, a check.

/// A kind of text that must not leave.
pub struct Kind {
    /// What stands in its place.
    pub mark: &'static str,
    /// The capture `keep`, if there is one, stays in front of the mark; `tail` stays behind it.
    pub pattern: &'static str,
    pub check: fn(&str) -> bool,
}

const fn kind(mark: &'static str, pattern: &'static str) -> Kind {
    Kind { mark, pattern, check: always }
}

const fn checked(mark: &'static str, pattern: &'static str, check: fn(&str) -> bool) -> Kind {
    Kind { mark, pattern, check }
}

fn always(_: &str) -> bool {
    true
}

/// In the order in which they are applied: what may hold others comes first.
pub const KINDS: &[Kind] = &[
    // A PEM block, also one that was cut or whose newlines are escaped.
    kind("[PEM]", r"(?s)-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\z)"),
    // Credentials in a URL, and the values of its query.
    kind("[CREDENTIALS]", r"(?P<keep>\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://)[^\s/@?#]+(?P<tail>@)"),
    kind("[VALUE]", r"(?P<keep>[?&;][A-Za-z0-9_.\[\]%-]{1,64}=)[^\s&;#]+"),
    // Headers and tokens of known form.
    kind("[TOKEN]", r"(?i)(?P<keep>\b(?:bearer|basic|negotiate|digest|token)[ +:=]{1,3})[A-Za-z0-9._~+/=-]{8,}"),
    kind("[JWT]", r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*)?"),
    kind("[KEY]", r"\b(?:AKIA|ASIA|AROA|AIDA|LTAI|AKID|STS\.)[0-9A-Za-z]{12,64}"),
    kind("[KEY]", r"\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,64})"),
    kind("[KEY]", r"\b(?:xox[abeoprs]-[A-Za-z0-9-]{8,}|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{16,})"),
    kind("[KEY]", r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}"),
    // Values of settings that hold secrets, in any notation.
    kind(
        "[SECRET]",
        concat!(
            r#"(?i)(?P<keep>[A-Za-z0-9_.-]*(?:passw(?:or)?d|passwd|pwd|passphrase|secret|credential|api[_-]?key|access[_-]?key|"#,
            r#"private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|id[_-]?token|session[_-]?(?:id|key|token)|"#,
            r#"jsessionid|phpsessid|set-cookie|cookie|authorization|x-api-key)[A-Za-z0-9_-]*["'`]?\s{0,3}[:=]>?\s{0,3}["'`]?)"#,
            r#"[^\s"'`,;&<>)}\]]+"#
        ),
    ),
    kind(
        "[SECRET]",
        r#"(?P<keep>(?:密码|口令|密钥|令牌|验证码|凭证)\s{0,2}(?:[:=：是为])\s{0,2}["'“]?)[^\s"'”,，;；。)）]+"#,
    ),
    kind(
        "[SECRET]",
        r"(?i)(?P<keep>\b(?:password|passwd|pwd|secret|passcode) (?:is |was )?)[^\s:=,;]*[0-9!@#$%^&*_][^\s,;]*",
    ),
    // People.
    kind("[EMAIL]", r"[A-Za-z0-9._%+-]{1,64}(?:@|%40)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}"),
    checked("[IBAN]", r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", is_iban),
    checked("[CARD]", r"\b[0-9](?:[ -]?[0-9]){12,18}\b", is_card),
    checked("[ID]", r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx]", is_resident_id),
    kind("[PHONE]", r"(?:\+|\b00)?(?:86[ -]?)?\b1[3-9][0-9](?:[ -]?[0-9]{4}){2}\b"),
    kind("[PHONE]", r"\+[1-9][0-9]{0,2}[ .-]?(?:\(?[0-9]{1,4}\)?[ .-]?){2,5}[0-9]{2,4}\b"),
    kind("[PHONE]", r"\b0[0-9]{2,3}-[0-9]{7,8}\b|\(?\b[2-9][0-9]{2}\)?[ .-][0-9]{3}[.-][0-9]{4}\b"),
    // Machines.
    checked(
        "[IP]",
        r"(?:[0-9A-Fa-f]{1,4}:){2,7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{0,4}:){1,7}:(?:[0-9A-Fa-f]{1,4}:?){0,7}",
        is_ipv6,
    ),
    kind("[MAC]", r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b"),
    checked("[IP]", r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}", is_ipv4),
    // Whose home it is.
    kind("[USER]", r#"(?P<keep>/(?:home|Users|usr/home|var/home|export/home)/)[^/\s:"']+"#),
    kind("[USER]", r#"(?i)(?P<keep>\b[a-z]:\\{1,2}(?:Users|Documents and Settings)\\{1,2})[^\\\s:"']+"#),
    // Whatever else looks as if a generator made it.
    checked("[TOKEN]", r"[A-Za-z0-9+/_=-]{20,}", is_random),
];

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.chars().filter_map(|c| c.to_digit(10))
}

/// Luhn's check, and a first digit that card networks give out.
fn is_card(text: &str) -> bool {
    let sum: u32 = digits(text)
        .rev()
        .enumerate()
        .map(|(i, digit)| match (i % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10) && digits(text).next().is_some_and(|first| (2..=6).contains(&first))
}

/// ISO 7064 MOD 97-10.
fn is_iban(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let (Some(head), Some(body)) = (compact.get(..4), compact.get(4..)) else { return false };
    let mut rest = 0u32;
    for c in body.chars().chain(head.chars()) {
        let Some(value) = c.to_digit(36) else { return false };
        rest = if value > 9 { rest * 100 + value } else { rest * 10 + value } % 97;
    }
    rest == 1
}

/// GB 11643: the last character is a check digit.
fn is_resident_id(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let sum: u32 = digits(text).zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let last = text.bytes().last().map(|byte| byte.to_ascii_uppercase());
    CHECKS.get(sum as usize % 11).copied() == last
}

/// Leading zeros are written, too.
fn is_ipv4(text: &str) -> bool {
    text.split('.').all(|octet| octet.parse::<u8>().is_ok())
}

/// `::` and `d::ba` are parts of names in programs.
fn is_ipv6(text: &str) -> bool {
    text.len() >= 5 && text.bytes().any(|b| b.is_ascii_digit()) && text.parse::<std::net::Ipv6Addr>().is_ok()
}

/// Long, mixed and improbable: hexadecimal or letters and digits of every kind. Paths, names and words are left.
fn is_random(text: &str) -> bool {
    let core = text.trim_matches(['=', '-', '_', '/', '+']);
    if core.len() < 20 {
        return false;
    }
    let count = |test: fn(&u8) -> bool| core.bytes().filter(test).count();
    let digits = count(u8::is_ascii_digit);
    let (lower, upper) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    let hex = count(u8::is_ascii_hexdigit);
    if hex + count(|b| *b == b'-') == core.len() {
        // A long number is none; hexadecimal mixes letters in.
        return digits < hex && digits > 0;
    }
    let changes = core.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if class(*a) != class(*b))).count();
    let is_mixed = digits > 0 && lower > 0 && (upper > 0 || digits * 6 > core.len());
    is_mixed && changes * 4 >= core.len() && entropy_bits(core) >= 3.2
}

fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    }
}

/// Shannon's entropy of the characters, in bits.
fn entropy_bits(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let total = text.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total).map(|p| -p * p.log2()).sum()
}
