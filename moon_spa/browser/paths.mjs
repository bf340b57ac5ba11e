// Where the components inside of another one are (see present.py), for what is kept of them. Step by step: `at(name)`
// of a block is the path of a component in it that has this name in the template.

const stepTo = (at, name) => (at ? at(name) : name);
const below = (path) => (name) => `${path}/${name}`;

/** `at` in a row of a loop. */
export function rowAt(at, key) {
  return (name) => `${stepTo(at, name)}[${typeof key === "string" ? JSON.stringify(key) : key}]`;
}

/** `at` between the tags of a component. */
export function slotAt(at) {
  return below(stepTo(at, "*"));
}

/** Gives a component its path, which belongs to the first that comes: one between tags may be there twice. */
export function enter({ at, ends, owner }, name, child) {
  const { inside, share } = (owner.app.parts ??= { inside: new Map() });
  const path = stepTo(at, name);
  child.at = below(path);
  if (inside.has(path)) return;
  inside.set(path, child);
  child.path = path;
  child.tell = () => share?.(path, child);
  ends.push(() => {
    inside.delete(path);
    if (owner.alive) share?.(path, null); // else its path goes with that of its owner, or the view is closed
  });
}

/** The first state of a component: what was kept of it, over what the server made. */
export function firstState({ app, component, first, path }) {
  const part = path && (app.parts.kept ? app.parts.kept(path) : app.payload?.parts?.[path]);
  return part?.name === component.name ? { ...first, ...part.state } : first;
}
