//! `List` and its kinds, `Queue`, `Deque`, `Collections`, `Arrays`.

use super::functions::{reverse_order, reversed};
use super::{Change, Class, ClassId, take};
use crate::document::Array;
use crate::ingest::painless::access::out_of_bounds;
use crate::ingest::painless::equality;
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::object::{Iter, Kind, ListKind, MapRef, Obj, Order};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;

pub const LIST: Class = Class {
    name: "java.util.List",
    extends: &[ClassId::Collection],
    methods: &[
        ("void add(int, def)", add_at),
        ("boolean addAll(int, Collection)", add_all_at),
        ("def get(int)", get),
        ("Object getByPath(String)", super::maps::get_by_path),
        ("Object getByPath(String, Object)", super::maps::get_by_path),
        ("int getLength()", |_, args| Ok(Val::Int(list(args)?.len() as i32))),
        ("int indexOf(def)", index_of),
        ("int lastIndexOf(def)", last_index_of),
        ("ListIterator listIterator()", list_iterator),
        ("ListIterator listIterator(int)", list_iterator),
        ("def remove(int)", remove),
        ("void replaceAll(UnaryOperator)", replace_all),
        ("def set(int, def)", set),
        ("void sort(Comparator)", sort),
        ("List subList(int, int)", sub_list),
    ],
    ..Class::EMPTY
};

pub const ARRAY_LIST: Class = Class {
    name: "java.util.ArrayList",
    extends: &[ClassId::List],
    constructors: &[("()", new_list), ("(Collection)", new_list)],
    methods: &[("def clone()", new_list), ("void trimToSize()", |_, _| Ok(Val::Null))],
    ..Class::EMPTY
};

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

macro_rules! hidden_lists {
    ($($constant:ident = $name:literal;)*) => {
        $(pub const $constant: Class = Class { name: $name, extends: &[ClassId::List], hidden: true, ..Class::EMPTY };)*
    };
}

hidden_lists! {
    ARRAYS_LIST = "java.util.Arrays.ArrayList";
    UNMODIFIABLE_LIST = "java.util.Collections.UnmodifiableList";
    UNMODIFIABLE_INGEST_LIST = "org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestList";
}

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

pub const COLLECTIONS: Class = Class {
    name: "java.util.Collections",
    constants: &[
        ("List EMPTY_LIST", |run, _| unmodifiable(run, Vec::new())),
        ("Map EMPTY_MAP", empty_map),
        ("Set EMPTY_SET", |run, _| super::sets::unmodifiable(run, Vec::new())),
    ],
    statics: &[
        ("boolean addAll(Collection, def[])", add_all_of),
        ("int binarySearch(List, def)", binary_search),
        ("int binarySearch(List, def, Comparator)", binary_search),
        ("boolean disjoint(Collection, Collection)", disjoint),
        ("List emptyList()", |run, _| unmodifiable(run, Vec::new())),
        ("Map emptyMap()", empty_map),
        ("Set emptySet()", |run, _| super::sets::unmodifiable(run, Vec::new())),
        ("void fill(List, def)", fill),
        ("int frequency(Collection, def)", frequency),
        ("def max(Collection)", |run, args| extreme(run, args, Ordering::Greater)),
        ("def max(Collection, Comparator)", |run, args| extreme(run, args, Ordering::Greater)),
        ("def min(Collection)", |run, args| extreme(run, args, Ordering::Less)),
        ("def min(Collection, Comparator)", |run, args| extreme(run, args, Ordering::Less)),
        ("List nCopies(int, def)", n_copies),
        ("void reverse(List)", reverse),
        ("Comparator reverseOrder()", reverse_order),
        ("Comparator reverseOrder(Comparator)", reversed),
        ("void rotate(List, int)", rotate),
        ("Set singleton(def)", |run, args| super::sets::unmodifiable(run, args.to_vec())),
        ("List singletonList(def)", |run, args| unmodifiable(run, args.to_vec())),
        ("Map singletonMap(def, def)", singleton_map),
        ("void sort(List)", sort_natural),
        ("void sort(List, Comparator)", sort),
        ("void swap(List, int, int)", swap),
        ("Collection unmodifiableCollection(Collection)", unmodifiable_view),
        ("List unmodifiableList(List)", unmodifiable_view),
        ("Map unmodifiableMap(Map)", unmodifiable_map),
        ("Set unmodifiableSet(Set)", unmodifiable_view),
    ],
    ..Class::EMPTY
};

pub const ARRAYS: Class = Class {
    name: "java.util.Arrays",
    statics: &[("List asList(Object[])", as_list), ("String deepToString(Object[])", deep_to_string)],
    ..Class::EMPTY
};

fn list<'a>(args: &[Val<'a>]) -> Result<&'a Array<'a>, Thrown> {
    args.first().and_then(|v| v.as_list()).ok_or_else(|| Thrown::null_pointer("the list is null"))
}

fn at(index: Val<'_>, len: usize) -> Result<usize, Thrown> {
    let index = index.to_i32().unwrap_or(0);
    usize::try_from(index).ok().filter(|i| *i < len).ok_or_else(|| out_of_bounds(index.into(), len))
}

/// Positions to insert at: the end counts too, and the message is another.
fn insert_at(index: Val<'_>, len: usize) -> Result<usize, Thrown> {
    let index = index.to_i32().unwrap_or(0);
    usize::try_from(index)
        .ok()
        .filter(|i| *i <= len)
        .ok_or_else(|| Thrown::new(ClassId::IndexOutOfBoundsException, format!("Index: {index}, Size: {len}")))
}

pub fn new_list<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    match args.first() {
        None => Ok(Val::List(run.new_list())),
        Some(Val::Null) => {
            Err(Thrown::null_pointer("Cannot invoke \"java.util.Collection.toArray()\" because \"c\" is null"))
        }
        Some(from) => {
            let items = run.items_of(*from)?;
            Ok(run.list_of(items))
        }
    }
}

fn new_kind<'a>(run: &mut Run<'_, 'a>, kind: ListKind, args: &[Val<'a>]) -> Eval<'a> {
    match new_list(run, args)? {
        Val::List(array) => Ok(run.object(Kind::List { kind, array })),
        other => Ok(other),
    }
}

/// An immutable list of the items.
pub fn unmodifiable<'a>(run: &mut Run<'_, 'a>, items: Vec<Val<'a>>) -> Eval<'a> {
    match run.list_of(items) {
        Val::List(array) => Ok(run.object(Kind::List { kind: ListKind::Unmodifiable, array })),
        other => Ok(other),
    }
}

fn add_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index, val] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Length)?;
    run.charge(std::mem::size_of::<Val<'_>>())?;
    let index = insert_at(index, list.len())?;
    list.insert(index, run.value(val));
    Ok(Val::Null)
}

fn add_all_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index, other] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Length)?;
    let start = insert_at(index, list.len())?;
    let items = run.items_of(other)?;
    let any = !items.is_empty();
    for (i, item) in items.into_iter().enumerate() {
        list.insert(start + i, run.value(item));
    }
    Ok(Val::Bool(any))
}

fn get<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, index] = take(args)?;
    let list = list(args)?;
    Ok(list.get(at(index, list.len())?).map_or(Val::Null, |v| run.val(v)))
}

fn set<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index, val] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let index = at(index, list.len())?;
    let old = list.get(index).map_or(Val::Null, |v| run.val(v));
    list.set(index, run.value(val));
    Ok(old)
}

fn remove<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Length)?;
    let index = at(index, list.len())?;
    Ok(list.remove(index).map_or(Val::Null, |v| run.val(v)))
}

fn index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, item] = take(args)?;
    position(run, list(args)?, item, false).map(Val::Int)
}

fn last_index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, item] = take(args)?;
    position(run, list(args)?, item, true).map(Val::Int)
}

fn position<'a>(run: &mut Run<'_, 'a>, list: &'a Array<'a>, item: Val<'a>, last: bool) -> Result<i32, Thrown> {
    let mut found = -1;
    for (i, value) in list.iter().enumerate() {
        let val = run.val(value);
        if equality::equals(run, item, val)? {
            found = i as i32;
            if !last {
                break;
            }
        }
    }
    Ok(found)
}

fn list_iterator<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let array = list(args)?;
    let next = match args.get(1) {
        Some(index) => insert_at(*index, array.len())?,
        None => 0,
    };
    let iter = Iter::List { array, next, last: None, expected_len: array.len(), unmodifiable: false };
    Ok(run.object(Kind::Iterator(RefCell::new(iter))))
}

fn replace_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    for i in 0..list.len() {
        let Some(value) = list.get(i) else { break };
        let val = run.val(value);
        let new = run.call(function, &[val])?;
        list.set(i, run.value(new));
    }
    Ok(Val::Null)
}

/// Sorts `items` by `comparator`, naturally where it is null. The first error of a comparison is the result.
pub fn sort_items<'a>(run: &mut Run<'_, 'a>, items: &mut [Val<'a>], comparator: Val<'a>) -> Result<(), Thrown> {
    let mut failed = None;
    // Java's `ComparableTimSort` asks the later item first: a failing comparison names it so.
    items.sort_by(|a, b| {
        if failed.is_some() {
            return Ordering::Equal;
        }
        run.call_compare(comparator, *b, *a).map(Ordering::reverse).unwrap_or_else(|e| {
            failed = Some(e);
            Ordering::Equal
        })
    });
    failed.map_or(Ok(()), Err)
}

fn sort_natural<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    sort(run, &[this, Val::Null])
}

pub fn sort<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, comparator] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let mut items: Vec<Val<'a>> = list.iter().map(|v| run.val(v)).collect();
    sort_items(run, &mut items, comparator)?;
    for (i, item) in items.into_iter().enumerate() {
        list.set(i, run.value(item));
    }
    Ok(Val::Null)
}

/// A copy: changing it does not change the list, unlike in Java.
fn sub_list<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, from, to] = take(args)?;
    let list = list(args)?;
    let (from, to) = (from.to_i32().unwrap_or(0), to.to_i32().unwrap_or(0));
    let fail = |message: String| Err(Thrown::new(ClassId::IndexOutOfBoundsException, message));
    let Ok(start) = usize::try_from(from) else { return fail(format!("fromIndex = {from}")) };
    let end = match usize::try_from(to) {
        Ok(end) if end <= list.len() => end,
        _ => return fail(format!("toIndex = {to}")),
    };
    if start > end {
        return Err(Thrown::illegal_argument(format!("fromIndex({from}) > toIndex({to})")));
    }
    let items: Vec<Val<'a>> = (start..end).filter_map(|i| list.get(i)).map(|v| run.val(v)).collect();
    Ok(run.list_of(items))
}

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

// `Collections` and `Arrays`.

fn add_all_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [target, items] = take(args)?;
    let mut changed = false;
    for item in run.items_of(items)? {
        changed |= run.add_to(target, item)?;
    }
    Ok(Val::Bool(changed))
}

fn binary_search<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let list = list(args)?;
    let (key, comparator) = (args.get(1).copied().unwrap_or(Val::Null), args.get(2).copied().unwrap_or(Val::Null));
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = (low + high - 1) / 2;
        let val = list.get(middle).map_or(Val::Null, |v| run.val(v));
        match run.call_compare(comparator, val, key)? {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Ok(Val::Int(middle as i32)),
        }
    }
    Ok(Val::Int(-(low as i32) - 1))
}

fn disjoint<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b] = take(args)?;
    for item in run.items_of(a)? {
        if run.contains(b, item)? {
            return Ok(Val::Bool(false));
        }
    }
    Ok(Val::Bool(true))
}

fn empty_map<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    let map = MapRef { object: run.new_map(), order: Order::Hash, unmodifiable: true };
    Ok(run.object(Kind::Map(map)))
}

fn singleton_map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [key, val] = take(args)?;
    let object = run.new_map();
    run.map_put(object, key, val)?;
    Ok(run.object(Kind::Map(MapRef { object, order: Order::Hash, unmodifiable: true })))
}

fn fill<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, val] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let value = run.value(val);
    (0..list.len()).for_each(|i| _ = list.set(i, value));
    Ok(Val::Null)
}

fn frequency<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, wanted] = take(args)?;
    let mut count = 0;
    for item in run.items_of(this)? {
        count += i32::from(equality::equals(run, wanted, item)?);
    }
    Ok(Val::Int(count))
}

fn extreme<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], wanted: Ordering) -> Eval<'a> {
    let this = args.first().copied().unwrap_or(Val::Null);
    let comparator = args.get(1).copied().unwrap_or(Val::Null);
    let mut items = run.items_of(this)?.into_iter();
    let mut best = items.next().ok_or_else(no_element)?;
    for item in items {
        if run.call_compare(comparator, item, best)? == wanted {
            best = item;
        }
    }
    Ok(best)
}

fn n_copies<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [count, item] = take(args)?;
    let count = count.to_i32().unwrap_or(0);
    let Ok(count) = usize::try_from(count) else {
        return Err(Thrown::illegal_argument(format!("List length = {count}")));
    };
    run.charge(count.saturating_mul(std::mem::size_of::<Val<'_>>()))?;
    unmodifiable(run, vec![item; count])
}

fn reverse<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let items: Vec<_> = list.iter().collect();
    for (i, item) in items.into_iter().rev().enumerate() {
        list.set(i, item);
    }
    Ok(Val::Null)
}

fn rotate<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, distance] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let mut items: Vec<_> = list.iter().collect();
    if !items.is_empty() {
        let distance = i64::from(distance.to_i32().unwrap_or(0)).rem_euclid(items.len() as i64);
        items.rotate_right(distance as usize);
    }
    for (i, item) in items.into_iter().enumerate() {
        list.set(i, item);
    }
    Ok(Val::Null)
}

fn swap<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, i, j] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let (i, j) = (at(i, list.len())?, at(j, list.len())?);
    if let (Some(a), Some(b)) = (list.get(i), list.get(j)) {
        list.set(i, b);
        list.set(j, a);
    }
    Ok(Val::Null)
}

fn unmodifiable_view<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    if let Some(array) = this.as_list() {
        return Ok(run.object(Kind::List { kind: ListKind::Unmodifiable, array }));
    }
    match this {
        Val::Obj(Obj { kind: Kind::Set(set), .. }) => Ok(run.object(Kind::Set(MapRef { unmodifiable: true, ..*set }))),
        Val::Null => Err(Thrown::with_message(ClassId::NullPointerException, None)),
        other => Ok(other),
    }
}

fn unmodifiable_map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    match this.as_map() {
        Some(map) => Ok(run.object(Kind::Map(MapRef { unmodifiable: true, ..map }))),
        None => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}

fn as_list<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [array] = take(args)?;
    let items = run.items_of(array)?;
    match run.list_of(items) {
        Val::List(array) => Ok(run.object(Kind::List { kind: ListKind::Fixed, array })),
        other => Ok(other),
    }
}

fn deep_to_string<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [array] = take(args)?;
    let mut out = String::new();
    write_deep(run, array, &mut out)?;
    run.string(&out)
}

fn write_deep<'a>(run: &mut Run<'_, 'a>, val: Val<'a>, out: &mut String) -> Result<(), Thrown> {
    run.check_stack()?;
    let Val::Obj(Obj { kind: Kind::Array { items, .. }, .. }) = val else { return run.write_text(val, out) };
    out.push('[');
    for (i, item) in items.iter().map(Cell::get).enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_deep(run, item, out)?;
    }
    out.push(']');
    Ok(())
}

/// An array of the items.
pub fn array<'a>(run: &mut Run<'_, 'a>, item: Type, items: Vec<Val<'a>>) -> Eval<'a> {
    run.charge(items.len() * std::mem::size_of::<Val<'_>>())?;
    let items = run.arena.alloc_slice_fill_iter(items.into_iter().map(Cell::new));
    Ok(run.object(Kind::Array { item, items }))
}
