//! `Queue`, `Deque`, `Stack` and `Vector`.

use super::lists::{add_at, get, list, new_kind, position};
use super::{Class, ClassId, take};
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::object::ListKind;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

pub const LINKED_LIST: Class = Class {
    name: "java.util.LinkedList",
    extends: &[ClassId::List, ClassId::Deque],
    constructors: &[
        ("()", |run, args| new_kind(run, ListKind::Linked, args)),
        ("(Collection)", |run, args| new_kind(run, ListKind::Linked, args)),
    ],
    methods: &[("def clone()", |run, args| new_kind(run, ListKind::Linked, args))],
    ..Class::EMPTY
};

pub const ARRAY_DEQUE: Class = Class {
    name: "java.util.ArrayDeque",
    extends: &[ClassId::Deque],
    constructors: &[
        ("()", |run, args| new_kind(run, ListKind::Deque, args)),
        ("(Collection)", |run, args| new_kind(run, ListKind::Deque, args)),
    ],
    methods: &[("def clone()", |run, args| new_kind(run, ListKind::Deque, args))],
    ..Class::EMPTY
};

pub const VECTOR: Class = Class {
    name: "java.util.Vector",
    extends: &[ClassId::List],
    constructors: &[
        ("()", |run, args| new_kind(run, ListKind::Vector, args)),
        ("(Collection)", |run, args| new_kind(run, ListKind::Vector, args)),
    ],
    methods: &[
        ("void addElement(def)", add_last),
        ("def elementAt(int)", get),
        ("def firstElement()", get_first),
        ("def lastElement()", get_last),
        ("void removeAllElements()", remove_all_elements),
    ],
    ..Class::EMPTY
};

pub const STACK: Class = Class {
    name: "java.util.Stack",
    extends: &[ClassId::Vector],
    constructors: &[("()", |run, args| new_kind(run, ListKind::Stack, args))],
    methods: &[
        ("boolean empty()", |_, args| Ok(Val::Bool(list(args)?.is_empty()))),
        ("def peek()", stack_peek),
        ("def pop()", stack_pop),
        ("def push(def)", stack_push),
        ("int search(def)", stack_search),
    ],
    ..Class::EMPTY
};

pub const QUEUE: Class = Class {
    name: "java.util.Queue",
    extends: &[ClassId::Collection],
    methods: &[
        ("def element()", get_first),
        ("boolean offer(def)", offer_last),
        ("def peek()", peek_first),
        ("def poll()", poll_first),
        ("def remove()", remove_first),
    ],
    ..Class::EMPTY
};

pub const DEQUE: Class = Class {
    name: "java.util.Deque",
    extends: &[ClassId::Queue],
    methods: &[
        ("void addFirst(def)", add_first),
        ("void addLast(def)", add_last),
        ("def getFirst()", get_first),
        ("def getLast()", get_last),
        ("boolean offerFirst(def)", offer_first),
        ("boolean offerLast(def)", offer_last),
        ("def peekFirst()", peek_first),
        ("def peekLast()", peek_last),
        ("def pollFirst()", poll_first),
        ("def pollLast()", poll_last),
        ("def pop()", remove_first),
        ("void push(def)", add_first),
        ("boolean remove(def)", remove_item),
        ("def removeFirst()", remove_first),
        ("boolean removeFirstOccurrence(def)", remove_item),
        ("def removeLast()", remove_last),
    ],
    ..Class::EMPTY
};

// Queues and stacks.

fn first<'a>(run: &Run<'_, 'a>, args: &[Val<'a>]) -> Result<Option<Val<'a>>, Thrown> {
    Ok(list(args)?.get(0).map(|v| run.val(v)))
}

fn last<'a>(run: &Run<'_, 'a>, args: &[Val<'a>]) -> Result<Option<Val<'a>>, Thrown> {
    let list = list(args)?;
    Ok(list.len().checked_sub(1).and_then(|i| list.get(i)).map(|v| run.val(v)))
}

fn take_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], from_end: bool) -> Result<Option<Val<'a>>, Thrown> {
    let list = list(args)?;
    run.check_mutable(list)?;
    let index = if from_end { list.len().checked_sub(1) } else { Some(0) };
    Ok(index.and_then(|i| list.remove(i)).map(|v| run.val(v)))
}

fn get_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    first(run, args)?.ok_or_else(no_element)
}

fn get_last<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    last(run, args)?.ok_or_else(no_element)
}

fn peek_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(first(run, args)?.unwrap_or(Val::Null))
}

fn peek_last<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(last(run, args)?.unwrap_or(Val::Null))
}

fn poll_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(take_at(run, args, false)?.unwrap_or(Val::Null))
}

fn poll_last<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(take_at(run, args, true)?.unwrap_or(Val::Null))
}

fn remove_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    take_at(run, args, false)?.ok_or_else(no_element)
}

fn remove_last<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    take_at(run, args, true)?.ok_or_else(no_element)
}

fn add_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, val] = take(args)?;
    add_at(run, &[this, Val::Int(0), val])
}

fn add_last<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, val] = take(args)?;
    run.add_to(this, val)?;
    Ok(Val::Null)
}

fn offer_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    add_first(run, args).map(|_| Val::Bool(true))
}

fn offer_last<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    add_last(run, args).map(|_| Val::Bool(true))
}

fn remove_item<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, item] = take(args)?;
    let list = list(args)?;
    match usize::try_from(position(run, list, item, false)?) {
        Ok(index) => Ok(Val::Bool(list.remove(index).is_some())),
        Err(_) => Ok(Val::Bool(false)),
    }
}

fn remove_all_elements<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    list(args)?.clear();
    Ok(Val::Null)
}

fn stack_peek<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    last(run, args)?.ok_or_else(|| Thrown::with_message(ClassId::EmptyStackException, None))
}

fn stack_pop<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    take_at(run, args, true)?.ok_or_else(|| Thrown::with_message(ClassId::EmptyStackException, None))
}

fn stack_push<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, val] = take(args)?;
    run.add_to(this, val)?;
    Ok(val)
}

fn stack_search<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, item] = take(args)?;
    let list = list(args)?;
    let found = position(run, list, item, true)?;
    Ok(Val::Int(if found < 0 { -1 } else { list.len() as i32 - found }))
}
