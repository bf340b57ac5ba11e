import assert from 'node:assert/strict';
import { test } from 'node:test';

import { diagnosticWords, describe, durationWords } from '../../jupyter_ext/lib/words.js';

const WORDS = [
  [0, '0.0 ms'],
  [0.0004, '0.4 ms'],
  [0.0121, '12 ms'],
  [0.9996, '1.00 s'],
  [1.239, '1.24 s'],
  [12.34, '12.3 s'],
  [59.97, '1 min 0 s'],
  [185, '3 min 5 s'],
  [7261, '2 h 1 min']
];

for (const [seconds, words] of WORDS) {
  test(`${seconds} s reads ${words}`, () => assert.equal(durationWords(seconds), words));
}

test('a failed block is described in full', () => {
  const run = { order: 4, duration: 0.5, error: 'ZeroDivisionError: division by zero' };
  assert.equal(
    describe({ block: 2, line: 42, state: 'failed', run, outputs: null }),
    'Block 2, line 42 · failed · run 4 of this kernel · took 500 ms · ZeroDivisionError: division by zero'
  );
});

test('an output that is older than the kernel is said to be so', () => {
  const mark = { block: 1, line: 3, state: 'not-run', run: null, outputs: 'earlier' };
  assert.equal(describe(mark), 'Block 1, line 3 · not run · output of an earlier kernel');
});

test('a diagnostic reads like one in a terminal', () => {
  const one = { line: 3, severity: 'warning', message: 'what', hint: 'do this' };
  assert.equal(diagnosticWords('a.py.md', one), 'a.py.md:3: warning: what (do this)');
  assert.equal(diagnosticWords('a.py.md', { ...one, hint: '' }), 'a.py.md:3: warning: what');
});
