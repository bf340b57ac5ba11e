// The wire form (see wire.py): Python values as JSON, and what JSON cannot say as objects with the key "$moon".
import { box, dict_items, dict_new, map_new } from "./helpers.mjs";

const FLOAT = Symbol.for("moon.float");
const TAG = "$moon";
const MAX_DEPTH = 64;
const MAX_ITEMS = 200_000;
const MAX_TEXT = 8_000_000;
const MAX_DIGITS = 1000;
const CONSTANTS = new Map([["nan", NaN], ["inf", Infinity], ["-inf", -Infinity], ["-0.0", -0]]);
const DIGITS = /^(?:0|[1-9][0-9]*)$/;
const WHOLE = /^-?[1-9][0-9]{15,}$/;
const HALF_CHARACTER = /\p{Surrogate}/u;

/** A value cannot travel; `code` is stable, `where` names the value. */
export class WireError extends Error {
  constructor(code, where, message) {
    super(`${where} ${message}`);
    this.name = "WireError";
    this.code = code;
    this.where = where;
  }
}

/** A JavaScript value (numbers, Float boxes, BigInts, arrays, objects, Maps) as JSON's values. */
export function encode(value, where = "value") {
  return encoded(value, where, budget());
}

/** What `data`, read from JSON, stands for; whole-numbered floats of unknown type become Float boxes. */
export function decode(data, where = "value") {
  return decoded(data, where, budget());
}

/** The wire form as text. */
export function dumps(value) {
  return JSON.stringify(encode(value));
}

/** The value that a text in wire form stands for. */
export function loads(text) {
  return decode(JSON.parse(text));
}

function budget() {
  return { items: MAX_ITEMS, text: MAX_TEXT, path: new Set() };
}

function spend(value, where, left) {
  left.items -= 1;
  if (typeof value === "string") {
    left.text -= value.length;
    if (HALF_CHARACTER.test(value)) throw new WireError("not-sendable", where, "holds half a character");
  }
  if (left.items < 0 || left.text < 0) throw new WireError("too-large", where, "is too large for one message");
}

function within(value, where, left, work) {
  if (left.path.has(value)) throw new WireError("not-sendable", where, "holds itself, and would never end");
  left.path.add(value);
  if (left.path.size > MAX_DEPTH) throw new WireError("too-deep", where.slice(0, 60), "is nested too deep");
  const found = work();
  left.path.delete(value);
  return found;
}

function encoded(value, where, left) {
  spend(value, where, left);
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return encodedNumber(value);
  if (typeof value === "bigint") return encodedInt(value, where);
  if (value[FLOAT]) return { [TAG]: "float", value: plainFloat(value.value) };
  if (Array.isArray(value)) {
    return within(value, where, left, () => value.map((one, i) => encoded(one, `${where}[${i}]`, left)));
  }
  if (value instanceof Set) {
    const items = [...value];
    return within(value, where, left, () => ({
      [TAG]: "set",
      items: items.map((one) => encoded(one, `${where} (an item)`, left)),
    }));
  }
  if (!isDict(value)) {
    throw new WireError("not-sendable", where, `is a ${kindOf(value)}, which does not travel to the server`);
  }
  return within(value, where, left, () => encodedDict(value, where, left));
}

function encodedNumber(value) {
  const plain = plainFloat(value);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? { [TAG]: "float", value: plain } : plain;
}

function plainFloat(value) {
  for (const [name, one] of CONSTANTS) if (Object.is(one, value)) return { [TAG]: name };
  return value;
}

function encodedInt(value, where) {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  const digits = String(value);
  if (digits.length > MAX_DIGITS) throw new WireError("too-large", where, "is a number of too many digits");
  return { [TAG]: "int", value: digits };
}

function encodedDict(value, where, left) {
  const items = dict_items(value).map(([key, one]) => {
    if ((typeof key === "object" && key !== null && !key[FLOAT]) || Number.isNaN(key)) {
      throw new WireError("not-sendable", where, "has a key that does not travel to the server");
    }
    const inner = `${where}[${String(key).slice(0, 60)}]`;
    return [encoded(key, inner, left), encoded(one, inner, left)];
  });
  const plain = items.every(([key]) => typeof key === "string" && key !== TAG && !DIGITS.test(key));
  return plain ? objectOf(items) : { [TAG]: "dict", items };
}

function objectOf(items) {
  const found = {};
  for (const [key, value] of items) {
    Object.defineProperty(found, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return found;
}

function decoded(data, where, left) {
  spend(data, where, left);
  if (data === null || typeof data === "boolean" || typeof data === "string") return data;
  if (typeof data === "number") return data;
  if (Array.isArray(data)) {
    return within(data, where, left, () => data.map((one, i) => decoded(one, `${where}[${i}]`, left)));
  }
  if (typeof data !== "object") throw new WireError("bad-request", where, `is a ${typeof data}, not JSON`);
  return within(data, where, left, () => {
    if (Object.hasOwn(data, TAG)) return decodedTag(data, where, left);
    return dict_new(Object.keys(data).map((key) => [key, decoded(data[key], `${where}[${key}]`, left)]));
  });
}

function decodedTag(data, where, left) {
  const tag = data[TAG];
  const keys = Object.keys(data).sort().join(" ");
  if (keys === TAG && CONSTANTS.has(tag)) return CONSTANTS.get(tag);
  if (keys === `${TAG} value` && tag === "int") {
    const digits = data.value;
    if (typeof digits === "string" && digits.length <= MAX_DIGITS && WHOLE.test(digits)) {
      const whole = BigInt(digits);
      return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
    }
  }
  if (keys === `${TAG} value` && tag === "float") {
    if (Number.isInteger(data.value)) return box(data.value);
    if (data.value?.[TAG] === "-0.0") return box(-0);
  }
  if (keys === `${TAG} items` && tag === "dict" && Array.isArray(data.items)) {
    return decodedItems(data.items, where, left);
  }
  if (keys === `${TAG} items` && tag === "set" && Array.isArray(data.items)) {
    const items = data.items.map((one) => decoded(one, `${where} (an item)`, left));
    if (items.every((one) => one === null || typeof one !== "object")) return new Set(items);
  }
  throw new WireError("bad-request", where, `has the key "${TAG}" but is none of the wire's tags`);
}

function decodedItems(items, where, left) {
  const pairs = items.map((item) => {
    if (!Array.isArray(item) || item.length !== 2) {
      throw new WireError("bad-request", where, "has items that are no pairs");
    }
    const key = decoded(item[0], `${where} (a key)`, left);
    return [key, decoded(item[1], `${where}[${String(key).slice(0, 60)}]`, left)];
  });
  return pairs.every(([key]) => typeof key === "string") ? dict_new(pairs) : map_new(pairs);
}

function isDict(value) {
  if (value instanceof Map) return true;
  const parent = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  return parent === Object.prototype || parent === null;
}

function kindOf(value) {
  return value.constructor?.name ?? typeof value;
}
