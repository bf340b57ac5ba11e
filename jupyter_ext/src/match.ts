/** Which run of the kernel belongs to which cell, and what state that gives the cell. */

export type RunStatus = 'running' | 'done' | 'failed' | 'interrupted';

/** One run of one block, as the kernel tells it. */
export interface Run {
  order: number;
  block: number | null;
  line: number | null;
  hash: string;
  cell_id: string | null;
  parent: number | null;
  status: RunStatus;
  /** Unix seconds. */
  started: number;
  /** Seconds. */
  duration: number | null;
  error: string | null;
}

export type CellState = 'not-run' | RunStatus | 'edited';

export interface CellIdentity {
  id: string;
  hash: string;
  block: number | null;
}

/**
 * The last run of each cell, parallel to `cells`, or null.
 *
 * By cell id; by source (equal sources: same block first, then in order); else by block number,
 * if no cell has the source of that run.
 */
export function match(cells: readonly CellIdentity[], runs: Iterable<Run>): (Run | null)[] {
  const ids = new Set(cells.map(cell => cell.id));
  const byId = new Map<string, Run>();
  const others: Run[] = [];
  for (const run of runs) {
    if (run.cell_id !== null && ids.has(run.cell_id)) {
      byId.set(run.cell_id, later(byId.get(run.cell_id), run));
    } else {
      others.push(run);
    }
  }
  const found = cells.map(cell => byId.get(cell.id) ?? null);
  if (others.length > 0) {
    matchBySource(cells, found, others);
    matchByBlock(cells, found, others);
  }
  return found;
}

export function stateOf(cell: CellIdentity, run: Run | null): CellState {
  if (run === null) {
    return 'not-run';
  }
  return run.hash === cell.hash ? run.status : 'edited';
}

function later(one: Run | undefined, two: Run): Run {
  return one !== undefined && one.order > two.order ? one : two;
}

/** The last run of each block among runs of equal source, in the order of the document. */
function lastOfEachBlock(runs: readonly Run[]): Run[] {
  const last = new Map<number | string, Run>();
  for (const run of runs) {
    const key = run.block ?? run.cell_id ?? '';
    last.set(key, later(last.get(key), run));
  }
  return [...last.values()].sort(
    (a, b) => (a.block ?? Infinity) - (b.block ?? Infinity) || a.order - b.order
  );
}

/** Also for a cell found by id, if the same source ran later: other pages know other ids for it. */
function matchBySource(
  cells: readonly CellIdentity[],
  found: (Run | null)[],
  runs: readonly Run[]
): void {
  const byHash = groupBy(runs, run => run.hash);
  const indices = cells.map((_, index) => index).filter(index => byHash.has(cells[index]!.hash));
  for (const [hash, same] of groupBy(indices, index => cells[index]!.hash)) {
    const left = new Set(lastOfEachBlock(byHash.get(hash)!));
    const take = (index: number, run: Run | undefined): boolean => {
      const known = found[index];
      if (run === undefined || (known && known.order > run.order)) {
        return false;
      }
      found[index] = run;
      left.delete(run);
      return true;
    };
    const rest = same.filter(
      index => !take(index, [...left].find(run => run.block === cells[index]!.block))
    );
    for (const index of rest) {
      if (found[index] === null || same.length === 1) {
        take(index, [...left][0]);
      }
    }
  }
}

function matchByBlock(
  cells: readonly CellIdentity[],
  found: (Run | null)[],
  runs: readonly Run[]
): void {
  const hashes = new Set(cells.map(cell => cell.hash));
  const byBlock = new Map<number, Run>();
  for (const run of runs) {
    if (run.block !== null && !hashes.has(run.hash)) {
      byBlock.set(run.block, later(byBlock.get(run.block), run));
    }
  }
  cells.forEach((cell, index) => {
    if (found[index] === null && cell.block !== null) {
      found[index] = byBlock.get(cell.block) ?? null;
    }
  });
}

function groupBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) {
      group.push(item);
    } else {
      groups.set(key(item), [item]);
    }
  }
  return groups;
}
