/** The runs the browser knows of: the last one of each cell or block. */
import type { Run } from './match.js';

export class RunBook {
  replace(runs: Iterable<Run>): void {
    this.clear();
    for (const run of runs) {
      this.put(run);
    }
  }

  /** Keep a run, unless a later one of the same cell is known. */
  put(run: Run): void {
    const key = keyOf(run);
    const known = this.last.get(key);
    if (known === undefined || known.order <= run.order) {
      this.last.set(key, run);
    }
  }

  /** Forget a run, if it is still the last one of its cell. */
  drop(run: Run): void {
    if (this.last.get(keyOf(run))?.order === run.order) {
      this.last.delete(keyOf(run));
    }
  }

  clear(): void {
    this.last.clear();
  }

  list(): Iterable<Run> {
    return this.last.values();
  }

  private readonly last = new Map<string, Run>();
}

function keyOf(run: Run): string {
  return run.cell_id ?? `${run.block ?? ''}/${run.hash}`;
}
