// What binds an element to state: attributes, events, and `l-model` of inputs.
import { clean } from "./dom.mjs";

/** By kind: `(block, node, ...rest)` of an entry of `b`. */
export const BINDINGS = {
  a(block, node, name, read) {
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
  },
  e(block, node, type, action, read, flags, key) {
    block.listen(node, type, function handler(event) {
      if (key && event.key !== key) return;
      if (flags.includes("self") && event.target !== node) return;
      if (flags.includes("prevent")) event.preventDefault();
      if (flags.includes("stop")) event.stopPropagation();
      if (flags.includes("once")) node.removeEventListener(type, handler);
      block.owner.dispatch(action, () => (read ? read(block.owner.s, block.l, record(event)) : []));
    });
  },

  m(block, node, field, kind, read, type, put) {
    const { owner } = block;
    type ??= owner.type(field);
    let composing = false;
    const show = (s, l) => {
      const value = read(s, l);
      if (kind === "check") node.checked = value;
      else if (kind === "radio") node.checked = node.value === value;
      else if (kind === "list") for (const option of node.options) option.selected = value.includes(option.value);
      else if (node.value !== value && !composing && !node.ariaInvalid && !isTyping(value)) node.value = value;
    };
    const isTyping = (value) =>
      node.getRootNode().activeElement === node && Object.is(fromText(node.value, type), fromText(value, type));
    const take = () => {
      if (composing || (kind === "radio" && !node.checked)) return;
      const value =
        kind === "check" ? node.checked
        : kind === "list" ? Array.from(node.selectedOptions, (option) => option.value)
        : fromText(node.value, type);
      node.ariaInvalid = value === undefined ? "true" : null;
      if (value !== undefined) owner.act(() => owner.set(field, put ? (old) => put(owner.s, block.l, old, value) : value));
    };
    block.bind(show);
    block.listen(node, kind === "text" ? "input" : "change", take);
    if (kind !== "text") return;
    block.listen(node, "compositionstart", () => (composing = true));
    block.listen(node, "compositionend", () => ((composing = false), take()));
    block.listen(node, "blur", () => node.ariaInvalid && ((node.ariaInvalid = null), show(owner.s, block.l)));
  },
};

/** What a text of an input means for a field; undefined where it is no value of its type. */
function fromText(text, type) {
  if (type === "i") return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;
  if (type !== "f") return text;
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}

/** What an action may know of an event: plain values only. */
function record(event) {
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
