import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describe, durationWords } from '../../jupyter_ext/lib/words.js';

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
    describe(2, 42, 'failed', run),
    'Block 2, line 42 · failed · run 4 of this kernel · took 500 ms · ZeroDivisionError: division by zero'
  );
});
