// int: a number while safe, a BigInt beyond. float: a number. NUM: int or float, not known which.
import { bail, raise } from "./errors.mjs";
import { repr_s } from "./values.mjs";

/** A BigInt in the one form an int has. */
export function int(big) {
  const small = Number(big);
  return Number.isSafeInteger(small) ? small : big;
}

export function add(a, b) {
  if (typeof a !== "bigint" && typeof b !== "bigint") {
    const total = a + b;
    if (Number.isSafeInteger(total)) return total;
  }
  return int(BigInt(a) + BigInt(b));
}

export function sub(a, b) {
  if (typeof a !== "bigint" && typeof b !== "bigint") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return int(BigInt(a) - BigInt(b));
}

export function mul(a, b) {
  if (typeof a !== "bigint" && typeof b !== "bigint") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return int(BigInt(a) * BigInt(b));
}

export function neg(a) {
  return typeof a === "bigint" ? int(-a) : 0 - a;
}

export function abs(a) {
  return a < 0 ? neg(a) : int(a);
}

export function floordiv(a, b) {
  if (b == 0) raise("ZeroDivisionError", "integer division or modulo by zero");
  if (typeof a !== "bigint" && typeof b !== "bigint") {
    const rest = a % b;
    return (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0) + 0;
  }
  const [left, right] = [BigInt(a), BigInt(b)];
  const rest = left % right;
  return int(left / right - (rest !== 0n && rest < 0n !== right < 0n ? 1n : 0n));
}

export function mod(a, b) {
  if (b == 0) raise("ZeroDivisionError", "integer modulo by zero");
  if (typeof a !== "bigint" && typeof b !== "bigint") {
    const rest = a % b;
    return (rest !== 0 && rest < 0 !== b < 0 ? rest + Number(b) : rest) + 0;
  }
  const [left, right] = [BigInt(a), BigInt(b)];
  const rest = left % right;
  return int(rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest);
}

export function divmod(a, b) {
  return [floordiv(a, b), mod(a, b)];
}

/** Number of bits of |a| */
export function bit_length(a) {
  const big = BigInt(a);
  return big === 0n ? 0 : (big < 0n ? -big : big).toString(2).length;
}

export function pow(a, b) {
  if (b < 0) bail("a negative exponent makes a float");
  if (bit_length(a) * Number(b) > 100000) bail("a very large power");
  return int(BigInt(a) ** BigInt(b));
}

export function pow_mod(a, b, m) {
  if (m == 0) raise("ValueError", "pow() 3rd argument cannot be 0");
  if (b < 0) bail("a negative exponent");
  let [base, rest, result] = [BigInt(mod(a, m)), BigInt(b), 1n];
  for (const modulus = BigInt(m); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return mod(int(result), m);
}

export function lshift(a, b) {
  if (b < 0) raise("ValueError", "negative shift count");
  if (b > 100000) bail("a very large number");
  return int(BigInt(a) << BigInt(b));
}

export function rshift(a, b) {
  if (b < 0) raise("ValueError", "negative shift count");
  if (b > 100000) return a < 0 ? -1 : 0;
  return int(BigInt(a) >> BigInt(b));
}

export function bit_and(a, b) {
  return int(BigInt(a) & BigInt(b));
}

export function bit_or(a, b) {
  return int(BigInt(a) | BigInt(b));
}

export function bit_xor(a, b) {
  return int(BigInt(a) ^ BigInt(b));
}

export function invert(a) {
  return sub(-1, a);
}

/** int -> float; a float is itself */
export function float_of(a) {
  const x = Number(a);
  if (typeof a === "bigint" && !Number.isFinite(x)) raise("OverflowError", "int too large to convert to float");
  return x;
}

/** a / b of ints and floats in any mixture; `kind` is "float " where one of them is a float, null where it may be */
export function truediv(a, b, kind = "") {
  if (b == 0) raise("ZeroDivisionError", (kind ?? bail("int or float")) + "division by zero");
  if (typeof a !== "bigint" && typeof b !== "bigint") return a / b;
  const whole = [a, b].every((v) => typeof v !== "number" || Number.isSafeInteger(v));
  if (!whole) return float_of(a) / float_of(b);
  const exact = quotient(a, b);
  const other = Number(a) / Number(b);
  return exact === other || (typeof a !== "number" && typeof b !== "number") ? exact : bail("int or float");
}

/** The float nearest to a / b of two ints. */
export function quotient(a, b) {
  let [top, bottom] = [BigInt(a), BigInt(b)];
  const negative = top < 0n !== bottom < 0n;
  if (top < 0n) top = -top;
  if (bottom < 0n) bottom = -bottom;
  const shift = bit_length(bottom) - bit_length(top) + 66;
  if (shift > 1000) bail("a quotient close to zero");
  if (shift > 0) top <<= BigInt(shift);
  else bottom <<= BigInt(-shift);
  let whole = top / bottom;
  if (whole * bottom !== top) whole |= 1n;
  const x = ldexp(Number(whole), -shift);
  if (x === Infinity) raise("OverflowError", "integer division result too large for a float");
  return negative ? -x : x;
}

/** x * 2**n, exact while the result is a normal number */
export function ldexp(x, n) {
  for (; n >= 1; n--) x *= 2;
  for (; n <= -1; n++) x /= 2;
  return x;
}

/** |x| = mantissa * 2**exponent */
export function decompose(x) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  return exponent ? [fraction | 0x10000000000000n, exponent - 1075] : [fraction, -1074];
}

/** |x| * 10**places as the nearest whole number, half to even, exactly */
export function scaled(x, places) {
  let [top, exponent] = decompose(x);
  let bottom = 1n;
  if (exponent >= 0) top <<= BigInt(exponent);
  else bottom <<= BigInt(-exponent);
  if (places >= 0) top *= 10n ** BigInt(places);
  else bottom *= 10n ** BigInt(-places);
  return half_even(top, bottom);
}

/** top / bottom as the nearest whole number, half to even; both positive */
export function half_even(top, bottom) {
  const whole = top / bottom;
  const twice = (top % bottom) * 2n;
  return twice > bottom || (twice === bottom && whole & 1n) ? whole + 1n : whole;
}

export function floordiv_f(a, b) {
  return divmod_f(a, b, "floor division by zero")[0];
}

export function mod_f(a, b) {
  return divmod_f(a, b, "modulo")[1];
}

export function divmod_f(a, b, what = "divmod()") {
  const [x, y] = [float_of(a), float_of(b)];
  if (y === 0) raise("ZeroDivisionError", `float ${what}`);
  let rest = x % y;
  let whole = (x - rest) / y;
  if (rest !== 0) {
    if (y < 0 !== rest < 0) {
      rest += y;
      whole -= 1;
    }
  } else rest = y < 0 ? -0 : 0;
  if (whole === 0) return [x / y < 0 || Object.is(x / y, -0) ? -0 : 0, rest];
  const down = Math.floor(whole);
  return [whole - down > 0.5 ? down + 1 : down, rest];
}

/** a ** b as a float, where the result is exact; the last bit of others depends on the platform. */
export function pow_f(a, b) {
  const [x, y] = [float_of(a), float_of(b)];
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const odd = Math.abs(y % 2) === 1;
  if (x === 0) {
    if (y < 0) raise("ZeroDivisionError", "0.0 cannot be raised to a negative power");
    return odd ? x : 0;
  }
  if (Math.abs(y) === Infinity) {
    if (Math.abs(x) === 1) return 1;
    return Math.abs(x) > 1 === y > 0 ? Infinity : 0;
  }
  if (Math.abs(x) === Infinity) {
    const size = y > 0 ? Infinity : 0;
    return x < 0 && odd ? -size : size;
  }
  if (y === 0.5 && x > 0) return exact_root(x);
  if (!Number.isInteger(y)) bail("a power that is rounded");
  const size = exact_power(x, y);
  return x < 0 && odd ? -size : size;
}

export function exact_root(x) {
  const root = Math.sqrt(x);
  const [top] = decompose(root);
  return top % (1n << 27n) === 0n && root * root === x ? root : bail("a root that is rounded");
}

/** |x| ** y for a whole y */
export function exact_power(x, y) {
  let [top, exponent] = decompose(x);
  while (!(top & 1n)) {
    top >>= 1n;
    exponent++;
  }
  if (top === 1n) {
    if (exponent * y > 1023) raise("OverflowError", 34, "Numerical result out of range");
    return exponent * y < -1022 ? bail("a power close to zero") : ldexp(1, exponent * y);
  }
  if (y < 0 || bit_length(top) * y > 100) bail("a power that is rounded");
  top **= BigInt(y);
  if (bit_length(top) > 53 || exponent * y < -1022 || bit_length(top) + exponent * y > 1023) bail("a power that is rounded");
  return ldexp(Number(top), exponent * y);
}

export function is_integer(x) {
  return Number.isInteger(x);
}

/** int(float) */
export function trunc(x) {
  if (typeof x === "bigint") return x;
  if (Number.isNaN(x)) raise("ValueError", "cannot convert float NaN to integer");
  if (Math.abs(x) === Infinity) raise("OverflowError", "cannot convert float infinity to integer");
  const whole = Math.trunc(x) + 0;
  return Number.isSafeInteger(whole) ? whole : BigInt(whole);
}

export function floor(x) {
  return typeof x === "bigint" ? x : trunc(Math.floor(x));
}

export function ceil(x) {
  return typeof x === "bigint" ? x : trunc(Math.ceil(x));
}

/** round(x) of an int or float */
export function round(x) {
  if (typeof x === "bigint" || !Number.isFinite(x) || Number.isInteger(x)) return trunc(x);
  const down = Math.floor(x);
  const rest = x - down;
  return (rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down) + 0;
}

/** round(float, n) */
export function round_f(x, n) {
  if (!Number.isFinite(x) || x === 0 || n > 323) return x;
  const size = n < -308 ? 0 : Number(scaled(x, Number(n)) + "e" + -Number(n));
  if (size === Infinity) raise("OverflowError", "rounded value too large to represent");
  return x < 0 ? -size : size;
}

/** round(int, n) */
export function round_i(a, n) {
  if (n >= 0) return int(a);
  if (n < -100000) bail("a very large number");
  const [big, unit] = [BigInt(a), 10n ** BigInt(-n)];
  const size = half_even(big < 0n ? -big : big, unit) * unit;
  return int(big < 0n ? -size : size);
}

export function small_int(v) {
  return typeof v === "boolean" || (Number.isSafeInteger(v) && !Object.is(v, -0));
}

export function mixed(a, b) {
  if (typeof a === "bigint" || typeof b === "bigint") bail("int or float");
  return small_int(a) && small_int(b);
}

/** The result of an operation of two NUM; what a float would give otherwise bails. */
export function num(a, b, result) {
  return mixed(a, b) && (!Number.isSafeInteger(result) || Object.is(result, -0)) ? bail("int or float") : result;
}

export function add_n(a, b) {
  return num(a, b, Number(a) + Number(b));
}

export function sub_n(a, b) {
  return num(a, b, Number(a) - Number(b));
}

export function mul_n(a, b) {
  return num(a, b, Number(a) * Number(b));
}

export function floordiv_n(a, b) {
  return num(a, b, floordiv_f(a, b));
}

export function mod_n(a, b) {
  return num(a, b, mod_f(a, b));
}

export function neg_n(a) {
  return typeof a === "bigint" ? int(-a) : Object.is(a, 0) ? bail("int or float") : -a;
}

export function abs_n(a) {
  return typeof a === "number" ? Math.abs(a) : abs(a);
}

export function hex(a) {
  return based(a, 16, "0x");
}

export function oct(a) {
  return based(a, 8, "0o");
}

export function bin(a) {
  return based(a, 2, "0b");
}

export function based(a, base, prefix) {
  const big = BigInt(a);
  return big < 0n ? "-" + prefix + (-big).toString(base) : prefix + big.toString(base);
}

/** int(text, base) */
export function int_s(s, base = 10) {
  if (base != 0 && (base < 2 || base > 36)) raise("ValueError", "int() base must be >= 2 and <= 36, or 0");
  const text = ascii_only(s);
  const [, sign, prefix = "", digits] = /^\s*([+-]?)(0[box])?(\w*)\s*$/i.exec(text) ?? bad_int(s, base);
  const named = { "0b": 2, "0o": 8, "0x": 16 }[prefix.toLowerCase()];
  const taken = named && (base == 0 || base == named);
  const body = (taken ? digits.replace(/^_/, "") : prefix + digits).toLowerCase();
  const radix = Number(base) || named || 10;
  const values = [...body.replace(/_/g, "")].map((digit) => parseInt(digit, 36));
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(body) || values.some((value) => value >= radix)) bad_int(s, base);
  if (base == 0 && !named && /^0/.test(body) && /[1-9]/.test(body)) bad_int(s, base);
  if ((radix & (radix - 1)) !== 0 && values.length > 4300) many_digits(`: value has ${values.length} digits`);
  const size = radix === 10 ? BigInt(values.join("")) : values.reduce((total, v) => total * BigInt(radix) + BigInt(v), 0n);
  return int(sign === "-" ? -size : size);
}

export function many_digits(more = "") {
  const remedy = "use sys.set_int_max_str_digits() to increase the limit";
  raise("ValueError", `Exceeds the limit (4300 digits) for integer string conversion${more}; ${remedy}`);
}

export function bad_int(s, base) {
  raise("ValueError", "invalid literal for int() with base " + base + ": " + repr_s(s));
}

/** A text for numbers: digits of other scripts are the server's business. */
export function ascii_only(s) {
  return /^[\x00-\x7f]*$/.test(s) ? s : bail("text that is not ASCII");
}

/** float(text) */
export function float_s(s) {
  const text = ascii_only(s).trim().toLowerCase();
  const digits = "\\d(?:_?\\d)*";
  const form = new RegExp("^[+-]?(?:" + digits + "\\.?(?:" + digits + ")?|\\." + digits + ")(?:e[+-]?" + digits + ")?$");
  if (form.test(text)) return Number(text.replace(/_/g, ""));
  const [, sign, name] = /^([+-]?)(inf|infinity|nan)$/.exec(text) ?? [];
  if (!name) raise("ValueError", "could not convert string to float: " + repr_s(s));
  return name === "nan" ? NaN : sign === "-" ? -Infinity : Infinity;
}
