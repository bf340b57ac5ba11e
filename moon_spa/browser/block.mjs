// What of a template is alive: blocks of nodes, and the regions in them that may change as a whole.
import { BINDINGS } from "./bindings.mjs";
import { clean, cloned, closing, fits, isStatic, removeBetween } from "./dom.mjs";
import { Mismatch, failure } from "./faults.mjs";

/** Nodes that live and die together: `update(l)` and `dispose()`; `first` to `last` in the page. */
class Block {
  updates = [];
  ends = [];

  constructor(owner, l) {
    this.owner = owner;
    this.l = l;
  }

  update(l) {
    this.l = l;
    for (const update of this.updates) update(l);
  }

  dispose() {
    for (const end of this.ends) end();
  }

  remove() {
    this.dispose();
    removeBetween(this.first, this.last);
  }

  place(before) {
    if (!this.first) return;
    for (let node = this.first, next; ; node = next) {
      next = node.nextSibling;
      before.before(node);
      if (node === this.last) return;
    }
  }

  /** Takes the nodes from `node` on; in `hydrating` they are the server's. Gives the node after them. */
  adopt(nodes, parent, node, hydrating) {
    for (const one of nodes) {
      if (typeof one === "function") node = this.text(one, parent, node, hydrating);
      else {
        if (!node || (hydrating && !fits(one, node))) throw new Mismatch();
        if (one.t) this.element(one, node, hydrating);
        else if (typeof one !== "string") node = this.region(one, node, hydrating);
      }
      node = node.nextSibling;
    }
    return node;
  }

  text(read, parent, node, hydrating) {
    if (hydrating && node?.nodeType !== 3) node = parent.insertBefore(parent.ownerDocument.createTextNode(""), node);
    let old = node.data;
    this.bind((s, l) => {
      const text = read(s, l);
      if (text !== old) node.data = clean((old = text));
    });
    return node;
  }

  element(one, node, hydrating) {
    if (isStatic(one)) return;
    const late = [];
    for (const [kind, ...rest] of one.b ?? []) {
      if (kind === "m") late.push(() => BINDINGS.m(this, node, ...rest));
      else BINDINGS[kind](this, node, ...rest);
    }
    if (one.c && this.adopt(one.c, node, node.firstChild, hydrating) && hydrating) throw new Mismatch();
    for (const bind of late) bind();
  }

  region(one, start, hydrating) {
    const end = hydrating ? closing(start) : start.nextSibling;
    if (!end) throw new Mismatch();
    (one === 0 ? childrenRegion : one.i ? ifRegion : one.f ? forRegion : useRegion)(this, one, start, end, hydrating);
    return end;
  }

  /** Runs `write(s, l)` now and at every update. */
  bind(write) {
    const update = (l) => write(this.owner.s, l);
    update(this.l);
    this.updates.push(update);
  }

  listen(node, type, handler) {
    node.addEventListener(type, handler);
    this.ends.push(() => node.removeEventListener(type, handler));
  }
}

/** A block of `nodes` before `end`; in `hydrating` of the nodes from `from` on, up to `end`. */
function insert(owner, nodes, l, end, from, mark) {
  const block = new Block(owner, l);
  if (from) {
    const before = from.previousSibling;
    block.after = block.adopt(nodes, end.parentNode, mark ? from.nextSibling : from, true);
    if (!block.after) throw new Mismatch();
    block.last = block.after.previousSibling;
    block.first = block.last === before ? null : before.nextSibling;
    return block;
  }
  const made = cloned(nodes, end);
  if (mark) made.prepend(end.ownerDocument.createComment(","));
  block.adopt(nodes, made, mark ? made.firstChild.nextSibling : made.firstChild, false);
  [block.first, block.last] = [made.firstChild, made.lastChild];
  if (made.firstChild) end.before(made);
  return block;
}

export function whole(owner, nodes, l, start, end, hydrating) {
  const block = insert(owner, nodes, l, end, hydrating && start.nextSibling);
  if (hydrating && block.after !== end) throw new Mismatch();
  return block;
}

function ifRegion(outer, { i: branches }, start, end, hydrating) {
  let shown = -1;
  let block = null;
  outer.bind((s, l) => {
    const chosen = branches.findIndex(([test]) => !test || test(s, l));
    if (chosen === shown && block) return block.update(l);
    block?.remove();
    block = null;
    shown = chosen;
    if (chosen >= 0) block = whole(outer.owner, branches[chosen][1], l, start, end, hydrating);
    else if (hydrating && start.nextSibling !== end) throw new Mismatch();
    hydrating = false;
  });
  outer.ends.push(() => block?.dispose());
}

function forRegion(outer, { f, n, k, o, z, c }, start, end, hydrating) {
  let rows = new Map();
  outer.bind((s, l) => {
    const items = f(s, l);
    const next = new Map();
    const old = new Map();
    let from = start.nextSibling;
    let index = 0;
    for (const key of rows.keys()) old.set(key, index++);
    const order = [];
    items.forEach((item, at) => {
      const own = l.concat(n ? n(item) : [item]);
      const { length } = items;
      own.push(o && { index: at + 1, index0: at, first: !at, last: at === length - 1, length });
      const key = k ? k(s, own) : at;
      if (next.has(key)) throw failure("ValueError", `duplicate key ${key}`);
      let row = rows.get(key);
      if (row) row.update(own);
      else if (hydrating) {
        if (z && from.data !== ",") throw new Mismatch();
        row = insert(outer.owner, c, own, end, from, z);
        from = row.after;
      }
      next.set(key, row ?? own);
      order.push(old.get(key) ?? -1);
    });
    if (hydrating && from !== end) throw new Mismatch();
    for (const [key, row] of rows) if (!next.has(key)) row.remove();
    if (!hydrating) arrange(outer.owner, next, order, { c, z, end });
    hydrating = false;
    rows = next;
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
    if (order[at] < 0) rows.set(key, insert(owner, c, row, before[at], null, z));
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

function childrenRegion(outer, _, start, end, hydrating) {
  const slot = outer.owner.children;
  if (!slot) return;
  const block = whole(slot.owner, slot.nodes, slot.block.l, start, end, hydrating);
  slot.blocks.add(block);
  outer.ends.push(() => (slot.blocks.delete(block), block.dispose()));
}

function useRegion(outer, { u, p, c }, start, end, hydrating) {
  const { owner } = outer;
  const slot = c?.length ? { owner, nodes: c, block: outer, blocks: new Set() } : null;
  let child = null;
  outer.bind((s, l) => {
    const props = {};
    for (const [name, value] of p) props[name] = typeof value === "function" ? value(s, l) : value;
    if (child) {
      child.receive(props);
      for (const block of slot?.blocks ?? []) block.update(l);
      return;
    }
    child = owner.inner(u, props, slot);
    child.open(start, end, hydrating);
  });
  outer.ends.push(() => child.close());
}
