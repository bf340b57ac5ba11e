// What binds an element to state: attributes and events. Each takes the rest of its entry of `b`.
import { clean } from "./dom.mjs";

export function bindAttribute(block, node, name, read) {
  let old;
  block.bind((s, l) => {
    const text = read(s, l);
    if (text === old) return;
    old = text;
    const value = text === null ? null : clean(text);
    if (value === null) node.removeAttribute(name);
    else if (name === "style") node.style.cssText = value;
    else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    if (name === "checked" || name === "selected") node[name] = value !== null;
    else if (name === "value" && "value" in node && node.value !== value) node.value = value ?? "";
  });
}

export function bindEvent(block, node, type, action, read, flags, key) {
  const { kit, owner } = block;
  block.listen(node, type, function handler(event) {
    if (flags && !kit.passes(event, node, handler, flags, key)) return;
    owner.dispatch(action, () => (read ? read(owner.s, block.l, kit.record?.(event)) : []));
  });
}

/** Does what the modifiers of an event say; false for an event that they leave out. */
export function passes(event, node, handler, flags, key) {
  if (key && (event.key !== key || event.isComposing)) return false; // Enter ends the text that is composed
  if (flags.includes("self") && event.target !== node) return false;
  if (flags.includes("prevent")) event.preventDefault();
  if (flags.includes("stop")) event.stopPropagation();
  if (flags.includes("once")) node.removeEventListener(event.type, handler);
  return true;
}

/** What an action may know of an event: plain values only. */
export function record(event) {
  const { type, target } = event;
  return {
    type,
    key: event.key ?? "",
    value: typeof target.value === "string" ? target.value : "",
    checked: Boolean(target.checked),
    x: event.clientX ?? 0,
    y: event.clientY ?? 0,
  };
}
