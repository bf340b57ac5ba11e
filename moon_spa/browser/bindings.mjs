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
  block.listen(node, type, function handler(event) {
    if (key && event.key !== key) return;
    if (flags.includes("self") && event.target !== node) return;
    if (flags.includes("prevent")) event.preventDefault();
    if (flags.includes("stop")) event.stopPropagation();
    if (flags.includes("once")) node.removeEventListener(type, handler);
    block.owner.dispatch(action, () => (read ? read(block.owner.s, block.l, block.kit.record?.(event)) : []));
  });
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
