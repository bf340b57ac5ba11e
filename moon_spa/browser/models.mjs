// `l-model`: an input shows a place in state, and changes it.

export function bindModel(block, node, field, kind, read, type, put) {
  const { owner } = block;
  type ??= owner.types.get(field);
  let composing = false;
  const show = (s, l) => {
    const value = read(s, l);
    if (kind === "check") node.checked = value;
    else if (kind === "group") node.checked = new Set(value).has(node.value);
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
      : kind === "group" ? regrouped(read(owner.s, block.l), node)
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
}

/** The list or set of a group of checkboxes after a click on one: its value comes last, or goes. */
function regrouped(group, { checked, value }) {
  const items = [...group];
  const at = items.indexOf(value);
  if (checked && at < 0) items.push(value);
  else if (!checked && at >= 0) items.splice(at, 1);
  return group instanceof Set ? new Set(items) : items;
}

/** What a text of an input means for a field; undefined where it is no value of its type. */
function fromText(text, type) {
  if (type === "i") return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;
  if (type !== "f") return text;
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}
