// Operations on ANY values: the types are found out here, and what Python would raise is raised.
import { bail, box, is_box, is_dict, raise, type_name } from "./errors.mjs";
import {
  abs, add, float_of, float_s, floordiv, floordiv_f, int, int_s, mod, mod_f, mul, neg, pow, pow_f, round,
  round_f, round_i, sub, truediv, trunc,
} from "./numbers.mjs";
import { at_s, in_s, len_s, repeat_s, slice_s } from "./text.mjs";
import { number_in, repr_s, repr_set, str_b, str_f, str_i } from "./values.mjs";
import { at, del_at, in_l, iterate, list, repeat, set_at, slice, sum_f } from "./sequences.mjs";
import {
  dict_at, dict_del, dict_get, dict_in, dict_items, dict_iter, dict_len, dict_set, set_in,
} from "./mappings.mjs";

/** "int", "float" or "" of an ANY value; a bool counts as int */
export function kind_of(v) {
  const name = type_name(v);
  return name === "bool" ? "int" : name === "int" || name === "float" ? name : "";
}

export function no_operands(sign, a, b) {
  raise("TypeError", `unsupported operand type(s) for ${sign}: '${type_name(a)}' and '${type_name(b)}'`);
}

/** An arithmetic operation of two ANY numbers; null where one is none */
export function arithmetic(a, b, ints, floats) {
  const [left, right] = [kind_of(a), kind_of(b)];
  if (!left || !right) return null;
  const [x, y] = [number_in(a), number_in(b)];
  return left === "int" && right === "int" ? ints(x, y) : box(floats(float_of(x), float_of(y)));
}

/** a + b; `in_place` says that it is `a += b` of a number, which no list takes */
export function add_a(a, b, in_place = false) {
  if (typeof a === "string" && typeof b === "string") return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return a.concat(b);
  if (typeof a === "string" || Array.isArray(a)) {
    const name = type_name(a);
    if (in_place && name === "list") raise("TypeError", `'${type_name(b)}' object is not iterable`);
    raise("TypeError", `can only concatenate ${name} (not "${type_name(b)}") to ${name}`);
  }
  return arithmetic(a, b, add, (x, y) => x + y) ?? no_operands("+", a, b);
}

/** An ANY value that is no list, for `+=` and `*=`, which change lists in place */
export function no_list(v) {
  return Array.isArray(v) ? bail("a list that is changed in place") : v;
}

export function sub_a(a, b) {
  if (a instanceof Set && b instanceof Set) return bail("sets");
  return arithmetic(a, b, sub, (x, y) => x - y) ?? no_operands("-", a, b);
}

export function mul_a(a, b) {
  if (typeof a === "string" && kind_of(b) === "int") return repeat_s(a, b);
  if (typeof b === "string" && kind_of(a) === "int") return repeat_s(b, a);
  if (Array.isArray(a) && kind_of(b) === "int") return repeat(a, b);
  if (Array.isArray(b) && kind_of(a) === "int") return repeat(b, a);
  return arithmetic(a, b, mul, (x, y) => x * y) ?? no_operands("*", a, b);
}

export function truediv_a(a, b) {
  return arithmetic(a, b, (x, y) => box(truediv(x, y)), (x, y) => truediv(x, y, "float ")) ?? no_operands("/", a, b);
}

export function floordiv_a(a, b) {
  return arithmetic(a, b, floordiv, floordiv_f) ?? no_operands("//", a, b);
}

export function mod_a(a, b) {
  if (typeof a === "string") bail("% of a text");
  return arithmetic(a, b, mod, mod_f) ?? no_operands("%", a, b);
}

export function pow_a(a, b) {
  return arithmetic(a, b, (x, y) => (y < 0 ? box(pow_f(x, y)) : pow(x, y)), pow_f) ?? no_operands("** or pow()", a, b);
}

export function neg_a(v) {
  const kind = kind_of(v) || raise("TypeError", `bad operand type for unary -: '${type_name(v)}'`);
  return kind === "int" ? neg(v) : box(-number_in(v));
}

export function pos_a(v) {
  const kind = kind_of(v) || raise("TypeError", `bad operand type for unary +: '${type_name(v)}'`);
  return kind === "int" ? int(v) : v;
}

export function abs_a(v) {
  const kind = kind_of(v) || raise("TypeError", `bad operand type for abs(): '${type_name(v)}'`);
  return kind === "int" ? abs(v) : box(Math.abs(number_in(v)));
}

export function len_a(v) {
  if (typeof v === "string") return len_s(v);
  if (Array.isArray(v)) return v.length;
  if (v instanceof Set) return v.size;
  return is_dict(v) ? dict_len(v) : raise("TypeError", `object of type '${type_name(v)}' has no len()`);
}

export function at_a(v, k) {
  if (is_dict(v)) return hashable(k) && dict_at(v, k);
  if (typeof v !== "string" && !Array.isArray(v)) raise("TypeError", `'${type_name(v)}' object is not subscriptable`);
  if (typeof v === "string") return kind_of(k) === "int" ? at_s(v, k) : raise("TypeError", `string indices must be integers, not '${type_name(k)}'`);
  return at(v, list_index(k));
}

export function hashable(k) {
  if (Array.isArray(k) || k instanceof Set || is_dict(k)) raise("TypeError", `unhashable type: '${type_name(k)}'`);
  return true;
}

export function list_index(k) {
  return kind_of(k) === "int" ? k : raise("TypeError", `list indices must be integers or slices, not ${type_name(k)}`);
}

export function set_at_a(v, k, x) {
  if (is_dict(v)) return hashable(k) && dict_set(v, k, x);
  if (typeof k === "bigint") bail("a very large index");
  if (!Array.isArray(v)) raise("TypeError", `'${type_name(v)}' object does not support item assignment`);
  return set_at(v, list_index(k), x);
}

export function del_at_a(v, k) {
  if (is_dict(v)) return hashable(k) && dict_del(v, k);
  if (typeof k === "bigint") bail("a very large index");
  if (!Array.isArray(v)) raise("TypeError", `'${type_name(v)}' object does not support item deletion`);
  return del_at(v, list_index(k));
}

export function slice_a(v, start, stop, step = null) {
  if (is_dict(v)) bail("a slice of a dict"); // a KeyError since Python 3.12, a TypeError before
  if (typeof v !== "string" && !Array.isArray(v)) raise("TypeError", `'${type_name(v)}' object is not subscriptable`);
  for (const part of [start, stop, step]) {
    if (part !== null && kind_of(part) !== "int") raise("TypeError", "slice indices must be integers or None");
  }
  return typeof v === "string" ? slice_s(v, start, stop, step) : slice(v, start, stop, step);
}

export function in_a(v, container) {
  if (typeof container === "string") {
    if (typeof v !== "string") raise("TypeError", `'in <string>' requires string as left operand, not ${type_name(v)}`);
    return in_s(v, container);
  }
  if (Array.isArray(container)) return in_l(v, container);
  if (container instanceof Set) return hashable(v) && set_in(v, container);
  if (is_dict(container)) return hashable(v) && dict_in(v, container);
  return raise("TypeError", `argument of type '${type_name(container)}' is not iterable`);
}

export function iter_a(v, unpacks = false) {
  if (v instanceof Set) return bail("the order of a set");
  if (typeof v === "string" || Array.isArray(v)) return v;
  if (is_dict(v)) return dict_iter(v);
  const name = type_name(v);
  return raise("TypeError", unpacks ? `cannot unpack non-iterable ${name} object` : `'${name}' object is not iterable`);
}

export function str_a(v) {
  return typeof v === "string" ? v : repr_a(v);
}

export function repr_a(v) {
  if (v === null) return "None";
  if (is_box(v)) return str_f(v.value);
  const name = type_name(v);
  if (name === "str") return repr_s(v);
  if (name === "bool") return str_b(v);
  if (name === "int") return str_i(v);
  if (name === "float") return str_f(v);
  if (name === "list") return "[" + v.map(repr_a).join(", ") + "]";
  if (name === "set") return repr_set(Array.from(v, repr_a));
  return "{" + dict_items(v).map(([key, item]) => repr_a(key) + ": " + repr_a(item)).join(", ") + "}";
}

/** int(v) */
export function int_a(v) {
  if (typeof v === "string") return int_s(v);
  const kind = kind_of(v);
  if (kind === "int") return int(v);
  if (kind === "float") return trunc(number_in(v));
  return raise("TypeError", `int() argument must be a string, a bytes-like object or a real number, not '${type_name(v)}'`);
}

/** float(v), as a typed float */
export function float_a(v) {
  if (typeof v === "string") return float_s(v);
  if (kind_of(v)) return float_of(number_in(v));
  return raise("TypeError", `float() argument must be a string or a real number, not '${type_name(v)}'`);
}

/** round(v, n) as an ANY value */
export function round_a(v, n = null) {
  const kind = kind_of(v) || raise("TypeError", `type ${type_name(v)} doesn't define __round__ method`);
  if (kind === "int") return n === null ? int(v) : round_i(v, n);
  return n === null ? round(number_in(v)) : box(round_f(number_in(v), n));
}

/** v, which has to be a text for its method `name` */
export function text_a(v, name) {
  if (typeof v !== "string") raise("AttributeError", `'${type_name(v)}' object has no attribute '${name}'`);
  return v;
}

/** v, which has to be a dict for its method `name` */
export function dict_a(v, name) {
  if (!is_dict(v)) raise("AttributeError", `'${type_name(v)}' object has no attribute '${name}'`);
  return v;
}

/** v.get(k, fallback) */
export function get_a(v, k, fallback = null) {
  return hashable(k) && dict_get(dict_a(v, "get"), k, fallback);
}

/** sum() of typed floats as an ANY value, from an int: without items it is an int */
export function sum_fa(items, start = 0, compensated = false) {
  const found = list(items);
  return found.length ? box(sum_f(found, start, compensated)) : start;
}

/** sum() of ANY values; an int after a float is added in its own way by each version of Python */
export function sum_a(items, start = 0, compensated = false) {
  let [total, lost] = [start, 0];
  for (const item of iterate(items)) {
    const floats = compensated && kind_of(total) === "float";
    if (floats && kind_of(item) === "int") bail("a sum of floats and ints");
    const [a, x] = [number_in(total), number_in(item)];
    total = add_a(total, item);
    const next = number_in(total);
    if (floats) lost += Math.abs(a) >= Math.abs(x) ? a - next + x : x - next + a;
  }
  return lost && Number.isFinite(lost) ? box(number_in(total) + lost) : total;
}
