// The root of a component in an element: mounted, or taken over from the server.
import { App } from "./app.mjs";
import { Mismatch } from "./faults.mjs";
import { Instance } from "./instance.mjs";

/** `mount` of `mount.mjs` with parts of the runtime: by letter what nodes of the template need, and more by name. */
export function mountWith(kit, el, component, options) {
  const { props = {}, payload = null } = options;
  const app = new App(el, kit, options);
  const reuse = Boolean(payload && el.firstChild);
  const open = (hydrating) => {
    const doc = el.ownerDocument;
    const root = new Instance(component, app, payload?.given ?? props, null);
    root.tell = options.tell;
    if (!hydrating) el.replaceChildren();
    el.prepend(doc.createComment("["));
    el.append(doc.createComment("]"));
    try {
      root.open(el.firstChild, el.lastChild, hydrating);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      console.warn(`${component.name}: what the server wrote is not its template`);
      root.close();
      app.made = [];
      return open(false);
    }
    return root;
  };
  const root = open(reuse);
  app.start();
  return {
    root,
    receive(given, known = null) {
      if (known) app.payload = known;
      app.kit.receive?.(root, given);
    },
    assign: (state, given = {}) => root.assign(state, given),
    notice: (error) => root.notice(error),
    unmount() {
      root.close();
      el.replaceChildren();
    },
  };
}
