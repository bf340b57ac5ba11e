import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sourceHash } from '../../jupyter_ext/lib/hash.js';

// The same pairs as in Python: crc32 and length of the UTF-8.
const PAIRS = [
  ['', '00000000-0'],
  ['1 / 0', '7a1ddcc6-5'],
  ['import time\nx = 20', '9c6e5fc9-12'],
  ['s = "ä€😀"', 'a194540d-f']
];

for (const [source, hash] of PAIRS) {
  test(`hash of ${JSON.stringify(source)}`, () => assert.equal(sourceHash(source), hash));
}

test('a lone surrogate is hashed as U+FFFD', () => {
  assert.equal(sourceHash('a\ud800b'), sourceHash('a\ufffdb'));
});
