// Components on a page without a server: what was rendered becomes alive, what needs the server says so.
import { cast } from "./casts.mjs";
import { EVERYTHING } from "./kit.mjs";
import { enter, firstState, rowAt, slotAt } from "./paths.mjs";
import { mountWith } from "./root.mjs";
import { decode } from "./wire.mjs";

const KIT = { ...EVERYTHING, enter, firstState, rowAt, slotAt };

/** Mounts `component` in `el`. `payload` and `props` are in wire form; `server` has the reasons of its actions.
 *
 * A host around it that knows a way to a server says so in `data-moon-without`. */
export function start(el, component, moon, { payload = null, props = {}, server = {} }) {
  return mountWith(KIT, el, component, {
    payload: decode(payload, "payload"),
    props: decode(props, "props"),
    moon,
    cast,
    reason: (kind, name) => {
      const why = Object.hasOwn(server, name) ? `; it runs there for ${server[name]}` : "";
      const without = el.closest("[data-moon-without]")?.dataset.moonWithout;
      return `${without ?? "it needs a server, and this page has none"}${why}`;
    },
  });
}

/** Starts all elements that wait for the component known as `key`, each once. */
export function startAll(key, component, moon, payload, server) {
  for (const el of document.querySelectorAll(`[data-moon="${key}"]:not([data-moon-live])`)) {
    el.setAttribute("data-moon-live", "");
    start(el, component, moon, { payload, server });
  }
}
