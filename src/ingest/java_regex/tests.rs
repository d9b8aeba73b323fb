//! Tables of patterns, texts and what Java makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;

fn replaced(pattern: &str, text: &str, replacement: &str) -> String {
    match JavaRegex::new(pattern, Flags::default()) {
        Err(e) => e.description,
        Ok(regex) => match regex.replace_all(text, &Replacement::new(replacement, &regex)) {
            Ok(out) => out.unwrap_or_else(|| text.to_owned()),
            Err(failure) => failure.reason,
        },
    }
}

/// What a JVM answers to `text.replaceAll(pattern, replacement)`.
#[test]
fn patterns_mean_what_they_mean_in_java() {
    for (pattern, text, replacement, expected) in [
        (r"\s+$", "a b  \n", "|", "a b|"),
        (r"$", "a\r\n", "|", "a|\r\n|"),
        (r"$", "a\n\n", "|", "a\n|\n|"),
        (r"(?m)^", "a\nb\n", "|", "|a\n|b\n"),
        (r"(?m)$", "a\r\nb", "|", "a|\r\nb|"),
        (r".", "a\u{2028}\u{85}\n", "x", "x\u{2028}\u{85}\n"),
        (r"(?s).", "a\nb", "x", "xxx"),
        (r"a*", "baac", "-", "-b--c-"),
        (r"\b", "aé x", "|", "|a|é |x|"),
        (r"\w+", "aé1", "x", "xéx"),
        (r"(?U)\w+", "aé1 ", "x", "x "),
        (r"(?i)é", "É", "x", "É"),
        (r"(?iu)é", "É", "x", "x"),
        (r"(?i)straße", "STRAßE", "x", "x"),
        (r"[a-z&&[^aeiou]]", "abcde", "x", "axxxe"),
        (r"[a-z&&def]", "abcdef", "x", "abcxxx"),
        (r"[a-d[m-p]x]", "amzx", "-", "--z-"),
        (r"[^a-c&&b-d]", "abcd", "x", "xbcx"),
        (r"[]a]", "]ab", "x", "xxb"),
        (r"[a\-z]", "a-z", "x", "xxx"),
        (r"\p{Alpha}\p{Punct}", "a!é!", "x", "xé!"),
        (r"\p{IsHan}+", "宕机x", "-", "-x"),
        (r"\p{InGreek}", "αb", "-", "-b"),
        (r"\pL", "é1", "-", "-1"),
        (r"\P{L}", "é1", "-", "é-"),
        (r"\p{javaUpperCase}", "aÉ", "-", "a-"),
        (r"\h+", "a\u{a0}\t b", "_", "a_b"),
        (r"\R", "a\r\nb\nc", "/", "a/b/c"),
        (r"\R{2}", "a\r\nb\n\n", "/", "a\r\nb/"),
        (r"\b{1,2}a", "a", "x", "x"),
        (r"\Qa.b\E+", "a.bb a.b", "x", "x x"),
        (r"\x41\u0042\x{43}\0104", "ABCD", "x", "x"),
        (r"(?<=a)b(?!c)", "ab abc", "x", "ax abc"),
        (r"(a)(b)?", "aab", "[$1$2]", "[a][ab]"),
        (r"(?<w>a)", "a", "<${w}>", "<a>"),
        (r"(a)", "a", "$12", "a2"),
        (r"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
        (r"(\w)\1", "aabbc", "<$1>", "<a><b>c"),
        (r"(?:a++)a", "aaa", "x", "aaa"),
        (r"(?>a+)b", "aab", "x", "x"),
        (r"a{2}{3}", "aaa", "x", "xa"),
        (
            r"(?x) a # comment
           b",
            "ab",
            "x",
            "x",
        ),
        (r"(?i:a)b", "AbAB", "x", "xAB"),
        (r"a|", "ba", "x", "xbxx"),
        (r"^\s*|\s*$", " a ", "", "a"),
        (r"\z", "a\n", "x", "a\nx"),
        (r"a", "a", "\\$\\\\", "$\\"),
    ] {
        assert_eq!(replaced(pattern, text, replacement), expected, "{pattern:?} on {text:?}");
    }
}

#[test]
fn mistakes_have_javas_words() {
    for (pattern, expected) in [
        ("(b", "Unclosed group"),
        ("b)", "Unmatched closing ')'"),
        ("*a", "Dangling meta character '*'"),
        ("a**", "Dangling meta character '*'"),
        ("{", "Illegal repetition"),
        ("a{x", "Illegal repetition"),
        ("a{1", "Unclosed counted closure"),
        ("a{2,1}", "Illegal repetition range"),
        ("[a", "Unclosed character class"),
        ("[b-a]", "Illegal character range"),
        (r"\y", "Illegal/unsupported escape sequence"),
        (r"\p{Nope}", "Unknown character property name {Nope}"),
        ("(?<1>a)", "capturing group name does not start with a Latin letter"),
        (r"\k<x>", "named capturing group <x> does not exist"),
        ("(?y)", "Unknown inline modifier"),
    ] {
        assert_eq!(replaced(pattern, "", ""), expected, "{pattern}");
    }
    for (replacement, expected) in [
        ("$2", "No group 2"),
        ("$", "Illegal group reference: group index is missing"),
        ("$x", "Illegal group reference"),
        ("\\", "character to be escaped is missing"),
        ("${x}", "No group with name {x}"),
        ("${x", "named capturing group is missing trailing '}'"),
    ] {
        assert_eq!(replaced("(a)", "a", replacement), expected, "{replacement}");
        assert_eq!(replaced("(a)", "b", replacement), "b", "{replacement}");
    }
}

#[test]
fn splits_as_java_does() {
    for (pattern, text, limit, expected) in [
        (",", "", 0, vec![""]),
        (",", ",,a,,", 0, vec!["", "", "a"]),
        (",", ",,a,,", -1, vec!["", "", "a", "", ""]),
        ("=", "a=b=c", 2, vec!["a", "b=c"]),
        ("", "abc", 0, vec!["a", "b", "c"]),
        ("", "abc", -1, vec!["a", "b", "c", ""]),
        (r"\s+", " a b", 0, vec!["", "a", "b"]),
        (",", ",", 0, vec![]),
        ("x", "abc", 0, vec!["abc"]),
        ("(?=b)", "abab", 0, vec!["a", "ba", "b"]),
    ] {
        let regex = JavaRegex::new(pattern, Flags::default()).unwrap();
        assert_eq!(regex.split(text, limit).unwrap(), expected, "{pattern:?} on {text:?}");
    }
}

#[test]
fn whole_and_prefix_matches_backtrack_to_their_end() {
    let regex = JavaRegex::new("a|ab", Flags::default()).unwrap();
    assert_eq!(regex.matches("ab").unwrap().map(|g| g.whole()), Some((0, 2)));
    assert_eq!(regex.looking_at("abc").unwrap().map(|g| g.whole()), Some((0, 1)));
    assert_eq!(regex.matches("abc").unwrap(), None);
    let literal = JavaRegex::new("a.b|", Flags::LITERAL.with(Flags::CASE_INSENSITIVE)).unwrap();
    assert!(literal.matches("A.B|").unwrap().is_some());
}

#[test]
fn a_pattern_that_blows_up_ends_in_an_error() {
    let regex = JavaRegex::new(r"(a+)+\1$", Flags::default()).unwrap();
    let text = format!("{}b", "a".repeat(5_000));
    assert!(regex.find_at(&text, 0).is_err());
}

proptest::proptest! {
    #[test]
    fn no_pattern_panics(pattern in r"[ab()\[\]{}|*+?^$\\.,0-9&\-:=!<>iQEpPLdwsbRk宕]{0,24}", text in "[ab1 \n宕]{0,12}") {
        if let Ok(regex) = JavaRegex::new(&pattern, Flags::default()) {
            let _ = regex.replace_all(&text, &Replacement::new("$0", &regex));
            let _ = regex.split(&text, 0);
            let _ = regex.matches(&text);
        }
    }
}
