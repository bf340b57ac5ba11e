// What of the module `math` is the same everywhere: whole numbers, and floats that IEEE 754 rounds in one way.
import { bail, raise, type_name } from "./errors.mjs";
import { abs, floordiv, int, mod, mul } from "./numbers.mjs";
import { number_in } from "./values.mjs";

/** An ANY value as the number that it has to be */
export function real_a(v) {
  return number_in(v) ?? raise("TypeError", "must be real number, not " + type_name(v));
}

export function sqrt(x) {
  return x < 0 ? raise("ValueError", "math domain error") : Math.sqrt(x);
}

export function copysign(x, sign) {
  if (sign !== sign) bail("the sign of nan");
  return sign < 0 || Object.is(sign, -0) ? -Math.abs(x) : Math.abs(x);
}

export function isinf(x) {
  return x === Infinity || x === -Infinity;
}

export function fmod(x, y) {
  const rest = x % y;
  return rest !== rest && x === x && y === y ? raise("ValueError", "math domain error") : rest;
}

export function degrees(x) {
  return x * (180 / Math.PI);
}

export function radians(x) {
  return x * (Math.PI / 180);
}

export function isclose(a, b, relative = 1e-9, absolute = 0) {
  if (relative < 0 || absolute < 0) raise("ValueError", "tolerances must be non-negative");
  if (a === b || isinf(a) || isinf(b)) return a === b;
  const size = Math.abs(b - a);
  return size <= Math.abs(relative * b) || size <= Math.abs(relative * a) || size <= absolute;
}

export function gcd(...values) {
  let found = 0;
  for (const value of values) {
    let rest = value;
    while (rest != 0) [found, rest] = [rest, mod(found, rest)];
  }
  return abs(found);
}

export function lcm(...values) {
  let found = 1;
  for (const value of values) found = value == 0 ? 0 : abs(mul(floordiv(found, gcd(found, value) || 1), value));
  return found;
}

export function isqrt(n) {
  if (n < 0) raise("ValueError", "isqrt() argument must be nonnegative");
  if (typeof n !== "bigint") {
    const root = Math.floor(Math.sqrt(n));
    return root * root > n ? root - 1 : root;
  }
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return int(root);
    root = next;
  }
}

export function factorial(n) {
  if (n < 0) raise("ValueError", "factorial() not defined for negative values");
  return product(1, n);
}

/** first * (first + 1) * ... * last */
export function product(first, last) {
  if (last > 3000) bail("a very large product");
  let found = 1n;
  for (let i = BigInt(first); i <= last; i++) found *= i;
  return int(found);
}

export function perm(n, k = undefined) {
  if (k === undefined) return factorial(n);
  if (n < 0) raise("ValueError", "n must be a non-negative integer");
  if (k < 0) raise("ValueError", "k must be a non-negative integer");
  return k > n ? 0 : product(Number(n) - Number(k) + 1, n);
}

export function comb(n, k) {
  const ways = perm(n, k);
  return k > n ? 0 : floordiv(ways, factorial(k));
}

/** math.prod() of ints */
export function prod(items, start = 1) {
  let found = start;
  for (const item of items) found = mul(found, item);
  return found;
}
