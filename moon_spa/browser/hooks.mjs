// The hooks of components: created, mounted, updated, unmounted.

/** Runs a hook of an instance: as an action of its own. */
export function hook(instance, name) {
  const { lifecycle } = instance.result;
  if (!Object.hasOwn(lifecycle, name)) return;
  instance.act(() => lifecycle[name](), ["lifecycle", name, []]);
}

/** Runs `mounted` of instances that have been made. */
export function settle(made) {
  for (const one of made) if (one.alive && one.block) hook(one, "mounted");
}
