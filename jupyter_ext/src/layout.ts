/** Where each cell stands in the file, as it would be if the notebook were saved now. */

export type CellKind = 'code' | 'markdown' | 'raw';

/** What the server said of a cell when it was read or saved. */
export interface ReadFacts {
  line: number;
  lines: number;
  gap: number;
  /** Newlines in the source that these facts belong to. */
  newlines: number;
  code_line?: number;
}

export interface CellNow {
  kind: CellKind;
  empty: boolean;
  /** Prose that begins with a heading: a cell by itself, also after other prose. */
  headed: boolean;
  newlines: number;
  /** null: the cell is new. */
  read: ReadFacts | null;
}

export interface Place {
  line: number;
  lines: number;
  gap: number;
  block?: number;
  code_line?: number;
}

const NEW_GAP = 1;
/** A blank line and `<!-- cell -->`, without which two cells of prose would be one. */
const MARKED_GAP = 2;

const HEADING = /^(?:#{1,6}(?:[ \t\n]|$)|[^\n]+\n {0,3}(?:=+|-+)[ \t]*(?:\n|$))/;

export function countNewlines(source: string): number {
  let count = 0;
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}

/**
 * The places of the cells of a document that has `head` blank lines before its first cell.
 * An empty new cell is not written, so its place is null and it has no number.
 */
export function layout(head: number, cells: readonly CellNow[]): (Place | null)[] {
  let line = 1 + head;
  let block = 0;
  let last: { cell: CellNow; place: Place } | null = null;
  const places: (Place | null)[] = [];
  for (const cell of cells) {
    if (cell.read === null && cell.empty) {
      places.push(null);
      continue;
    }
    if (last && !areNeighbours(last.cell, cell)) {
      const more = Math.max(gapBetween(last.cell, cell) - last.place.gap, 0);
      last.place.gap += more;
      line += more;
    }
    const place = placeOf(cell, line);
    if (cell.kind === 'code') {
      place.block = ++block;
    }
    places.push(place);
    line += place.lines + place.gap;
    last = { cell, place };
  }
  return places;
}

export function startsWithHeading(source: string): boolean {
  return HEADING.test(source.trimStart());
}

/** Whether two cells follow each other in the file. */
function areNeighbours({ read: one }: CellNow, { read: two }: CellNow): boolean {
  return one !== null && two !== null && one.line + one.lines + one.gap === two.line;
}

/** What the server writes at least between cells that did not follow each other. */
function gapBetween(one: CellNow, two: CellNow): number {
  const joined = one.kind === 'markdown' && two.kind === 'markdown' && !two.headed;
  return joined ? MARKED_GAP : NEW_GAP;
}

function placeOf(cell: CellNow, line: number): Place {
  const { read, kind, newlines } = cell;
  if (read === null) {
    const fences = kind === 'markdown' ? 0 : 2;
    const place: Place = { line, lines: newlines + 1 + fences, gap: NEW_GAP };
    return kind === 'code' ? { ...place, code_line: line + 1 } : place;
  }
  const place: Place = { line, lines: read.lines + newlines - read.newlines, gap: read.gap };
  if (kind === 'code') {
    place.code_line = line + (read.code_line ?? read.line + 1) - read.line;
  }
  return place;
}
