//! Exceptions: what a script throws, catches, and fails with.

use super::api::ClassId;
use crate::ingest::{ErrorKind, Failure, ScriptTrace};

/// An exception on its way up. Boxed, so that results stay small on the way that works.
#[derive(Debug)]
pub struct Thrown(Box<Exception>);

#[derive(Debug)]
struct Exception {
    class: ClassId,
    message: Option<String>,
    cause: Option<Thrown>,
    /// What another part of ingest reported, with causes that scripts do not see.
    failure: Option<Failure>,
    /// Byte offset of the innermost expression of the script that it came out of.
    place: Option<u32>,
}

impl Thrown {
    pub fn new(class: ClassId, message: impl Into<String>) -> Self {
        Self(Box::new(Exception { class, message: Some(message.into()), cause: None, failure: None, place: None }))
    }

    pub fn with_message(class: ClassId, message: Option<String>) -> Self {
        Self(Box::new(Exception { class, message, cause: None, failure: None, place: None }))
    }

    pub fn illegal_argument(message: impl Into<String>) -> Self {
        Self::new(ClassId::IllegalArgumentException, message)
    }

    pub fn null_pointer(message: impl Into<String>) -> Self {
        Self::new(ClassId::NullPointerException, message)
    }

    pub fn class_cast(message: impl Into<String>) -> Self {
        Self::new(ClassId::ClassCastException, message)
    }

    /// What other parts of ingest report as a failure.
    pub fn from_failure(failure: Failure) -> Self {
        let class = match failure.kind {
            ErrorKind::IllegalState => ClassId::IllegalStateException,
            ErrorKind::NumberFormat => ClassId::NumberFormatException,
            ErrorKind::NullPointer => ClassId::NullPointerException,
            ErrorKind::ClassCast => ClassId::ClassCastException,
            ErrorKind::IndexOutOfBounds => ClassId::IndexOutOfBoundsException,
            ErrorKind::DateTimeParse => ClassId::DateTimeParseException,
            _ => ClassId::IllegalArgumentException,
        };
        let mut thrown = Self::new(class, failure.reason.clone());
        thrown.0.failure = Some(failure);
        thrown
    }

    pub fn caused_by(mut self, cause: Thrown) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Too much of something that an honest script never needs: not to be caught.
    pub fn painless_error(message: impl Into<String>) -> Self {
        Self::new(ClassId::PainlessError, message)
    }

    /// Notes where in the script it came from, unless an inner place is known.
    #[cold]
    pub fn at(mut self, offset: u32) -> Self {
        self.0.place.get_or_insert(offset);
        self
    }

    pub fn class(&self) -> ClassId {
        self.0.class
    }

    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Errors of the engine (loops, recursion, memory) pass every `catch`.
    pub fn is_catchable(&self) -> bool {
        self.0.class.is_subclass_of(ClassId::Exception)
    }

    /// The failure as Elasticsearch reports it: `script_exception` "runtime error" with the place, the exception as its cause.
    /// `statements` are the offsets at which the script's statements begin, in order.
    pub fn into_failure(self, source: &str, statements: &[u32]) -> Failure {
        let trace = self.0.place.map(|place| Box::new(trace(place as usize, source, statements)));
        let mut failure = Failure::new(ErrorKind::Script, "runtime error").caused_by(self.bare_failure());
        failure.script = trace;
        failure
    }

    /// The exception itself, without the script around it.
    pub fn bare_failure(self) -> Failure {
        if let Some(failure) = self.0.failure {
            return failure;
        }
        let kind = match self.0.class {
            ClassId::IllegalArgumentException => ErrorKind::IllegalArgument,
            ClassId::IllegalStateException => ErrorKind::IllegalState,
            ClassId::NumberFormatException => ErrorKind::NumberFormat,
            ClassId::NullPointerException => ErrorKind::NullPointer,
            ClassId::ClassCastException => ErrorKind::ClassCast,
            ClassId::IndexOutOfBoundsException => ErrorKind::IndexOutOfBounds,
            ClassId::DateTimeParseException => ErrorKind::DateTimeParse,
            other => ErrorKind::Other(other.exception_name()),
        };
        // An exception without a message has none in Elasticsearch's answer either; `null` is how Java prints it.
        let failure = Failure::new(kind, self.0.message.unwrap_or_default());
        match self.0.cause {
            Some(cause) => failure.caused_by(cause.bare_failure()),
            None => failure,
        }
    }
}

/// The statement around `offset`, with a pointer at it.
fn trace(offset: usize, source: &str, statements: &[u32]) -> ScriptTrace {
    let before = statements.partition_point(|s| *s as usize <= offset);
    let start = before.checked_sub(1).and_then(|i| statements.get(i)).map_or(0, |s| *s as usize);
    let end = statements.get(before).map_or(source.len(), |s| *s as usize);
    let units = |bytes: usize| source.get(..bytes).map_or(bytes, |text| text.encode_utf16().count());
    let pad = source.get(start..offset).map_or(0, |text| text.chars().count());
    ScriptTrace {
        stack: vec![source.get(start..end).unwrap_or_default().to_owned(), format!("{}^---- HERE", " ".repeat(pad))],
        script: script_name(source),
        offset: units(offset),
        start: units(start),
        end: units(end),
    }
}

/// How Elasticsearch names a script without an id: its first line.
pub(super) fn script_name(source: &str) -> String {
    const NAME_LEN_MAX_CHARS: usize = 256;
    let first = source.lines().next().unwrap_or_default();
    match first.char_indices().nth(NAME_LEN_MAX_CHARS) {
        Some((cut, _)) => format!("{} ...", &first[..cut]),
        None if source.contains('\n') => format!("{first} ..."),
        None => first.to_owned(),
    }
}
