// `l-if`: one of several blocks, or none.
import { whole } from "./block.mjs";
import { Mismatch } from "./faults.mjs";

export function ifRegion(outer, { i: branches }, start, end, hydrating) {
  let shown = -1;
  let block = null;
  outer.bind((s, l) => {
    const chosen = branches.findIndex(([test]) => !test || test(s, l));
    if (chosen === shown && block) return block.update(l);
    block?.remove();
    block = null;
    shown = chosen;
    if (chosen >= 0) block = whole(outer.owner, branches[chosen][1], l, start, end, hydrating, outer.at);
    else if (hydrating && start.nextSibling !== end) throw new Mismatch();
    hydrating = false;
  });
  outer.ends.push(() => block?.dispose());
}
