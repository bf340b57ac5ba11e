// Values as tagged JSON, both ways, and what a call gave.
const FLOAT = Symbol.for("moon.float");
const ORDER = Symbol.for("moon.order");

class Box {
  constructor(value) {
    this.value = value;
  }
}
Box.prototype[FLOAT] = true;

const number = (text) => Number(text.replace("inf", "Infinity"));

export function decode(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(decode);
  if ("i" in value) {
    const big = BigInt(value.i);
    return Number.isSafeInteger(Number(big)) ? Number(big) : big;
  }
  if ("f" in value) return number(value.f);
  if ("F" in value) return new Box(number(value.F));
  if ("x" in value) return new Set(value.x.map(decode));
  if ("m" in value) return new Map(value.m.map(([key, item]) => [decode(key), decode(item)]));
  const object = {};
  for (const [key, item] of value.d) {
    Object.defineProperty(object, key, { value: decode(item), writable: true, enumerable: true, configurable: true });
  }
  const keys = value.d.map(([key]) => key);
  if (Object.keys(object).some((key, index) => key !== keys[index])) {
    Object.defineProperty(object, ORDER, { value: new Set(keys), writable: true, configurable: true });
  }
  return object;
}

export function encode(value) {
  if (value === undefined) return { undefined: true };
  if (typeof value === "number") return { n: Object.is(value, -0) ? "-0.0" : String(value) };
  if (typeof value === "bigint") return { i: String(value) };
  if (value === null || typeof value !== "object") return value;
  if (value[FLOAT]) return { F: Object.is(value.value, -0) ? "-0.0" : String(value.value) };
  if (Array.isArray(value)) return value.map(encode);
  if (value instanceof Set) return { x: [...value].map(encode) };
  if (value instanceof Map) return { m: [...value].map(([key, item]) => [encode(key), encode(item)]) };
  const keys = value[ORDER] ? [...value[ORDER]] : Object.keys(value);
  return { d: keys.map((key) => [key, encode(value[key])]) };
}

/** Runs a function; its value, or the Python name of what it raised. */
export function attempt(run) {
  try {
    return { value: encode(run()) };
  } catch (error) {
    return failure(error);
  }
}

export function failure(error) {
  if (error.bail) return { error: "Bail", message: error.message };
  if (Array.isArray(error.args)) return { error: error.name, message: error.message };
  return { error: `JS:${error.name}`, message: error.stack };
}
