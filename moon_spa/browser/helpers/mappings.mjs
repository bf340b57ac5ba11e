// dict as plain object (keys str) or Map, and set. Order where JavaScript would lose it: a hidden property.
import { bail, is_box, raise } from "./errors.mjs";
import { add } from "./numbers.mjs";
import { iterate, list, sorted, unpack } from "./sequences.mjs";

/** The hidden property with the keys in order, for objects with keys like "7" that JavaScript would put first. */
export const ORDER = Symbol.for("moon.order");

/** The hidden property with the keys that are tuples, by their texts: JavaScript compares no arrays. */
export const TEXTS = Symbol.for("moon.texts");

/** A text that only equal tuples of texts and ints have */
export function tuple_text(k) {
  if (Array.isArray(k)) return "(" + k.map(tuple_text).join() + ")";
  return typeof k === "string" ? JSON.stringify(k) : String(k);
}

/** The keys of a Map or Set by their texts; kept with it until it changes in another way than by note_key */
export function by_text(d) {
  if (d[TEXTS]?.size !== d.size) d[TEXTS] = new Map(Array.from(d.keys(), (key) => [tuple_text(key), key]));
  return d[TEXTS];
}

/** A key has come (`change` is "set") or gone ("delete"). */
export function note_key(d, k, change) {
  if (Array.isArray(k)) d[TEXTS][change](tuple_text(k), k);
}

/** The key of a Map or Set that equals k; undefined where there is none. */
export function key_like(d, k) {
  if (Array.isArray(k)) return by_text(d).get(tuple_text(k));
  if (is_box(k)) return key_like(d, k.value);
  if (k !== k || (typeof k === "object" && k !== null)) return bail("a key that JavaScript compares in another way");
  if (d.has(k)) return k;
  if (typeof k === "boolean") return d.has(Number(k)) ? Number(k) : undefined;
  if (k === 0 || k === 1) return d.has(k === 1) ? k === 1 : undefined;
  const big = typeof k === "bigint" || (Number.isInteger(k) && !Number.isSafeInteger(k));
  return big && [...d.keys()].some((key) => typeof key === "bigint" || typeof key === "number") ? same_big(d, k) : undefined;
}

export function same_big(d, k) {
  return [...d.keys()].find((key) => typeof key !== "string" && key !== null && key == k);
}

export function new_key(k) {
  return is_box(k) || Object.is(k, -0) ? bail("a key that JavaScript compares in another way") : k;
}

export function dict_in(k, d) {
  return d instanceof Map ? key_like(d, k) !== undefined : typeof k === "string" && Object.hasOwn(d, k);
}

export function dict_len(d) {
  return d instanceof Map ? d.size : Object.keys(d).length;
}

export function dict_get(d, k, fallback = null) {
  if (d instanceof Map) {
    const key = key_like(d, k);
    return key === undefined ? fallback : d.get(key);
  }
  return typeof k === "string" && Object.hasOwn(d, k) ? d[k] : fallback;
}

export function dict_at(d, k) {
  return dict_in(k, d) ? dict_get(d, k) : raise("KeyError", k);
}

export function dict_set(d, k, v) {
  if (d instanceof Map) {
    const key = key_like(d, k);
    d.set(key ?? new_key(k), v);
    if (key === undefined) note_key(d, k, "set");
    return;
  }
  if (typeof k !== "string") bail("a key of another type");
  if (Object.hasOwn(d, k)) {
    d[k] = v;
    return;
  }
  if (d[ORDER]) d[ORDER].add(k);
  else if (/^\d+$/.test(k) && Object.keys(d).length) {
    Object.defineProperty(d, ORDER, { value: new Set([...Object.keys(d), k]), writable: true, configurable: true });
  }
  Object.defineProperty(d, k, { value: v, writable: true, enumerable: true, configurable: true });
}

export function dict_del(d, k) {
  dict_at(d, k);
  if (d instanceof Map) {
    d.delete(key_like(d, k));
    note_key(d, k, "delete");
    return;
  }
  delete d[k];
  if (d[ORDER]) d[ORDER].delete(k);
}

export function dict_pop(d, k, fallback = undefined) {
  if (!dict_in(k, d) && fallback !== undefined) return fallback;
  const found = dict_at(d, k);
  dict_del(d, k);
  return found;
}

export function dict_popitem(d) {
  if (dict_len(d) === 0) raise("KeyError", "popitem(): dictionary is empty");
  const last = dict_items(d).at(-1);
  dict_del(d, last[0]);
  return last;
}

export function dict_setdefault(d, k, fallback = null) {
  if (!dict_in(k, d)) dict_set(d, k, fallback);
  return dict_get(d, k);
}

export function dict_clear(d) {
  for (const key of dict_keys(d)) dict_del(d, key);
}

export function dict_copy(d) {
  return d instanceof Map ? new Map(d) : dict_new(dict_items(d));
}

/** What `**rest` of a pattern is */
export function dict_without(d, keys) {
  const made = dict_copy(d);
  for (const key of keys) dict_del(made, key);
  return made;
}

export function dict_update(d, other) {
  for (const [key, value] of pairs_of(other)) dict_set(d, key, value);
}

/** The items of a dict, or of an iterable of pairs */
export function pairs_of(other) {
  const is_series = typeof other[Symbol.iterator] === "function" && !(other instanceof Map);
  return is_series ? Array.from(other, (pair) => unpack(pair, 2)) : dict_items(other);
}

export function dict_or(a, b) {
  const made = dict_copy(a);
  dict_update(made, b);
  return made;
}

export function dict_new(pairs = []) {
  const made = {};
  for (const [key, value] of pairs) dict_set(made, key, value);
  return made;
}

export function map_new(pairs = []) {
  const made = new Map();
  for (const [key, value] of pairs) dict_set(made, key, value);
  return made;
}

export function dict_from(other) {
  return dict_new(pairs_of(other));
}

/** Counter.update(items) */
export function count_items(d, items) {
  for (const key of iterate(items)) dict_set(d, key, add(dict_get(d, key, 0), 1));
  return d;
}

/** Counter.most_common(n) */
export function most_common(d, n = null) {
  const found = sorted(dict_items(d), (pair) => pair[1], true);
  return n === null ? found : found.slice(0, n > 0 ? Number(n) : 0);
}

/** dict.fromkeys(items, v), into an empty dict */
export function dict_fromkeys(items, v, made) {
  for (const key of iterate(items)) dict_set(made, key, v);
  return made;
}

export function dict_keys(d) {
  return d instanceof Map ? [...d.keys()] : d[ORDER] ? [...d[ORDER]] : Object.keys(d);
}

export function dict_values(d) {
  return d instanceof Map ? [...d.values()] : dict_keys(d).map((key) => d[key]);
}

export function dict_items(d) {
  return d instanceof Map ? [...d.entries()] : dict_keys(d).map((key) => [key, d[key]]);
}

export function* dict_iter(d) {
  const keys = dict_keys(d);
  try {
    for (const key of keys) {
      if (!dict_in(key, d)) bail("a dict that changes while a loop goes over it");
      yield key;
      if (dict_len(d) !== keys.length) raise("RuntimeError", "dictionary changed size during iteration");
    }
  } finally {
    const now = dict_keys(d);
    if (now.length === keys.length && now.some((key, i) => key !== keys[i])) bail("a dict that changes while a loop goes over it");
  }
}

export function* dict_iter_values(d) {
  for (const key of dict_iter(d)) yield dict_get(d, key);
}

export function* dict_iter_items(d) {
  for (const key of dict_iter(d)) yield [key, dict_get(d, key)];
}

export function set_new(items = []) {
  const made = new Set();
  set_update(made, items);
  return made;
}

export function set_in(v, s) {
  return key_like(s, v) !== undefined;
}

export function set_add(s, v) {
  if (set_in(v, s)) return;
  s.add(new_key(v));
  note_key(s, v, "set");
}

export function set_discard(s, v) {
  const key = key_like(s, v);
  if (s.delete(key)) note_key(s, v, "delete");
}

export function set_remove(s, v) {
  if (!set_in(v, s)) raise("KeyError", v);
  set_discard(s, v);
}

export function set_update(s, items) {
  for (const item of iterate(items)) set_add(s, item);
}

export function set_or(a, b) {
  return set_new([...a, ...list(b)]);
}

export function set_and(a, b) {
  const other = set_new(b);
  return set_new([...a].filter((item) => set_in(item, other)));
}

export function set_minus(a, b) {
  const other = set_new(b);
  return set_new([...a].filter((item) => !set_in(item, other)));
}

export function set_xor(a, b) {
  const other = set_new(b);
  return set_or(set_minus(a, other), set_minus(other, a));
}

/** A set with the items of another one in place of its own */
export function set_become(s, other) {
  const items = [...other];
  s.clear();
  set_update(s, items);
}

export function set_le(a, b) {
  const other = set_new(b);
  return [...a].every((item) => set_in(item, other));
}

export function set_lt(a, b) {
  return a.size < b.size && set_le(a, b);
}

export function set_isdisjoint(a, b) {
  return list(b).every((item) => !set_in(item, a));
}
