// Nodes of templates as DOM: prototypes that are cloned, and the marks around what may change as a whole.

const prototypes = new WeakMap();

export function clean(text) {
  return text.replace(/\0|\p{Surrogate}/gu, "\ufffd");
}

/** Fresh nodes for a place before `end`. */
export function cloned(nodes, end) {
  const doc = end.ownerDocument;
  if (!prototypes.has(nodes)) prototypes.set(nodes, build(nodes, doc, spaceIn(end.parentNode)));
  return doc.importNode(prototypes.get(nodes), true);
}

function build(nodes, doc, space) {
  const made = doc.createDocumentFragment();
  for (const node of nodes) {
    if (typeof node === "string") made.append(doc.createTextNode(node));
    else if (typeof node === "function") made.append(doc.createTextNode(""));
    else if (node.t) made.append(element(node, doc, space));
    else made.append(doc.createComment("["), doc.createComment("]"));
  }
  return made;
}

function element(node, doc, space) {
  const made = doc.createElementNS(node.x ?? space, node.t);
  for (const name in node.a) made.setAttribute(name, node.a[name]);
  made.append(build(node.c ?? [], doc, spaceIn(made)));
  return made;
}

/** The name space of what stands in a node. */
function spaceIn({ localName, namespaceURI, ownerDocument }) {
  return (localName !== "foreignObject" && namespaceURI) || ownerDocument.documentElement.namespaceURI;
}

export function isStatic(node) {
  return typeof node === "string" || Boolean(node.t && !node.b && !node.m && (node.d ??= (node.c ?? []).every(isStatic)));
}

export function fits(one, node) {
  if (typeof one === "string") return node.nodeType === 3 && node.data === one;
  if (one.t) return node.nodeType === 1 && node.localName.toLowerCase() === one.t.toLowerCase();
  return node.nodeType === 8 && node.data === "[";
}

export function closing(start) {
  let depth = 0;
  for (let node = start; node; node = node.nextSibling) {
    if (node.nodeType === 8) depth += node.data === "[" ? 1 : node.data === "]" ? -1 : 0;
    if (!depth) return node;
  }
}

/** The nodes from one to another, while they are moved or removed; none without a first. */
export function* nodesFrom(first, last) {
  for (let node = first, next; node; node = next) {
    next = node === last ? null : node.nextSibling;
    yield node;
  }
}

export function alert(doc, tag, className) {
  const made = doc.createElement(tag);
  made.className = className;
  made.setAttribute("role", "alert");
  return made;
}
