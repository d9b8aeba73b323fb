//! Formats, `Objects`, UUIDs, big numbers, JSON, and what only ingest has: `Processors`, `field()`.

use super::*;

#[test]
fn formats() {
    check(&[
        ("String.format('%d-%s', new def[] {1, 'a'})", "1-a"),
        (
            "String.format('%05d|%-5d|%5d|%+d|%,d', new def[] {12, 12, 12, 12, 1234567})",
            "00012|12   |   12|+12|1,234,567",
        ),
        ("String.format('%x %X %o %08x', new def[] {255, 255, 8, 255L})", "ff FF 10 000000ff"),
        ("String.format('%x', new def[] {-1})", "ffffffff"),
        (
            "String.format('%.2f %f %10.3f|%-10.1f|', new def[] {1.005, 2.5, 3.14159, 2.25})",
            "1.01 2.500000      3.142|2.3       |",
        ),
        ("String.format('%e', new def[] {12345.678})", "1.234568e+04"),
        (
            "String.format('%s %S %10s|%-10s|%.2s', new def[] {'a', 'b', 'c', 'd', 'efg'})",
            "a B          c|d         |ef",
        ),
        ("String.format('%b %c %n%%', new def[] {true, (char)'x'})", "true x \n%"),
        ("String.format('%d', new def[] {'a'})", "illegal_format_conversion_exception: d != java.lang.String"),
        ("String.format('%d', new def[] {})", "missing_format_argument_exception: Format specifier '%d'"),
        ("String.format('%q', new def[] {1})", "unknown_format_conversion_exception: Conversion = 'q'"),
        ("String.format('%2$s %1$s', new def[] {1, 2})", "2 1"),
        ("String.format('%s', new def[] {null})", "null"),
        ("String.format('%d', new def[] {null})", "null"),
        (
            "String.format('%s', [1])",
            "compile class_cast_exception: Cannot cast from [java.util.ArrayList] to [def[]].",
        ),
        ("String.format(Locale.ROOT, '%02d:%02d', new def[] {1, 2})", "01:02"),
        ("String.format('%02X', new def[] {(byte)10})", "0A"),
        (
            "String.format('%s', new String[] {'x'})",
            "compile class_cast_exception: Cannot cast from [java.lang.String[]] to [def[]].",
        ),
        ("String.format('%f', new def[] {1})", "illegal_format_conversion_exception: f != java.lang.Integer"),
        ("String.format('%.0f', new def[] {2.5})", "3"),
        ("String.format('%.3f', new def[] {1e10})", "10000000000.000"),
    ]);
}

#[test]
fn objects_and_numbers() {
    check(&[
        ("Objects.equals(1, 1)", "true"),
        ("Objects.isNull(null)", "true"),
        ("Objects.nonNull(null)", "false"),
        ("Objects.requireNonNull(null, 'x')", "null_pointer_exception: x"),
        ("Objects.toString(null, 'd')", "d"),
        ("Objects.hashCode(null)", "0"),
        ("StringJoiner j = new StringJoiner(',', '[', ']'); j.add('a').add('b'); j.toString()", "[a,b]"),
        ("StringJoiner j = new StringJoiner(','); j.setEmptyValue('E'); j.toString() + j.length()", "E1"),
        ("UUID.fromString('00000000-0000-0001-0000-000000000002').toString()", "00000000-0000-0001-0000-000000000002"),
        ("UUID.fromString('00000000-0000-0001-0000-000000000002').getMostSignificantBits()", "1"),
        ("UUID.fromString('x')", "illegal_argument_exception: Invalid UUID string: x"),
        ("UUID.nameUUIDFromBytes(new byte[] {1,2}).toString()", "0cb988d0-42a7-328d-95fe-2b55b3f5ac7a"),
        ("UUID.randomUUID().toString().length()", "36"),
        ("System.currentTimeMillis() > 1600000000000L", "true"),
        ("new CIDR('10.0.0.0/8').contains('10.1.2.3')", "true"),
        ("new CIDR('10.0.0.0/8').contains('11.1.2.3')", "false"),
        ("new CIDR('2001:db8::/32').contains('2001:db8::1')", "true"),
        ("new CIDR('10.0.0.1').contains('10.0.0.1')", "true"),
        ("new CIDR('x/8').contains('11.1.2.3')", "illegal_argument_exception: 'x' is not an IP string literal."),
        ("new CIDR('10.0.0.0/8').contains('x')", "illegal_argument_exception: 'x' is not an IP string literal."),
        ("new CIDR('10.0.0.0/8').contains('')", "false"),
        (
            "new CIDR('10.0.0.0/99').contains('10.0.0.1')",
            "illegal_argument_exception: Illegal prefix length [99] in [10.0.0.0/99]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges",
        ),
        (r#"Json.load('{"a":[1,2.5,null,"x"]}').a"#, "[1, 2.5, null, x]"),
        (
            "Json.load('{')",
            "json_e_o_f_exception: Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1])\n at [Source: (String)\"{\"; line: 1, column: 2]",
        ),
        ("Json.dump(['a':[1,2.5,null,'x']])", r#"{"a":[1,2.5,null,"x"]}"#),
        ("Json.dump(['a':1], true)", "{\n  \"a\" : 1\n}"),
        ("Json.load('1 2')", "1"),
        ("new StringBuffer('a').append(1).append('c').toString()", "a1c"),
        ("'AB'.toLowerCase(Locale.ROOT)", "ab"),
        ("BigInteger.valueOf(5).add(new BigInteger('7')).toString()", "12"),
        ("new BigInteger('ff', 16).longValueExact()", "255"),
        ("new BigInteger('ffffffffffffffff', 16).toString()", "18446744073709551615"),
        ("new BigInteger('x')", r#"number_format_exception: For input string: "x""#),
        ("new BigInteger('5').multiply(BigInteger.TEN).compareTo(BigInteger.ONE)", "1"),
        ("new BigInteger('5').pow(30).mod(new BigInteger('7'))", "1"),
        ("new BigInteger('5').shiftLeft(70).toString(16)", "1400000000000000000"),
        ("new BigInteger('-5').longValue()", "-5"),
        ("new BigInteger('18446744073709551615').longValue()", "-1"),
        ("new BigInteger('18446744073709551615').intValue()", "-1"),
        ("new BigInteger('18446744073709551615').doubleValue()", "1.8446744073709552E19"),
        (
            "new BigInteger('18446744073709551615').longValueExact()",
            "arithmetic_exception: BigInteger out of long range",
        ),
        ("def h = new HashSet(); h.add(1); h", "[1]"),
        ("'a'.isBlank()", "compile illegal_argument_exception: member method [java.lang.String, isBlank/0] not found"),
        ("'a b'.strip()", "compile illegal_argument_exception: member method [java.lang.String, strip/0] not found"),
        ("'a'.repeat(3)", "compile illegal_argument_exception: member method [java.lang.String, repeat/1] not found"),
        (
            r"'a\nb'.lines()",
            r"compile illegal_argument_exception: unexpected character ['a\n]. The only valid escape sequences in strings starting with ['] are [\\] and [\'].",
        ),
        ("List.of(1,2)", "compile illegal_argument_exception: static method [java.util.List, of/2] not found"),
        ("Map.of('a',1)", "compile illegal_argument_exception: static method [java.util.Map, of/2] not found"),
        ("[1,2].toString()", "[1, 2]"),
        (
            "'%d'.formatted(1)",
            "compile illegal_argument_exception: member method [java.lang.String, formatted/1] not found",
        ),
    ]);
}

#[test]
fn processors_and_fields() {
    check_edits(
        "{}",
        &[
            ("ctx.a = Processors.bytes('1kb')", r#"{"a":1024}"#),
            (
                "ctx.a = Processors.bytes('x')",
                "parse_exception: failed to parse setting [Ingest Field] with value [x] as a size in bytes: unit is missing or unrecognized",
            ),
            ("ctx.a = Processors.lowercase('ABC') + Processors.uppercase('abc')", r#"{"a":"abcABC"}"#),
            ("ctx.a = Processors.urlDecode('a%20b')", r#"{"a":"a b"}"#),
            (
                "ctx.a = Processors.urlDecode('%zz')",
                r#"illegal_argument_exception: URLDecoder: Illegal hex characters in escape (%) pattern - Error at index 0 in: "zz""#,
            ),
            (
                "ctx.a = Processors.uriParts('http://u:p@h:80/x/y.z?q#f')",
                r#"{"a":{"domain":"h","scheme":"http","fragment":"f","path":"/x/y.z","query":"q","extension":"z","port":80,"user_info":"u:p","username":"u","password":"p"}}"#,
            ),
            ("ctx.a = Processors.uriParts('a b')", "illegal_argument_exception: unable to parse URI [a b]"),
            (r#"ctx.a = Processors.json('{"x":[1,2]}')"#, r#"{"a":{"x":[1,2]}}"#),
            (
                "ctx.a = Processors.json('{')",
                "json_e_o_f_exception: Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1])\n at [Source: (String)\"{\"; line: 1, column: 2]",
            ),
            (
                "ctx.a = Processors.json('1 2')",
                "illegal_argument_exception: The input 1 2 is not valid JSON and the strict_json_parsing parameter is true",
            ),
            ("ctx.a = Processors.jsonLenient('1 2')", r#"{"a":1}"#),
            ("ctx.a = Processors.json(5)", r#"{"a":5}"#),
            ("ctx.a = Processors.json(null)", r#"{"a":null}"#),
            (
                r#"ctx.m = ['j':'{"x":1,"y":{"z":2}}','x':0]; Processors.json(ctx.m, 'j')"#,
                r#"{"m":{"j":"{\"x\":1,\"y\":{\"z\":2}}","x":1,"y":{"z":2}}}"#,
            ),
            (r#"ctx.j = '{"x":1}'; Processors.json(ctx, 'j')"#, r#"{"j":"{\"x\":1}","x":1}"#),
            (
                "ctx.m = ['j':'[1]']; Processors.json(ctx.m, 'j')",
                "illegal_argument_exception: cannot add non-map fields to root of document",
            ),
            (
                "ctx.a = Processors.communityId('128.232.110.120', '66.35.250.204', 6, 'tcp', 34855, 80, null, null)",
                r#"{"a":"1:LQU9qZlK+B5F3KDmev6m5PMibrg="}"#,
            ),
            (
                "ctx.a = Processors.communityId('128.232.110.120', '66.35.250.204', null, 'tcp', 34855, 80, null, null, 1)",
                r#"{"a":"1:3V71V58M3Ksw/yuFALMcW0LAHvc="}"#,
            ),
            (
                "ctx.a = Processors.communityId('128.232.110.120', '66.35.250.204', null, null, 34855, 80, null, null)",
                "illegal_argument_exception: unable to construct flow from document",
            ),
            (
                "ctx.a = Processors.communityId('x', '66.35.250.204', null, 'tcp', 34855, 80, null, null)",
                "illegal_argument_exception: 'x' is not an IP string literal.",
            ),
            (
                "ctx.a = Processors.communityId('128.232.110.120', '66.35.250.204', null, 'icmp', null, null, 8, 0)",
                r#"{"a":"1:46Jwgg+8nrGay2E7JcQU/fbhUmk="}"#,
            ),
            (
                "ctx.a = Processors.lowercase(null)",
                r#"null_pointer_exception: Cannot invoke "String.toLowerCase(java.util.Locale)" because "value" is null"#,
            ),
            ("ctx.a = field('x.y').exists()", r#"{"a":false}"#),
            ("field('x.y').set(1)", r#"{"x":{"y":1}}"#),
            ("field('x.y').set(1).append(2)", r#"{"x":{"y":[1,2]}}"#),
            ("field('l').append(1).append(2)", r#"{"l":[1,2]}"#),
            ("field('l').append(1); field('l').transform(x -> x + 1)", r#"{"l":[2]}"#),
            ("field('l').append(2).append(2).deduplicate()", r#"{"l":[2]}"#),
            ("field('l').append(2).append(3).removeValuesIf(x -> x == 2)", r#"{"l":[3]}"#),
            ("field('l').append(2).append(3).removeValue(0)", r#"{"l":[3]}"#),
            ("field('l').append(2).append(3); ctx.h = field('l').hasValue(x -> x == 3)", r#"{"l":[2,3],"h":true}"#),
            ("field('a').set(1); field('a').move('b')", r#"{"b":1}"#),
            ("field('a').set(1); field('a').move(field('b'))", r#"{"b":1}"#),
            (
                "field('a').set(1); field('b').set(2); field('a').move('b')",
                "illegal_argument_exception: Cannot move to non-empty destination [b]",
            ),
            ("field('a').set(1); field('b').set(2); field('a').overwrite('b')", r#"{"b":1}"#),
            ("field('a').set(1); ctx.n = field('a').getName()", r#"{"a":1,"n":"a"}"#),
            ("ctx.l = [1,2,3]; ctx.z = []; for (x in field('l')) { ctx.z.add(x) }", r#"{"l":[1,2,3],"z":[1,2,3]}"#),
            ("ctx.v = $('q', 'dflt')", r#"{"v":"dflt"}"#),
            ("ctx.v = field('q').get('dflt')", r#"{"v":"dflt"}"#),
            (
                "ctx.q = [5,6]; ctx.v = field('q').get(1, 'd'); ctx.w = field('q').get(7, 'd')",
                r#"{"q":[5,6],"v":6,"w":"d"}"#,
            ),
            ("ctx['a.b'] = 1; ctx.v = field('a.b').get(0)", r#"{"a.b":1,"v":1}"#),
            ("ctx.a = ['b':['c':1]]; ctx.v = field('a.b.c').get(0); field('a.b').remove()", r#"{"a":{},"v":1}"#),
            (
                "field('l').set([1,2]); ctx.s = field('l').size(); ctx.e = field('l').isEmpty()",
                r#"{"l":[1,2],"s":2,"e":false}"#,
            ),
            ("field('a..b').exists()", "{}"),
            ("field('').exists()", "{}"),
            ("field('_index').get('x')", "{}"),
            ("ctx.v = metadata().index; metadata().index = 'foo'", r#"{"v":"_index"}"#),
            ("metadata().id = 'z'; ctx.v = metadata().id", r#"{"v":"z"}"#),
            ("metadata().routing = 'r'", "{}"),
            ("metadata().version = 5", "{}"),
            ("metadata().versionType = 'external'", "{}"),
            (
                "metadata().op = 'x'",
                "compile illegal_argument_exception: field [org.elasticsearch.script.Metadata, op] not found",
            ),
        ],
    );
}
