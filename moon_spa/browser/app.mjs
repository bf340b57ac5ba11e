// What the components in one element share: the kit, the way to the server, renders that wait, notices.
import { alert } from "./dom.mjs";
import { describe, failure } from "./faults.mjs";

const FLUSHES = 100;
const NOTICES = 5;

export class App {
  made = [];
  queue = new Set();
  waits = true;

  /** Of the options stay `payload`, `transport`, `moon`, `reason`, `cast`, `status` and `parts`. */
  constructor(el, kit, options) {
    Object.assign(this, { moon: {} }, options, { el, kit });
    this.notices = el.ownerDocument.createElement("div");
  }

  start() {
    this.waits = false;
    this.settle();
    this.flush();
  }

  /** What is due when all instances that were made are in the page. */
  settle() {
    const made = this.made.splice(0);
    this.kit.settle?.(made);
  }

  /** Renders what has changed, once each; focus and selection stay. */
  flush(instance) {
    if (instance) this.queue.add(instance);
    if (this.waits) return;
    this.waits = true;
    const restore = this.kit.focus?.(this.el);
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
    restore?.();
  }

  notice(error, name) {
    console.error(error);
    const doc = this.el.ownerDocument;
    const line = alert(doc, "p", "moon-notice");
    const close = doc.createElement("button");
    line.style.cssText = "padding:.5em;border-left:3px solid #c0392b;background:#c0392b18";
    close.style.cssText = "float:right;border:0;background:none;color:inherit;font:inherit";
    close.textContent = "\u00d7";
    close.setAttribute("aria-label", "Dismiss");
    close.onclick = () => line.remove();
    line.append(close, `${name}: ${describe(error)}`);
    this.notices.append(line);
    if (this.notices.childNodes.length > NOTICES) this.notices.firstChild.remove();
    this.el.append(this.notices);
  }
}
