/* Python's meaning in JavaScript, where the two differ: the `__moon` of compiled components.
 *
 * Every helper is a top-level function of a file in `helpers/`, so that `moon_spa.shaking` can ship just those
 * a component uses. Values: None=null, bool, str, int = safe number or (beyond 2**53-1) BigInt, float = number,
 * list = Array, tuple = Array (static type), set = Set of one primitive type, dict with str keys = plain object,
 * any other dict = Map, ANY holds integral floats as `Float` boxes. "int" arguments may be booleans.
 * Naming: no suffix = int (or said otherwise), _f = float, _n = NUM (int or float unknown), _a = ANY.
 *
 * T is a compact type descriptor (JSON): "n" None, "b" bool, "i" int, "f" float, "u" NUM, "s" str, "a" ANY,
 *   ["l",T] list, ["t",T1,T2,...] tuple, ["T",T] tuple of any length, ["d",K,V] dict, ["r",{key:T}] record,
 *   ["x",T] set, ["o",T] T or None.
 *
 * errors
 *   error(name, ...args)            -> PyError to be thrown: throw __moon.error("ValueError", "no")
 *   raise(name, ...args)            throws it (usable inside an expression)
 *   bail(why)                       throws Bail: drop the draft, run this action on the server
 *   caught(e, names)                -> does `except (A, B)` catch e? names: ["ValueError"]; Bail never; stack overflow = RecursionError
 *   error_name(e), str_error(e)     type(e).__name__, str(e)
 * casting between ANY and typed values
 *   box(x)                          typed float -> ANY
 *   to_any(v, T)                    typed value -> ANY (copies only if a float inside must be boxed; tuple/set inside -> Bail)
 *   is_type(v, T)                   -> is this ANY value of type T? (bool is no int here)
 *   as_type(v, T)                   ANY -> typed representation, Bail when it is not exactly a T
 *   restored(v, T)                  a value from the wire as a T, also one with tuples and sets in it; Bail when it is none
 *   type_name(v)                    type(v).__name__ of an ANY value
 *   exact(...v)  exact_all(...v)    the first of the values for state: OverflowError for a BigInt, in parts of them too
 *   commit(v, T)                    value for a state field: OverflowError for BigInt inside, TypeError for a wrong type, deep copy
 *   copy(v)                         a copy of all parts; what is shared inside is not shared in the copy
 * int arithmetic (exact; ZeroDivisionError)
 *   add sub mul floordiv mod (a, b)   neg abs invert (a)   divmod(a, b) -> [q, r]
 *   pow(a, b)                       int result; b < 0 -> Bail     pow_mod(a, b, m)
 *   lshift rshift bit_and bit_or bit_xor (a, b)
 *   truediv(a, b)                   int, float or NUM operands in any mixture -> float
 *   int(v)                          BigInt -> normalised int      bit_length(a)
 * float arithmetic (operands int or float; + - * of two floats are plain JS)
 *   float_of(a)                     int -> float (OverflowError), float -> itself
 *   floordiv_f mod_f pow_f (a, b)   divmod_f(a, b)   pow_f bails unless the result is exact
 *   is_integer(x)  trunc(x) floor(x) ceil(x) -> int   (int(float), math.floor, math.ceil; ValueError/OverflowError for nan, inf)
 *   round(x)  round_f(x, n)  round_i(a, n)   round(float)->int, round(float, n)->float, round(int, n)->int
 * NUM arithmetic (Bail where the answer depends on int or float)
 *   add_n sub_n mul_n floordiv_n mod_n (a, b)   neg_n abs_n (a)
 * the module math (floats are numbers, ints of any size)
 *   sqrt copysign fmod degrees radians isinf (x)   isclose(a, b, rel_tol, abs_tol)   real_a(v) an ANY value as NUM, TypeError
 *   gcd lcm (...ints)   isqrt factorial (n)   perm(n, k) comb(n, k)   prod(ints, start)
 * comparison: numbers of any kind: plain JS < <= > >= and == (exact for BigInt too); two strings ==: plain JS ===
 *   eq(a, b)                        deep; any values of which tuple/list is not in question;  ne = !eq
 *   lt_s(a, b)                      str < str by code points (a > b is lt_s(b, a); a <= b is !lt_s(b, a))
 *   lt le gt ge (a, b)              Python's, on anything (lists, tuples, str, ANY)
 *   truth(v)                        bool(v) of anything    not needed for: bool, int (v !== 0), str (v !== ""), list (v.length > 0)
 * text of values
 *   str_i str_f str_b (v)           str(int), str(float), str(bool)
 *   str(v, T)  repr(v, T)           of any typed value     repr_s(s)
 *   format_i format_f format_s format_b (v, spec)   format(v, spec)       format_a(v, spec, T?) dynamic, T for typed lists & co
 *   percent(template, values, types)  "..." % values (values, types arrays; only %s %r %d %i %f %g %e %x %X %o %c %%)
 *   format_map(template, args, types, names, name_types)  "...".format(...)  args array, names plain object
 *   hex oct bin (a)
 *   int_s(s, base=10)  float_s(s)   int(str), float(str)   ord(s) chr(i)
 * str (positions are code points)
 *   len_s(s) at_s(s, i) slice_s(s, start, stop, step) chars(s) reverse_s(s) repeat_s(s, n) in_s(part, s)
 *   upper lower title capitalize swapcase casefold (s)
 *   strip lstrip rstrip (s, chars=null)   split rsplit (s, sep=null, maxsplit=-1)   splitlines(s, keepends=false)
 *   join(sep, items)                items of static type str; join_a: any iterable value, TypeError
 *   replace(s, old, new, count=-1)   find rfind index rindex count_s (s, part, start=null, stop=null)
 *   startswith endswith (s, prefix|array of them, start=null, stop=null)
 *   isdigit isdecimal isnumeric isalpha isalnum isspace isupper islower istitle isascii isidentifier (s)
 *   zfill(s, width) center ljust rjust (s, width, fill=" ") partition rpartition (s, sep) removeprefix removesuffix (s, x)
 *   expandtabs(s, size=8)   translate is the server's
 * list and tuple
 *   at(list, i, kind="list") set_at(list, i, v) del_at(list, i)      IndexError, negative indices; at_either bails
 *   slice(list, start, stop, step)  set_slice(list, start, stop, step, items)  del_slice(list, start, stop, step)   null = left out
 *   extend(list, iterable)  insert(list, i, v)  pop(list, i=-1)  remove(list, v)  index_l(list, v, start=null, stop=null)  count_l(list, v)  index_t(tuple, v)
 *   in_l(v, list)   sort(list, key=null, reverse=false)   repeat(list, n)   concat(a, b)   (append = list.push, clear = list.length = 0,
 *   copy() = list.slice(), reverse() = list.reverse(): plain JS);  extend_repeat(list, n): list *= n
 *   iter(list)                      for-of over a list that may grow or shrink: plain JS for-of on an Array already does what Python does
 * iterables -> Arrays (arguments: anything for-of works on, or a plain-object dict)
 *   range(start, stop, step)        lazy iterable of ints (any size), ValueError for step 0; range_list(...) as Array; len_range in_range at_range
 *   enumerate(it, start=0) zip(its, strict=false) reversed(list) sorted(it, key=null, reverse=false)
 *   min_of max_of (it, key=null, default=undefined)   ValueError when empty (min(a, b) = min_of([a, b]))
 *   sum(it, start=0) ints   sum_f(it, start, compensated, from_int=true)   compensated = Python >= 3.12;  an empty list gives start (int 0!)
 *   sum_l(it, start) of lists
 *   sum_fa the same as an ANY value   sum_a(it, start, compensated) of ANY values
 *   any all (it)  list(it)  unpack(it, n) -> Array of n (ValueError)  unpack_star(it, before, after)
 *   unpacked(it, shape)             each item taken apart; unpack_as(item, shape): [0, [0, 0]] are three parts in two
 *   zip_strict(its)                 lazy, of Arrays
 * dict (plain object or Map)
 *   dict_new(pairs)  (pairs = [[k, v], ...]) plain object      map_new(pairs) Map (keys not str)
 *   dict_at(d, k) KeyError   dict_get(d, k, default=null)   dict_set(d, k, v)   dict_del(d, k)   dict_in(k, d)   dict_len(d)
 *   dict_pop(d, k, default)  (undefined = none)   dict_popitem(d)   dict_setdefault(d, k, default=null)   dict_clear(d)   dict_copy(d)
 *   count_items(d, items)   most_common(d, n=null)   dict_fromkeys(items, v, {} or new Map())   dict_without(d, keys)    dict_update(d, other)    dict_or(a, b)   dict_keys dict_values dict_items (d) -> Arrays (snapshots)   dict_from(pairs iterable)
 *   dict_iter(d) dict_iter_values(d) dict_iter_items(d)   for loops: RuntimeError when the size changes under way
 *   records: plain `d.key` / `d["key"]` where the key is known to be there and is not `__proto__`
 * set (Set of primitives)
 *   set_new(it) set_in(v, s) set_add(s, v) set_discard(s, v) set_remove(s, v) KeyError  set_update(s, it)  set_become(s, set)
 *   set_or set_and set_minus set_xor (a, b) set_le(a, b) set_lt(a, b) set_isdisjoint(a, b)   (s.size plain JS; no iteration but sorted/min/max/sum/any/all of ints)
 * ANY (full dynamic typing; what Python would raise is raised, what is not known bails)
 *   add_a sub_a mul_a truediv_a floordiv_a mod_a pow_a (a, b)   neg_a pos_a abs_a (v)   eq lt le gt ge truth as above
 *   len_a(v) at_a(v, k) set_at_a(v, k, x) del_at_a(v, k) slice_a(v, start, stop, step) in_a(v, container) iter_a(v) -> iterable
 *   no_list(v): bails for a list, which `+=` and `*=` change in place
 *   str_a repr_a int_a float_a round_a(v, n)  get_a(d, k, default): AttributeError unless dict
 * pages: attribute_a flag_a shown_a key_a (v)   class_text(parts)   declaration(name, text)   declarations(text)
 *   safe_url(tag, name, url): see helpers/view.mjs
 *   text_a(v, name) dict_a(v, name)   v, AttributeError for its method `name` unless it is a str, a dict
 */

import * as errors from "./helpers/errors.mjs";
import * as numbers from "./helpers/numbers.mjs";
import * as math from "./helpers/math.mjs";
import * as text from "./helpers/text.mjs";
import * as values from "./helpers/values.mjs";
import * as format from "./helpers/format.mjs";
import * as sequences from "./helpers/sequences.mjs";
import * as mappings from "./helpers/mappings.mjs";
import * as dynamic from "./helpers/dynamic.mjs";
import * as view from "./helpers/view.mjs";

export * from "./helpers/errors.mjs";
export * from "./helpers/numbers.mjs";
export * from "./helpers/math.mjs";
export * from "./helpers/text.mjs";
export * from "./helpers/values.mjs";
export * from "./helpers/format.mjs";
export * from "./helpers/sequences.mjs";
export * from "./helpers/mappings.mjs";
export * from "./helpers/dynamic.mjs";
export * from "./helpers/view.mjs";

export const helpers = { ...errors, ...numbers, ...math, ...text, ...values, ...format, ...sequences, ...mappings, ...dynamic, ...view };
