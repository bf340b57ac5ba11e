// A component as an anywidget: `render({ model, el })`. The model holds, in wire form (JSON values),
//   payload   what the component starts with, or `props` alone
//   fields    { name of a state field: its key of the model }; each key holds the field's value of this moment
//   shared    { name of a state field: the id of another model that holds it }
//   patched   props and data that the server has changed since
// and carries calls of the server as custom messages, a text in wire form each way:
// { type: "moon.call", id, request } and { type: "moon.reply", id, reply }.
// The model is in the browser: all views of it share the state, whatever the kernel does meanwhile.
import { castProps } from "./casts.mjs";
import { mount } from "./mount.mjs";
import { status } from "./status.mjs";
import { decode, dumps, encode, loads } from "./wire.mjs";

const GONE = /^(dead|terminating)$/;
const LOOK = 1000;

/** The function `render` of a component; `moon` are its helpers. */
export function renderer(component, moon) {
  return function render({ model, el }) {
    const read = (name) => model?.get?.(name) ?? null;
    const shared = Object.entries(read("shared") ?? {});
    const find = model?.widget_manager?.get_model?.bind(model.widget_manager);
    const start = (stores) => show(component, moon, model, el, new Map(stores));
    return shared.length && find ? Promise.all(shared.map(async ([name, id]) => [name, await find(id)])).then(start) : start([]);
  };
}

/** Mounts the component; `stores` are the models that hold state fields which others share. */
function show(component, moon, model, el, stores) {
  const read = (name) => model?.get?.(name) ?? null;
  const given = (name) => decode(read(name), name);
  const server = connect(model);
  const fields = new Map();
  for (const [name, key] of Object.entries(read("fields") ?? {})) fields.set(name, { home: stores.get(name) ?? model, key });
  const started = () => withPatches(given("payload"), fields, component, given("patched"));
  let own = false;
  let app = null;
  app = mount(el, component, {
    props: given("props") ?? {},
    payload: started(),
    moon,
    cast: castProps,
    status: status(el),
    transport: server?.call ?? null,
    tell(state, props) {
      own = true;
      try {
        tell(state, props);
      } catch (error) {
        app?.notice(error);
      } finally {
        own = false;
      }
    },
  });
  function tell(state, props) {
    const changed = new Set();
    for (const name of Object.keys(state).filter((one) => fields.has(one))) {
      const { home, key } = fields.get(name);
      home.set(key, encode(state[name], `state ${name}`));
      changed.add(home);
    }
    if (Object.keys(props).length && read("fields")) {
      model.set("patched", { ...read("patched"), ...encode(props, "props") });
      changed.add(model);
    }
    if (!server?.isGone()) for (const home of changed) home.save_changes();
  }
  // What others write, all that one message holds as one change.
  let news = new Set();
  const hear = (name) => () => {
    if (own) return;
    if (!news.size) queueMicrotask(take);
    news.add(name);
  };
  const take = () => {
    const names = [...news];
    news = new Set();
    const state = {};
    for (const name of names) {
      if (fields.has(name)) state[name] = decode(fields.get(name).home.get(fields.get(name).key), `state ${name}`);
    }
    app.assign(state, names.includes(null) ? given("patched") : {});
  };
  const receive = () => {
    const known = started();
    app.receive(known?.given ?? given("props") ?? {}, known);
  };
  const heard = [[model, "change:props", receive], [model, "change:payload", receive], [model, "change:patched", hear(null)]];
  for (const [name, { home, key }] of fields) heard.push([home, `change:${key}`, hear(name)]);
  for (const [home, event, handler] of heard) home?.on?.(event, handler);
  return () => {
    for (const [home, event, handler] of heard) home?.off?.(event, handler);
    server?.close();
    app.unmount();
  };
}

/** What a view starts with: the payload, and what has changed since it was made. */
function withPatches(payload, fields, component, patched) {
  if (!payload) return null;
  const { state, props, py } = payload;
  const now = Object.fromEntries([...fields].map(([name, { home, key }]) => [name, decode(home.get(key), `state ${name}`)]));
  const data = Object.entries(patched ?? {}).filter(([name]) => component.data.includes(name));
  return { ...payload, state: { ...state, ...now }, props: { ...props, ...patched }, py: { ...py, ...Object.fromEntries(data) } };
}

/** The way to the server through a model; null where the model has none, as on a page without kernel. */
function connect(model) {
  if (typeof model?.send !== "function" || typeof model.on !== "function") return null;
  const waiting = new Map();
  const view = Math.random().toString(36).slice(2);
  let calls = 0;
  let live = true;
  const hear = (message) => {
    live = true;
    if (message?.type !== "moon.reply" || !waiting.has(message.id)) return;
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    try {
      resolve(loads(message.reply));
    } catch (error) {
      reject(error);
    }
  };
  const changed = function () {
    live = Boolean(this?.model?.comm_live); // `this` is the view
  };
  const isGone = () => {
    const manager = model.widget_manager;
    if (!live || !manager || !("kernel" in manager)) return !live;
    return !manager.kernel || manager.kernel.isDisposed || GONE.test(manager.kernel.status);
  };
  const look = () => {
    if (!waiting.size) return;
    if (!isGone()) return void setTimeout(look, LOOK);
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  };
  model.on("msg:custom", hear);
  model.on("comm_live_update", changed);
  return {
    isGone,
    call: (request) =>
      new Promise((resolve, reject) => {
        if (isGone()) throw gone();
        const id = `${view}-${++calls}`;
        const text = dumps(request);
        waiting.set(id, { resolve, reject });
        model.send({ type: "moon.call", id, request: text });
        if (waiting.size === 1) setTimeout(look, LOOK);
      }),
    close() {
      model.off?.("msg:custom", hear);
      model.off?.("comm_live_update", changed);
      waiting.clear();
    },
  };
}

function gone() {
  const error = new Error("the kernel of this notebook is gone; run the cell again");
  error.name = "ServerUnavailable";
  return error;
}
