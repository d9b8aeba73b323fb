//! Functional interfaces on `int`, `long` and `double`.

use super::Class;
use super::functions::apply;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::value::Val;

macro_rules! interfaces {
    ($($constant:ident = $name:literal, $function:literal;)*) => {
        $(pub const $constant: Class = Class {
            name: concat!("java.util.function.", $name),
            function: Some($function),
            methods: &[($function, call)],
            ..Class::EMPTY
        };)*
    };
}

fn call<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    apply(run, args)
}

interfaces! {
    BOOLEAN_SUPPLIER = "BooleanSupplier", "boolean getAsBoolean()";
    DOUBLE_BINARY_OPERATOR = "DoubleBinaryOperator", "double applyAsDouble(double, double)";
    DOUBLE_CONSUMER = "DoubleConsumer", "void accept(double)";
    DOUBLE_FUNCTION = "DoubleFunction", "def apply(double)";
    DOUBLE_PREDICATE = "DoublePredicate", "boolean test(double)";
    DOUBLE_SUPPLIER = "DoubleSupplier", "double getAsDouble()";
    DOUBLE_TO_INT_FUNCTION = "DoubleToIntFunction", "int applyAsInt(double)";
    DOUBLE_TO_LONG_FUNCTION = "DoubleToLongFunction", "long applyAsLong(double)";
    DOUBLE_UNARY_OPERATOR = "DoubleUnaryOperator", "double applyAsDouble(double)";
    INT_BINARY_OPERATOR = "IntBinaryOperator", "int applyAsInt(int, int)";
    INT_CONSUMER = "IntConsumer", "void accept(int)";
    INT_FUNCTION = "IntFunction", "def apply(int)";
    INT_PREDICATE = "IntPredicate", "boolean test(int)";
    INT_SUPPLIER = "IntSupplier", "int getAsInt()";
    INT_TO_DOUBLE_FUNCTION = "IntToDoubleFunction", "double applyAsDouble(int)";
    INT_TO_LONG_FUNCTION = "IntToLongFunction", "long applyAsLong(int)";
    INT_UNARY_OPERATOR = "IntUnaryOperator", "int applyAsInt(int)";
    LONG_BINARY_OPERATOR = "LongBinaryOperator", "long applyAsLong(long, long)";
    LONG_CONSUMER = "LongConsumer", "void accept(long)";
    LONG_FUNCTION = "LongFunction", "def apply(long)";
    LONG_PREDICATE = "LongPredicate", "boolean test(long)";
    LONG_SUPPLIER = "LongSupplier", "long getAsLong()";
    LONG_TO_DOUBLE_FUNCTION = "LongToDoubleFunction", "double applyAsDouble(long)";
    LONG_TO_INT_FUNCTION = "LongToIntFunction", "int applyAsInt(long)";
    LONG_UNARY_OPERATOR = "LongUnaryOperator", "long applyAsLong(long)";
    OBJ_DOUBLE_CONSUMER = "ObjDoubleConsumer", "void accept(def, double)";
    OBJ_LONG_CONSUMER = "ObjLongConsumer", "void accept(def, long)";
    TO_DOUBLE_BI_FUNCTION = "ToDoubleBiFunction", "double applyAsDouble(def, def)";
    TO_INT_BI_FUNCTION = "ToIntBiFunction", "int applyAsInt(def, def)";
    TO_LONG_BI_FUNCTION = "ToLongBiFunction", "long applyAsLong(def, def)";
}
