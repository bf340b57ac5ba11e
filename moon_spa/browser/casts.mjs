// The one cast table of props: the same as casts.py, case by case; a test compares the two.
// A value is null, a boolean, a number, a BigInt, text, or a Float box (a whole-numbered Python float).
import { failure } from "./faults.mjs";
import { box, str_f } from "./helpers.mjs";

const FLOAT_BOX = Symbol.for("moon.float");
const MAX_NUMBER = 1000;
const SOME_DIGITS = "[0-9]+(?:_[0-9]+)*";
const INT = new RegExp(`^[+-]?${SOME_DIGITS}$`);
const FLOAT_TEXT = new RegExp(
  `^[+-]?(?:(?:${SOME_DIGITS}\\.?(?:${SOME_DIGITS})?|\\.${SOME_DIGITS})(?:[eE][+-]?${SOME_DIGITS})?|(inf|infinity)|(nan))$`,
  "i",
);
const BLANKS = /^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g;
const WORDS = { __proto__: null, true: true, 1: true, false: false, 0: false };

/** Why a value cannot become what the cast wants. */
export class CastError extends Error {}

/** `value` as `cast` ("int", "float", "str", "bool") makes it; throws CastError. */
export function castValue(cast, value) {
  const float = Boolean(value?.[FLOAT_BOX]);
  if (!float && !["boolean", "number", "bigint", "string"].includes(typeof value)) refuse(value, cast);
  return TABLE[cast](float ? value.value : value, float || isFloat(value));
}

/** A copy of `props` after the casts `{prop: cast}`, and what was refused: those props are left out. */
export function castProps(casts, props) {
  const done = { ...props };
  const problems = [];
  for (const [name, cast] of Object.entries(casts)) {
    if (!Object.hasOwn(done, name) || done[name] === null || done[name] === undefined) continue;
    try {
      done[name] = castValue(cast, done[name]);
    } catch (error) {
      if (!(error instanceof CastError)) throw error;
      problems.push({ prop: name, message: `prop ${name}: ${error.message}; its default is used` });
      delete done[name];
    }
  }
  return { props: done, problems };
}

/** The props of a component after its casts; what was refused is told. */
export function cast(app, { name, casts }, given) {
  if (!casts) return given;
  const { props, problems } = castProps(casts, given);
  for (const { message } of problems) app.notice(failure("ValueError", message), name);
  return props;
}

const TABLE = {
  __proto__: null,
  int(value) {
    let found = value;
    if (typeof value === "string") {
      const text = numberText(value);
      if (!INT.test(text)) refuse(value, "int");
      found = Number(text.replaceAll("_", ""));
    }
    found = Math.trunc(Number(found)) + 0;
    if (!Number.isFinite(found) && typeof value === "number") refuse(value, "int");
    if (!Number.isSafeInteger(found)) {
      throw new CastError(`${shown(value)} is past 2**53 - 1, which a browser cannot keep exactly`);
    }
    return found;
  },
  float(value) {
    if (typeof value !== "string") {
      const found = Number(value);
      if (typeof value === "bigint" && !Number.isFinite(found)) {
        throw new CastError(`${shown(value)} is too large for a float`);
      }
      return box(found);
    }
    const text = numberText(value);
    const [found, infinite, nan] = FLOAT_TEXT.exec(text) ?? refuse(value, "float");
    if (nan) return NaN;
    if (infinite) return found.startsWith("-") ? -Infinity : Infinity;
    return box(Number(text.replaceAll("_", "")));
  },
  str(value, float) {
    if (typeof value === "boolean") return value ? "True" : "False";
    return float ? str_f(value) : String(value);
  },
  bool(value) {
    if (typeof value !== "string") return typeof value === "number" ? value !== 0 : Boolean(value);
    const word = value.length > MAX_NUMBER ? "" : value.replace(BLANKS, "").replace(/[A-Z]/g, lower);
    if (!(word in WORDS)) {
      throw new CastError(`${shown(value)} is no bool: write true, false, 1 or 0`);
    }
    return WORDS[word];
  },
};

function isFloat(value) {
  return typeof value === "number" && (!Number.isSafeInteger(value) || Object.is(value, -0));
}

function numberText(value) {
  if ([...value].length > MAX_NUMBER) throw new CastError(`text of ${[...value].length} characters is no number`);
  return value.replace(BLANKS, "");
}

function lower(letter) {
  return letter.toLowerCase();
}

function shown(value) {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}\u2026` : value);
  return value === null || typeof value === "object" ? "this value" : String(value).slice(0, 40);
}

function refuse(value, cast) {
  throw new CastError(`${shown(value)} is no ${cast}`);
}
