import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SeenRuns } from '../../jupyter_ext/lib/seen.js';

const cell = id => ({ id, hash: `h-${id}`, block: 1, line: 1 });
const states = seen => [...seen.runs].map(run => `${run.cell_id} ${run.order} ${run.status}`);

test('of several scheduled cells the first one runs', () => {
  const seen = new SeenRuns();
  seen.scheduled(cell('a'));
  seen.scheduled(cell('b'));
  assert.deepEqual(states(seen), ['a 1 running']);
  seen.executed('a', 'done', null);
  assert.deepEqual(states(seen), ['a 1 done', 'b 2 running']);
});

test('cells that the kernel skipped after a failure were not run', () => {
  const seen = new SeenRuns();
  seen.scheduled(cell('a'));
  seen.scheduled(cell('b'));
  seen.executed('a', 'failed', 'ValueError: no');
  seen.executed('b', null, null);
  assert.deepEqual(states(seen), ['a 1 failed']);
  seen.scheduled(cell('b'));
  assert.deepEqual(states(seen), ['a 1 failed', 'b 2 running']);
});

test('a restart forgets all', () => {
  const seen = new SeenRuns();
  seen.scheduled(cell('a'));
  seen.clear();
  seen.executed('a', 'done', null);
  assert.deepEqual(states(seen), []);
});
