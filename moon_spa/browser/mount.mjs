/* mount(el, component, options): a compiled component, alive in the element `el`.
 *
 * component = { name, setup, fields: [[name, type]], data: [keys], casts, template, style, components };
 * `setup(serverCall)` makes the compiled function of one instance, `template(moon)` a list of nodes:
 *   "text" | (s, l) => text | 0 (children)
 *   { t: tag, a: { static attributes }, b: [bindings], c: [nodes] }
 *   { i: [[condition | 0, nodes]] }                   branches
 *   { f: items, n: item => values, k: key | 0, o: uses loop, z: items need marks, c: nodes }
 *   { u: component, p: [[prop, value]], c: nodes }
 * where s = { state, props, py } and l is the array of the values of the loops around a node. What may change
 * as a whole stands between the comments "[" and "]", which the server writes too, so its nodes are taken over.
 */

import { App } from "./app.mjs";
import { Mismatch } from "./faults.mjs";
import { Instance } from "./instance.mjs";

export function mount(el, component, options = {}) {
  const { props = {}, payload = null } = options;
  const app = new App(el, options);
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
      app.mounted = [];
      return open(false);
    }
    return root;
  };
  const root = open(reuse);
  app.start();
  return {
    el,
    get state() {
      return root.s?.state;
    },
    call: (name, ...args) => root.dispatch(name, () => args),
    receive(given, known = null) {
      if (known) app.payload = known;
      root.receive(given);
    },
    assign: (state, given = {}) => root.assign(state, given),
    notice: (error) => root.notice(error),
    unmount() {
      root.close();
      el.replaceChildren();
    },
  };
}
