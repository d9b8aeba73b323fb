//! What Elasticsearch says of an expression that stands where it makes no sense: as a statement, or left of `=`.

use crate::ingest::painless::ast::*;

impl Expr<'_> {
    /// The complaint about a statement that does nothing; none for calls, assignments and the like.
    pub(super) fn unused(&self) -> Option<String> {
        let reason = match &self.kind {
            ExprKind::Null => "null constant not used".to_owned(),
            ExprKind::Bool(b) => format!("boolean constant [{b}] not used"),
            ExprKind::Integer { digits, .. } => format!("numeric constant [{digits}] not used"),
            ExprKind::Decimal { digits, .. } => format!("decimal constant [{digits}] not used"),
            ExprKind::String(s) => format!("string constant [{s}] not used"),
            ExprKind::Regex { pattern, flags } => format!("regex constant [{pattern}] with flags [{flags}] not used"),
            ExprKind::Name(name) => format!("variable [{name}] not used"),
            ExprKind::List(_) => "result not used from list initializer".into(),
            ExprKind::Map(_) => "result not used from map initializer".into(),
            ExprKind::NewArray(..) | ExprKind::NewArrayOf(..) => "result not used from new array".into(),
            ExprKind::Field { .. } => "result of dot operator [.] not used".into(),
            ExprKind::Index { .. } => "result of brace operator not used".into(),
            ExprKind::Cast(ty, _) => format!("result not used from explicit cast with target type [{}]", ty.name),
            ExprKind::InstanceOf(_, ty) => format!("result not used from instanceof with target type [{}]", ty.name),
            ExprKind::FunctionRef { .. } => "function reference not used".into(),
            ExprKind::Lambda { .. } => "lambda not used".into(),
            _ => {
                let (word, symbol) = self.operation()?;
                format!("result not used from {word} operation [{symbol}]")
            }
        };
        Some(format!("not a statement: {reason}"))
    }

    /// An operator's name and symbol.
    fn operation(&self) -> Option<(&'static str, &'static str)> {
        Some(match &self.kind {
            ExprKind::Unary(UnaryOp::Not, _) => ("boolean not", "!"),
            ExprKind::Unary(UnaryOp::BitNot, _) => ("bitwise not", "~"),
            ExprKind::Unary(UnaryOp::Plus, _) => ("addition", "+"),
            ExprKind::Unary(UnaryOp::Minus, _) => ("subtraction", "-"),
            ExprKind::Binary(op, ..) => (op.word(), op.symbol()),
            ExprKind::Compare(op, ..) => (op.word(), op.symbol()),
            ExprKind::And(_) => ("boolean and", "&&"),
            ExprKind::Or(_) => ("boolean or", "||"),
            ExprKind::RegexMatch { whole: false, .. } => ("find", "=~"),
            ExprKind::RegexMatch { whole: true, .. } => ("match", "==~"),
            ExprKind::Elvis(..) => ("elvis", "?:"),
            ExprKind::Conditional(_) => ("conditional", "?:"),
            _ => return None,
        })
    }

    /// What it is, for "cannot assign a value to".
    pub(super) fn not_assignable(&self) -> String {
        match &self.kind {
            ExprKind::Null => "null constant".into(),
            ExprKind::Bool(b) => format!("boolean constant [{b}]"),
            ExprKind::Integer { digits, .. } => format!("numeric constant [{digits}]"),
            ExprKind::Decimal { digits, .. } => format!("decimal constant [{digits}]"),
            ExprKind::String(s) => format!("string constant [{s}]"),
            ExprKind::Regex { pattern, flags } => format!("regex constant [{pattern}] with flags [{flags}]"),
            ExprKind::CallLocal { name, arguments } => format!("function call [{name}/{}]", arguments.len()),
            ExprKind::Call { name, arguments, .. } => format!("method call [{name}/{}]", arguments.len()),
            ExprKind::Assign { .. } | ExprKind::Increment { .. } => "an assignment".into(),
            ExprKind::New(ty, arguments) => format!("new object with constructor [{}/{}]", ty.name, arguments.len()),
            ExprKind::List(_) => "list initializer".into(),
            ExprKind::Map(_) => "map initializer".into(),
            ExprKind::NewArray(..) | ExprKind::NewArrayOf(..) => "new array".into(),
            ExprKind::Cast(ty, _) => format!("an explicit cast with target type [{}]", ty.name),
            ExprKind::InstanceOf(_, ty) => format!("instanceof with target type [{}]", ty.name),
            _ => match self.operation() {
                Some((word, symbol)) => format!("{word} operation [{symbol}]"),
                None => "this expression".into(),
            },
        }
    }
}
