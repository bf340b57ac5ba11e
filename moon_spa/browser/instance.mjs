// One component on the page: its state and its transactions.
import { whole } from "./block.mjs";
import { alert } from "./dom.mjs";
import { Mismatch, describe, failure, locate } from "./faults.mjs";

export class Instance {
  values = Object.create(null);
  kept = [];
  draft = null;
  calls = [];
  alive = true;

  constructor(component, app, given, children) {
    Object.assign(this, { component, app, given, children });
    this.types = new Map(component.fields);
  }

  notice(error) {
    this.app.notice(error, this.component.name);
  }

  /** Runs setup: what the template shows, the actions and hooks of this moment. */
  run() {
    const { component, values } = this;
    let at = 0;
    const useState = (initial) => {
      const [name] = component.fields[at++] ?? [];
      if (name === undefined) return (this.kept[at] ??= [initial]);
      if (typeof initial === "bigint") throw overflow(name);
      if (!(name in values)) values[name] = typeof initial === "function" ? initial() : initial;
      return [values[name], (value) => this.act(() => this.set(name, value))];
    };
    this.setup ??= component.setup(this.app.kit.caller?.(this));
    this.result = this.setup({ useState, props: this.props, componentName: component.name });
    this.s = { state: this.result.state, props: this.result.props, py: this.py };
  }

  open(start, end, hydrating) {
    Object.assign(this, { start, end });
    const { app, component } = this;
    if (component.style) this.release = app.kit.style(app.el, component.style);
    this.nodes = component.nodes ??= component.template(app.moon);
    this.guard(() => this.take(this.given) && this.begin(hydrating), hydrating);
  }

  /** The first render. */
  begin(hydrating) {
    const { start, end } = this;
    const first = this.app.kit.firstState?.(this) ?? this.first;
    this.block = undefined;
    for (const name of this.types.keys()) if (Object.hasOwn(first, name)) this.restore(name, first[name]);
    this.run();
    if (!hydrating) this.hook("created");
    this.clear(hydrating);
    this.block = whole(this, this.nodes, [], start, end, hydrating, this.at);
    if (hydrating) this.hook("created");
    this.app.made.push(this);
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

  /** Props given by whom contains this component, with the data that the server has computed for them.
   *
   * Where it has not, it is asked, nothing is taken, and what is shown stays until the reply is there. */
  take(given) {
    const { app, component } = this;
    const { context } = app.kit;
    const made = context ? context(this, given) : (app.payload ?? {});
    if (!made) return false;
    this.given = given;
    this.first = made.state ?? {};
    this.py = { ...made.py };
    this.props = { ...(made.props ?? app.cast?.(app, component, given) ?? given) };
    return true;
  }

  render() {
    this.guard(() => {
      this.run();
      if (this.block) return this.block.update([]);
      this.clear();
      this.block = whole(this, this.nodes, [], this.start, this.end, false, this.at);
    });
    if (this.block) this.hook("updated");
  }

  hook(name) {
    this.app.kit.hook?.(this, name);
  }

  dispatch(name, read) {
    if (!this.result) return;
    const call = ["action", name];
    this.act(() => this.result.actions[name](...(call[2] = read())), call);
  }

  set(name, value) {
    const { draft } = this;
    draft[name] = typeof value === "function" ? value(draft[name]) : value;
  }

  /** A value from the server: of any type on its way, of the field's type here. */
  restore(name, value) {
    const type = this.types.get(name);
    const { kit, moon } = this.app;
    const { typed = moon["restored"] } = kit;
    const plain = type === "f" || type === "u" ? value?.valueOf() : value;
    this.values[name] = typeof type === "string" ? plain : typed(value, type);
  }

  /** A transaction: all its writes are one render, or none is made; `call` is how the server does the same. */
  act(work, call) {
    if (!this.alive) return;
    if (this.draft) return work();
    const { calls, component, values } = this;
    const { length } = calls;
    const draft = (this.draft = Object.create(values));
    let changed = [];
    try {
      work();
      for (const field of Object.keys(draft)) draft[field] = this.checked(field, draft[field]);
      changed = Object.keys(draft).filter((field) => !Object.is(draft[field], values[field]));
    } catch (error) {
      calls.length = length;
      if (error.name !== "Bail" || !this.app.kit.leave?.(this, call)) {
        locate(error, component, component.heads?.[call?.[1]]);
        this.notice(error);
      }
    }
    this.draft = null;
    if (changed.length) {
      for (const field of changed) values[field] = draft[field];
      this.app.kit.touch?.(this, changed);
      this.tell?.(this.held(changed), {});
      if (this.block !== undefined) this.app.flush(this);
      else this.run();
    }
    this.pump();
  }

  /** The value for a field, of its type. */
  checked(name, value) {
    const type = this.types.get(name);
    const kind = { i: "number", f: "number", u: "number", s: "string", b: "boolean" }[type];
    if (typeof value === "bigint" || (type === "i" && Math.abs(value) > Number.MAX_SAFE_INTEGER)) throw overflow(name);
    const { typed = this.app.moon["commit"] } = this.app.kit;
    if (!kind && type !== "n") return typed(value, type);
    if (kind ? typeof value !== kind || (type === "i" && !Number.isInteger(value)) : value !== null) {
      throw failure("TypeError", `state ${name}: a value of another type`);
    }
    return value;
  }

  /** Sends calls that wait for the server. */
  pump() {
    this.app.kit.pump?.(this);
  }

  /** Values from outside. */
  assign(state, props) {
    const names = [...this.types.keys()].filter((name) => Object.hasOwn(state, name));
    for (const name of names) this.restore(name, state[name]);
    this.app.kit.touch?.(this, names);
    this.app.kit.patched?.(this, props);
    this.app.flush(this);
    return [this.held(names), props];
  }

  /** The values of some fields. */
  held(names) {
    return Object.fromEntries(names.map((name) => [name, this.values[name]]));
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

function overflow(name) {
  return failure("OverflowError", `state ${name}: an int past 2**53 - 1`);
}
