import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countNewlines, layout, startsWithHeading } from '../../jupyter_ext/lib/layout.js';

const prose = (line, lines, gap = 1) => ({
  kind: 'markdown',
  empty: false,
  newlines: lines - 1,
  read: { line, lines, gap, newlines: lines - 1 }
});
const code = (line, lines, gap = 1) => ({
  kind: 'code',
  empty: false,
  newlines: lines - 3,
  read: { line, lines, gap, newlines: lines - 3, code_line: line + 1 }
});
const fresh = (kind, newlines, empty = false) => ({ kind, newlines, empty, read: null });
const lines = places => places.map(place => place?.line ?? null);
const blocks = places => places.map(place => place?.block ?? null);

test('an untouched document keeps its lines', () => {
  const places = layout(2, [prose(3, 2), code(6, 4, 3), code(13, 3)]);
  assert.deepEqual(lines(places), [3, 6, 13]);
  assert.deepEqual(blocks(places), [null, 1, 2]);
  assert.equal(places[1].code_line, 7);
});

test('a line added above moves what follows', () => {
  const places = layout(0, [{ ...prose(1, 2), newlines: 3 }, code(4, 4)]);
  assert.deepEqual(lines(places), [1, 6]);
  assert.equal(places[1].code_line, 7);
  assert.equal(places[0].lines, 4);
});

test('a new code cell takes its source and two fences, and a number', () => {
  const places = layout(0, [prose(1, 1), fresh('code', 1), code(3, 3)]);
  assert.deepEqual(lines(places), [1, 3, 8]);
  assert.deepEqual(blocks(places), [null, 1, 2]);
  assert.equal(places[1].code_line, 4);
});

test('an empty new cell takes nothing and has no number', () => {
  const places = layout(0, [prose(1, 1), fresh('code', 0, true), code(3, 3)]);
  assert.deepEqual(lines(places), [1, null, 3]);
  assert.deepEqual(blocks(places), [null, null, 1]);
});

test('an empty fence of the file counts', () => {
  const fence = { kind: 'code', empty: true, newlines: 0 };
  const read = { line: 1, lines: 2, gap: 1, newlines: 0, code_line: 2 };
  const places = layout(0, [{ ...fence, read }, code(4, 3)]);
  assert.deepEqual(lines(places), [1, 4]);
  assert.deepEqual(blocks(places), [1, 2]);
});

test('what is written after the last cell of a file gets a gap', () => {
  assert.deepEqual(lines(layout(0, [code(1, 3, 0), fresh('markdown', 0)])), [1, 5]);
});

test('a fence with options over more lines keeps the distance to its code', () => {
  const cell = code(5, 6);
  cell.read.code_line = 8;
  assert.equal(layout(0, [prose(1, 4, 2), cell])[1].code_line, 10);
});

test('newlines are counted', () => {
  assert.deepEqual(['', 'a', 'a\n', '\n\na\nb'].map(countNewlines), [0, 0, 1, 3]);
});

test('prose that would join the prose before it is written behind a marker', () => {
  const text = { ...fresh('markdown', 0), headed: false };
  const heading = { ...fresh('markdown', 0), headed: true };
  assert.deepEqual(lines(layout(0, [prose(1, 1), text, code(3, 3)])), [1, 4, 6]);
  assert.deepEqual(lines(layout(0, [prose(1, 1), heading, code(3, 3)])), [1, 3, 5]);
});

test('prose that follows other prose since a cell between them went is written behind a marker', () => {
  assert.deepEqual(lines(layout(0, [prose(1, 1), prose(7, 1), code(9, 3)])), [1, 4, 6]);
});

test('a cell that was moved behind the last one gets a gap', () => {
  assert.deepEqual(lines(layout(0, [code(5, 3, 0), code(1, 3)])), [1, 5]);
});

test('headings are told from other prose', () => {
  for (const source of ['# One', '\n## Two\n\ntext', 'Title\n===\n', 'Title\n---', '#']) {
    assert.ok(startsWithHeading(source), source);
  }
  for (const source of ['', 'text', '#tag', 'text\n\n# later', '- item', 'text\n\n---']) {
    assert.ok(!startsWithHeading(source), source);
  }
});
