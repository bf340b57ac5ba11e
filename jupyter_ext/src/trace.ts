/** The comm with the kernel that says which blocks ran. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { Run } from './match.js';
import { COMM_TARGET } from './names.js';
import { RunBook } from './runs.js';
import { openComm, subshellFor } from './subshell.js';

type FromKernel =
  | { type: 'snapshot'; path: string | null; runs: Run[] }
  | { type: 'entered' | 'left'; run: Run };

export class KernelTrace implements IDisposable {
  constructor(private readonly session: ISessionContext) {
    session.kernelChanged.connect(this.onKernel, this);
    session.statusChanged.connect(this.onStatus, this);
    session.connectionStatusChanged.connect(this.onConnection, this);
    this.connect();
  }

  /** Whether the kernel tells us; if not, the page has only what it saw itself. */
  get live(): boolean {
    return this._live;
  }

  get runs(): Iterable<Run> {
    return this.book.list();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The kernel's memory is gone: a restart, or another kernel. */
  get forgotten(): ISignal<this, void> {
    return this._forgotten;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.hangUp();
      Signal.clearData(this);
    }
  }

  /** The document has another path now. */
  rename(path: string): void {
    this.renamed = path;
    this.sendPath();
  }

  private sendPath(): void {
    if (this._live && this.renamed !== null && this.comm !== null && !this.comm.isDisposed) {
      this.comm.send({ type: 'document', path: this.renamed });
    }
  }

  private onKernel(): void {
    this.restarting = false;
    this.forget();
    this.connect();
  }

  private onStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      // The old kernel may have something to say until the new one is connected.
      this.restarting = status !== 'dead';
      this.forget();
    } else if (status === 'idle' || status === 'busy') {
      this.connect();
    }
  }

  private onConnection(_: unknown, status: Kernel.ConnectionStatus): void {
    // A new kernel, or the same one and messages may have been lost: ask for all runs.
    if (status === 'connected') {
      this.restarting = false;
      this.hangUp();
      this.connect();
    }
  }

  /** The comm went with its kernel: nobody is there to be told that it is closed. */
  private forget(): void {
    this.comm = null;
    this.asked = false;
    this.book.clear();
    this._live = false;
    this._forgotten.emit();
  }

  private connect(): void {
    const kernel = this.session.session?.kernel;
    if (kernel && !this.asked && !this.restarting && isReachable(kernel)) {
      this.asked = true;
      this.open(kernel).catch((reason: unknown) => {
        // A kernel that goes away meanwhile needs no answer.
        if (!kernel.isDisposed && !this.restarting) {
          console.warn('moonlight.trace', reason);
        }
      });
    }
  }

  private async open(kernel: Kernel.IKernelConnection): Promise<void> {
    const comm = kernel.createComm(COMM_TARGET);
    this.comm = comm;
    comm.onMsg = message => this.receive(comm, message.content.data as unknown as FromKernel);
    // At once where the kernel does not know the target: a stock kernel.
    comm.onClose = () => {
      if (this.comm === comm) {
        this.comm = null;
      }
    };
    const subshell = await subshellFor(kernel, comm);
    if (this.comm === comm && !comm.isDisposed && !kernel.isDisposed) {
      openComm(kernel, comm, subshell);
    }
  }

  private receive(comm: Kernel.IComm, message: FromKernel): void {
    if (comm !== this.comm) {
      return;
    }
    if (message.type === 'snapshot') {
      this._live = true;
      this.book.replace(message.runs);
      this.sendPath();
    } else if (message.type === 'entered' || message.type === 'left') {
      this.book.put(message.run);
    }
    this._changed.emit();
  }

  private hangUp(): void {
    const { comm } = this;
    this.comm = null;
    this.asked = false;
    if (comm === null || comm.isDisposed) {
      return;
    }
    const kernel = this.session.session?.kernel;
    if (kernel?.connectionStatus === 'connected' && kernel.hasComm(comm.commId)) {
      comm.close();
    } else {
      comm.dispose();
    }
  }

  private comm: Kernel.IComm | null = null;
  private asked = false;
  private restarting = false;
  private renamed: string | null = null;
  private readonly book = new RunBook();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _forgotten = new Signal<this, void>(this);
  private _live = false;
  private _isDisposed = false;
}

function isReachable(kernel: Kernel.IKernelConnection): boolean {
  return (
    kernel.handleComms &&
    kernel.connectionStatus === 'connected' &&
    // Unknown: the page was reloaded while a cell runs.
    ['idle', 'busy', 'unknown'].includes(kernel.status)
  );
}
