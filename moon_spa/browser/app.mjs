// What the components in one element share: the way to the server, renders that wait, notices, styles.
import { alert } from "./dom.mjs";
import { describe, failure } from "./faults.mjs";
import { same } from "./instance.mjs";

const FLUSHES = 100;
const NOTICES = 5;
const sheets = new WeakMap();

export class App {
  mounted = [];
  queue = new Set();
  waits = true;

  constructor(el, { payload = null, transport = null, moon = {}, reason = "this page has no server", cast, status }) {
    Object.assign(this, { el, payload, transport, moon, reason, castProps: cast, status });
    this.notices = el.ownerDocument.createElement("div");
    this.page = el.isConnected ? el.getRootNode() : el.ownerDocument;
  }

  /** Props, state and data that the server made of the props `given`; null where it has to be asked for data. */
  context(component, given, known) {
    const { payload } = this;
    const all = [known, payload, ...(payload?.nested ?? [])];
    const found = all.find((one) => one?.name === component.name && same(one.given, given));
    if (found || !component.data.length) return found ?? {};
    if (this.transport) return null;
    throw failure("RuntimeError", "its data is computed on the server, and not for these props");
  }

  cast(component, given) {
    if (!component.casts || !this.castProps) return given;
    const { props, problems } = this.castProps(component.casts, given);
    for (const { message } of problems) this.notice(failure("ValueError", message), component.name);
    return props;
  }

  start() {
    this.waits = false;
    this.settle();
    this.flush();
  }

  settle() {
    for (const mounted of this.mounted.splice(0)) mounted();
  }

  /** Renders what has changed, once each; focus and selection stay. */
  flush(instance) {
    if (instance) this.queue.add(instance);
    if (this.waits) return;
    this.waits = true;
    const restore = keepFocus(this.el);
    const counts = new Map();
    for (const one of this.queue) {
      this.queue.delete(one);
      const count = (counts.get(one) ?? 0) + 1;
      counts.set(one, count);
      if (count > FLUSHES) one.notice(failure("RecursionError", "`updated` never comes to rest"));
      else if (one.alive) one.render();
      this.settle();
    }
    this.waits = false;
    restore();
  }

  notice(error, name) {
    console.error(error);
    const doc = this.el.ownerDocument;
    const line = alert(doc, "p", "moon-notice");
    const close = doc.createElement("button");
    line.style.cssText = "margin:.5em 0;padding:.4em .6em;border-left:3px solid #c0392b;background:#c0392b18";
    close.style.cssText = "float:right;border:0;background:none;color:inherit;cursor:pointer;font:inherit";
    close.textContent = "\u00d7";
    close.setAttribute("aria-label", "Dismiss");
    close.onclick = () => line.remove();
    line.append(close, `${name}: ${describe(error)}`);
    this.notices.append(line);
    if (this.notices.childNodes.length > NOTICES) this.notices.firstChild.remove();
    this.el.append(this.notices);
  }

  /** The style of a component, once per document or shadow root, for as long as somebody needs it. */
  style({ style }) {
    const { page } = this;
    if (!style) return null;
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
}

function keepFocus(el) {
  const focused = el.getRootNode().activeElement;
  if (!focused || !el.contains(focused)) return () => {};
  const range = focused.selectionStart == null ? null : [focused.selectionStart, focused.selectionEnd];
  return () => {
    if (!focused.isConnected || el.getRootNode().activeElement === focused) return;
    focused.focus({ preventScroll: true });
    if (range) focused.setSelectionRange(...range);
  };
}
