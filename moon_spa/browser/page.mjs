// Components on a page without a server: what was rendered becomes alive, what needs the server says so.
import { castProps } from "./casts.mjs";
import { mount } from "./mount.mjs";
import { decode } from "./wire.mjs";

/** Mounts `component` on what the server wrote into `el`; `payload` is in wire form, `server` has the reasons. */
export function start(el, component, moon, payload, server) {
  return mount(el, component, {
    payload: decode(payload, "payload"),
    moon,
    cast: castProps,
    reason: (kind, name) => {
      const why = Object.hasOwn(server, name) ? `; it runs there for ${server[name]}` : "";
      return `it needs a server, and this page has none${why}`;
    },
  });
}

/** Starts all elements that wait for the component known as `key`, each once. */
export function startAll(doc, key, component, moon, payload, server) {
  for (const el of doc.querySelectorAll(`[data-moon="${key}"]:not([data-moon-live])`)) {
    el.setAttribute("data-moon-live", "");
    start(el, component, moon, payload, server);
  }
}
