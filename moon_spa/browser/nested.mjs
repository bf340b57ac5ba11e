// A component that stands in another one, and what that one puts into it.
import { whole } from "./block.mjs";

export function childrenRegion(outer, _, start, end, hydrating) {
  const slot = outer.owner.children;
  if (!slot) return;
  const block = whole(slot.owner, slot.nodes, slot.block.l, start, end, hydrating, outer.kit.slotAt?.(outer.at));
  slot.blocks.add(block);
  outer.ends.push(() => (slot.blocks.delete(block), block.dispose()));
}

export function useRegion(outer, { u, n, p, c }, start, end, hydrating) {
  const { owner } = outer;
  const slot = c?.length ? { owner, nodes: c, block: outer, blocks: new Set() } : null;
  let child = null;
  outer.ends.push(() => child?.close());
  outer.bind((s, l) => {
    const props = {};
    for (const [name, value] of p) props[name] = typeof value === "function" ? value(s, l) : value;
    if (child) {
      owner.app.kit.receive(child, props);
      for (const block of slot?.blocks ?? []) block.update(l);
      return;
    }
    child = new owner.constructor(owner.component.components[u], owner.app, props, slot);
    outer.kit.enter?.(outer, n ?? u, child);
    child.open(start, end, hydrating);
  });
}
