// Values on their way into a page: attributes, addresses, styles, classes, keys of rows. The server's side of
import { is_dict, raise, type_name } from "./errors.mjs";
import { dict_copy } from "./mappings.mjs";
import { at_a, repr_a, set_at_a, str_a } from "./dynamic.mjs";

// these rules is templates/safety.py.

export const SAFE_SCHEME = /^(?:ftp|https?|mailto|sms|tel):/;
export const MEDIA = /^(?:audio|image|img|input|source|track|video)$/;
export const MEDIA_URL = /^(?:blob:|data:(?:audio|image|video)\/)/;
export const BAD_STYLE = /[;{}<>\\\0-\x1f]|\/\*|url\s*\(|image-set\s*\(|expression\s*\(|@import/i;

/** An attribute of any value: null takes it away, true makes it empty. */
export function attribute_a(v) {
  return v === true ? "" : shown_a(v);
}

/** An attribute that says true and false as text. */
export function flag_a(v) {
  return v === null ? null : typeof v === "boolean" ? String(v) : str_a(v);
}

/** A value of a style: null and false take it away. */
export function shown_a(v) {
  return v === null || v === false ? null : str_a(v);
}

/** A key of a row, such that a Map tells keys apart as Python does. */
export function key_a(v) {
  return typeof v === "object" ? repr_a(v) : v;
}

export function need_text(v, what) {
  if (v === null || v === false) return "";
  if (typeof v !== "string") raise("TypeError", `\`:${what}\` needs str, not ${type_name(v)}`);
  return v;
}

/** A copy of `v` in which `x` stands under the keys, one inside of the other; what is not on the way is shared. */
export function put_in(v, keys, x) {
  const [key, ...rest] = keys;
  const copy = Array.isArray(v) ? v.slice() : is_dict(v) ? dict_copy(v) : v;
  set_at_a(copy, key, rest.length ? put_in(at_a(v, key), rest, x) : x);
  return copy;
}

/** The classes of an element, null for none. */
export function class_text(parts) {
  const names = parts.map((part) => need_text(part, "class")).join(" ").trim();
  return names ? names.split(/\s+/).join(" ") : null;
}

/** One declaration of a style, "" for none. */
export function declaration(name, value) {
  return value === null || BAD_STYLE.test(value) ? "" : `${name}: ${value.trim()};`;
}

/** The declarations of a text, each judged like one of its own. */
export function declarations(value) {
  const found = need_text(value, "style").split(";").filter((part) => part.includes(":"));
  const judged = found.map((part) => {
    const [name, ...rest] = part.split(":");
    return /^-{0,2}[a-z][\w-]*$/i.test(name.trim()) ? declaration(name.trim(), rest.join(":")) : "";
  });
  return judged.filter(Boolean).join(" ");
}

/** An address, marked `unsafe:` where its scheme might run script. */
export function safe_url(tag, name, url) {
  if (url === null) return null;
  const parts = name === "srcset" ? url.split(",") : name === "ping" ? url.split(/\s+/) : [url];
  return parts.every((part) => is_safe_url(tag, name, part)) ? url : `unsafe:${url}`;
}

export function is_safe_url(tag, name, url) {
  const bare = url.replace(/[\0- ]+/g, "").toLowerCase();
  if (!/^[^:/?#]*:/.test(bare) || SAFE_SCHEME.test(bare)) return true;
  return MEDIA.test(tag) && /^(?:src|poster|(?:xlink:)?href)$/.test(name) && MEDIA_URL.test(bare);
}
