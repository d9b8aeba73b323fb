//! Expressions: operators by precedence, then prefixes, casts, and chains of calls and accesses.

use super::ast::*;
use super::parser::{NESTING_MAX_LEVELS, Parsed, Parser, too_deep};
use super::token::Kind;

/// Binding strength of binary operators; all but elvis group to the left.
mod strength {
    pub const ELVIS: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const BIT_OR: u8 = 4;
    pub const XOR: u8 = 5;
    pub const BIT_AND: u8 = 6;
    pub const EQUALITY: u8 = 7;
    pub const INSTANCE_OF: u8 = 8;
    pub const COMPARISON: u8 = 9;
    pub const SHIFT: u8 = 10;
    pub const REGEX: u8 = 11;
    pub const SUM: u8 = 12;
    pub const PRODUCT: u8 = 13;
}

fn strength_of(kind: Kind) -> Option<u8> {
    Some(match kind {
        Kind::Elvis => strength::ELVIS,
        Kind::Or => strength::OR,
        Kind::And => strength::AND,
        Kind::BitOr => strength::BIT_OR,
        Kind::Xor => strength::XOR,
        Kind::BitAnd => strength::BIT_AND,
        Kind::Eq | Kind::EqRef | Kind::Ne | Kind::NeRef => strength::EQUALITY,
        Kind::InstanceOf => strength::INSTANCE_OF,
        Kind::Lt | Kind::Lte | Kind::Gt | Kind::Gte => strength::COMPARISON,
        Kind::Shl | Kind::Shr | Kind::UShr => strength::SHIFT,
        Kind::Find | Kind::Match => strength::REGEX,
        Kind::Add | Kind::Sub => strength::SUM,
        Kind::Mul | Kind::Div | Kind::Rem => strength::PRODUCT,
        _ => return None,
    })
}

fn binary_op(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Mul => BinaryOp::Mul,
        Kind::Div => BinaryOp::Div,
        Kind::Rem => BinaryOp::Rem,
        Kind::Add => BinaryOp::Add,
        Kind::Sub => BinaryOp::Sub,
        Kind::Shl => BinaryOp::Shl,
        Kind::Shr => BinaryOp::Shr,
        Kind::UShr => BinaryOp::UShr,
        Kind::BitAnd => BinaryOp::BitAnd,
        Kind::Xor => BinaryOp::Xor,
        Kind::BitOr => BinaryOp::BitOr,
        _ => return None,
    })
}

fn compare_op(kind: Kind) -> Option<CompareOp> {
    Some(match kind {
        Kind::Eq => CompareOp::Eq,
        Kind::EqRef => CompareOp::EqRef,
        Kind::Ne => CompareOp::Ne,
        Kind::NeRef => CompareOp::NeRef,
        Kind::Lt => CompareOp::Lt,
        Kind::Lte => CompareOp::Lte,
        Kind::Gt => CompareOp::Gt,
        Kind::Gte => CompareOp::Gte,
        _ => return None,
    })
}

fn assignment_op(text: &str) -> Option<BinaryOp> {
    Some(match text {
        "+=" => BinaryOp::Add,
        "-=" => BinaryOp::Sub,
        "*=" => BinaryOp::Mul,
        "/=" => BinaryOp::Div,
        "%=" => BinaryOp::Rem,
        "&=" => BinaryOp::BitAnd,
        "^=" => BinaryOp::Xor,
        "|=" => BinaryOp::BitOr,
        "<<=" => BinaryOp::Shl,
        ">>=" => BinaryOp::Shr,
        ">>>=" => BinaryOp::UShr,
        _ => return None,
    })
}

/// Whether an operand of a cast to a class may begin with this token.
fn begins_cast_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::Dollar
            | Kind::LParen
            | Kind::New
            | Kind::Not
            | Kind::BitNot
            | Kind::String
            | Kind::Regex
            | Kind::True
            | Kind::False
            | Kind::Null
            | Kind::Octal
            | Kind::Hex
            | Kind::Integer
            | Kind::Decimal
    )
}

impl<'t, 's> Parser<'t, 's> {
    pub(super) fn expression(&mut self) -> Parsed<Expr<'s>> {
        self.nested(|parser| {
            let left = parser.binary(0)?;
            let at = left.at;
            match parser.kind() {
                Kind::Question => {
                    parser.advance();
                    let then = parser.expression()?;
                    parser.expect(Kind::Colon)?;
                    let otherwise = parser.expression()?;
                    let depth = left.depth.max(then.depth).max(otherwise.depth);
                    node(at, depth, ExprKind::Conditional(Box::new([left, then, otherwise])))
                }
                Kind::Assign | Kind::AssignOp => {
                    let op = assignment_op(parser.advance().text);
                    let value = parser.expression()?;
                    let depth = left.depth.max(value.depth);
                    node(at, depth, ExprKind::Assign { target: Box::new(left), op, value: Box::new(value) })
                }
                _ => Ok(left),
            }
        })
    }

    /// Operators that bind at least as strongly as `weakest`.
    fn binary(&mut self, weakest: u8) -> Parsed<Expr<'s>> {
        let mut left = self.unary()?;
        while let Some(strength) = strength_of(self.kind()).filter(|s| *s >= weakest) {
            let token = self.advance();
            let at = left.at;
            if token.kind == Kind::InstanceOf {
                let ty = self.declared_type()?;
                left = node(at, left.depth, ExprKind::InstanceOf(Box::new(left), ty))?;
                continue;
            }
            // Elvis groups to the right, everything else to the left.
            let right = self.nested(|p| p.binary(if token.kind == Kind::Elvis { strength } else { strength + 1 }))?;
            left = combine(token.kind, left, right)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expr<'s>> {
        let token = self.token();
        match token.kind {
            Kind::Increment | Kind::Decrement => {
                self.advance();
                let target = self.nested(Self::chain)?;
                let op = if token.kind == Kind::Increment { BinaryOp::Add } else { BinaryOp::Sub };
                let depth = target.depth;
                node(token.at, depth, ExprKind::Increment { target: Box::new(target), op, after: false })
            }
            Kind::Add | Kind::Sub => {
                self.advance();
                let operand = self.nested(Self::unary)?;
                let op = if token.kind == Kind::Add { UnaryOp::Plus } else { UnaryOp::Minus };
                node(token.at, operand.depth, ExprKind::Unary(op, Box::new(operand)))
            }
            _ => self.unary_without_sign(),
        }
    }

    fn unary_without_sign(&mut self) -> Parsed<Expr<'s>> {
        let token = self.token();
        match token.kind {
            Kind::Not | Kind::BitNot => {
                self.advance();
                let operand = self.nested(Self::unary)?;
                let op = if token.kind == Kind::Not { UnaryOp::Not } else { UnaryOp::BitNot };
                node(token.at, operand.depth, ExprKind::Unary(op, Box::new(operand)))
            }
            Kind::LParen if self.begins_cast() => {
                self.advance();
                let ty = self.declared_type()?;
                self.expect(Kind::RParen)?;
                let is_simple = ty.dims == 0 && !matches!(ty.name.as_bytes().first(), Some(b'A'..=b'Z'));
                // Only casts to `def` and primitive types take a sign: `(int) -x`, but `(Integer) - x` subtracts.
                let operand = self.nested(|p| if is_simple { p.unary() } else { p.unary_without_sign() })?;
                node(token.at, operand.depth, ExprKind::Cast(ty, Box::new(operand)))
            }
            _ => {
                let target = self.chain()?;
                match self.kind() {
                    Kind::Increment | Kind::Decrement => {
                        let op = if self.advance().kind == Kind::Increment { BinaryOp::Add } else { BinaryOp::Sub };
                        let (at, depth) = (target.at, target.depth);
                        node(at, depth, ExprKind::Increment { target: Box::new(target), op, after: true })
                    }
                    _ => Ok(target),
                }
            }
        }
    }

    /// Whether the parenthesis here holds the type of a cast.
    fn begins_cast(&self) -> bool {
        let at = self.position() + 1;
        let Some(end) = self.type_end(at) else { return false };
        if self.kind_at(end) != Kind::RParen {
            return false;
        }
        match self.kind_at(at) {
            Kind::Def | Kind::Primitive => true,
            _ => match self.kind_at(end + 1) {
                // `(list)[0]` indexes, `(List)[0]` casts.
                Kind::LBracket => self.is_class_name(at, end),
                next => begins_cast_operand(next),
            },
        }
    }

    fn is_class_name(&self, from: usize, to: usize) -> bool {
        let name: String = (from..to).map(|at| self.text_at(at)).collect();
        (self.is_type)(name.trim_end_matches("[]"))
    }

    /// A primary expression and what follows it: calls, fields, indexes.
    fn chain(&mut self) -> Parsed<Expr<'s>> {
        let mut expr = self.primary()?;
        loop {
            let token = self.token();
            let at = token.at;
            match token.kind {
                Kind::Dot | Kind::NullSafeDot => {
                    self.advance();
                    let null_safe = token.kind == Kind::NullSafeDot;
                    let name = match self.kind() {
                        Kind::DotName | Kind::DotNumber => self.advance(),
                        _ => return Err(self.invalid_sequence()),
                    };
                    if name.kind == Kind::DotName && self.kind() == Kind::LParen {
                        let (arguments, depth) = self.arguments()?;
                        let depth = depth.max(expr.depth);
                        let call = ExprKind::Call { object: Box::new(expr), name: name.text, arguments, null_safe };
                        expr = node(at, depth, call)?;
                    } else {
                        let depth = expr.depth;
                        expr = node(at, depth, ExprKind::Field { object: Box::new(expr), name: name.text, null_safe })?;
                    }
                }
                Kind::LBracket => {
                    self.advance();
                    let index = self.expression()?;
                    self.expect(Kind::RBracket)?;
                    let depth = expr.depth.max(index.depth);
                    expr = node(at, depth, ExprKind::Index { object: Box::new(expr), index: Box::new(index) })?;
                }
                _ => return Ok(expr),
            }
        }
    }

    fn primary(&mut self) -> Parsed<Expr<'s>> {
        let token = self.token();
        let at = token.at;
        let kind = match token.kind {
            Kind::LParen => {
                self.advance();
                let inner = self.expression()?;
                self.expect(Kind::RParen)?;
                return Ok(inner);
            }
            Kind::Octal | Kind::Hex | Kind::Integer => integer(token.text, token.kind),
            Kind::Decimal => decimal(token.text),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::Null => ExprKind::Null,
            Kind::String => ExprKind::String(unquote(token.text)),
            Kind::Regex => {
                let end = token.text.rfind('/').unwrap_or(0);
                ExprKind::Regex {
                    pattern: token.text.get(1..end).unwrap_or(""),
                    flags: token.text.get(end + 1..).unwrap_or(""),
                }
            }
            Kind::LBracket => return self.list_or_map(),
            Kind::Identifier | Kind::Dollar if self.kind_ahead(1) == Kind::LParen => {
                self.advance();
                let (arguments, depth) = self.arguments()?;
                return node(at, depth, ExprKind::CallLocal { name: token.text, arguments });
            }
            Kind::Identifier => ExprKind::Name(token.text),
            Kind::New => return self.new_object(),
            _ => return Err(self.invalid_sequence()),
        };
        self.advance();
        node(at, 0, kind)
    }

    fn list_or_map(&mut self) -> Parsed<Expr<'s>> {
        let at = self.advance().at;
        if self.eat(Kind::RBracket) {
            return node(at, 0, ExprKind::List(Vec::new()));
        }
        if self.kind() == Kind::Colon && self.kind_ahead(1) == Kind::RBracket {
            self.advance();
            self.advance();
            return node(at, 0, ExprKind::Map(Vec::new()));
        }
        let first = self.expression()?;
        let mut depth = first.depth;
        if self.kind() != Kind::Colon {
            let mut items = vec![first];
            while self.eat(Kind::Comma) {
                let item = self.expression()?;
                depth = depth.max(item.depth);
                items.push(item);
            }
            self.expect(Kind::RBracket)?;
            return node(at, depth, ExprKind::List(items));
        }
        let mut members = Vec::new();
        let mut key = first;
        loop {
            self.expect(Kind::Colon)?;
            let value = self.expression()?;
            depth = depth.max(key.depth).max(value.depth);
            members.push((key, value));
            if !self.eat(Kind::Comma) {
                break;
            }
            key = self.expression()?;
        }
        self.expect(Kind::RBracket)?;
        node(at, depth, ExprKind::Map(members))
    }

    fn new_object(&mut self) -> Parsed<Expr<'s>> {
        let at = self.advance().at;
        let mut ty = self.type_name()?;
        if self.kind() == Kind::LParen {
            let (arguments, depth) = self.arguments()?;
            return node(at, depth, ExprKind::New(ty, arguments));
        }
        if self.kind() == Kind::LBracket && self.kind_ahead(1) == Kind::RBracket {
            self.advance();
            self.advance();
            ty.dims = 1;
            self.expect(Kind::LBrace)?;
            let mut items = Vec::new();
            let mut depth = 0;
            if self.kind() != Kind::RBrace {
                loop {
                    let item = self.expression()?;
                    depth = depth.max(item.depth);
                    items.push(item);
                    if !self.eat(Kind::Comma) {
                        break;
                    }
                }
            }
            self.expect(Kind::RBrace)?;
            return node(at, depth, ExprKind::NewArrayOf(ty, items));
        }
        let mut sizes = Vec::new();
        let mut depth = 0;
        while self.kind() == Kind::LBracket {
            self.advance();
            let size = self.expression()?;
            self.expect(Kind::RBracket)?;
            depth = depth.max(size.depth);
            sizes.push(size);
        }
        if sizes.is_empty() {
            return Err(self.invalid_sequence());
        }
        ty.dims = u8::try_from(sizes.len()).map_err(|_| too_deep(at))?;
        node(at, depth, ExprKind::NewArray(ty, sizes))
    }

    fn arguments(&mut self) -> Parsed<(Vec<Expr<'s>>, u16)> {
        self.expect(Kind::LParen)?;
        let mut arguments = Vec::new();
        let mut depth = 0;
        if self.kind() != Kind::RParen {
            loop {
                let argument = self.argument()?;
                depth = depth.max(argument.depth);
                arguments.push(argument);
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
        }
        if self.kind() != Kind::RParen {
            return Err(self.unexpected("[{')', ','}]"));
        }
        self.advance();
        Ok((arguments, depth))
    }

    /// An expression, a lambda, or a reference to a function: the last two stand only among arguments.
    fn argument(&mut self) -> Parsed<Expr<'s>> {
        let at = self.token().at;
        if self.begins_lambda() {
            return self.nested(Self::lambda);
        }
        if self.kind() == Kind::This && self.kind_ahead(1) == Kind::Ref {
            self.advance();
            self.advance();
            let method = self.expect(Kind::Identifier)?.text;
            return node(at, 0, ExprKind::FunctionRef { ty: None, method });
        }
        if self.type_end(self.position()).is_some_and(|end| self.kind_at(end) == Kind::Ref) {
            let ty = self.declared_type()?;
            self.advance();
            let method = match self.kind() {
                Kind::New | Kind::Identifier => self.advance().text,
                _ => return Err(self.unexpected("[{'new', ID}]")),
            };
            return node(at, 0, ExprKind::FunctionRef { ty: Some(ty), method });
        }
        self.expression()
    }

    fn begins_lambda(&self) -> bool {
        let at = self.position();
        match self.kind() {
            Kind::Identifier if self.kind_ahead(1) == Kind::Arrow => true,
            Kind::LParen => {
                let mut depth = 0_usize;
                for end in at.. {
                    match self.kind_at(end) {
                        Kind::LParen => depth += 1,
                        Kind::RParen => {
                            depth -= 1;
                            if depth == 0 {
                                return self.kind_at(end + 1) == Kind::Arrow;
                            }
                        }
                        Kind::End => return false,
                        _ => {}
                    }
                }
                false
            }
            _ => self
                .type_end(at)
                .is_some_and(|end| self.kind_at(end) == Kind::Identifier && self.kind_at(end + 1) == Kind::Arrow),
        }
    }

    fn lambda(&mut self) -> Parsed<Expr<'s>> {
        let at = self.token().at;
        let mut parameters = Vec::new();
        if self.eat(Kind::LParen) {
            if self.kind() != Kind::RParen {
                loop {
                    parameters.push(self.lambda_parameter()?);
                    if !self.eat(Kind::Comma) {
                        break;
                    }
                }
            }
            self.expect(Kind::RParen)?;
        } else {
            parameters.push(self.lambda_parameter()?);
        }
        let arrow = self.expect(Kind::Arrow)?;
        // Elasticsearch reports a lambda's errors at its arrow, but a lambda itself at its first token.
        let _ = arrow;
        let (body, depth) = if self.kind() == Kind::LBrace {
            (LambdaBody::Block(self.block()?), 0)
        } else {
            let value = self.expression()?;
            let depth = value.depth;
            (LambdaBody::Expression(Box::new(value)), depth)
        };
        node(at, depth, ExprKind::Lambda { parameters, body })
    }

    fn lambda_parameter(&mut self) -> Parsed<Parameter<'s>> {
        let at = self.token().at;
        let has_type = self.type_end(self.position()).is_some_and(|end| self.kind_at(end) == Kind::Identifier);
        let ty = if has_type { Some(self.declared_type()?) } else { None };
        Ok(Parameter { ty, name: self.expect(Kind::Identifier)?.text, at })
    }
}

/// A node above children that are `depth` deep.
fn node(at: u32, depth: u16, kind: ExprKind<'_>) -> Parsed<Expr<'_>> {
    if depth >= NESTING_MAX_LEVELS {
        return Err(too_deep(at));
    }
    Ok(Expr { at, depth: depth + 1, kind })
}

fn combine<'s>(operator: Kind, left: Expr<'s>, right: Expr<'s>) -> Parsed<Expr<'s>> {
    let at = left.at;
    let depth = left.depth.max(right.depth);
    // Chains of `&&` and of `||` lie flat, however long they are.
    let left = match (operator, left) {
        (Kind::And, Expr { kind: ExprKind::And(mut terms), depth: was, .. })
        | (Kind::Or, Expr { kind: ExprKind::Or(mut terms), depth: was, .. }) => {
            terms.push(right);
            let kind = if operator == Kind::And { ExprKind::And(terms) } else { ExprKind::Or(terms) };
            return node(at, depth.max(was) - 1, kind);
        }
        (_, left) => left,
    };
    let kind = match operator {
        Kind::And => ExprKind::And(vec![left, right]),
        Kind::Or => ExprKind::Or(vec![left, right]),
        Kind::Elvis => ExprKind::Elvis(Box::new(left), Box::new(right)),
        Kind::Find | Kind::Match => {
            ExprKind::RegexMatch { whole: operator == Kind::Match, text: Box::new(left), pattern: Box::new(right) }
        }
        _ => match (binary_op(operator), compare_op(operator)) {
            (Some(op), _) => ExprKind::Binary(op, Box::new(left), Box::new(right)),
            (None, Some(op)) => ExprKind::Compare(op, Box::new(left), Box::new(right)),
            (None, None) => ExprKind::Null,
        },
    };
    node(at, depth, kind)
}

fn integer(text: &str, kind: Kind) -> ExprKind<'_> {
    let last = text.as_bytes().last().map(u8::to_ascii_lowercase);
    // `d` and `f` are digits of a hexadecimal number.
    let suffix = last.filter(|b| *b == b'l' || kind == Kind::Integer && matches!(b, b'f' | b'd'));
    let digits = if suffix.is_some() { &text[..text.len() - 1] } else { text };
    let (digits, radix) = match kind {
        Kind::Hex => (digits.get(2..).unwrap_or(""), Radix::Hex),
        Kind::Octal => (digits.get(1..).unwrap_or(""), Radix::Octal),
        _ => (digits, Radix::Decimal),
    };
    ExprKind::Integer { digits, radix, suffix }
}

fn decimal(text: &str) -> ExprKind<'_> {
    let last = text.as_bytes().last().map(u8::to_ascii_lowercase);
    let suffix = last.filter(|b| matches!(b, b'f' | b'd'));
    ExprKind::Decimal { digits: if suffix.is_some() { &text[..text.len() - 1] } else { text }, suffix }
}

/// The text of a string literal: quotes cut, `\\` and escaped quotes resolved.
fn unquote(text: &str) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::lexer::tokenize;
    use super::super::parser::parse;

    fn outcome(source: &str) -> String {
        let is_type = |name: &str| matches!(name, "List" | "Map" | "String");
        match tokenize(source).and_then(|tokens| parse(&tokens, &is_type).map(|_| ())) {
            Ok(()) => "ok".into(),
            Err(e) => format!("{}: {}", e.offset, e.reason),
        }
    }

    #[test]
    fn scripts_parse() {
        for source in [
            "if (a) b(); else if (c) { d() } else e()",
            "for (int i = 0, j = 1; i < j; ++i) ;",
            "for (def x : [1, 2]) { x.y?.z[0].w = -1 } return",
            "def f(int x, Map y) { return x } f(1, [:])",
            "x.forEach((k, v) -> y[k] = v); x.map(String::length).map(this::f).map(int[]::new)",
            "try { a() } catch (Exception e) { throw e } catch (java.lang.Error e) { }",
            "(List) [1]; (a)[0]; (int) -1; (String) x; (a) - 1",
            "new int[] {1, 2}.length; new int[2][3][0]; new ArrayList().size()",
            "a ? b : c ? d : e ?: f ?: g",
            "do { x++ } while (x < 3)",
        ] {
            assert_eq!(outcome(source), "ok", "{source}");
        }
    }

    #[test]
    fn errors_name_place_and_cause() {
        for (source, expected) in [
            ("if (true) {} ; return 1", "13: unexpected token [';'] was expecting one of [<EOF>]."),
            ("return 1 return 2", "9: unexpected token ['return'] was expecting one of [{<EOF>, ';'}]."),
            ("do i++; while (i < 3)", "3: unexpected token ['i'] was expecting one of ['{']."),
            ("def x = y -> 1", "10: unexpected token ['->'] was expecting one of [{<EOF>, ';'}]."),
            ("x = ", "4: unexpected end of script."),
            ("def this = 1", "4: invalid sequence of tokens near ['this']."),
            (".5", "0: invalid sequence of tokens near ['.']."),
        ] {
            assert_eq!(outcome(source), expected, "{source}");
        }
    }

    #[test]
    fn nesting_has_a_bound_but_long_chains_do_not() {
        assert!(outcome(&"(".repeat(5_000)).contains("nests too deep"));
        assert!(outcome(&format!("x{}", ".a".repeat(5_000))).contains("nests too deep"));
        assert!(outcome(&"- ".repeat(5_000)).contains("nests too deep"));
        assert!(outcome(&format!("a{}", " + a".repeat(5_000))).contains("nests too deep"));
        assert!(outcome(&"if (a) ".repeat(5_000)).contains("nests too deep"));
        assert_eq!(outcome(&format!("a{}", " || a == 1".repeat(2_000))), "ok");
        assert_eq!(outcome(&format!("if (a) {{ b() }}{}", " else if (a) { b() }".repeat(2_000))), "ok");
    }
}
