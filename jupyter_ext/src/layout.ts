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
    // The last cell of a file has no gap; what is written after it needs one.
    if (last && last.place.gap === 0 && (cell.read === null || last.cell.read === null)) {
      last.place.gap = NEW_GAP;
      line += NEW_GAP;
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
