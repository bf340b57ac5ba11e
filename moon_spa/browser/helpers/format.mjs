// Format specifications, `%` and str.format.
import { bail, is_box, raise, type_name } from "./errors.mjs";
import { float_of, neg, scaled, trunc } from "./numbers.mjs";
import { chr, len_s, repeat_s, slice_s } from "./text.mjs";
import { e_text, repr, str, str_b, str_f, str_i } from "./values.mjs";

/** A format specification in parts; ValueError for what is none */
export function spec_of(spec, align) {
  const form = /^(?:([^])?([<>=^]))?([+\- ])?(z)?(#)?(0)?(\d+)?([_,])?(?:\.(\d+))?([a-zA-Z%])?$/u;
  const found = form.exec(spec) ?? raise("ValueError", "Invalid format specifier '" + spec + "'");
  let [, fill, side, sign = "", z, alt, zero, width, sep = "", precision, type = ""] = found;
  if (fill !== undefined && zero) width = zero + (width ?? "");
  else if (zero) {
    fill = "0";
    if (!side && align === ">") side = "=";
  }
  if (width?.length > 9 || precision?.length > 4) raise("ValueError", "Too many decimal digits in format string");
  return {
    fill: fill ?? " ",
    align: side ?? align,
    sign,
    z: Boolean(z),
    alt: Boolean(alt),
    width: Number(width ?? 0),
    sep,
    precision: precision === undefined ? null : Number(precision),
    type,
  };
}

export function unknown_code(type, name) {
  raise("ValueError", `Unknown format code '${type}' for object of type '${name}'`);
}

/** Only some types of numbers are written in groups */
export function check_sep({ sep }, type) {
  const fine = /^[deEfFgG%]?$/.test(type) || (sep === "_" && /[boxX]/.test(type));
  if (sep && !fine) raise("ValueError", `Cannot specify '${sep}' with '${type}'.`);
}

/** `text` with its sign and prefix in front, filled to the width */
export function filled(text, front, how) {
  const missing = how.width - len_s(text) - front.length;
  if (missing <= 0) return front + text;
  if (how.align === "=") return front + repeat_s(how.fill, missing) + text;
  const left = how.align === "<" ? 0 : how.align === "^" ? missing >> 1 : missing;
  return repeat_s(how.fill, left) + front + text + repeat_s(how.fill, missing - left);
}

/** Digits in groups; with zeros as fill, in front too, up to `width` characters */
export function grouped(digits, sep, size, width) {
  const groups = [];
  for (;;) {
    const length = Math.min(sep ? size : Infinity, Math.max(digits.length, width, 1));
    groups.unshift(digits.slice(-length).padStart(length, "0"));
    digits = digits.slice(0, -length);
    width -= length;
    if (digits === "" && width <= 0) return groups.join(sep);
    width -= 1;
  }
}

/** How many characters the digits must fill, where zeros go between sign and digits */
export function digit_room(how, others) {
  return how.fill === "0" && how.align === "=" ? how.width - others : 0;
}

export function format_s(v, spec) {
  const how = spec_of(spec, "<");
  check_sep(how, how.type || "s");
  if (how.type !== "" && how.type !== "s") unknown_code(how.type, "str");
  const sign = how.sign === " " ? "Space" : "Sign";
  const extra = (how.sign && sign) || (how.z && "Negative zero coercion (z)") || (how.alt && "Alternate form (#)");
  if (extra || how.align === "=") raise("ValueError", `${extra || "'=' alignment"} not allowed in string format specifier`);
  return filled(how.precision === null ? v : slice_s(v, 0, how.precision), "", how);
}

export function format_b(v, spec) {
  return spec === "" ? str_b(v) : format_i(Number(v), spec);
}

export function format_i(v, spec) {
  if (spec === "") return str_i(v);
  const how = spec_of(spec, ">");
  check_sep(how, how.type);
  if (/^[eEfFgG%]$/.test(how.type)) return format_f(float_of(v), spec);
  if (!/^[bcdnoxX]?$/.test(how.type)) unknown_code(how.type, "int");
  if (how.precision !== null) raise("ValueError", "Precision not allowed in integer format specifier");
  if (how.z) raise("ValueError", "Negative zero coercion (z) not allowed in format specifier with integer");
  if (how.type === "c") return format_char(v, how);
  const base = { b: 2, o: 8, x: 16, X: 16 }[how.type] ?? 10;
  const minus = v < 0;
  let digits = base === 10 ? str_i(minus ? neg(v) : v) : BigInt(minus ? neg(v) : v).toString(base);
  if (how.type === "X") digits = digits.toUpperCase();
  const front = (minus ? "-" : how.sign.replace("-", "")) + (how.alt && base !== 10 ? "0" + how.type : "");
  return filled(grouped(digits, how.sep, base === 10 ? 3 : 4, digit_room(how, front.length)), front, how);
}

export function format_char(v, how) {
  if (how.sign || how.alt || how.sep) raise("ValueError", "not allowed with integer format specifier 'c'");
  if (v < 0 || v > 0x10ffff) raise("OverflowError", "%c arg not in range(0x110000)");
  return filled(chr(v), "", how);
}

/** |x| with a number of digits after the point: "12.50" */
export function fixed(x, places) {
  const digits = scaled(x, places).toString().padStart(places + 1, "0");
  return places ? digits.slice(0, -places) + "." + digits.slice(-places) : digits;
}

/** |x| as its `count` most significant digits and the power of ten of the first */
export function significant(x, count) {
  if (x === 0) return ["0".repeat(count), 0];
  let power = Number(x.toExponential().split("e")[1]);
  for (;;) {
    const digits = scaled(x, count - 1 - power).toString();
    if (digits.length === count) return [digits, power];
    power += digits.length > count ? 1 : -1;
  }
}

/** |x| in the form e */
export function scientific(x, places, alt) {
  const [digits, power] = significant(x, places + 1);
  return digits[0] + (places ? "." + digits.slice(1) : alt ? "." : "") + e_text(power);
}

/** |x| in the form g; `least` is 1 where a digit has to follow the point */
export function general(x, count, alt, least) {
  let [digits, power] = significant(x, count);
  if (!alt) digits = digits.replace(/0+$/, "") || "0";
  if (power < -4 || power >= count - least) {
    return digits[0] + (digits.length > 1 ? "." + digits.slice(1) : alt ? "." : "") + e_text(power);
  }
  if (power < 0) return "0." + "0".repeat(-power - 1) + digits;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0");
  const rest = digits.slice(power + 1) || (least ? "0" : "");
  return whole + (rest || alt ? "." + rest : "");
}

/** |x| as text, sign apart */
export function magnitude(x, how) {
  if (!Number.isFinite(x)) return (x !== x ? "nan" : "inf") + (how.type === "%" ? "%" : "");
  const places = how.precision ?? 6;
  const type = how.type.toLowerCase();
  if (type === "e") return scientific(x, places, how.alt);
  if (type === "f") return fixed(x, places) + (how.alt && !places ? "." : "");
  if (type === "%") {
    const text = Number.isFinite(x * 100) ? fixed(x * 100, places) + (how.alt && !places ? "." : "") : "inf";
    return text + "%";
  }
  if (type !== "") return general(x, places || 1, how.alt, 0);
  if (how.precision !== null) return general(x, places || 1, how.alt, 1);
  const text = str_f(x);
  return how.alt && !text.includes(".") ? text.replace("e", ".e") : text;
}

export function format_f(x, spec) {
  if (spec === "") return str_f(x);
  const how = spec_of(spec, ">");
  check_sep(how, how.type);
  if (!/^[eEfFgGn%]?$/.test(how.type)) unknown_code(how.type, "float");
  let text = magnitude(Math.abs(x), how);
  if (/[EFG]/.test(how.type)) text = text.toUpperCase();
  const minus = (x < 0 || Object.is(x, -0)) && !(how.z && !/[1-9in]/i.test(text.split(/e/i)[0]));
  const front = minus ? "-" : how.sign.replace("-", "");
  const [, digits, rest] = /^(\d*)([^]*)$/.exec(text);
  const wide = digit_room(how, front.length + rest.length);
  const whole = digits === "" && wide <= 0 ? "" : digits === "" ? "0".repeat(wide) : grouped(digits, how.sep, 3, wide);
  return filled(whole + rest, front, how);
}

/** format(v, spec) of an ANY value, or of one whose static type is given */
export function format_a(v, spec, type = "a") {
  if (is_box(v)) return format_f(v.value, spec);
  const name = { i: "int", f: "float", s: "str", b: "bool" }[type] ?? (type === "u" && Number.isInteger(v) ? bail("int or float") : type_name(v));
  if (name === "str") return format_s(v, spec);
  if (name === "bool") return format_b(v, spec);
  if (name === "int" && (type === "a" || type === "i" || type[0] === "o")) return type[0] === "o" ? format_a(v, spec, type[1]) : format_i(v, spec);
  if (name === "float" || name === "int") return format_f(v, spec);
  if (spec !== "") raise("TypeError", `unsupported format string passed to ${name}.__format__`);
  return str(v, type);
}

/** template % values */
export function percent(template, values, types) {
  let used = 0;
  const made = template.replace(/%(?:%|([-+ #0]*)(\d*)(?:\.(\d*))?[hlL]?(.|$))/gsu, (whole, flags, width, precision, code) => {
    if (whole === "%%") return "%";
    if (!code || flags === undefined) return raise("ValueError", "incomplete format");
    if (code === "%" || code === "*" || code === "(" || code === "a") return bail("a rare form of %");
    if (!"srdiuoxXeEfFgGc".includes(code)) return bail("a format character that Python has not");
    if (used >= values.length) raise("TypeError", "not enough arguments for format string");
    const pos = used++;
    return percent_one(values[pos], types[pos], code, flags, Number(width), precision);
  });
  return used < values.length ? raise("TypeError", "not all arguments converted during string formatting") : made;
}

/** One value of `%` */
export function percent_one(v, type, code, flags, width, precision) {
  if (type === "a") return bail("% of a value whose type is not known");
  const how = { fill: " ", align: flags.includes("-") ? "<" : ">", width };
  const places = precision === undefined ? null : Number(precision);
  if ("src".includes(code)) {
    if (code === "c" && type !== "i" && type !== "s") raise("TypeError", "%c requires int or char");
    if (code === "c" && type === "i" && (v < 0 || v > 0x10ffff)) raise("OverflowError", "%c arg not in range(0x110000)");
    const text = code === "c" ? (type === "i" ? chr(v) : v) : code === "s" ? str(v, type) : repr(v, type);
    if (code === "c" && len_s(text) !== 1) raise("TypeError", "%c requires int or char");
    return filled(places === null || code === "c" ? text : slice_s(text, 0, places), "", how);
  }
  if (!"bifu".includes(type) || typeof type !== "string") no_number(type, code);
  if (type === "u") bail("int or float");
  const [sign] = [flags.includes("+") ? "+" : flags.includes(" ") ? " " : ""];
  const alt = flags.includes("#");
  const zero = flags.includes("0") && !flags.includes("-");
  let [minus, digits, prefix] = [false, "", ""];
  if ("eEfFgG".includes(code)) {
    const x = float_of(v);
    minus = x < 0 || Object.is(x, -0);
    digits = magnitude(Math.abs(x), { type: code, precision: places, alt });
    if ("EFG".includes(code)) digits = digits.toUpperCase();
  } else {
    if ("oxX".includes(code) && type === "f") raise("TypeError", `%${code} format: an integer is required, not float`);
    const whole = trunc(Number(v) === v || typeof v === "bigint" ? v : Number(v));
    minus = whole < 0;
    const base = { o: 8, x: 16, X: 16 }[code] ?? 10;
    digits = (base === 10 ? str_i(minus ? neg(whole) : whole) : BigInt(minus ? neg(whole) : whole).toString(base)).padStart(places ?? 0, "0");
    if (alt && base !== 10) prefix = "0" + code;
    if (code === "X") digits = digits.toUpperCase();
  }
  const front = (minus ? "-" : sign) + prefix;
  return filled(zero ? digits.padStart(width - front.length, "0") : digits, front, how);
}

/** The error for a value that is no number. */
export function no_number(type, code) {
  const kind = { s: "str", n: "NoneType", l: "list", t: "tuple", T: "tuple", d: "dict", r: "dict", x: "set" }[type[0]];
  if (!kind) return bail("a value that may be None");
  if ("eEfFgG".includes(code)) return raise("TypeError", `must be real number, not ${kind}`);
  raise("TypeError", `%${code} format: ${"oxX".includes(code) ? "an integer" : "a real number"} is required, not ${kind}`);
}

/** template.format(...args, **names) with static types; fields with . or [ are the server's */
export function format_map(template, args, types, names = {}, name_types = {}) {
  let [auto, manual] = [0, false];
  const value = (field) => {
    if (field === "") field = String(auto++);
    else if (/^\d+$/.test(field)) manual = true;
    if (auto && manual) raise("ValueError", "cannot switch between automatic field numbering and manual field specification");
    if (/[.[]/.test(field)) bail("a field with parts");
    if (/^\d+$/.test(field)) {
      if (Number(field) >= args.length) raise("IndexError", "Replacement index " + field + " out of range for positional args tuple");
      return [args[Number(field)], types[Number(field)]];
    }
    return Object.hasOwn(names, field) ? [names[field], name_types[field]] : raise("KeyError", field);
  };
  const form = /\{\{|\}\}|\{([^{}:!]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g;
  return template.replace(form, (whole, field, conversion, spec = "") => {
    if (whole === "{{" || whole === "}}") return whole[0];
    if (field === undefined) return bail("a rare form of str.format");
    const [v, type] = value(field);
    const how = spec.replace(/\{([^{}:!]*)\}/g, (_, inner) => str(...value(inner)));
    if (conversion === "a") bail("a rare form of str.format");
    if (conversion) return format_s(conversion === "r" ? repr(v, type) : str(v, type), how);
    return format_a(v, how, type);
  });
}
