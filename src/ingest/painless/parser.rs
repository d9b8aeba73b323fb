//! Tokens to a tree: statements, declarations, functions. Expressions are in [`super::parse_expr`].
//!
//! The grammar is Painless' own: a statement ends with `;` or at the end of the script, the last one of a block may go
//! without, there is no empty statement and no free-standing block, and functions come first.

use super::ast::*;
use super::error::CompileError;
use super::stack::StackGuard;
use super::token::{Kind, Token};

/// How deep statements and expressions may nest.
pub const NESTING_MAX_LEVELS: u16 = 180;

pub struct Parser<'t, 's> {
    tokens: &'t [Token<'s>],
    at: usize,
    depth: u16,
    stack: StackGuard,
    /// Whether a name is one of Elasticsearch's classes: decides what `(Name) [` begins.
    pub(super) is_type: &'t dyn Fn(&str) -> bool,
}

pub(super) type Parsed<T> = Result<T, CompileError>;

/// Parses a whole script.
pub fn parse<'s>(tokens: &[Token<'s>], is_type: &dyn Fn(&str) -> bool) -> Parsed<Source<'s>> {
    let mut parser = Parser { tokens, at: 0, depth: 0, stack: StackGuard::new(), is_type };
    let mut functions = Vec::new();
    while let Some(after_type) = parser.type_end(parser.at) {
        if parser.kind_at(after_type) != Kind::Identifier || parser.kind_at(after_type + 1) != Kind::LParen {
            break;
        }
        functions.push(parser.function()?);
    }
    let at = parser.token().at;
    let mut statements = Vec::new();
    while parser.kind() != Kind::End {
        statements.push(parser.statement(Kind::End)?);
    }
    Ok(Source { functions, body: Block { statements, at } })
}

impl<'t, 's> Parser<'t, 's> {
    pub(super) fn token(&self) -> Token<'s> {
        self.token_at(self.at)
    }

    fn token_at(&self, at: usize) -> Token<'s> {
        let end = Token { kind: Kind::End, text: "", at: 0 };
        self.tokens.get(at).or(self.tokens.last()).copied().unwrap_or(end)
    }

    pub(super) fn kind(&self) -> Kind {
        self.token().kind
    }

    pub(super) fn kind_ahead(&self, ahead: usize) -> Kind {
        self.kind_at(self.at + ahead)
    }

    pub(super) fn kind_at(&self, at: usize) -> Kind {
        self.token_at(at).kind
    }

    pub(super) fn text_at(&self, at: usize) -> &'s str {
        self.token_at(at).text
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn advance(&mut self) -> Token<'s> {
        let token = self.token();
        self.at += 1;
        token
    }

    pub(super) fn eat(&mut self, kind: Kind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.at += 1;
        }
        found
    }

    pub(super) fn expect(&mut self, kind: Kind) -> Parsed<Token<'s>> {
        if self.kind() == kind {
            Ok(self.advance())
        } else {
            Err(self.unexpected(&format!("[{}]", kind.expected_name())))
        }
    }

    pub(super) fn unexpected(&self, expected: &str) -> CompileError {
        let token = self.token();
        if token.kind == Kind::End {
            return CompileError::new(token.at as usize, "unexpected end of script.");
        }
        CompileError::new(token.at as usize, format!("unexpected token [{token}] was expecting one of {expected}."))
    }

    pub(super) fn invalid_sequence(&self) -> CompileError {
        let token = self.token();
        if token.kind == Kind::End {
            return CompileError::new(token.at as usize, "unexpected end of script.");
        }
        CompileError::new(token.at as usize, format!("invalid sequence of tokens near [{token}]."))
    }

    /// Runs `parse` one level deeper.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= NESTING_MAX_LEVELS || self.stack.is_spent() {
            return Err(too_deep(self.token().at));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Where the type that begins at token `at` ends, if one may begin there.
    pub(super) fn type_end(&self, at: usize) -> Option<usize> {
        let mut end = match self.kind_at(at) {
            Kind::Def | Kind::Primitive => at + 1,
            Kind::Identifier => {
                let mut end = at + 1;
                while self.kind_at(end) == Kind::Dot && self.kind_at(end + 1) == Kind::DotName {
                    end += 2;
                }
                end
            }
            _ => return None,
        };
        while self.kind_at(end) == Kind::LBracket && self.kind_at(end + 1) == Kind::RBracket {
            end += 2;
        }
        Some(end)
    }

    /// A type without its brackets.
    pub(super) fn type_name(&mut self) -> Parsed<TypeName> {
        let token = self.token();
        let mut name = match token.kind {
            Kind::Def | Kind::Primitive | Kind::Identifier => self.advance().text.to_owned(),
            _ => return Err(self.invalid_sequence()),
        };
        if token.kind == Kind::Identifier {
            while self.kind() == Kind::Dot && self.kind_ahead(1) == Kind::DotName {
                self.advance();
                name.push('.');
                name.push_str(self.advance().text);
            }
        }
        Ok(TypeName { name, dims: 0, at: token.at })
    }

    /// A type with its brackets.
    pub(super) fn declared_type(&mut self) -> Parsed<TypeName> {
        let mut ty = self.type_name()?;
        while self.kind() == Kind::LBracket && self.kind_ahead(1) == Kind::RBracket {
            self.at += 2;
            ty.dims = ty.dims.checked_add(1).ok_or_else(|| too_deep(ty.at))?;
        }
        Ok(ty)
    }

    fn function(&mut self) -> Parsed<Function<'s>> {
        let at = self.token().at;
        let returns = self.declared_type()?;
        let name = self.expect(Kind::Identifier)?.text;
        self.expect(Kind::LParen)?;
        let mut parameters = Vec::new();
        if self.kind() != Kind::RParen {
            loop {
                let ty = self.declared_type()?;
                parameters.push((ty, self.expect(Kind::Identifier)?.text));
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
        }
        self.expect(Kind::RParen)?;
        let body = self.block()?;
        Ok(Function { returns, name, parameters, body, at })
    }

    pub(super) fn block(&mut self) -> Parsed<Block<'s>> {
        let at = self.expect(Kind::LBrace)?.at;
        let mut statements = Vec::new();
        while self.kind() != Kind::RBrace {
            if self.kind() == Kind::End {
                return Err(self.unexpected("['}']"));
            }
            statements.push(self.statement(Kind::RBrace)?);
        }
        self.advance();
        Ok(Block { statements, at })
    }

    /// A statement; one that wants a `;` may go without before `end`.
    fn statement(&mut self, end: Kind) -> Parsed<Statement<'s>> {
        self.nested(|parser| {
            let at = parser.token().at;
            let kind = match parser.kind() {
                Kind::If => parser.if_statement()?,
                Kind::While => parser.while_statement()?,
                Kind::For => parser.for_statement()?,
                Kind::Try => parser.try_statement()?,
                _ => {
                    let kind = parser.simple_statement()?;
                    // Only the last statement of a block, and of the script, goes without a semicolon.
                    if !parser.eat(Kind::Semicolon) && parser.kind() != end {
                        return Err(parser.unexpected("[{<EOF>, ';'}]"));
                    }
                    kind
                }
            };
            Ok(Statement { at, kind })
        })
    }

    fn simple_statement(&mut self) -> Parsed<StatementKind<'s>> {
        Ok(match self.kind() {
            Kind::Do => {
                self.advance();
                let body = self.block()?;
                self.expect(Kind::While)?;
                StatementKind::Do(body, self.parenthesized()?)
            }
            Kind::Continue => {
                self.advance();
                StatementKind::Continue
            }
            Kind::Break => {
                self.advance();
                StatementKind::Break
            }
            Kind::Return => {
                self.advance();
                let has_value = !matches!(self.kind(), Kind::Semicolon | Kind::RBrace | Kind::End);
                StatementKind::Return(if has_value { Some(self.expression()?) } else { None })
            }
            Kind::Throw => {
                self.advance();
                StatementKind::Throw(self.expression()?)
            }
            Kind::LBrace => return Err(self.unexpected("[<EOF>]")),
            Kind::Semicolon => return Err(self.unexpected("[<EOF>]")),
            _ if self.begins_declaration() => {
                let (ty, declarators) = self.declaration()?;
                StatementKind::Declaration(ty, declarators)
            }
            _ => StatementKind::Expression(self.expression()?),
        })
    }

    fn begins_declaration(&self) -> bool {
        match self.kind() {
            Kind::Def => true,
            Kind::Primitive => true,
            Kind::Identifier => self.type_end(self.at).is_some_and(|end| self.kind_at(end) == Kind::Identifier),
            _ => false,
        }
    }

    fn declaration(&mut self) -> Parsed<(TypeName, Vec<Declarator<'s>>)> {
        let ty = self.declared_type()?;
        let mut declarators = Vec::new();
        loop {
            if self.kind() != Kind::Identifier {
                return Err(self.invalid_sequence());
            }
            let token = self.advance();
            let value = if self.eat(Kind::Assign) { Some(self.expression()?) } else { None };
            declarators.push(Declarator { name: token.text, at: token.at, value });
            if !self.eat(Kind::Comma) {
                return Ok((ty, declarators));
            }
        }
    }

    fn parenthesized(&mut self) -> Parsed<Expr<'s>> {
        self.expect(Kind::LParen)?;
        let expr = self.expression()?;
        self.expect(Kind::RParen)?;
        Ok(expr)
    }

    /// A block, or one statement in its place.
    fn trailer(&mut self) -> Parsed<Block<'s>> {
        if self.kind() == Kind::LBrace {
            return self.block();
        }
        let at = self.token().at;
        Ok(Block { statements: vec![self.statement(Kind::End)?], at })
    }

    /// A trailer, or `;` for none.
    fn loop_body(&mut self) -> Parsed<Option<Block<'s>>> {
        if self.eat(Kind::Semicolon) { Ok(None) } else { self.trailer().map(Some) }
    }

    fn if_statement(&mut self) -> Parsed<StatementKind<'s>> {
        let mut branches = Vec::new();
        loop {
            let at = self.expect(Kind::If)?.at;
            let condition = self.parenthesized()?;
            branches.push(Branch { at, condition, body: self.trailer()? });
            if !self.eat(Kind::Else) {
                return Ok(StatementKind::If(branches, None));
            }
            if self.kind() != Kind::If {
                return Ok(StatementKind::If(branches, Some(self.trailer()?)));
            }
        }
    }

    fn while_statement(&mut self) -> Parsed<StatementKind<'s>> {
        self.advance();
        let condition = self.parenthesized()?;
        Ok(StatementKind::While(condition, self.loop_body()?))
    }

    fn for_statement(&mut self) -> Parsed<StatementKind<'s>> {
        self.advance();
        self.expect(Kind::LParen)?;
        if self.kind() == Kind::Identifier && self.kind_ahead(1) == Kind::In {
            let name = self.advance().text;
            self.advance();
            return self.for_each(None, name);
        }
        if let Some(end) = self.type_end(self.at)
            && self.kind_at(end) == Kind::Identifier
            && self.kind_at(end + 1) == Kind::Colon
        {
            let ty = self.declared_type()?;
            let name = self.advance().text;
            self.advance();
            return self.for_each(Some(ty), name);
        }
        let initializer = match self.kind() {
            Kind::Semicolon => None,
            _ if self.begins_declaration() => {
                let (ty, declarators) = self.declaration()?;
                Some(Initializer::Declaration(ty, declarators))
            }
            _ => Some(Initializer::Expression(self.expression()?)),
        };
        self.expect(Kind::Semicolon)?;
        let condition = if self.kind() == Kind::Semicolon { None } else { Some(self.expression()?) };
        self.expect(Kind::Semicolon)?;
        let afterthought = if self.kind() == Kind::RParen { None } else { Some(self.expression()?) };
        self.expect(Kind::RParen)?;
        let body = self.loop_body()?;
        Ok(StatementKind::For(Box::new(For { initializer, condition, afterthought, body })))
    }

    fn for_each(&mut self, ty: Option<TypeName>, name: &'s str) -> Parsed<StatementKind<'s>> {
        let iterable = self.expression()?;
        self.expect(Kind::RParen)?;
        let body = self.trailer()?;
        Ok(StatementKind::ForEach { ty, name, iterable, body })
    }

    fn try_statement(&mut self) -> Parsed<StatementKind<'s>> {
        self.advance();
        let body = self.block()?;
        let mut catches = Vec::new();
        while self.kind() == Kind::Catch {
            let at = self.advance().at;
            self.expect(Kind::LParen)?;
            let ty = self.type_name()?;
            let name = self.expect(Kind::Identifier)?.text;
            self.expect(Kind::RParen)?;
            catches.push(Catch { ty, name, body: self.block()?, at });
        }
        if catches.is_empty() {
            return Err(self.unexpected("['catch']"));
        }
        Ok(StatementKind::Try(body, catches))
    }
}

pub(super) fn too_deep(at: u32) -> CompileError {
    CompileError::new(at as usize, format!("the script nests too deep: {NESTING_MAX_LEVELS} levels are the most"))
}
