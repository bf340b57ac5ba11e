// What a template may need of the runtime, all of it; `features.py` has the same, part by part.
import { bindAttribute, bindEvent, passes, record } from "./bindings.mjs";
import { ifRegion } from "./branches.mjs";
import { ask, caller, leave, patched, pump, touch } from "./calls.mjs";
import { keepFocus } from "./focus.mjs";
import { hook, settle } from "./hooks.mjs";
import { forRegion } from "./loops.mjs";
import { bindModel } from "./models.mjs";
import { childrenRegion, useRegion } from "./nested.mjs";
import { context, receive } from "./props.mjs";
import { shareStyle } from "./styles.mjs";

export const EVERYTHING = {
  a: bindAttribute,
  c: childrenRegion,
  e: bindEvent,
  f: forRegion,
  i: ifRegion,
  m: bindModel,
  u: useRegion,
  ask,
  caller,
  context,
  focus: keepFocus,
  hook,
  leave,
  passes,
  patched,
  pump,
  receive,
  record,
  settle,
  style: shareStyle,
  touch,
};
