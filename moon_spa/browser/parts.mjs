// What the components inside of a live one have become: the model holds it under `parts`, so all views share it.
import { same } from "./props.mjs";

/** For a view of `model`: the components inside of it by path, what is kept of them, and what others write. */
export function shareParts(model, { encode, decode }, save) {
  const inside = new Map();
  const known = () => model?.get?.("parts") ?? {};
  const own = (all, path) => (Object.hasOwn(all, path) ? all[path] : null);
  const waiting = new Map();
  let seen = known();
  let writing = false;

  const write = () => {
    const before = known();
    const parts = { ...before };
    for (const [path, part] of waiting) part ? (parts[path] = part) : delete parts[path];
    const some = [...waiting].some(([path, part]) => part || Object.hasOwn(before, path));
    seen = { ...seen, ...Object.fromEntries(waiting) };
    waiting.clear();
    if (!some) return;
    writing = true;
    model.set("parts", parts);
    writing = false;
    save();
  };

  const put = (path, part) => {
    if (!waiting.size) queueMicrotask(write);
    waiting.set(path, part);
  };

  const forget = (path) => {
    for (const one of new Set([...Object.keys(known()), ...waiting.keys()])) {
      if (one === path || one.startsWith(`${path}/`)) put(one, null);
    }
  };

  return {
    inside,
    kept: (path) => decode(waiting.has(path) ? waiting.get(path) : own(known(), path), path),

    /** Keeps the state of an instance; without one what is at the path and inside is forgotten. */
    share(path, instance) {
      if (!model?.get?.("fields")) return;
      if (!instance) return forget(path);
      try {
        put(path, { name: instance.component.name, state: encode({ ...instance.values }, path) });
      } catch (error) {
        instance.notice(error);
      }
    },

    /** Forgets those that are not there; what is in one that waits for its data may still come. */
    tidy() {
      const open = [...inside].filter(([, one]) => !one.block).map(([path]) => `${path}/`);
      for (const path of Object.keys(known())) {
        if (!inside.has(path) && !open.some((start) => path.startsWith(start))) put(path, null);
      }
    },

    /** Takes what others have written, field by field. */
    take() {
      if (writing) return;
      const now = known();
      const before = seen;
      seen = now;
      for (const [path, instance] of inside) {
        const [old, part] = [own(before, path), own(now, path)];
        if (same(old, part) || !instance.result) continue;
        if (part?.name !== instance.component.name || !part.state) reset(instance);
        else {
          const shown = old?.state ?? encode({ ...instance.values }, path);
          const news = Object.entries(part.state).filter(([name, value]) => !same(value, shown[name]));
          instance.assign(decode(Object.fromEntries(news), path), {});
        }
      }
    },
  };
}

/** Gives an instance its first state, which is newer than every reply on its way. */
function reset(instance) {
  const { first, values } = instance;
  for (const name of instance.types.keys()) {
    delete values[name];
    if (Object.hasOwn(first, name)) instance.restore(name, first[name]);
  }
  instance.app.kit.touch?.(instance, instance.types.keys());
  instance.app.flush(instance);
}
