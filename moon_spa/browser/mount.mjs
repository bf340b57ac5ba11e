/* mount(el, component, options): a compiled component, alive in the element `el`.
 *
 * component = { name, setup, fields: [[name, type]], data: [keys], casts, template, style, components };
 * `setup(serverCall)` makes the compiled function of one instance, `template(moon)` a list of nodes:
 *   "text" | (s, l) => text | 0 (children)
 *   { t: tag, x: its name space where that is another one, a: { static attributes }, b: [bindings], c: [nodes], m: its model }
 *   { i: [[condition | 0, nodes]] }                   branches
 *   { f: items, n: item => values, k: key | 0, o: uses loop, z: items need marks, c: nodes }
 *   { u: component, n: its name in paths, p: [[prop, value]], c: nodes }
 * where s = { state, props, py } and l is the array of the values of the loops around a node. What may change
 * as a whole stands between the comments "[" and "]", which the server writes too, so its nodes are taken over.
 */

import { EVERYTHING } from "./kit.mjs";
import { mountWith } from "./root.mjs";

export function mount(el, component, options = {}) {
  const { root, ...app } = mountWith(EVERYTHING, el, component, options);
  return {
    ...app,
    el,
    get state() {
      return root.s?.state;
    },
    call: (name, ...args) => root.dispatch(name, () => args),
  };
}
