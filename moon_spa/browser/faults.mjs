// Errors: made, described, and led back to the line of the document that they came from.

const FRAME = /([^\s()@]+):(\d+):\d+/g;

/** The page is not what the template would have made of it. */
export class Mismatch extends Error {}

export function failure(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

export function describe(error) {
  const line = error.at ? ` (line ${error.at})` : "";
  let { name, message } = error;
  if (name === "KeyError" && typeof error.args?.[0] === "string") {
    const quote = message.includes("'") && !message.includes('"') ? '"' : "'";
    message = quote + message + quote;
  }
  return (message ? `${name}: ${message}` : name) + line;
}

/** Notes in `error` the line of its innermost frame that was written for `component` or one that it uses.
 *
 * `origin` of a component is a stack whose first frame is the line before its code; `lines` are pairs of a
 * line from there and one of the document, in one list. Without such a frame the line is `known`. */
export function locate(error, component, known) {
  const parts = Object.values(component.components ?? {}).filter((one) => one.origin);
  for (const [url, line] of error.at ? [] : frames(String(error.stack).replace(error.message, ""))) {
    for (const { origin, lines } of parts) {
      const [[home, first] = []] = frames(origin);
      let found = 0;
      for (let at = 0; at < lines.length && first + lines[at] <= line; at += 2) found = lines[at + 1];
      if (url === home && !error.at) error.at = found;
    }
  }
  error.at ||= known;
}

function frames(stack) {
  return Array.from(stack.matchAll(FRAME), ([, url, line]) => [url, Number(line)]);
}
