// The wire form, and the check of state, of a component that holds only what JSON says: None, bool, int and
// text, lists and records of them. `wire.mjs` and the helpers do the same for everything else.
import { failure } from "./faults.mjs";

const ITEMS = 200_000;
const HALF = /\p{Surrogate}/u;

/** A copy of a value, for a message. */
export function encodePlain(value, where) {
  let left = ITEMS;
  return JSON.parse(JSON.stringify(value), (_, one) => {
    if (typeof one === "string" && HALF.test(one)) throw failure("WireError", `${where} holds half a character`);
    if (!left--) throw failure("WireError", `${where} is too large for one message`);
    return one;
  });
}

/** What came in a message, as it is. */
export function decodePlain(value) {
  return value;
}

/** The value for a state field: checked, and a copy, so that nothing changes it later. */
export function checkPlain(value, type) {
  if (!isOf(value, type)) throw failure("TypeError", "a value of another type than the state field's");
  return structuredClone(value);
}

function isOf(value, type) {
  if (typeof value === "bigint") throw failure("OverflowError", "state holds whole numbers up to 2**53 - 1");
  const [kind, part] = type;
  if (kind === "o") return value === null || isOf(value, part);
  if (kind === "l") return Array.isArray(value) && value.every((one) => isOf(one, part));
  if (kind === "r") {
    const names = Object.keys(part);
    return names.length === Object.keys(value ?? 0).length && names.every((name) => Object.hasOwn(value, name) && isOf(value[name], part[name]));
  }
  if (kind === "i") return Number.isSafeInteger(value);
  return kind === "n" ? value === null : typeof value === { b: "boolean", s: "string" }[kind];
}
