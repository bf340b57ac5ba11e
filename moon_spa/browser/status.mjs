// What a component shows of the server's work: that an action runs there, and what it has printed.

const PATIENCE = 300;
const PRINTED = 10_000;

/** For the element of a component: `working(name)`, which gives a function for the end, and `print(text)`. */
export function status(el) {
  const doc = el.ownerDocument;
  const place = doc.createElement("div");
  let works = 0;
  let printed = null;

  const add = (className, role, text) => {
    const line = doc.createElement("div");
    line.className = className;
    line.setAttribute("role", role);
    line.style.cssText = "margin:.5em 0;padding:.4em .6em;border-left:3px solid #88888866;background:#88888818";
    line.append(text);
    place.append(line);
    el.append(place);
    return line;
  };

  return {
    working(name) {
      let line = null;
      works += 1;
      el.setAttribute("aria-busy", "true");
      const timer = setTimeout(() => (line = add("moon-busy", "status", `${name} is running \u2026`)), PATIENCE);
      return () => {
        clearTimeout(timer);
        line?.remove();
        works -= 1;
        if (!works) el.removeAttribute("aria-busy");
      };
    },

    print(text) {
      if (!printed?.isConnected) {
        printed = add("moon-printed", "log", "");
        const close = doc.createElement("button");
        const pre = doc.createElement("pre");
        pre.style.cssText = "margin:0;max-height:16em;overflow:auto;white-space:pre-wrap;font:inherit;font-family:var(--jp-code-font-family,ui-monospace,monospace)";
        close.style.cssText = "float:right;border:0;background:none;color:inherit;cursor:pointer;font:inherit";
        close.textContent = "\u00d7";
        close.setAttribute("aria-label", "Dismiss");
        close.onclick = () => printed.remove();
        printed.append(close, pre);
      }
      const pre = printed.lastChild;
      pre.textContent = (pre.textContent + text).slice(-PRINTED);
      pre.scrollTop = pre.scrollHeight;
    },
  };
}
