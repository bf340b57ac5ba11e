// Python's exceptions, the way out to the server, and what types values have.
import { ORDER, dict_in, dict_items, dict_len, dict_set } from "./mappings.mjs";
import { repr_a, str_a } from "./dynamic.mjs";

/** A Python exception: `name` is its class, `args` its arguments. */
export class PyError extends Error {
  constructor(name, args) {
    super(args.map(String).join(", "));
    this.name = name;
    this.args = args;
  }
}

/** Whether the result equals Python's is not known here: the action's draft is dropped, the server runs it. */
export class Bail extends Error {
  constructor(why) {
    super(why);
    this.name = "Bail";
    this.bail = true;
  }
}

/** A whole-numbered float where the type is not known; other floats are plain numbers. */
export class Float {
  constructor(value) {
    this.value = value;
  }
  get [Symbol.for("moon.float")]() {
    return true;
  }
  valueOf() {
    return this.value;
  }
  toJSON() {
    return this.value;
  }
}

/** Class of an exception -> its base class. */
export const BASES = {
  Exception: "BaseException",
  ArithmeticError: "Exception",
  ZeroDivisionError: "ArithmeticError",
  OverflowError: "ArithmeticError",
  FloatingPointError: "ArithmeticError",
  LookupError: "Exception",
  IndexError: "LookupError",
  KeyError: "LookupError",
  AssertionError: "Exception",
  AttributeError: "Exception",
  NameError: "Exception",
  UnboundLocalError: "NameError",
  OSError: "Exception",
  RuntimeError: "Exception",
  NotImplementedError: "RuntimeError",
  RecursionError: "RuntimeError",
  StopIteration: "Exception",
  TypeError: "Exception",
  ValueError: "Exception",
  UnicodeError: "ValueError",
  UnicodeEncodeError: "UnicodeError",
};

export function error(name, ...args) {
  return new PyError(name, args);
}

export function raise(name, ...args) {
  throw new PyError(name, args);
}

export function bail(why) {
  throw new Bail(why);
}

/** Whether `except (names)` catches this; a Bail and an error of JavaScript itself are never caught. */
export function caught(thrown, names) {
  if (!thrown || thrown.bail || !Array.isArray(thrown.args)) return false;
  for (let name = thrown.name; name; name = Object.hasOwn(BASES, name) ? BASES[name] : "") {
    if (names.includes(name)) return true;
  }
  return false;
}

export function error_name(thrown) {
  return thrown.name;
}

/** str(exception) */
export function str_error(thrown) {
  const args = thrown.args;
  if (args.length === 0) return "";
  if (args.length === 1) return thrown.name === "KeyError" ? repr_a(args[0]) : str_a(args[0]);
  return "(" + args.map(repr_a).join(", ") + ")";
}

export function is_box(v) {
  return v !== null && typeof v === "object" && v[Symbol.for("moon.float")] === true;
}

/** A float becomes an ANY value. */
export function box(x) {
  return Number.isInteger(x) ? new Float(x) : x;
}

export function is_dict(v) {
  return v !== null && typeof v === "object" && !Array.isArray(v) && !(v instanceof Set) && !is_box(v);
}

/** type(v).__name__ of an ANY value */
export function type_name(v) {
  if (v === null) return "NoneType";
  if (typeof v === "boolean") return "bool";
  if (typeof v === "string") return "str";
  if (typeof v === "bigint" || (Number.isSafeInteger(v) && !Object.is(v, -0))) return "int";
  if (typeof v === "number" || is_box(v)) return "float";
  if (Array.isArray(v)) return "list";
  return v instanceof Set ? "set" : "dict";
}

/** A typed value becomes an ANY value: floats inside are boxed, in a copy. */
export function to_any(v, type) {
  if (type === "f") return box(v);
  if (type === "u") return Number.isInteger(v) ? bail("a whole number that may be int or float") : v;
  if (typeof type === "string") return v;
  const [kind, part] = type;
  if (kind === "o") return v === null ? v : to_any(v, part);
  if (kind === "t" || kind === "T" || kind === "x") return bail("a tuple or set goes where the type is not known");
  return converted(v, type, to_any);
}

/** A container whose parts are changed one by one, where floats may be in it. */
export function converted(v, type, change) {
  if (!holds_float(type)) return v;
  const [kind, part, other] = type;
  if (kind === "l") return v.map((item) => change(item, part));
  const made = v instanceof Map ? new Map() : {};
  for (const [key, item] of dict_items(v)) dict_set(made, key, change(item, kind === "r" ? part[key] : other));
  return made;
}

/** Whether values of a type may hold what looks different where the type is not known. */
export function holds_float(type) {
  if (typeof type === "string") return type === "f" || type === "u";
  if (type[0] === "r") return Object.values(type[1]).some(holds_float);
  return "tTx".includes(type[0]) || type.slice(1).some(holds_float);
}

/** Whether an ANY value is of a type; True is no int here. */
export function is_type(v, type) {
  if (typeof type === "string") {
    const names = { n: ["NoneType"], b: ["bool"], i: ["int"], f: ["float"], u: ["int", "float"], s: ["str"] };
    return type === "a" || names[type].includes(type_name(v));
  }
  const [kind, part, other] = type;
  if (kind === "o") return v === null || is_type(v, part);
  if (kind === "l") return Array.isArray(v) && v.every((item) => is_type(item, part));
  if (kind === "d") {
    return is_dict(v) && dict_items(v).every(([key, item]) => is_type(key, part) && is_type(item, other));
  }
  if (kind !== "r" || !is_dict(v) || v instanceof Map) return false;
  const names = Object.keys(part);
  return dict_items(v).every(([key, item], i) => key === names[i] && is_type(item, part[key])) && dict_len(v) === names.length;
}

/** An ANY value in the form of its type; a value of another type bails. */
export function as_type(v, type) {
  return is_type(v, type) ? unboxed(v, type) : bail("a value of another type");
}

/** Without the boxes that a known type makes superfluous; containers are kept as they are where they hold none. */
export function unboxed(v, type) {
  if (type === "f" || type === "u") return is_box(v) ? v.value : v;
  if (typeof type === "string" || v === null) return v;
  return type[0] === "o" ? unboxed(v, type[1]) : converted(v, type, unboxed);
}

/** A value from the wire in the form of its type: there a tuple is a list, and whole floats are boxed. */
export function restored(v, type) {
  const found = unwrapped(v, type);
  return fits(found, type) ? found : bail("a value of another type");
}

export function unwrapped(v, type) {
  if (is_box(v)) return type === "f" || type === "u" ? v.value : v;
  if (typeof type === "string" || v === null || !holds_float(type)) return v;
  const [kind, part, other] = type;
  if (kind === "o") return unwrapped(v, part);
  if (Array.isArray(v)) return v.map((item, i) => unwrapped(item, (kind === "t" ? type[i + 1] : part) ?? "a"));
  if (v instanceof Set) return new Set(Array.from(v, (item) => unwrapped(item, part)));
  if (!is_dict(v)) return v;
  const made = v instanceof Map ? new Map() : {};
  for (const [key, item] of dict_items(v)) dict_set(made, key, unwrapped(item, (kind === "r" ? part[key] : other) ?? "a"));
  return made;
}

/** Its first argument; an OverflowError where one of them is an int that state does not hold. */
export function exact(...values) {
  for (const v of values) {
    if (typeof v === "bigint") raise("OverflowError", "state holds whole numbers up to 2**53 - 1");
  }
  return values[0];
}

/** The same for what is inside of lists, dicts and sets. */
export function exact_all(...values) {
  for (const v of values) {
    if (v === null || typeof v !== "object") exact(v);
    else for (const item of Symbol.iterator in v ? v : Object.values(v)) exact_all(item); // items of a Map are pairs
  }
  return values[0];
}

/** Whether a typed value is what its type says; a BigInt of a state field is an OverflowError. */
export function fits(v, type) {
  exact(v);
  if (type === "a") {
    if (Array.isArray(v)) return v.every((item) => fits(item, "a"));
    return is_dict(v) ? dict_items(v).every(([key, item]) => fits(key, "a") && fits(item, "a")) : !(v instanceof Set);
  }
  if (type === "n") return v === null;
  if (type === "b") return typeof v === "boolean";
  if (type === "i") return Number.isSafeInteger(v);
  if (type === "f" || type === "u") return typeof v === "number";
  if (type === "s") return typeof v === "string";
  const [kind, part, other] = type;
  if (kind === "o") return v === null || fits(v, part);
  if (kind === "l" || kind === "T") return Array.isArray(v) && v.every((item) => fits(item, part));
  if (kind === "t") {
    return Array.isArray(v) && v.length === type.length - 1 && v.every((item, i) => fits(item, type[i + 1]));
  }
  if (kind === "x") return v instanceof Set && [...v].every((item) => fits(item, part));
  if (!is_dict(v)) return false;
  if (kind === "d") return dict_items(v).every(([key, item]) => fits(key, part) && fits(item, other));
  const names = Object.keys(part);
  return dict_len(v) === names.length && names.every((key) => dict_in(key, v) && fits(v[key], part[key]));
}

/** The value for a state field: checked, and a copy, so that nothing changes it later. */
export function commit(v, type) {
  return fits(v, type) ? copy(v) : raise("TypeError", "a value of another type than the state field's");
}

/** A copy of all parts: the state is a tree between actions, and what an action has shared in it is so no more. */
export function copy(v) {
  if (v === null || typeof v !== "object" || is_box(v)) return v;
  if (v instanceof Set) return new Set(v);
  if (Array.isArray(v)) return v.map(copy);
  if (v instanceof Map) return new Map(Array.from(v, ([key, item]) => [key, copy(item)]));
  const made = Object.defineProperties({}, Object.getOwnPropertyDescriptors(v));
  for (const key of Object.keys(made)) made[key] = copy(made[key]);
  if (made[ORDER]) made[ORDER] = new Set(made[ORDER]);
  return made;
}
