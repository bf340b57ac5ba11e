// One component on the page: its state, its transactions, its calls of the server.
import { whole } from "./block.mjs";
import { alert } from "./dom.mjs";
import { Mismatch, describe, failure, locate } from "./faults.mjs";

let instances = 0;

export class Instance {
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
      if (typeof initial === "bigint") throw failure("OverflowError", `state ${this.names[own]}: an int past 2**53 - 1`);
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

  /** A component that stands in this one. */
  inner(name, props, slot) {
    return new Instance(this.component.components[name], this.app, props, slot);
  }

  open(start, end, hydrating) {
    Object.assign(this, { start, end });
    this.release = this.app.style(this.component);
    this.nodes = this.component.nodes ??= this.component.template(this.app.moon);
    this.guard(() => this.take(this.given) && this.begin(hydrating), hydrating);
  }

  /** The first render. */
  begin(hydrating) {
    const { start, end, first } = this;
    this.block = undefined;
    for (const name of this.names) if (Object.hasOwn(first, name)) this.restore(name, first[name]);
    this.run();
    if (!hydrating) this.hook("created");
    this.clear(hydrating);
    this.block = whole(this, this.nodes, [], start, end, hydrating);
    if (hydrating) this.hook("created");
    this.app.mounted.push(() => this.alive && this.block && this.hook("mounted"));
  }

  /** Takes away what stands for this component, an error box for instance. */
  clear(hydrating) {
    while (!hydrating && this.start.nextSibling !== this.end) this.start.nextSibling.remove();
  }

  /** Runs `work`; what it raises takes the place of this component, and nothing else. */
  guard(work, hydrating) {
    try {
      work();
    } catch (error) {
      if (error instanceof Mismatch && hydrating) throw error;
      locate(error, this.component);
      this.block?.dispose();
      this.block = null;
      this.clear();
      const box = alert(this.end.ownerDocument, "div", "moon-error");
      box.textContent = `${this.component.name}: ${describe(error)}`;
      this.end.before(box);
      console.error(error);
    }
  }

  receive(given) {
    if (same(given, this.wanted ?? this.given) && (this.block || this.wanted)) return;
    this.wanted = null;
    this.guard(() => this.take(given) && (this.result ? this.render() : this.begin()));
  }

  /** Props given by whom contains this component, with the data that the server has computed for them.
   *
   * Where it has not, it is asked, nothing is taken, and what is shown stays until the reply is there. */
  take(given) {
    const context = this.app.context(this.component, given, this.known);
    if (!context) {
      this.wanted = given;
      this.calls.push(["data", "", [], given]);
      this.pump();
      return false;
    }
    this.given = given;
    this.first = context.state ?? {};
    this.py = { ...context.py };
    this.props = { ...(context.props ?? this.app.cast(this.component, given)) };
    return true;
  }

  /** The reply to a question for data; later props make it worthless. */
  supply(given, { ok, patch, error, stdout }) {
    this.print(stdout);
    if (given !== this.wanted) return;
    this.wanted = null;
    if (ok) this.known = { name: this.component.name, given, py: patch.props };
    this.guard(() => {
      if (!ok) throw remote(error);
      if (this.take(given)) this.result ? this.app.flush(this) : this.begin();
    });
    this.app.settle();
  }

  render() {
    this.guard(() => {
      this.run();
      if (this.block) return this.block.update([]);
      this.clear();
      this.block = whole(this, this.nodes, [], this.start, this.end, false);
    });
    if (this.block) this.hook("updated");
  }

  hook(name) {
    const { lifecycle } = this.result;
    if (Object.hasOwn(lifecycle, name)) this.act(() => lifecycle[name](), () => this.calls.push(["lifecycle", name, []]), name);
  }

  dispatch(name, read) {
    if (!this.result) return;
    let args;
    this.act(
      () => {
        args = read();
        this.result.actions[name](...args);
      },
      () => args && this.calls.push(["action", name, args]),
      name,
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
  act(work, bail, name) {
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
      if (error.name !== "Bail" || !bail?.()) {
        locate(error, this.component, this.component.heads?.[name]);
        this.notice(error);
      }
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
    const [kind, name, args, given] = this.calls.shift();
    if (given && given !== this.wanted) return this.pump();
    const { transport, moon } = this.app;
    if (!transport) {
      const { reason = "this page has no server" } = this.app;
      const why = typeof reason === "function" ? reason(kind, name, this.component.name) : reason;
      this.notice(failure("ServerUnavailable", `${kind} ${name}: ${why}`));
      return this.pump();
    }
    this.busy = true;
    const ended = this.app.status?.working(name || this.component.name);
    const stamp = ++this.clock;
    const state = Object.fromEntries(this.names.map((field, at) => [field, this.values[at]]));
    const request = { component: this.component.name, instance: this.id, seq: stamp, kind, name, args };
    try {
      const reply = await transport({ ...request, props: given ?? this.props, state: given ? {} : state }, moon);
      if (this.alive && reply.seq === stamp) given ? this.supply(given, reply) : this.answer(reply, stamp);
    } catch (error) {
      if (this.alive) given ? this.supply(given, { error }) : this.notice(error);
    }
    ended?.();
    this.busy = false;
    this.pump();
  }

  print(text) {
    if (text) (this.app.status?.print ?? console.log)(text);
  }

  answer({ ok, patch, error, stdout }, stamp) {
    this.print(stdout);
    if (!ok) return this.notice(remote(error));
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

/** An error of a reply, or of the way there. */
function remote(error) {
  return error instanceof Error ? error : Object.assign(failure(error.type, error.message), { at: error.line });
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

/** Equal in values and kinds. */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object" || a instanceof Map || a instanceof Set) return false;
  const keys = Object.keys(a);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
