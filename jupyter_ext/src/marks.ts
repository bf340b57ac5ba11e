/** Shows on each code cell of a `.py.md` what the kernel knows of it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type Cell, CodeCell } from '@jupyterlab/cells';
import {
  INotebookTracker,
  NotebookActions,
  type KernelError,
  type Notebook,
  type NotebookPanel
} from '@jupyterlab/notebook';

import type { DocumentFacts } from './facts.js';
import { MarkView } from './markview.js';
import { match, stateOf, type Run, type RunStatus } from './match.js';
import { IDocuments } from './refresh.js';
import { SeenRuns } from './seen.js';
import { KernelTrace } from './trace.js';
import type { Mark, OldOutputs } from './words.js';

// A burst of messages, or of keys, makes one update.
const AFTER_RUN_MS = 16;
const AFTER_EDIT_MS = 150;
// Lab shows the first cells before we look at all of them.
const AFTER_OPEN_MS = 50;

export const marks: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:marks',
  description: 'Marks code cells with block number, state, order and duration.',
  autoStart: true,
  requires: [INotebookTracker, IDocuments],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker, documents: IDocuments) => {
    const open = new Map<Notebook, PanelMarks>();
    tracker.widgetAdded.connect(async (_, panel) => {
      const facts = await documents.of(panel);
      if (facts !== null && !panel.isDisposed) {
        const { content } = panel;
        open.set(content, new PanelMarks(panel, facts));
        panel.disposed.connect(() => {
          open.get(content)?.dispose();
          open.delete(content);
        });
      }
    });
    NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
      open.get(notebook)?.scheduled(cell);
    });
    NotebookActions.executed.connect((_, { notebook, cell, success, error }) => {
      open.get(notebook)?.executed(cell, success, error ?? null);
    });
    NotebookActions.outputCleared.connect((_, { notebook }) => open.get(notebook)?.cleared());
  }
};

class PanelMarks {
  constructor(
    private readonly panel: NotebookPanel,
    private readonly facts: DocumentFacts
  ) {
    const { context, sessionContext } = panel;
    this.trace = new KernelTrace(sessionContext);
    this.trace.changed.connect(() => this.schedule(AFTER_RUN_MS));
    this.trace.forgotten.connect(() => {
      this.seen.clear();
      this.schedule(AFTER_RUN_MS);
    });
    facts.changed.connect(this.onFacts, this);
    context.pathChanged.connect(this.onPath, this);
    this.schedule(AFTER_OPEN_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.disposed = true;
    this.facts.changed.disconnect(this.onFacts, this);
    this.panel.context.pathChanged.disconnect(this.onPath, this);
    this.trace.dispose();
  }

  scheduled(cell: Cell): void {
    const place = this.facts.places()[this.panel.content.widgets.indexOf(cell)];
    this.seen.scheduled({
      id: cell.model.id,
      hash: this.facts.hash(cell.model),
      block: place?.block ?? null,
      line: place?.line ?? null
    });
    this.schedule(AFTER_RUN_MS);
  }

  executed(cell: Cell, success: boolean, error: KernelError | null): void {
    this.seen.executed(cell.model.id, statusOf(success, error), error?.message ?? null);
    this.schedule(AFTER_RUN_MS);
  }

  cleared(): void {
    this.schedule(AFTER_RUN_MS);
  }

  private onFacts(): void {
    this.schedule(AFTER_EDIT_MS);
  }

  private onPath(_: unknown, path: string): void {
    this.trace.rename(path);
  }

  /** Update after `ms`, or earlier if that is due already. */
  private schedule(ms: number): void {
    const due = Date.now() + ms;
    if (this.disposed || due >= this.due) {
      return;
    }
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.due = Infinity;
      this.update();
    }, ms);
  }

  private update(): void {
    const places = this.facts.places();
    const cells = this.panel.content.widgets.flatMap((cell, index) => {
      const place = places[index];
      return cell instanceof CodeCell ? [{ cell, place: place ?? null }] : [];
    });
    const identities = cells.map(({ cell, place }) => ({
      id: cell.model.id,
      hash: this.facts.hash(cell.model),
      block: place?.block ?? null
    }));
    const { live } = this.trace;
    this.panel.content.node.dataset['moonTrace'] = live ? 'kernel' : 'page';
    const runs = match(identities, live ? this.trace.runs : this.seen.runs);
    cells.forEach(({ cell, place }, index) => {
      const run = runs[index] ?? null;
      const identity = identities[index]!;
      const { block } = identity;
      const state = stateOf(identity, run);
      const outputs = run === null || state === 'done' ? this.oldOutputs(cell, run) : null;
      const line = place?.line ?? null;
      this.show(cell, { block, line, state, run, outputs });
    });
  }

  /** Also of a cell that ran while no page was there to get what it printed. */
  private oldOutputs(cell: CodeCell, run: Run | null): OldOutputs | null {
    if (cell.model.outputs.length === 0) {
      return null;
    }
    if (this.facts.isStale(cell.model)) {
      return 'stale';
    }
    return run === null ? 'earlier' : null;
  }

  /** Cells get their nodes when they first come into view, and their marks then. */
  private show(cell: CodeCell, mark: Mark): void {
    const view = this.views.get(cell);
    if (view !== undefined) {
      view.show(mark);
      return;
    }
    const waits = this.latest.has(cell);
    this.latest.set(cell, mark);
    if (!waits) {
      void cell.ready.then(() => {
        const made = new MarkView();
        made.show(this.latest.get(cell)!);
        made.attach(cell);
        this.views.set(cell, made);
      });
    }
  }

  private readonly trace: KernelTrace;
  private readonly seen = new SeenRuns();
  private readonly views = new WeakMap<CodeCell, MarkView>();
  private readonly latest = new WeakMap<CodeCell, Mark>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = Infinity;
  private disposed = false;
}

/** null: the kernel did not run the cell, because one before it failed. */
function statusOf(success: boolean, error: KernelError | null): RunStatus | null {
  if (success) {
    return 'done';
  }
  if (!error?.errorName) {
    return null;
  }
  return error.errorName === 'KeyboardInterrupt' ? 'interrupted' : 'failed';
}
