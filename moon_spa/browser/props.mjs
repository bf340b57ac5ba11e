// Props that change, and what the server has made of those that it knows.

/** Props, state and data that the server made of the props `given`; undefined where it is asked for them. */
export function context(instance, given) {
  const { app, component, known } = instance;
  const { kit, payload } = app;
  const all = [known, payload, ...(payload?.nested ?? [])];
  const found = all.find((one) => one?.name === component.name && same(one.given, given));
  return found ?? (component.data.length ? kit.ask(instance, given) : {});
}

/** Shows an instance with other props. */
export function receive(instance, given) {
  const { block, wanted } = instance;
  if (same(given, wanted ?? instance.given) && (block || wanted)) return;
  instance.wanted = null;
  instance.guard(() => instance.take(given) && (instance.result ? instance.render() : instance.begin()));
}

/** Equal in values and kinds. */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object" || a instanceof Map || a instanceof Set) return false;
  const keys = Object.keys(a);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
