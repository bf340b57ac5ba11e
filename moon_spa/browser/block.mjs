// What of a template is alive: blocks of nodes. Regions that change as a whole, and bindings, are in the kit.
import { clean, cloned, closing, fits, isStatic, nodesFrom } from "./dom.mjs";
import { Mismatch } from "./faults.mjs";

/** Nodes that live and die together: `update(l)` and `dispose()`; `first` to `last` in the page. */
class Block {
  updates = [];
  ends = [];

  constructor(owner, l) {
    this.owner = owner;
    this.kit = owner.app.kit;
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
    for (const node of nodesFrom(this.first, this.last)) node.remove();
  }

  place(before) {
    for (const node of nodesFrom(this.first, this.last)) before.before(node);
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
    for (const [kind, ...rest] of one.b ?? []) this.kit[kind](this, node, ...rest);
    if (one.c && this.adopt(one.c, node, node.firstChild, hydrating) && hydrating) throw new Mismatch();
    if (one.m) this.kit.m(this, node, ...one.m); // behind its options
  }

  region(one, start, hydrating) {
    const end = hydrating ? closing(start) : start.nextSibling;
    if (!end) throw new Mismatch();
    this.kit[one === 0 ? "c" : one.i ? "i" : one.f ? "f" : "u"](this, one, start, end, hydrating);
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
export function insert(owner, nodes, l, end, from, mark, at) {
  const block = new Block(owner, l);
  block.at = at;
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

export function whole(owner, nodes, l, start, end, hydrating, at) {
  const block = insert(owner, nodes, l, end, hydrating && start.nextSibling, false, at);
  if (hydrating && block.after !== end) throw new Mismatch();
  return block;
}
