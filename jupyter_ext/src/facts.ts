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
  type ReadFacts
} from './layout.js';
import { MOON } from './names.js';

/** `metadata.moon` of a cell. */
interface CellMoon extends Place {
  hash: string;
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
      });
    }
    const { base, head, newline } = reply;
    this.quietly(() => {
      const moon = this.model.getMetadata(MOON) as object | undefined;
      this.model.setMetadata(MOON, { ...moon, base, head, newline });
    });
    this._places = null;
    this.write();
    this._changed.emit();
  }

  /** Bring `metadata.moon` of all cells up to date. */
  write(): void {
    const places = this.places();
    const stale: [ICellModel, CellMoon | null, string][] = [];
    let index = 0;
    for (const cell of this.model.cells) {
      const place = places[index++] ?? null;
      const moon = place && { ...place, hash: this.hash(cell) };
      const key = moon === null ? '' : keyOf(moon);
      if (this.written.get(cell) !== key) {
        stale.push([cell, moon, key]);
      }
    }
    if (stale.length > 0) {
      this.quietly(() => stale.forEach(([cell, moon, key]) => this.put(cell, moon, key)));
    }
  }

  private put(cell: ICellModel, moon: CellMoon | null, key: string): void {
    if (moon === null) {
      cell.deleteMetadata(MOON);
    } else {
      cell.setMetadata(MOON, { ...moon });
    }
    this.written.set(cell, key);
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

  /** The facts in a cell's metadata, if they are of its present source and type (not of a cell it was copied or split from). */
  private readFacts(cell: ICellModel): ReadFacts | null {
    const moon = cell.getMetadata(MOON) as CellMoon | undefined;
    if (!isMoon(moon) || moon.hash !== this.hash(cell)) {
      return null;
    }
    if ((cell.type === 'code') !== (moon.block !== undefined)) {
      return null;
    }
    this.written.set(cell, keyOf(moon));
    return { ...moon, newlines: countNewlines(cell.sharedModel.getSource()) };
  }

  private onCells(): void {
    this.watch();
  }

  private touch(): void {
    this._places = null;
    this._changed.emit();
  }

  private readonly read = new WeakMap<ICellModel, ReadFacts | null>();
  private readonly hashes = new WeakMap<ICellModel, string>();
  private readonly written = new WeakMap<ICellModel, string>();
  private readonly _changed = new Signal<this, void>(this);
  private _places: readonly (Place | null)[] | null = null;
  private _isDisposed = false;
}

function keyOf(moon: CellMoon): string {
  const { line, lines, gap, hash, block, code_line } = moon;
  return [line, lines, gap, hash, block, code_line].join(' ');
}

function isMoon(moon: unknown): moon is CellMoon {
  const facts = moon as Partial<CellMoon> | null | undefined;
  return typeof facts?.line === 'number' && typeof facts.lines === 'number' && typeof facts.gap === 'number';
}
