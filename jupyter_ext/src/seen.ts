/** The runs that this page has seen itself: all there is with a kernel that tells nothing. */
import type { Run, RunStatus } from './match.js';
import { RunBook } from './runs.js';

export class SeenRuns {
  get runs(): Iterable<Run> {
    return this.book.list();
  }

  /** A cell was sent to the kernel. Cells run one after the other, so only the first one runs. */
  scheduled(cell: { id: string; hash: string; block: number | null; line: number | null }): void {
    this.queue.push({
      order: 0,
      block: cell.block,
      line: cell.line,
      hash: cell.hash,
      cell_id: cell.id,
      parent: null,
      status: 'running',
      started: 0,
      duration: null,
      error: null
    });
    this.startNext();
  }

  /** A cell has been answered; `status` is null where the kernel did not run it. */
  executed(id: string, status: RunStatus | null, error: string | null): void {
    const at = this.queue.findIndex(run => run.cell_id === id);
    const run = at < 0 ? undefined : this.queue.splice(at, 1)[0];
    if (run === undefined) {
      return;
    }
    if (status === null) {
      this.book.drop(run);
      // Its number goes to the next one.
      this.nextOrder = run.order || this.nextOrder;
    } else {
      const duration = Date.now() / 1000 - (run.started || Date.now() / 1000);
      this.book.put({ ...run, order: run.order || this.nextOrder++, status, duration, error });
    }
    this.startNext();
  }

  clear(): void {
    this.book.clear();
    this.queue = [];
    this.nextOrder = 1;
  }

  private startNext(): void {
    const run = this.queue[0];
    if (run !== undefined && run.order === 0) {
      run.order = this.nextOrder++;
      run.started = Date.now() / 1000;
      this.book.put({ ...run });
    }
  }

  private readonly book = new RunBook();
  private queue: Run[] = [];
  private nextOrder = 1;
}
