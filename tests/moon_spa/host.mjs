// The other end of `node.py`: JSON lines in, JSON lines out. Values travel tagged.
import { createInterface } from "node:readline";
import { attempt, decode, encode, failure } from "./tagged.mjs";

const AsyncFunction = (async () => {}).constructor;
const compiled = new Map();
const tools = { decode, encode, attempt, failure };

async function answer(request) {
  if (!compiled.has(request.body)) {
    if (compiled.size > 200) compiled.clear();
    compiled.set(request.body, new AsyncFunction("input", "modules", "tools", request.body));
  }
  const modules = {};
  for (const [name, url] of Object.entries(request.modules)) modules[name] = await import(url);
  return compiled.get(request.body)(request.input, modules, tools);
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = { value: await answer(JSON.parse(line)) };
  } catch (error) {
    reply = { error: String((error && error.stack) || error) };
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
}
