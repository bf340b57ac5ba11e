// A component as an anywidget: `render({ model, el })`. The model holds `props` and `payload` in wire form
// (JSON values), and carries calls of the server as custom messages, a text in wire form each way:
// { type: "moon.call", id, request } and { type: "moon.reply", id, reply }.
import { castProps } from "./casts.mjs";
import { mount } from "./mount.mjs";
import { decode, dumps, loads } from "./wire.mjs";

/** The function `render` of a component; `moon` are its helpers. */
export function renderer(component, moon) {
  return function render({ model, el }) {
    const server = connect(model);
    const given = (name) => decode(model?.get?.(name) ?? null, name);
    const app = mount(el, component, {
      props: given("props") ?? {},
      payload: given("payload"),
      moon,
      cast: castProps,
      transport: server?.call ?? null,
    });
    const receive = () => app.receive(given("props") ?? {});
    model?.on?.("change:props", receive);
    return () => {
      model?.off?.("change:props", receive);
      server?.close();
      app.unmount();
    };
  };
}

/** The way to the server through a model; null where the model has none, as on a page without kernel. */
function connect(model) {
  if (typeof model?.send !== "function" || typeof model.on !== "function") return null;
  const waiting = new Map();
  let calls = 0;
  const hear = (message) => {
    if (message?.type !== "moon.reply" || !waiting.has(message.id)) return;
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    try {
      resolve(loads(message.reply));
    } catch (error) {
      reject(error);
    }
  };
  model.on("msg:custom", hear);
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        const text = dumps(request);
        waiting.set(id, { resolve, reject });
        model.send({ type: "moon.call", id, request: text });
      }),
    close: () => model.off?.("msg:custom", hear),
  };
}
