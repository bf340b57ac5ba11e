// Calls of the server through the model of a widget: custom messages, a text in wire form each way.
import { dumps, loads } from "./wire.mjs";

const LOOK = 1000;

/** The way to the server; undefined where the model has none, as on a page without kernel. */
export function connect(model, kernel) {
  if (typeof model?.send !== "function" || typeof model.on !== "function") return;
  const waiting = new Map();
  const view = Math.random().toString(36).slice(2);
  let calls = 0;
  const hear = (message) => {
    kernel.heard();
    if (message?.type !== "moon.reply" || !waiting.has(message.id)) return;
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    try {
      resolve(loads(message.reply));
    } catch (error) {
      reject(error);
    }
  };
  const look = () => {
    if (!waiting.size) return;
    if (!kernel.isGone()) return void setTimeout(look, LOOK);
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  };
  model.on("msg:custom", hear);
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        if (kernel.isGone()) throw gone();
        const id = `${view}-${++calls}`;
        const text = dumps(request);
        waiting.set(id, { resolve, reject });
        model.send({ type: "moon.call", id, request: text });
        if (waiting.size === 1) setTimeout(look, LOOK);
      }),
    close() {
      model.off?.("msg:custom", hear);
      waiting.clear();
    },
  };
}

/** A payload with the props and data that the server has changed since it was made. */
export function patch(payload, component, patched) {
  const data = Object.entries(patched ?? {}).filter(([name]) => component.data.includes(name));
  const { props, py } = payload;
  return { ...payload, props: { ...props, ...patched }, py: { ...py, ...Object.fromEntries(data) } };
}

function gone() {
  const error = new Error("the kernel of this notebook is gone; run the cell again");
  error.name = "ServerUnavailable";
  return error;
}
