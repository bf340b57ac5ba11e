// str: lengths and positions are code points; what the version of Unicode decides bails.
import { bail, raise, type_name } from "./errors.mjs";
import { slice } from "./sequences.mjs";
import { iter_a } from "./dynamic.mjs";

/** Characters whose case, class and printability every Unicode of the last ten years agrees on. */
export const KNOWN =
  /^[\0-\u0137\u0139-\u017f\u0218-\u021b\u0370-\u0373\u0376\u0377\u037a-\u037e\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0527\u2000-\u2027\u202f-\u205f\u20a0-\u20b9\u2190-\u21ff\u2500-\u26ff\u3000-\u303f\u3041-\u3096\u309b-\u30ff\u4e00-\u9fa5\uac00-\ud7a3\u{1f300}-\u{1f320}\u{1f400}-\u{1f43e}\u{1f600}-\u{1f64f}]*$/u;

export function known(s) {
  return KNOWN.test(s) ? s : bail("text that depends on the version of Unicode");
}

/** Whether every code unit is a character. */
export function simple(s) {
  return !/[\ud800-\udfff]/.test(s);
}

/** The characters, one text each */
export function chars(s) {
  return Array.from(s);
}

export function len_s(s) {
  return simple(s) ? s.length : chars(s).length;
}

export function at_s(s, i) {
  const found = simple(s) ? s : chars(s);
  const pos = Number(i);
  return found[pos < 0 ? pos + found.length : pos] ?? raise("IndexError", "string index out of range");
}

export function slice_s(s, start, stop, step = null) {
  return simple(s) && step === null ? s.slice(...bounds(s.length, start, stop)) : slice(chars(s), start, stop, step).join("");
}

export function reverse_s(s) {
  return chars(s).reverse().join("");
}

/** A number of items or a place; OverflowError where no memory address is as large */
export function times(n) {
  return n >= 2n ** 63n || n < -(2n ** 63n) ? raise("OverflowError", "cannot fit 'int' into an index-sized integer") : n;
}

export function repeat_s(s, n) {
  if (times(n) > 0 && Number(n) * s.length > 2e7) bail("a very long text");
  return n > 0 ? s.repeat(Number(n)) : "";
}

export function in_s(part, s) {
  return find(s, part) >= 0;
}

/** a < b by code points */
export function lt_s(a, b) {
  if (simple(a) || simple(b)) return simple(a) && simple(b) ? a < b : lt_points(a, b);
  return lt_points(a, b);
}

export function lt_points(a, b) {
  const [left, right] = [chars(a), chars(b)];
  const pos = left.findIndex((char, i) => char !== right[i]);
  if (pos < 0) return left.length < right.length;
  return pos < right.length && left[pos].codePointAt(0) < right[pos].codePointAt(0);
}

export function ord(s) {
  if (len_s(s) !== 1) raise("TypeError", "ord() expected a character, but string of length " + len_s(s) + " found");
  return s.codePointAt(0);
}

export function chr(i) {
  if (i < 0 || i > 0x10ffff) raise("ValueError", "chr() arg not in range(0x110000)");
  return i >= 0xd800 && i <= 0xdfff ? bail("half a character") : String.fromCodePoint(Number(i));
}

export function upper(s) {
  return known(s).toUpperCase();
}

export function lower(s) {
  return known(s).includes("\u03a3") ? bail("a final sigma") : s.toLowerCase();
}

export function title_char(char) {
  if (char === "ß") return "Ss";
  return /[\u01c4-\u01cc\u01f1-\u01f3\u0345]/.test(char) ? bail("a digraph") : char.toUpperCase();
}

export function capitalize(s) {
  const [first = "", ...rest] = chars(known(s));
  return title_char(first) + lower(rest.join(""));
}

export function title(s) {
  let after = false;
  return chars(known(s)).map((char) => {
    const made = after ? lower(char) : title_char(char);
    after = /\p{Cased}/u.test(char);
    return made;
  }).join("");
}

export function swapcase(s) {
  return chars(known(s)).map((char) => {
    if (/\p{Uppercase}/u.test(char)) return lower(char);
    return /\p{Lowercase}/u.test(char) ? char.toUpperCase() : char;
  }).join("");
}

export function casefold(s) {
  return /^[\0-\xff]*$/.test(s) ? s.toLowerCase().replace(/ß/g, "ss").replace(/µ/g, "\u03bc") : bail("casefold");
}

/** White space as Python sees it, inside a character class */
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** A test for one character to be stripped */
export function strips(set) {
  if (set === null) return (char) => new RegExp("^[" + SPACE + "]$").test(char);
  const wanted = new Set(chars(set));
  return (char) => wanted.has(char);
}

export function strip(s, set = null) {
  return lstrip(rstrip(s, set), set);
}

export function lstrip(s, set = null) {
  const [every, gone] = [chars(s), strips(set)];
  let pos = 0;
  while (pos < every.length && gone(every[pos])) pos++;
  return every.slice(pos).join("");
}

export function rstrip(s, set = null) {
  const [every, gone] = [chars(s), strips(set)];
  let pos = every.length;
  while (pos > 0 && gone(every[pos - 1])) pos--;
  return every.slice(0, pos).join("");
}

export function split(s, sep = null, most = -1) {
  times(most);
  if (sep === null) return split_space(s, most);
  if (sep === "") raise("ValueError", "empty separator");
  const parts = parts_of(s, sep);
  if (most < 0 || parts.length <= Number(most) + 1) return parts;
  const kept = Number(most);
  return [...parts.slice(0, kept), parts.slice(kept).join(sep)];
}

export function rsplit(s, sep = null, most = -1) {
  times(most);
  if (sep === null) return split_space(reverse_s(s), most).map(reverse_s).reverse();
  if (sep === "") raise("ValueError", "empty separator");
  parts_of("", sep);
  const parts = [];
  let end = s.length;
  for (let left = Number(most); left !== 0; left--) {
    const pos = end < sep.length ? -1 : s.lastIndexOf(sep, end - sep.length);
    if (pos < 0) break;
    parts.unshift(s.slice(pos + sep.length, end));
    end = pos;
  }
  return [s.slice(0, end), ...parts];
}

/** Parts between separators; half a character of a separator never matches inside a whole one. */
export function parts_of(s, sep) {
  return simple(sep) || !/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(sep) ? s.split(sep) : bail("half a character");
}

export function split_space(s, most) {
  const parts = [];
  let rest = lstrip(s);
  while (rest !== "") {
    const found = parts.length == most ? null : new RegExp("[" + SPACE + "]+").exec(rest);
    parts.push(found ? rest.slice(0, found.index) : rest);
    rest = found ? rest.slice(found.index + found[0].length) : "";
  }
  return parts;
}

export function splitlines(s, keepends = false) {
  const lines = s.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^]+$/g) ?? [];
  return keepends ? lines : lines.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, ""));
}

export function join(sep, items) {
  return Array.from(items).join(sep);
}

export function replace(s, old, by, count = -1) {
  if (times(count) == 0) return s;
  const parts = old === "" ? ["", ...chars(s), ""] : parts_of(s, old);
  if (count < 0 || parts.length <= Number(count) + 1) return parts.join(by);
  const kept = Number(count);
  return parts.slice(0, kept).join(by) + by + parts.slice(kept).join(old);
}

/** Start and end of a slice as positions from 0 to length, start beyond end as an empty one at start */
export function bounds(length, start, stop) {
  const fix = (v, other) => {
    if (v === null || v === undefined) return other;
    return v < 0 ? Math.max(Number(v) + length, 0) : Math.min(Number(v), length);
  };
  return [fix(start, 0), fix(stop, length)];
}

/** Position of a code unit as a count of code points */
export function position(s, pos) {
  return pos < 0 ? pos : len_s(s.slice(0, pos));
}

export function find(s, part, start = null, stop = null) {
  return search_s(s, part, start, stop, "indexOf");
}

export function rfind(s, part, start = null, stop = null) {
  return search_s(s, part, start, stop, "lastIndexOf");
}

export function search_s(s, part, start, stop, method) {
  const length = len_s(s);
  const [from, to] = bounds(length, start, stop);
  if ((start !== null && start > length) || from > to) return -1;
  parts_of("", part || " ");
  const inner = slice_s(s, from, to);
  const pos = position(inner, inner[method](part));
  return pos < 0 ? pos : pos + from;
}

export function index(s, part, start = null, stop = null) {
  const pos = find(s, part, start, stop);
  return pos < 0 ? raise("ValueError", "substring not found") : pos;
}

export function rindex(s, part, start = null, stop = null) {
  const pos = rfind(s, part, start, stop);
  return pos < 0 ? raise("ValueError", "substring not found") : pos;
}

export function count_s(s, part, start = null, stop = null) {
  const [from, to] = bounds(len_s(s), start, stop);
  if ((start !== null && start > len_s(s)) || from > to) return 0;
  const inner = slice_s(s, from, to);
  return part === "" ? len_s(inner) + 1 : parts_of(inner, part).length - 1;
}

export function startswith(s, prefix, start = null, stop = null) {
  return has_end(s, prefix, start, stop, "startsWith");
}

export function endswith(s, suffix, start = null, stop = null) {
  return has_end(s, suffix, start, stop, "endsWith");
}

export function has_end(s, part, start, stop, method) {
  if (Array.isArray(part)) return part.some((one) => has_end(s, one, start, stop, method));
  const [from, to] = bounds(len_s(s), start, stop);
  if ((start !== null && start > len_s(s)) || from > to) return false;
  parts_of("", part || " ");
  return slice_s(s, from, to)[method](part);
}

export function removeprefix(s, prefix) {
  return startswith(s, prefix) ? s.slice(prefix.length) : s;
}

export function removesuffix(s, suffix) {
  return suffix !== "" && endswith(s, suffix) ? s.slice(0, -suffix.length) : s;
}

export function partition(s, sep) {
  if (sep === "") raise("ValueError", "empty separator");
  const [head, ...rest] = parts_of(s, sep);
  return rest.length ? [head, sep, rest.join(sep)] : [s, "", ""];
}

export function rpartition(s, sep) {
  if (sep === "") raise("ValueError", "empty separator");
  const [head, ...tail] = rsplit(s, sep, 1);
  return tail.length ? [head, sep, tail[0]] : ["", "", s];
}

export function fill_of(fill) {
  return len_s(fill) === 1 ? fill : raise("TypeError", "The fill character must be exactly one character long");
}

export function ljust(s, width, fill = " ") {
  return s + repeat_s(fill_of(fill), Number(times(width)) - len_s(s));
}

export function rjust(s, width, fill = " ") {
  return repeat_s(fill_of(fill), Number(times(width)) - len_s(s)) + s;
}

export function center(s, width, fill = " ") {
  const space = Number(times(width)) - len_s(s);
  if (space <= 0) return fill_of(fill) && s;
  const left = (space >> 1) + (space & Number(width) & 1);
  return repeat_s(fill_of(fill), left) + s + repeat_s(fill, space - left);
}

export function zfill(s, width) {
  const sign = /^[+-]/.test(s) ? s[0] : "";
  return sign + rjust(s.slice(sign.length), Number(times(width)) - sign.length, "0");
}

export function expandtabs(s, size = 8) {
  let column = 0;
  return chars(s).map((char) => {
    const made = char === "\t" ? repeat_s(" ", size > 0 ? Number(size) - (column % Number(size)) : 0) : char;
    column = char === "\n" || char === "\r" ? 0 : column + (char === "\t" ? made.length : 1);
    return made;
  }).join("");
}

/** Whether there are characters, all of them of a class */
export function all_are(s, pattern) {
  return s !== "" && pattern.test(known(s));
}

export function isdecimal(s) {
  return all_are(s, /^[0-9]+$/);
}

export function isdigit(s) {
  return all_are(s, /^[0-9²³¹]+$/);
}

export function isnumeric(s) {
  return /[\u2000-\uffff]/.test(s) ? bail("isnumeric") : all_are(s, /^[0-9²³¹¼-¾]+$/);
}

export function isalpha(s) {
  return all_are(s, /^\p{L}+$/u);
}

export function isalnum(s) {
  return /[\u2000-\u33ff]/.test(s) ? bail("isalnum") : all_are(s, /^[\p{L}0-9²³¹¼-¾]+$/u);
}

export function isspace(s) {
  return s !== "" && new RegExp("^[" + SPACE + "]+$").test(s);
}

export function isupper(s) {
  return /\p{Uppercase}/u.test(known(s)) && !/[\p{Lowercase}\p{Lt}]/u.test(s);
}

export function islower(s) {
  return /\p{Lowercase}/u.test(known(s)) && !/[\p{Uppercase}\p{Lt}]/u.test(s);
}

export function istitle(s) {
  let [after, found] = [false, false];
  for (const char of known(s)) {
    const [big, small] = [/[\p{Uppercase}\p{Lt}]/u.test(char), /\p{Lowercase}/u.test(char)];
    if ((big && after) || (small && !after)) return false;
    found ||= big || small;
    after = big || small;
  }
  return found;
}

export function isascii(s) {
  return /^[\0-\x7f]*$/.test(s);
}

export function isidentifier(s) {
  return isascii(s) ? /^[A-Za-z_]\w*$/.test(s) : bail("an identifier that is not ASCII");
}

/** sep.join(items) of ANY values, in one or what goes through one */
export function join_a(sep, items) {
  return Array.from(typeof items?.next === "function" ? items : iter_a(items), (item, i) =>
    typeof item === "string" ? item : raise("TypeError", `sequence item ${i}: expected str instance, ${type_name(item)} found`),
  ).join(sep);
}
