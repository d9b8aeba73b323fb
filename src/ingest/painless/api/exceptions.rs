//! Exceptions: those that scripts may throw and catch, and the errors that pass every `catch`.

use super::{Class, ClassId, take};
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::value::Val;

macro_rules! exceptions {
    ($($constant:ident = $name:literal, $id:ident extends $parent:ident;)*) => {
        $(pub const $constant: Class = Class {
            name: $name,
            extends: &[ClassId::$parent],
            constructors: &[
                ("()", |run, _| Ok(run.object(Kind::Exception { class: ClassId::$id, message: None }))),
                ("(String)", |run, args| {
                    let [message] = take(args)?;
                    Ok(run.object(Kind::Exception { class: ClassId::$id, message: message.as_str() }))
                }),
            ],
            ..Class::EMPTY
        };)*
    };
}

macro_rules! errors {
    ($($constant:ident = $name:literal;)*) => {
        $(pub const $constant: Class = Class { name: $name, hidden: true, ..Class::EMPTY };)*
    };
}

pub const EXCEPTION: Class = Class {
    name: "java.lang.Exception",
    constructors: &[
        ("()", |run, _| Ok(run.object(Kind::Exception { class: ClassId::Exception, message: None }))),
        ("(String)", |run, args| {
            let [message] = take(args)?;
            Ok(run.object(Kind::Exception { class: ClassId::Exception, message: message.as_str() }))
        }),
    ],
    methods: &[("String getMessage()", message), ("String getLocalizedMessage()", message)],
    ..Class::EMPTY
};

exceptions! {
    RUNTIME_EXCEPTION = "java.lang.RuntimeException", RuntimeException extends Exception;
    ARITHMETIC_EXCEPTION = "java.lang.ArithmeticException", ArithmeticException extends RuntimeException;
    ARRAY_STORE_EXCEPTION = "java.lang.ArrayStoreException", ArrayStoreException extends RuntimeException;
    CLASS_CAST_EXCEPTION = "java.lang.ClassCastException", ClassCastException extends RuntimeException;
    CONCURRENT_MODIFICATION_EXCEPTION = "java.util.ConcurrentModificationException",
        ConcurrentModificationException extends RuntimeException;
    DATE_TIME_EXCEPTION = "java.time.DateTimeException", DateTimeException extends RuntimeException;
    DATE_TIME_PARSE_EXCEPTION = "java.time.format.DateTimeParseException", DateTimeParseException extends DateTimeException;
    EMPTY_STACK_EXCEPTION = "java.util.EmptyStackException", EmptyStackException extends RuntimeException;
    ILLEGAL_ARGUMENT_EXCEPTION = "java.lang.IllegalArgumentException", IllegalArgumentException extends RuntimeException;
    ILLEGAL_STATE_EXCEPTION = "java.lang.IllegalStateException", IllegalStateException extends RuntimeException;
    INDEX_OUT_OF_BOUNDS_EXCEPTION = "java.lang.IndexOutOfBoundsException",
        IndexOutOfBoundsException extends RuntimeException;
    ARRAY_INDEX_OUT_OF_BOUNDS_EXCEPTION = "java.lang.ArrayIndexOutOfBoundsException",
        ArrayIndexOutOfBoundsException extends IndexOutOfBoundsException;
    STRING_INDEX_OUT_OF_BOUNDS_EXCEPTION = "java.lang.StringIndexOutOfBoundsException",
        StringIndexOutOfBoundsException extends IndexOutOfBoundsException;
    NEGATIVE_ARRAY_SIZE_EXCEPTION = "java.lang.NegativeArraySizeException",
        NegativeArraySizeException extends RuntimeException;
    NO_SUCH_ELEMENT_EXCEPTION = "java.util.NoSuchElementException", NoSuchElementException extends RuntimeException;
    INPUT_MISMATCH_EXCEPTION = "java.util.InputMismatchException", InputMismatchException extends NoSuchElementException;
    NULL_POINTER_EXCEPTION = "java.lang.NullPointerException", NullPointerException extends RuntimeException;
    NUMBER_FORMAT_EXCEPTION = "java.lang.NumberFormatException", NumberFormatException extends IllegalArgumentException;
    ILLEGAL_FORMAT_EXCEPTION = "java.util.IllegalFormatException", IllegalFormatException extends IllegalArgumentException;
    MISSING_FORMAT_ARGUMENT_EXCEPTION = "java.util.MissingFormatArgumentException",
        MissingFormatArgumentException extends IllegalFormatException;
    UNKNOWN_FORMAT_CONVERSION_EXCEPTION = "java.util.UnknownFormatConversionException",
        UnknownFormatConversionException extends IllegalFormatException;
    ILLEGAL_FORMAT_CONVERSION_EXCEPTION = "java.util.IllegalFormatConversionException",
        IllegalFormatConversionException extends IllegalFormatException;
    UNSUPPORTED_OPERATION_EXCEPTION = "java.lang.UnsupportedOperationException",
        UnsupportedOperationException extends RuntimeException;
    UNSUPPORTED_TEMPORAL_TYPE_EXCEPTION = "java.time.temporal.UnsupportedTemporalTypeException",
        UnsupportedTemporalTypeException extends DateTimeException;
    ZONE_RULES_EXCEPTION = "java.time.zone.ZoneRulesException", ZoneRulesException extends DateTimeException;
    MISSING_RESOURCE_EXCEPTION = "java.util.MissingResourceException",
        MissingResourceException extends RuntimeException;
}

/// Exceptions that only the engine throws; `catch (Exception e)` takes them.
macro_rules! engine_exceptions {
    ($($constant:ident = $name:literal;)*) => {
        $(pub const $constant: Class =
            Class { name: $name, extends: &[ClassId::RuntimeException], hidden: true, ..Class::EMPTY };)*
    };
}

engine_exceptions! {
    WRONG_METHOD_TYPE_EXCEPTION = "java.lang.invoke.WrongMethodTypeException";
    CIRCUIT_BREAKING_EXCEPTION = "org.elasticsearch.common.breaker.CircuitBreakingException";
}

errors! {
    PAINLESS_ERROR = "org.elasticsearch.painless.PainlessError";
    PAINLESS_EXPLAIN_ERROR = "org.elasticsearch.painless.PainlessExplainError";
    STACK_OVERFLOW_ERROR = "java.lang.StackOverflowError";
    OUT_OF_MEMORY_ERROR = "java.lang.OutOfMemoryError";
}

fn message<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    Ok(match this {
        Val::Obj(Obj { kind: Kind::Exception { message: Some(message), .. }, .. }) => Val::Str(message),
        _ => Val::Null,
    })
}
