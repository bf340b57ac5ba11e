// A small host for compiled components: setters write a draft that is committed once, at the end of an action.
import { decode, encode, failure } from "./tagged.mjs";

const rounded = () => Object.assign(new Error("int"), { name: "OverflowError", args: [] });

/** Mounts a component; `ints` are the places of fields that hold whole numbers: the seed's `value + 1` may round them. */
export function mount(setupJs, moon, props = {}, ints = []) {
  const server = [];
  const setup = new Function("__serverCall", "__moon", `"use strict"; return (${setupJs})`)(
    (kind, name, args) => server.push([kind, name, args ?? []]),
    moon,
  );
  const slots = [];
  let draft = new Map();
  let handle = null;
  const render = () => {
    let next = 0;
    const useState = (initial) => {
      const slot = next++;
      if (!(slot in slots)) slots[slot] = typeof initial === "function" ? initial() : initial;
      const set = (value) => {
        const before = draft.has(slot) ? draft.get(slot) : slots[slot];
        const next = typeof value === "function" ? value(before) : value;
        if (next !== value && ints.includes(slot) && !Number.isSafeInteger(next)) throw rounded();
        draft.set(slot, next);
      };
      return [slots[slot], set];
    };
    handle = setup({ useState, props, componentName: "Test" });
    return handle;
  };
  render();
  const commit = () => {
    for (const [slot, value] of draft) slots[slot] = value;
    draft = new Map();
    render();
  };
  const call = (name, args, target = handle) => {
    const before = server.length;
    try {
      target.actions[name](...args);
      if (server.length > before) draft = new Map();
      else commit();
      return server.length > before ? { server: true } : { done: true };
    } catch (error) {
      draft = new Map();
      return error.bail ? { server: true, why: error.message } : failure(error);
    }
  };
  const replace = (values) => {
    values.forEach((value, slot) => (slots[slot] = value));
    render();
  };
  return { call, replace, slots, state: () => handle.state, first: handle };
}

/** Runs the calls of a program; after a call that went to the server the state is what Python made of it. */
export function runProgram({ setup, calls, old, ints }, moon) {
  let component;
  try {
    component = mount(setup, moon, {}, ints);
  } catch (error) {
    return [{ ...failure(error), state: [] }];
  }
  const results = [];
  for (const { name, args, after } of calls) {
    const target = old ? component.first : undefined;
    const result = component.call(name, args.map(decode), target);
    if (result.server) component.replace(after.map(decode));
    results.push({ ...result, state: Object.values(component.state()).map(encode) });
  }
  return results;
}
