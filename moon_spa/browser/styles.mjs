// Style sheets of components, once per document or shadow root, for as long as somebody needs them.

const sheets = new WeakMap();

/** Applies the style of a component to the page of an element; gives the function that lets go of it. */
export function shareStyle(el, style) {
  const page = el.isConnected ? el.getRootNode() : el.ownerDocument;
  if (!sheets.has(page)) sheets.set(page, new Map());
  const known = sheets.get(page);
  if (!known.has(style)) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
    known.set(style, { sheet, count: 0 });
  }
  const entry = known.get(style);
  entry.count += 1;
  return () => {
    entry.count -= 1;
    if (entry.count) return;
    known.delete(style);
    page.adoptedStyleSheets = page.adoptedStyleSheets.filter((sheet) => sheet !== entry.sheet);
  };
}
