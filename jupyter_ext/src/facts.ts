/** What is known of each cell of one open document: where it stands, and its hash. */
import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { sourceHash } from './hash.js';
import {
  type CellKind,
  type CellNow,
  countNewlines,
  layout,
  type Place,
  type ReadFacts,
  startsWithHeading
} from './layout.js';
import { MOON } from './names.js';

/** `metadata.moon` of a cell. */
interface CellMoon extends Place {
  hash: string;
  /** Hash of the source that made the outputs. */
  ran?: string;
  /** Whether the outputs that the server has kept are those of this source. */
  outputs?: 'fresh' | 'stale';
}

/** The `moon` member of the reply to a save. */
export interface SaveReply {
  base: string;
  head: number;
  newline: string;
  cells: (CellMoon | null)[];
}

/** A cell as it was sent with a save. */
export interface SavedCell {
  model: ICellModel;
  newlines: number;
}

export class DocumentFacts implements IDisposable {
  constructor(readonly model: INotebookModel) {
    model.cells.changed.connect(this.onCells, this);
    this.watch();
  }

  /** Something changed that may move cells or change hashes. Emitted at once: coalesce. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** The place of each cell, parallel to `model.cells`. */
  places(): readonly (Place | null)[] {
    if (this._places === null) {
      const moon = this.model.getMetadata(MOON) as { head?: number } | undefined;
      this._places = layout(moon?.head ?? 0, [...this.model.cells].map(cell => this.now(cell)));
    }
    return this._places;
  }

  hash(cell: ICellModel): string {
    let hash = this.hashes.get(cell);
    if (hash === undefined) {
      hash = sourceHash(cell.sharedModel.getSource());
      this.hashes.set(cell, hash);
    }
    return hash;
  }

  /** The cells as they stand, for `accept` when the save is answered. */
  snapshot(): SavedCell[] {
    return [...this.model.cells].map(model => ({
      model,
      newlines: countNewlines(model.sharedModel.getSource())
    }));
  }

  /** Take over what the server says of the cells it has just saved. */
  accept(saved: readonly SavedCell[], reply: SaveReply): void {
    if (saved.length === reply.cells.length) {
      saved.forEach(({ model, newlines }, index) => {
        const moon = reply.cells[index];
        this.read.set(model, isMoon(moon) ? { ...moon, newlines } : null);
        const ran = this.others.get(model)?.ran;
        this.others.set(model, { ...(ran !== undefined && { ran }), ...othersOf(moon) });
      });
    }
    const { base, head, newline } = reply;
    this.quietly(() => {
      const moon = this.model.getMetadata(MOON) as object | undefined;
      this.model.setMetadata(MOON, { ...moon, base, head, newline });
    });
    this.touch();
    this.write();
  }

  /** A cell is about to run: its request must have its present line and hash. */
  running(cell: ICellModel): void {
    this.write();
    this.others.set(cell, { ...this.others.get(cell), ran: this.hash(cell) });
    const index = [...this.model.cells].indexOf(cell);
    const place = this.places()[index];
    if (place) {
      this.quietly(() => this.put(cell, place));
    }
  }

  /** Whether the outputs in a cell are of another source than it has now; null: not known. */
  isStale(cell: ICellModel): boolean | null {
    const { ran, outputs } = this.others.get(cell) ?? {};
    if (ran !== undefined) {
      return ran !== this.hash(cell);
    }
    return outputs === 'stale' ? true : null;
  }

  /** Bring `metadata.moon` of all cells up to date. */
  write(): void {
    if (!this.unwritten) {
      return;
    }
    this.unwritten = false;
    const places = this.places();
    const stale = [...this.model.cells].flatMap((cell, index): [ICellModel, Place | null][] => {
      const place = places[index] ?? null;
      return this.written.get(cell) === this.keyOf(cell, place) ? [] : [[cell, place]];
    });
    if (stale.length > 0) {
      this.quietly(() => stale.forEach(([cell, place]) => this.put(cell, place)));
    }
  }

  private put(cell: ICellModel, place: Place | null): void {
    const moon = { ...this.others.get(cell), ...place, ...(place && { hash: this.hash(cell) }) };
    if (Object.keys(moon).length > 0) {
      cell.setMetadata(MOON, moon);
    } else {
      cell.deleteMetadata(MOON);
    }
    this.written.set(cell, this.keyOf(cell, place));
  }

  private keyOf(cell: ICellModel, place: Place | null): string {
    return place === null ? '' : `${this.hash(cell)} ${JSON.stringify(place)}`;
  }

  /** Change metadata as part of no undo step, without an event per cell and without an edit. */
  private quietly(change: () => void): void {
    this.model.sharedModel.transact(
      () => {
        const dirty = this.model.dirty;
        change();
        this.model.dirty = dirty;
      },
      false,
      'silent-change'
    );
  }

  private now(cell: ICellModel): CellNow {
    const source = cell.sharedModel.getSource();
    return {
      kind: cell.type as CellKind,
      empty: source === '',
      headed: cell.type === 'markdown' && startsWithHeading(source),
      newlines: countNewlines(source),
      read: this.read.get(cell) ?? null
    };
  }

  /** Begin to follow the cells that are new to us. */
  private watch(): void {
    for (const cell of this.model.cells) {
      if (!this.read.has(cell)) {
        this.read.set(cell, this.readFacts(cell));
        cell.sharedModel.changed.connect((_, change) => {
          if (change.sourceChange) {
            this.hashes.delete(cell);
            this.touch();
          }
        }, this);
      }
    }
    this.touch();
  }

  /**
   * The facts in a cell's metadata, if they are of its present source and type: not of a cell
   * that it was copied or split from.
   */
  private readFacts(cell: ICellModel): ReadFacts | null {
    const moon = cell.getMetadata(MOON) as CellMoon | undefined;
    this.others.set(cell, othersOf(moon));
    if (!isMoon(moon) || moon.hash !== this.hash(cell)) {
      return null;
    }
    if ((cell.type === 'code') !== (moon.block !== undefined)) {
      return null;
    }
    return { ...moon, newlines: countNewlines(cell.sharedModel.getSource()) };
  }

  private onCells(): void {
    this.watch();
  }

  private touch(): void {
    this._places = null;
    this.unwritten = true;
    this._changed.emit();
  }

  private readonly read = new WeakMap<ICellModel, ReadFacts | null>();
  private readonly others = new WeakMap<ICellModel, Partial<CellMoon>>();
  private readonly hashes = new WeakMap<ICellModel, string>();
  private readonly written = new WeakMap<ICellModel, string>();
  private readonly _changed = new Signal<this, void>(this);
  private unwritten = false;
  private _places: readonly (Place | null)[] | null = null;
  private _isDisposed = false;
}

/** What is in a cell's `moon` beside its place and hash, `ran` included. */
function othersOf(moon: CellMoon | null | undefined): Partial<CellMoon> {
  const { line, lines, gap, hash, block, code_line, ...others } = moon ?? ({} as CellMoon);
  const ran = others.ran ?? (others.outputs === 'fresh' ? hash : undefined);
  return ran === undefined ? others : { ...others, ran };
}

function isMoon(moon: unknown): moon is CellMoon {
  const facts = moon as Partial<CellMoon> | null | undefined;
  return [facts?.line, facts?.lines, facts?.gap].every(value => typeof value === 'number');
}
