// `l-for`: a block for each item, kept by its key.
import { insert } from "./block.mjs";
import { Mismatch, failure } from "./faults.mjs";

export function forRegion(outer, { f, n, k, o, z, c }, start, end, hydrating) {
  let rows = new Map();
  outer.bind((s, l) => {
    const items = f(s, l);
    const next = new Map();
    const order = [];
    let from = start.nextSibling;
    items.forEach((item, at) => {
      const own = l.concat(n ? n(item) : [item]);
      const { length } = items;
      own.push(o && { index: at + 1, index0: at, first: !at, last: at === length - 1, length });
      const key = k ? k(s, own) : at;
      own.at = outer.kit.rowAt?.(outer.at, key);
      if (next.has(key)) throw failure("ValueError", `duplicate key ${key}`);
      let row = rows.get(key);
      order.push(row ? row.index : -1);
      if (row) row.update(own);
      else if (hydrating) {
        if (z && from.data !== ",") throw new Mismatch();
        row = insert(outer.owner, c, own, end, from, z, own.at);
        from = row.after;
      }
      next.set(key, row ?? own);
    });
    if (hydrating && from !== end) throw new Mismatch();
    for (const [key, row] of rows) if (!next.has(key)) row.remove();
    if (!hydrating) arrange(outer.owner, next, order, { c, z, end });
    hydrating = false;
    rows = next;
    let index = 0;
    for (const row of rows.values()) row.index = index++;
  });
  outer.ends.push(() => rows.forEach((row) => row.dispose()));
}

/** Makes the rows that are new and moves as few of the others as possible: not those that rise already. */
function arrange(owner, rows, order, { c, z, end }) {
  const stay = rising(order);
  const keys = [...rows.keys()];
  const before = [];
  for (let at = keys.length, next = end; at--; ) {
    before[at] = next;
    if (stay.has(at)) next = rows.get(keys[at]).first ?? next;
  }
  keys.forEach((key, at) => {
    const row = rows.get(key);
    if (order[at] < 0) rows.set(key, insert(owner, c, row, before[at], null, z, row.at));
    else if (!stay.has(at)) row.place(before[at]);
  });
}

/** Positions of a longest rising subsequence of the numbers that are not negative. */
function rising(numbers) {
  const ends = [];
  const before = [];
  numbers.forEach((number, at) => {
    if (number < 0) return;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]] < number) low = middle + 1;
      else high = middle;
    }
    before[at] = ends[low - 1];
    ends[low] = at;
  });
  const found = new Set();
  for (let at = ends.at(-1); at !== undefined; at = before[at]) found.add(at);
  return found;
}
