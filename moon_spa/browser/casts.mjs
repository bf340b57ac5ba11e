// The one cast table of props: the same as casts.py, case by case; a test compares the two.
// A value is null, a boolean, a number, a BigInt, text, or a Float box (an integral Python float).
import { Float, floatText } from "./helpers.mjs";

const MAX_TEXT = 1000;
const DIGITS = "[0-9]+(?:_[0-9]+)*";
const INT = new RegExp(`^[+-]?${DIGITS}$`);
const FLOAT = new RegExp(
  `^[+-]?(?:(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|inf|infinity|nan)$`,
  "i",
);
