// A component that stands in another one, and what that one puts into it.
import { whole } from "./block.mjs";

export function childrenRegion(outer, _, start, end, hydrating) {
  const slot = outer.owner.children;
  if (!slot) return;
  const block = whole(slot.owner, slot.nodes, slot.block.l, start, end, hydrating);
  slot.blocks.add(block);
  outer.ends.push(() => (slot.blocks.delete(block), block.dispose()));
}

export function useRegion(outer, { u, p, c }, start, end, hydrating) {
  const { owner } = outer;
  const slot = c?.length ? { owner, nodes: c, block: outer, blocks: new Set() } : null;
  let child = null;
  outer.bind((s, l) => {
    const props = {};
    for (const [name, value] of p) props[name] = typeof value === "function" ? value(s, l) : value;
    if (child) {
      owner.app.kit.receive(child, props);
      for (const block of slot?.blocks ?? []) block.update(l);
      return;
    }
    child = owner.inner(u, props, slot);
    child.open(start, end, hydrating);
  });
  outer.ends.push(() => child.close());
}
