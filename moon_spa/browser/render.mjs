// A component as an anywidget: `render({ model, el })`. The model holds, in wire form (JSON values),
//   payload   what the component starts with, or `props` alone
//   fields    { name of a state field: its key of the model }; each key holds the field's value of this moment
//   shared    { name of a state field: the id of another model that holds it }
//   patched   props and data that the server has changed since
//   parts     { path: { name, state } } of the components inside that have left their first state, see present.py
// and carries calls of the server as custom messages, a text in wire form each way:
// { type: "moon.call", id, request } and { type: "moon.reply", id, reply }.
// The model is in the browser: all views of it share the state, whatever the kernel does meanwhile.
import { mountWith } from "./root.mjs";

const GONE = /^(dead|terminating)$/;

/** The function `render` of a component; `moon` are its helpers, `kit` is what it needs of the runtime. */
export function renderWith(component, moon, kit) {
  return function render({ model, el }) {
    const read = (name) => model?.get?.(name) ?? null;
    const shared = Object.entries(read("shared") ?? {});
    const find = model?.widget_manager?.get_model?.bind(model.widget_manager);
    const start = (stores) => show(component, moon, kit, model, el, read, new Map(stores));
    return shared.length && find ? Promise.all(shared.map(async ([name, id]) => [name, await find(id)])).then(start) : start([]);
  };
}

/** Mounts the component; `stores` are the models that hold state fields which others share. */
function show(component, moon, kit, model, el, read, stores) {
  const { encode, decode } = kit;
  const given = (name) => decode(read(name), name);
  const kernel = watch(model);
  const server = kit.connect?.(model, kernel);
  const fields = new Map();
  for (const [name, key] of Object.entries(read("fields") ?? {})) fields.set(name, { home: stores.get(name) ?? model, key });
  const held = ([name, { home, key }]) => [name, decode(home.get(key), `state ${name}`)];
  /** What this view starts with: the payload, and what has changed since it was made. */
  const started = () => {
    const made = given("payload");
    const payload = made && { ...made, state: { ...made.state, ...Object.fromEntries([...fields].map(held)) } };
    return payload && kit.patch ? kit.patch(payload, component, given("patched")) : payload;
  };
  const parts = kit.share?.(model, kit, () => kernel.isGone() || model.save_changes());
  let own = false;
  let app = null;
  app = mountWith(kit, el, component, {
    props: given("props") ?? {},
    payload: started(),
    moon,
    cast: kit.cast,
    status: kit.status?.(el),
    transport: server?.call ?? null,
    parts,
    tell(state, props) {
      const changed = new Set();
      own = true;
      try {
        for (const name of Object.keys(state).filter((one) => fields.has(one))) {
          const { home, key } = fields.get(name);
          home.set(key, encode(state[name], `state ${name}`));
          changed.add(home);
        }
        if (Object.keys(props).length && read("fields")) {
          model.set("patched", { ...read("patched"), ...encode(props, "props") });
          changed.add(model);
        }
        if (!kernel.isGone()) for (const home of changed) home.save_changes();
      } catch (error) {
        app?.notice(error);
      }
      own = false;
    },
  });
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
  const heard = [[model, "change:patched", hear(null)]];
  if (kit.receive) heard.push([model, "change:props", receive], [model, "change:payload", receive]);
  for (const [name, { home, key }] of fields) heard.push([home, `change:${key}`, hear(name)]);
  if (parts) heard.push([model, "change:parts", parts.take]);
  if (app.root.result) parts?.tidy();
  for (const [home, event, handler] of heard) home?.on?.(event, handler);
  return () => {
    for (const [home, event, handler] of heard) home?.off?.(event, handler);
    kernel.close();
    server?.close();
    app.unmount();
  };
}

/** Whether the kernel behind a model is there. */
function watch(model) {
  let live = true;
  const changed = function () {
    live = Boolean(this?.model?.comm_live); // `this` is the view
  };
  model?.on?.("comm_live_update", changed);
  return {
    isGone() {
      const manager = model?.widget_manager;
      if (!live || !manager || !("kernel" in manager)) return !live;
      return !manager.kernel || manager.kernel.isDisposed || GONE.test(manager.kernel.status);
    },
    heard() {
      live = true;
    },
    close() {
      model?.off?.("comm_live_update", changed);
    },
  };
}
