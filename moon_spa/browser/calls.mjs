// What a component asks the server: one call at a time, each with the state that the one before has left.
import { failure } from "./faults.mjs";

const NO_SERVER = "this page has no server";

let instances = 0;
let moments = 0;

/** Notes that fields have changed: a reply that was asked for before does not change them back. */
export function touch(instance, names) {
  instance.stamps ??= new Map();
  for (const name of names) instance.stamps.set(name, ++moments);
}

/** The function by which the actions of an instance call the server. */
export function caller(instance) {
  return (kind, name, args) => {
    instance.calls.push([kind, name, args ?? []]);
    if (!instance.draft) pump(instance);
  };
}

/** Leaves to the server what was begun here; says whether it could be called at all. */
export function leave({ calls }, call) {
  return Boolean(call?.[2] && calls.push(call));
}

/** Takes props and data that the server has changed. */
export function patched(instance, props) {
  const data = instance.component.data.filter((name) => Object.hasOwn(props, name));
  instance.props = { ...instance.props, ...props };
  instance.py = { ...instance.py, ...Object.fromEntries(data.map((name) => [name, props[name]])) };
}

/** Asks for the data of the props `given`, which take effect when it is there. */
export function ask(instance, given) {
  if (!instance.app.transport) {
    throw failure("RuntimeError", "its data is computed on the server, and not for these props");
  }
  instance.wanted = given;
  instance.calls.push(["data", "", [], given]);
  instance.pump();
}

/** Sends the oldest call that waits. */
export async function pump(instance) {
  if (instance.busy || !instance.calls.length || !instance.alive) return;
  const [kind, name, args, given] = instance.calls.shift();
  if (given && given !== instance.wanted) return pump(instance);
  const { app, component } = instance;
  if (!app.transport) {
    const { reason = NO_SERVER } = app;
    const why = typeof reason === "function" ? reason(kind, name, component.name) : reason;
    instance.notice(failure("ServerUnavailable", `${kind} ${name}: ${why}`));
    return pump(instance);
  }
  instance.busy = true;
  const ended = app.status?.working(name || component.name);
  const stamp = ++moments;
  instance.id ??= ++instances;
  const request = { component: component.name, instance: instance.id, seq: stamp, kind, name, args };
  try {
    const reply = await app.transport({ ...request, props: given ?? instance.props, state: given ? {} : { ...instance.values } }, app.moon);
    if (instance.alive && reply.seq === stamp) given ? supply(instance, given, reply) : answer(instance, reply, stamp);
  } catch (error) {
    if (instance.alive) given ? supply(instance, given, { error }) : instance.notice(error);
  }
  ended?.();
  instance.busy = false;
  pump(instance);
}

/** The reply to a question for data; later props make it worthless. */
function supply(instance, given, { ok, patch, error, stdout }) {
  print(instance, stdout);
  if (given !== instance.wanted) return;
  instance.wanted = null;
  const { app, component } = instance;
  if (ok) instance.known = { name: component.name, given, py: patch.props };
  instance.guard(() => {
    if (!ok) throw remote(error);
    if (instance.take(given)) instance.result ? app.flush(instance) : instance.begin();
  });
  app.settle();
}

function answer(instance, { ok, patch, error, stdout }, stamp) {
  print(instance, stdout);
  if (!ok) return instance.notice(remote(error));
  const fresh = Object.entries(patch.state ?? {}).filter(([name]) => !(instance.stamps?.get(name) > stamp));
  const news = instance.assign(Object.fromEntries(fresh), patch.props ?? {});
  instance.tell?.(...news);
}

function print({ app }, text) {
  if (text) (app.status?.print ?? console.log)(text);
}

/** An error of a reply, or of the way there. */
function remote(error) {
  return error instanceof Error ? error : Object.assign(failure(error.type, error.message), { at: error.line });
}
