/* mount(el, component, options): a compiled component, alive in the element `el`.
 *
 * component = { name, setup, fields: [[name, type]], data: [keys], casts, template, style, components };
 * `setup(serverCall)` makes the compiled function of one instance, `template(moon)` a list of nodes:
 *   "text" | (s, l) => text | 0 (children)
 *   { t: tag, a: { static attributes }, b: [bindings], c: [nodes] }
 *   { i: [[condition | 0, nodes]] }                   branches
 *   { f: items, n: item => values, k: key | 0, o: uses loop, z: items need marks, c: nodes }
 *   { u: component, p: [[prop, value]], c: nodes }
 * where s = { state, props, py } and l is the array of the values of the loops around a node. What may change
 * as a whole stands between the comments "[" and "]", which the server writes too, so its nodes are taken over.
 */

const SVG = "http://www.w3.org/2000/svg";
const FLUSHES = 100;
const NOTICES = 5;
const prototypes = new WeakMap();
const sheets = new WeakMap();
let instances = 0;

class Mismatch extends Error {}

// Values and their places

function failure(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

function describe(error) {
  const line = error.line ? ` (line ${error.line})` : "";
  return (error.message ? `${error.name}: ${error.message}` : error.name) + line;
}

function clean(text) {
  return text.replace(/\0|\p{Surrogate}/gu, "\ufffd");
}

// Templates become DOM: one prototype per list of nodes, cloned, then walked like the server's nodes

function build(nodes, doc, space) {
  const made = doc.createDocumentFragment();
  for (const node of nodes) {
    if (typeof node === "string") made.append(doc.createTextNode(node));
    else if (typeof node === "function") made.append(doc.createTextNode(""));
    else if (node.t) made.append(element(node, doc, space));
    else made.append(doc.createComment("["), doc.createComment("]"));
  }
  return made;
}

function element(node, doc, space) {
  const inner = node.t === "svg" ? SVG : space;
  const made = inner ? doc.createElementNS(inner, node.t) : doc.createElement(node.t);
  for (const name in node.a) made.setAttribute(name, node.a[name]);
  made.append(build(node.c ?? [], doc, node.t === "foreignObject" ? "" : inner));
  return made;
}

function isStatic(node) {
  return typeof node === "string" || Boolean(node.t && !node.b && (node.d ??= (node.c ?? []).every(isStatic)));
}

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
      if (kind === "m") late.push(() => this.model(node, ...rest));
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

  model(node, field, kind, read) {
    const { owner } = this;
    let composing = false;
    const show = (s, l) => {
      const value = read(s, l);
      if (kind === "check") node.checked = value;
      else if (kind === "radio") node.checked = node.value === value;
      else if (kind === "list") for (const option of node.options) option.selected = value.includes(option.value);
      else if (node.value !== value && !composing && !node.ariaInvalid && !isTyping(value)) node.value = value;
    };
    const type = owner.type(field);
    const isTyping = (value) =>
      node.getRootNode().activeElement === node && Object.is(fromText(node.value, type), fromText(value, type));
    const take = () => {
      if (composing || (kind === "radio" && !node.checked)) return;
      const value =
        kind === "check" ? node.checked
        : kind === "list" ? Array.from(node.selectedOptions, (option) => option.value)
        : fromText(node.value, type);
      node.ariaInvalid = value === undefined ? "true" : null;
      if (value !== undefined) owner.act(() => owner.set(field, value));
    };
    this.bind(show);
    this.listen(node, kind === "text" ? "input" : "change", take);
    if (kind !== "text") return;
    this.listen(node, "compositionstart", () => (composing = true));
    this.listen(node, "compositionend", () => ((composing = false), take()));
    this.listen(node, "blur", () => node.ariaInvalid && ((node.ariaInvalid = null), show(owner.s, this.l)));
  }
}

/** What a text of an input means for a field; undefined where it is no value of its type. */
function fromText(text, type) {
  if (type === "i") return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;
  if (type !== "f") return text;
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}

const BINDINGS = {
  a(block, node, name, read) {
    let old;
    block.bind((s, l) => {
      const text = read(s, l);
      if (text === old) return;
      old = text;
      const value = text === null ? null : clean(text);
      if (value === null) node.removeAttribute(name);
      else if (name === "style") node.style.cssText = value;
      else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
      if (name === "checked" || name === "selected") node[name] = value !== null;
      else if (name === "value" && "value" in node && node.value !== value) node.value = value ?? "";
    });
  },
  e(block, node, type, action, read, flags, key) {
    block.listen(node, type, function handler(event) {
      if (key && event.key !== key) return;
      if (flags.includes("self") && event.target !== node) return;
      if (flags.includes("prevent")) event.preventDefault();
      if (flags.includes("stop")) event.stopPropagation();
      if (flags.includes("once")) node.removeEventListener(type, handler);
      block.owner.dispatch(action, () => (read ? read(block.owner.s, block.l, record(event)) : []));
    });
  },
};

/** What an action may know of an event: plain values only. */
function record(event) {
  const { type, target } = event;
  return {
    type,
    key: event.key ?? "",
    value: typeof target.value === "string" ? target.value : "",
    checked: Boolean(target.checked),
    x: event.clientX ?? 0,
    y: event.clientY ?? 0,
  };
}

function fits(one, node) {
  if (typeof one === "string") return node.nodeType === 3 && node.data === one;
  if (one.t) return node.nodeType === 1 && node.localName.toLowerCase() === one.t.toLowerCase();
  return node.nodeType === 8 && node.data === "[";
}

function closing(start) {
  let depth = 0;
  for (let node = start; node; node = node.nextSibling) {
    if (node.nodeType === 8) depth += node.data === "[" ? 1 : node.data === "]" ? -1 : 0;
    if (!depth) return node;
  }
}

function removeBetween(first, last) {
  for (let node = first, next; node; node = next) {
    next = node === last ? null : node.nextSibling;
    node.remove();
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
  const doc = end.ownerDocument;
  const inner = end.parentNode.namespaceURI === SVG && end.parentNode.localName !== "foreignObject" ? SVG : "";
  if (!prototypes.has(nodes)) prototypes.set(nodes, build(nodes, doc, inner));
  const made = doc.importNode(prototypes.get(nodes), true);
  if (mark) made.prepend(doc.createComment(","));
  block.adopt(nodes, made, mark ? made.firstChild.nextSibling : made.firstChild, false);
  [block.first, block.last] = [made.firstChild, made.lastChild];
  if (made.firstChild) end.before(made);
  return block;
}

function whole(owner, nodes, l, start, end, hydrating) {
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
    child = new Instance(owner.component.components[u], owner.app, props, slot);
    child.open(start, end, hydrating);
  });
  outer.ends.push(() => child.close());
}

// Instances

class Instance {
  id = ++instances;
  values = [];
  stamps = new Map();
  clock = 0;
  draft = null;
  calls = [];
  busy = false;
  alive = true;

  constructor(component, app, given, children) {
    Object.assign(this, { component, app, given, children });
    this.names = component.fields.map(([name]) => name);
    this.setters = this.names.map((name) => (value) => this.act(() => this.set(name, value)));
  }

  notice(error) {
    this.app.notice(error, this.component.name);
  }

  type(name) {
    return this.component.fields[this.names.indexOf(name)][1];
  }

  /** Runs setup: what the template shows, the actions and hooks of this moment. */
  run() {
    let at = 0;
    const useState = (initial) => {
      const own = at++;
      if (!(own in this.values)) this.values[own] = initial;
      return [this.values[own], this.setters[own]];
    };
    this.setup ??= this.component.setup((kind, name, args) => {
      this.calls.push([kind, name, args ?? []]);
      if (!this.draft) this.pump();
    });
    this.result = this.setup({ useState, props: this.props, componentName: this.component.name });
    this.s = { state: this.result.state, props: this.result.props, py: this.py };
  }

  open(start, end, hydrating) {
    Object.assign(this, { start, end });
    this.release = this.app.style(this.component);
    this.nodes = this.component.nodes ??= this.component.template(this.app.moon);
    this.guard(() => {
      const { state = {} } = this.take(this.given);
      for (const name of this.names) if (Object.hasOwn(state, name)) this.restore(name, state[name]);
      this.run();
      if (!hydrating) this.hook("created");
      this.block = whole(this, this.nodes, [], start, end, hydrating);
      if (hydrating) this.hook("created");
      this.app.mounted.push(() => this.alive && this.block && this.hook("mounted"));
    }, hydrating);
  }

  /** Runs `work`; what it raises takes the place of this component, and nothing else. */
  guard(work, hydrating) {
    try {
      work();
    } catch (error) {
      if (error instanceof Mismatch && hydrating) throw error;
      this.block?.dispose();
      this.block = null;
      while (this.start.nextSibling !== this.end) this.start.nextSibling.remove();
      const box = alert(this.end.ownerDocument, "div", "moon-error");
      box.textContent = `${this.component.name}: ${describe(error)}`;
      this.end.before(box);
      console.error(error);
    }
  }

  receive(given) {
    if (this.block && same(given, this.given)) return;
    this.guard(() => this.take(given));
    if (this.given === given) this.render();
  }

  /** Props given by whom contains this component, with the data that the server has computed for them. */
  take(given) {
    const context = this.app.context(this.component, given);
    this.given = given;
    this.py = { ...context.py };
    this.props = { ...(context.props ?? this.app.cast(this.component, given)) };
    return context;
  }

  render() {
    this.guard(() => {
      this.run();
      if (this.block) return this.block.update([]);
      while (this.start.nextSibling !== this.end) this.start.nextSibling.remove();
      this.block = whole(this, this.nodes, [], this.start, this.end, false);
    });
    if (this.block) this.hook("updated");
  }

  hook(name) {
    const { lifecycle } = this.result;
    if (Object.hasOwn(lifecycle, name)) this.act(() => lifecycle[name](), () => this.calls.push(["lifecycle", name, []]));
  }

  dispatch(name, read) {
    let args;
    this.act(
      () => {
        args = read();
        this.result.actions[name](...args);
      },
      () => args && this.calls.push(["action", name, args]),
    );
  }

  set(name, value) {
    const at = this.names.indexOf(name);
    const before = at in this.draft ? this.draft[at] : this.values[at];
    this.draft[at] = typeof value === "function" ? value(before) : value;
  }

  /** A value from the server: of any type on its way, of the field's type here. */
  restore(name, value) {
    const type = this.type(name);
    const plain = type === "f" || type === "u" ? value?.valueOf() : value;
    this.values[this.names.indexOf(name)] = typeof type === "string" ? plain : this.app.moon["as_type"](value, type);
  }

  /** A transaction: all its writes are one render, or none is made; `bail` asks the server instead. */
  act(work, bail) {
    if (!this.alive) return;
    if (this.draft) return work();
    this.draft = {};
    const calls = this.calls.length;
    let draft = {};
    try {
      work();
      draft = this.checked();
    } catch (error) {
      this.calls.length = calls;
      if (error.name !== "Bail" || !bail?.()) this.notice(error);
    } finally {
      this.draft = null;
    }
    const changed = Object.keys(draft).filter((at) => !Object.is(draft[at], this.values[at]));
    for (const at of changed) this.stamps.set(`state.${this.names[at]}`, ++this.clock);
    Object.assign(this.values, draft);
    if (changed.length) this.tell?.(Object.fromEntries(changed.map((at) => [this.names[at], this.values[at]])), {});
    if (changed.length && this.block !== undefined) this.app.flush(this);
    else if (changed.length) this.run();
    this.pump();
  }

  /** The draft, every value of its field's type. */
  checked() {
    const { moon } = this.app;
    const found = {};
    for (const at in this.draft) found[at] = check(this.draft[at], this.component.fields[at], moon);
    return found;
  }

  /** Sends the oldest call that waits: one at a time, each with the state that the one before has left. */
  async pump() {
    if (this.busy || !this.calls.length || !this.alive) return;
    const [kind, name, args] = this.calls.shift();
    const { transport, moon } = this.app;
    if (!transport) {
      const { reason = "this page has no server" } = this.app;
      const why = typeof reason === "function" ? reason(kind, name, this.component.name) : reason;
      this.notice(failure("ServerUnavailable", `${kind} ${name}: ${why}`));
      return this.pump();
    }
    this.busy = true;
    const ended = this.app.status?.working(name);
    const stamp = ++this.clock;
    const state = Object.fromEntries(this.names.map((field, at) => [field, this.values[at]]));
    const request = { component: this.component.name, instance: this.id, seq: stamp, kind, name, args };
    try {
      const reply = await transport({ ...request, props: this.props, state }, moon);
      if (this.alive && reply.seq === stamp) this.answer(reply, stamp);
    } catch (error) {
      if (this.alive) this.notice(error);
    }
    ended?.();
    this.busy = false;
    this.pump();
  }

  answer({ ok, patch, error, stdout }, stamp) {
    if (stdout) (this.app.status?.print ?? console.log)(stdout);
    if (!ok) return this.notice(Object.assign(failure(error.type, error.message), error));
    const news = this.assign(patch.state ?? {}, patch.props ?? {}, stamp);
    this.tell?.(...news);
  }

  /** Values from outside; with the stamp of a call only those that nothing has changed since. */
  assign(state, props, stamp = ++this.clock) {
    const news = {};
    for (const name of this.names) {
      const key = `state.${name}`;
      if (!Object.hasOwn(state, name) || this.stamps.get(key) > stamp) continue;
      this.restore(name, state[name]);
      this.stamps.set(key, stamp);
      news[name] = this.values[this.names.indexOf(name)];
    }
    this.props = { ...this.props, ...props };
    const data = this.component.data.filter((name) => Object.hasOwn(props, name));
    this.py = { ...this.py, ...Object.fromEntries(data.map((name) => [name, props[name]])) };
    this.app.flush(this);
    return [news, props];
  }

  close() {
    if (!this.alive) return;
    if (this.block) this.hook("unmounted");
    this.alive = false;
    this.block?.dispose();
    this.block = null;
    this.release?.();
  }
}

function check(value, [name, type], moon) {
  const kind = { i: "number", f: "number", u: "number", s: "string", b: "boolean" }[type];
  if (typeof value === "bigint" || (type === "i" && Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
    throw failure("OverflowError", `state ${name}: an int past 2**53 - 1`);
  }
  if (!kind && type !== "n") return moon["commit"](value, type);
  if (kind ? typeof value !== kind || (type === "i" && !Number.isInteger(value)) : value !== null) {
    throw failure("TypeError", `state ${name}: a value of another type`);
  }
  return value;
}

// Applications

export function mount(el, component, options = {}) {
  const { props = {}, payload = null } = options;
  const app = new App(el, options);
  const reuse = Boolean(payload && el.firstChild);
  const open = (hydrating) => {
    const doc = el.ownerDocument;
    const root = new Instance(component, app, payload?.given ?? props, null);
    root.tell = options.tell;
    if (!hydrating) el.replaceChildren();
    el.prepend(doc.createComment("["));
    el.append(doc.createComment("]"));
    try {
      root.open(el.firstChild, el.lastChild, hydrating);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      console.warn(`${component.name}: what the server wrote is not its template`);
      root.close();
      app.mounted = [];
      return open(false);
    }
    return root;
  };
  const root = open(reuse);
  app.start();
  return {
    el,
    get state() {
      return root.s?.state;
    },
    call: (name, ...args) => root.dispatch(name, () => args),
    receive(given, known = null) {
      if (known) app.payload = known;
      root.receive(given);
    },
    assign: (state, given = {}) => root.assign(state, given),
    notice: (error) => root.notice(error),
    unmount() {
      root.close();
      el.replaceChildren();
    },
  };
}

/** What the instances in one element share: way to the server, notices, renders that wait. */
class App {
  mounted = [];
  queue = new Set();
  waits = true;

  constructor(el, { payload = null, transport = null, moon = {}, reason = "this page has no server", cast, status }) {
    Object.assign(this, { el, payload, transport, moon, reason, castProps: cast, status });
    this.notices = el.ownerDocument.createElement("div");
    this.page = el.isConnected ? el.getRootNode() : el.ownerDocument;
  }

  /** Props, state and data that the server made of the props `given`; nothing where there is no data. */
  context(component, given) {
    const { payload } = this;
    const known = payload ? [payload, ...(payload.nested ?? [])] : [];
    const found = known.find((one) => one.name === component.name && same(one.given, given));
    if (found || !component.data.length) return found ?? {};
    throw failure("RuntimeError", "its data is computed on the server, and not for these props");
  }

  cast(component, given) {
    if (!component.casts || !this.castProps) return given;
    const { props, problems } = this.castProps(component.casts, given);
    for (const { message } of problems) this.notice(failure("ValueError", message), component.name);
    return props;
  }

  start() {
    this.waits = false;
    this.settle();
    this.flush();
  }

  settle() {
    for (const mounted of this.mounted.splice(0)) mounted();
  }

  /** Renders what has changed, once each; focus and selection stay. */
  flush(instance) {
    if (instance) this.queue.add(instance);
    if (this.waits) return;
    this.waits = true;
    const restore = keepFocus(this.el);
    const counts = new Map();
    for (const one of this.queue) {
      this.queue.delete(one);
      const count = (counts.get(one) ?? 0) + 1;
      counts.set(one, count);
      if (count > FLUSHES) one.notice(failure("RecursionError", "`updated` never comes to rest"));
      else if (one.alive) one.render();
      this.settle();
    }
    this.waits = false;
    restore();
  }

  notice(error, name) {
    console.error(error);
    const doc = this.el.ownerDocument;
    const line = alert(doc, "p", "moon-notice");
    const close = doc.createElement("button");
    line.style.cssText = "margin:.5em 0;padding:.4em .6em;border-left:3px solid #c0392b;background:#c0392b18";
    close.style.cssText = "float:right;border:0;background:none;color:inherit;cursor:pointer;font:inherit";
    close.textContent = "\u00d7";
    close.setAttribute("aria-label", "Dismiss");
    close.onclick = () => line.remove();
    line.append(close, `${name}: ${describe(error)}`);
    this.notices.append(line);
    if (this.notices.childNodes.length > NOTICES) this.notices.firstChild.remove();
    this.el.append(this.notices);
  }

  /** The style of a component, once per document or shadow root, for as long as somebody needs it. */
  style({ style }) {
    const { page } = this;
    if (!style) return null;
    if (!sheets.has(page)) sheets.set(page, new Map());
    const known = sheets.get(page);
    if (!known.has(style)) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
      known.set(style, { sheet, count: 0 });
    }
    const entry = known.get(style);
    entry.count += 1;
    return () => {
      entry.count -= 1;
      if (entry.count) return;
      known.delete(style);
      page.adoptedStyleSheets = page.adoptedStyleSheets.filter((sheet) => sheet !== entry.sheet);
    };
  }
}

function alert(doc, tag, className) {
  const made = doc.createElement(tag);
  made.className = className;
  made.setAttribute("role", "alert");
  return made;
}

function keepFocus(el) {
  const focused = el.getRootNode().activeElement;
  if (!focused || !el.contains(focused)) return () => {};
  const range = focused.selectionStart == null ? null : [focused.selectionStart, focused.selectionEnd];
  return () => {
    if (!focused.isConnected || el.getRootNode().activeElement === focused) return;
    focused.focus({ preventScroll: true });
    if (range) focused.setSelectionRange(...range);
  };
}

function same(a, b) {
  if (Object.is(a, b)) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object" || a instanceof Map || a instanceof Set) return false;
  const keys = Object.keys(a);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
