// list and tuple, ranges, and what takes any iterable.
import { bail, raise } from "./errors.mjs";
import { abs, add, floordiv, mod, mul, sub } from "./numbers.mjs";
import { bounds, chars, times } from "./text.mjs";
import { eq, gt, lt, truth } from "./values.mjs";
import { dict_iter } from "./mappings.mjs";
import { repr_a } from "./dynamic.mjs";

export function slot(seq, i) {
  const pos = i < 0 ? Number(i) + seq.length : Number(i);
  return pos >= 0 && pos < seq.length ? pos : -1;
}

export function at(seq, i, kind = "list") {
  const found = slot(seq, i);
  return found < 0 ? raise("IndexError", kind + " index out of range") : seq[found];
}

/** The same of a list or a tuple, whose errors say which of them it is */
export function at_either(seq, i) {
  const found = slot(seq, i);
  return found < 0 ? bail("an index out of range of a list or a tuple") : seq[found];
}

export function set_at(seq, i, v) {
  const found = slot(seq, i);
  if (found < 0) raise("IndexError", "list assignment index out of range");
  seq[found] = v;
}

export function del_at(seq, i) {
  const found = slot(seq, i);
  if (found < 0) raise("IndexError", "list assignment index out of range");
  seq.splice(found, 1);
}

/** The positions a slice means */
export function positions(length, start, stop, step) {
  const by = step === null || step === undefined ? 1 : Number(step);
  if (by === 0) raise("ValueError", "slice step cannot be zero");
  const fix = (v, other) => {
    if (v === null || v === undefined) return other;
    const pos = v < 0 ? Number(v) + length : Number(v);
    return by > 0 ? Math.min(Math.max(pos, 0), length) : Math.min(Math.max(pos, -1), length - 1);
  };
  const [from, to] = by > 0 ? [fix(start, 0), fix(stop, length)] : [fix(start, length - 1), fix(stop, -1)];
  const found = [];
  for (let pos = from; by > 0 ? pos < to : pos > to; pos += by) found.push(pos);
  return found;
}

export function slice(seq, start, stop, step = null) {
  if (step === null || step === 1) return seq.slice(...bounds(seq.length, start, stop));
  return positions(seq.length, start, stop, step).map((pos) => seq[pos]);
}

export function set_slice(seq, start, stop, step, items) {
  const values = items === seq ? [...seq] : Array.from(iterate(items));
  if (step === null || step == 1) {
    const [from, to] = bounds(seq.length, start, stop);
    const tail = seq.slice(Math.max(from, to));
    seq.length = from;
    extend(seq, values);
    extend(seq, tail);
    return;
  }
  const found = positions(seq.length, start, stop, step);
  if (found.length !== values.length) {
    raise("ValueError", `attempt to assign sequence of size ${values.length} to extended slice of size ${found.length}`);
  }
  found.forEach((pos, i) => (seq[pos] = values[i]));
}

export function del_slice(seq, start, stop, step = null) {
  const gone = new Set(positions(seq.length, start, stop, step));
  const kept = seq.filter((_, pos) => !gone.has(pos));
  seq.length = 0;
  extend(seq, kept);
}

export function extend(seq, items) {
  if (items === seq) items = [...seq];
  for (const item of iterate(items)) seq.push(item);
}

export function insert(seq, i, v) {
  seq.splice(bounds(seq.length, times(i), null)[0], 0, v);
}

export function pop(seq, i = -1) {
  if (times(i) !== undefined && seq.length === 0) raise("IndexError", "pop from empty list");
  const found = slot(seq, i);
  return found < 0 ? raise("IndexError", "pop index out of range") : seq.splice(found, 1)[0];
}

/** Identical or equal, as `in` and == of containers see it; two NaN may be one object in Python, or not. */
export function same(a, b) {
  return a !== a && b !== b ? bail("nan in a container") : eq(a, b);
}

export function in_l(v, seq) {
  return seq.some((item) => same(item, v));
}

export function index_l(seq, v, start = null, stop = null) {
  const [from, to] = bounds(seq.length, start, stop);
  for (let pos = from; pos < to; pos++) if (same(seq[pos], v)) return pos;
  return raise("ValueError", repr_a(to_error(v)) + " is not in list");
}

/** tuple.index(v) */
export function index_t(seq, v) {
  const found = seq.findIndex((item) => same(item, v));
  return found < 0 ? raise("ValueError", "tuple.index(x): x not in tuple") : found;
}

/** What a message says of a value; its type is not known. */
export function to_error(v) {
  return typeof v === "string" || typeof v === "number" ? v : "x";
}

export function count_l(seq, v) {
  return seq.filter((item) => same(item, v)).length;
}

export function remove(seq, v) {
  const found = seq.findIndex((item) => same(item, v));
  if (found < 0) raise("ValueError", "list.remove(x): x not in list");
  seq.splice(found, 1);
}

export function repeat(seq, n) {
  if (times(n) > 0 && Number(n) * seq.length > 5e6) bail("a very long list");
  const made = [];
  for (let left = Number(n); left > 0; left--) for (const item of seq) made.push(item);
  return made;
}

export function extend_repeat(seq, n) {
  const made = repeat(seq, n);
  seq.length = 0;
  extend(seq, made);
}

export function concat(a, b) {
  return a.concat(b);
}

export function has_nan(v) {
  return Array.isArray(v) ? v.some(has_nan) : v !== v;
}

export function sorted(items, key = null, reverse = false) {
  const keyed = Array.from(iterate(items), (item) => [key === null ? item : key(item), item]);
  if (keyed.length > 1 && keyed.some(([value]) => has_nan(value))) bail("nan has no order");
  if (keyed.length > 1 && keyed.some(([value]) => value instanceof Set)) bail("sets have no total order");
  const order = ([a], [b]) => (lt(a, b) ? -1 : lt(b, a) ? 1 : 0);
  return keyed.sort(reverse ? (a, b) => order(b, a) : order).map(([, item]) => item);
}

export function sort(seq, key = null, reverse = false) {
  const taken = seq.splice(0);
  let made = null;
  try {
    made = sorted(taken, key, reverse);
  } catch (thrown) {
    if (thrown.name === "TypeError") bail("a seq is half sorted");
    seq.push(...taken);
    throw thrown;
  }
  if (seq.length) raise("ValueError", "list modified during sort");
  extend(seq, made);
}

export function reversed(seq) {
  return typeof seq === "string" ? chars(seq).reverse() : Array.from(iterate(seq)).reverse();
}

/** What a for loop goes over: dicts give their keys. */
export function iterate(items) {
  return typeof items === "object" && items !== null && (items instanceof Map || !(Symbol.iterator in items))
    ? dict_iter(items)
    : items;
}

export function list(items) {
  return Array.from(iterate(items));
}

export function* range(start, stop, step = 1) {
  if (step == 0) raise("ValueError", "range() arg 3 must not be zero");
  for (let pos = add(start, 0); step > 0 ? pos < stop : pos > stop; pos = add(pos, step)) yield pos;
}

export function range_list(start, stop, step = 1) {
  if (len_range(start, stop, step) > 5e6) bail("a very long list");
  return Array.from(range(start, stop, step));
}

export function len_range(start, stop, step = 1) {
  if (step == 0) raise("ValueError", "range() arg 3 must not be zero");
  const room = step > 0 ? sub(stop, start) : sub(start, stop);
  return room > 0 ? add(floordiv(sub(room, 1), abs(step)), 1) : 0;
}

export function in_range(v, start, stop, step = 1) {
  const inside = step > 0 ? v >= start && v < stop : v <= start && v > stop;
  return inside && Number.isInteger(Number(v)) && mod(sub(BigInt(v), start), step) === 0;
}

export function at_range(i, start, stop, step = 1) {
  const length = len_range(start, stop, step);
  const place = i < 0 ? add(i, length) : i;
  if (place < 0 || place >= length) raise("IndexError", "range object index out of range");
  return add(start, mul(place, step));
}

export function enumerate(items, start = 0) {
  return Array.from(iterate(items), (item, i) => [add(start, i), item]);
}

export function zip(its, strict = false) {
  const every = its.map(list);
  const length = every.length ? Math.min(...every.map((one) => one.length)) : 0;
  const shortest = every.findIndex((one) => one.length === length);
  const at = strict ? shortest || every.findIndex((one) => one.length !== length) : -1;
  if (at > 0) {
    const others = at === 1 ? " 1" : `s 1-${at}`;
    raise("ValueError", `zip() argument ${at + 1} is ${shortest ? "shorter" : "longer"} than argument${others}`);
  }
  return Array.from({ length }, (_, i) => every.map((one) => one[i]));
}

/** zip(*its, strict=True): an error comes after the items before it */
export function* zip_strict(its) {
  yield* zip(its);
  zip(its, true);
}

export function best(items, key, fallback, better, name) {
  let [found, value, some] = [fallback, null, false];
  for (const item of iterate(items)) {
    const rank = key === null ? item : key(item);
    if (!some || better(rank, value)) [found, value] = [item, rank];
    some = true;
  }
  return some || fallback !== undefined ? found : raise("ValueError", name + "() arg is an empty sequence");
}

export function min_of(items, key = null, fallback = undefined) {
  return best(items, key, fallback, lt, "min");
}

export function max_of(items, key = null, fallback = undefined) {
  return best(items, key, fallback, gt, "max");
}

export function sum(items, start = 0) {
  let total = start;
  for (const item of iterate(items)) total = add(total, item);
  return total;
}

/** sum() of lists: what begins it is not changed */
export function sum_l(items, start) {
  let total = start;
  for (const item of iterate(items)) total = total.concat(item);
  return total;
}

/** sum() of floats; `compensated` as Python does it from 3.12 */
export function sum_f(items, start = 0, compensated = false, from_int = true) {
  let [total, lost, first] = [start, 0, from_int];
  for (const x of iterate(items)) {
    const next = total + x;
    if (compensated && !first) lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    [total, first] = [next, false];
  }
  return lost && Number.isFinite(lost) ? total + lost : total;
}

export function any(items) {
  for (const item of iterate(items)) if (truth(item)) return true;
  return false;
}

export function all(items) {
  for (const item of iterate(items)) if (!truth(item)) return false;
  return true;
}

export function unpack(items, n) {
  const found = [];
  for (const item of iterate(items)) {
    if (found.length === n) raise("ValueError", `too many values to unpack (expected ${n})`);
    found.push(item);
  }
  return found.length < n ? raise("ValueError", `not enough values to unpack (expected ${n}, got ${found.length})`) : found;
}

/** An item taken apart: a shape is an array with the shapes of the parts, or 0 */
export function unpack_as(item, shape) {
  const found = unpack(item, shape.length);
  return found.map((one, i) => (shape[i] ? unpack_as(one, shape[i]) : one));
}

/** What a loop goes over that takes each item apart */
export function* unpacked(items, shape) {
  for (const item of items) yield unpack_as(item, shape);
}

/** a, *b, c = items: [a, [...], c] */
export function unpack_star(items, before, after) {
  const found = list(items);
  if (found.length < before + after) {
    raise("ValueError", `not enough values to unpack (expected at least ${before + after}, got ${found.length})`);
  }
  const end = found.length - after;
  return [...found.slice(0, before), found.slice(before, end), ...found.slice(end)];
}
