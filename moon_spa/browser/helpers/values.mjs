// Comparison, truth and text of values.
import { bail, is_box, is_dict, raise, type_name } from "./errors.mjs";
import { many_digits } from "./numbers.mjs";
import { chars, known, lt_s } from "./text.mjs";
import { same } from "./sequences.mjs";
import { dict_get, dict_in, dict_items, dict_len, set_le } from "./mappings.mjs";
import { repr_a } from "./dynamic.mjs";

/** A bool, int or float as a number, also out of its box; undefined for anything else */
export function number_in(v) {
  if (typeof v === "number" || typeof v === "bigint") return v;
  if (typeof v === "boolean") return Number(v);
  return is_box(v) ? v.value : undefined;
}

/** a == b, deep; tuple against list is not in question */
export function eq(a, b) {
  if (a === b) return true;
  const [x, y] = [number_in(a), number_in(b)];
  if (x !== undefined || y !== undefined) return x !== undefined && y !== undefined && x == y;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  if (a instanceof Set) return b instanceof Set && a.size === b.size && set_le(a, b);
  if (!is_dict(a) || !is_dict(b) || dict_len(a) !== dict_len(b)) return false;
  return dict_items(a).every(([key, item]) => dict_in(key, b) && same(item, dict_get(b, key)));
}

export function ne(a, b) {
  return !eq(a, b);
}

export function lt(a, b) {
  return ordered(a, b, "<", (x, y) => x < y, (x, y) => lt_s(x, y));
}

export function le(a, b) {
  return ordered(a, b, "<=", (x, y) => x <= y, (x, y) => !lt_s(y, x));
}

export function gt(a, b) {
  return ordered(a, b, ">", (x, y) => x > y, (x, y) => lt_s(y, x));
}

export function ge(a, b) {
  return ordered(a, b, ">=", (x, y) => x >= y, (x, y) => !lt_s(x, y));
}

export function ordered(a, b, sign, numbers, texts) {
  const [x, y] = [number_in(a), number_in(b)];
  if (x !== undefined && y !== undefined) return numbers(x, y);
  if (typeof a === "string" && typeof b === "string") return texts(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    const pos = a.findIndex((item, i) => i >= b.length || !same(item, b[i]));
    if (pos < 0 || pos >= b.length) return numbers(a.length, b.length);
    return ordered(a[pos], b[pos], sign, numbers, texts);
  }
  if (a instanceof Set || b instanceof Set) bail("an order of sets");
  return raise("TypeError", `'${sign}' not supported between instances of '${type_name(a)}' and '${type_name(b)}'`);
}

/** bool(v) */
export function truth(v) {
  if (v === null || typeof v !== "object") return typeof v === "number" ? v !== 0 : Boolean(v);
  if (Array.isArray(v)) return v.length > 0;
  if (v instanceof Set) return v.size > 0;
  return is_box(v) ? v.value !== 0 : dict_len(v) > 0;
}

export function str_i(a) {
  const text = String(typeof a === "boolean" ? Number(a) : a);
  return text.length > 4300 + (a < 0) ? many_digits() : text;
}

export function str_b(v) {
  return v ? "True" : "False";
}

/** repr(float) */
export function str_f(x) {
  if (!Number.isFinite(x)) return x !== x ? "nan" : x > 0 ? "inf" : "-inf";
  const [, sign, first, rest = "", power] = /^(-?)(\d)(?:\.(\d+))?e(.+)$/.exec((Object.is(x, -0) ? 0 : x).toExponential());
  const minus = sign || (Object.is(x, -0) ? "-" : "");
  const point = Number(power) + 1;
  const digits = first + rest;
  if (point > 16 || point <= -4) return minus + first + (rest && "." + rest) + e_text(point - 1);
  if (point <= 0) return minus + "0." + "0".repeat(-point) + digits;
  return minus + digits.slice(0, point).padEnd(point, "0") + "." + (digits.slice(point) || "0");
}

/** e+05 */
export function e_text(power) {
  return "e" + (power < 0 ? "-" : "+") + String(Math.abs(power)).padStart(2, "0");
}

/** repr(str) */
export function repr_s(s) {
  const quote = s.includes("'") && !s.includes('"') ? '"' : "'";
  return quote + chars(s).map((char) => shown(char, quote)).join("") + quote;
}

/** One character of a repr */
export function shown(char, quote) {
  if (char === quote || char === "\\") return "\\" + char;
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[char];
  if (short) return short;
  const code = char.codePointAt(0);
  if ((code >= 32 && code < 127) || (code > 160 && code < 0x250 && code !== 173)) return char;
  const code_text = code.toString(16);
  if (code < 256) return "\\x" + code_text.padStart(2, "0");
  if (/[\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ud800-\uf8ff\ufeff]/.test(char) && code < 0x10000 && !/[\uac00-\ud7a3]/.test(char)) {
    return "\\u" + code_text.padStart(4, "0");
  }
  return known(char);
}

/** repr() of a value of a static type */
export function repr(v, type) {
  if (v === null) return "None";
  if (type === "i") return str_i(v);
  if (type === "f") return str_f(v);
  if (type === "s") return repr_s(v);
  if (type === "b") return str_b(v);
  if (type === "u") return Number.isInteger(v) ? bail("int or float") : str_f(v);
  if (type === "a") return repr_a(v);
  const [kind, part, other] = type;
  if (kind === "o") return repr(v, part);
  if (kind === "l") return "[" + v.map((item) => repr(item, part)).join(", ") + "]";
  if (kind === "t") return repr_tuple(v.map((item, i) => repr(item, type[i + 1])));
  if (kind === "T") return repr_tuple(v.map((item) => repr(item, part)));
  if (kind === "x") return repr_set(Array.from(v, (item) => repr(item, part)));
  const pair = ([key, item]) => (kind === "r" ? repr_s(key) + ": " + repr(item, part[key]) : repr(key, part) + ": " + repr(item, other));
  return "{" + dict_items(v).map(pair).join(", ") + "}";
}

export function repr_tuple(parts) {
  return parts.length === 1 ? "(" + parts[0] + ",)" : "(" + parts.join(", ") + ")";
}

export function repr_set(parts) {
  if (parts.length > 1) bail("the order of a set");
  return parts.length ? "{" + parts[0] + "}" : "set()";
}

/** str() of a value of a static type */
export function str(v, type) {
  return typeof v === "string" ? v : repr(v, type);
}
