import assert from 'node:assert/strict';
import { test } from 'node:test';

import { match, stateOf } from '../../jupyter_ext/lib/match.js';
import { RunBook } from '../../jupyter_ext/lib/runs.js';

const run = (order, hash, extra = {}) => ({
  order,
  hash,
  block: null,
  line: null,
  cell_id: null,
  parent: null,
  status: 'done',
  started: 0,
  duration: 1,
  error: null,
  ...extra
});
const cell = (id, hash, block) => ({ id, hash, block });
const orders = runs => runs.map(found => found?.order ?? null);

test('the last run of a cell id is its run', () => {
  const runs = [run(1, 'h', { cell_id: 'a' }), run(2, 'h', { cell_id: 'a' })];
  assert.deepEqual(orders(match([cell('a', 'h', 1)], runs)), [2]);
});

test('a cell whose source changed since its run is edited', () => {
  const [found] = match([cell('a', 'new', 1)], [run(1, 'old', { cell_id: 'a' })]);
  assert.equal(stateOf(cell('a', 'new', 1), found), 'edited');
  assert.equal(stateOf(cell('a', 'old', 1), found), 'done');
  assert.equal(stateOf(cell('b', 'old', 1), null), 'not-run');
});

test('a run without cell id is found by its source', () => {
  const cells = [cell('a', 'x', 1), cell('b', 'y', 2)];
  assert.deepEqual(orders(match(cells, [run(1, 'y', { block: 7 })])), [null, 1]);
});

test('runs of equal sources go to equal cells in order', () => {
  const cells = [cell('a', 'x', 1), cell('b', 'x', 2), cell('c', 'x', 3)];
  const runs = [run(1, 'x', { block: 5 }), run(2, 'x', { block: 9 })];
  assert.deepEqual(orders(match(cells, runs)), [1, 2, null]);
});

test('of equal sources the same block comes first', () => {
  const cells = [cell('a', 'x', 1), cell('b', 'x', 2)];
  assert.deepEqual(orders(match(cells, [run(1, 'x', { block: 2 })])), [null, 1]);
});

test('an edited cell of a reloaded page is found by its block', () => {
  const cells = [cell('a2', 'new', 1), cell('b', 'y', 2)];
  const runs = [run(1, 'old', { cell_id: 'a', block: 1 }), run(2, 'y', { cell_id: 'b', block: 2 })];
  assert.deepEqual(orders(match(cells, runs)), [1, 2]);
});

test('a run whose source another cell has does not mark the cell that took its place', () => {
  const cells = [cell('n', 'fresh', 1), cell('a', 'x', 2)];
  const runs = [run(1, 'x', { block: 1 })];
  assert.deepEqual(orders(match(cells, runs)), [null, 1]);
});

test('a later run of the same source by another page wins over the run known by id', () => {
  const cells = [cell('a', 'new', 1)];
  const runs = [
    run(1, 'old', { cell_id: 'a', block: 1 }),
    run(2, 'new', { cell_id: 'a-other-page', block: 1 })
  ];
  assert.deepEqual(orders(match(cells, runs)), [2]);
});

test('an earlier run of the same source by another page does not', () => {
  const cells = [cell('a', 'new', 1)];
  const runs = [
    run(1, 'new', { cell_id: 'a-other-page', block: 1 }),
    run(2, 'newer', { cell_id: 'a', block: 1 })
  ];
  assert.deepEqual(orders(match(cells, runs)), [2]);
});

test('a thousand cells are matched in a few milliseconds', () => {
  const cells = Array.from({ length: 1000 }, (_, n) => cell(`c${n}`, `h${n % 50}`, n + 1));
  const runs = cells.map((c, n) => run(n + 1, c.hash, { block: c.block }));
  const start = performance.now();
  assert.deepEqual(orders(match(cells, runs)), orders(runs));
  assert.ok(performance.now() - start < 200);
});

test('the book keeps the last run of each cell, whatever the order of arrival', () => {
  const book = new RunBook();
  book.put(run(2, 'h', { cell_id: 'a' }));
  book.put(run(1, 'h', { cell_id: 'a' }));
  book.put(run(3, 'h', { block: 4 }));
  assert.deepEqual([...book.list()].map(kept => kept.order), [2, 3]);
});
