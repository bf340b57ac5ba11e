// Focus and selection stay where rows are moved: a node that moves loses both.

/** Gives the function that restores what is focused in `el` at this moment. */
export function keepFocus(el) {
  const focused = el.getRootNode().activeElement;
  if (!focused || !el.contains(focused)) return () => {};
  const range = focused.selectionStart == null ? null : [focused.selectionStart, focused.selectionEnd];
  return () => {
    if (!focused.isConnected || el.getRootNode().activeElement === focused) return;
    focused.focus({ preventScroll: true });
    if (range) focused.setSelectionRange(...range);
  };
}
