/** Keeps `metadata.moon` of open `.py.md` documents true: after edits, before runs, after saves. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import {
  INotebookTracker,
  NotebookActions,
  type INotebookModel,
  type NotebookPanel
} from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { Token } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';

import { DocumentFacts, type SavedCell, type SaveReply } from './facts.js';
import { isMoonlight } from './names.js';
import { ignoreKernelMetadata, nothingToSaveBeforeReady } from './quiet.js';

/** The facts of each open document: one per model, shared by its views. */
export interface IDocuments {
  /** null if the document is not a `.py.md`. */
  of(panel: NotebookPanel): Promise<DocumentFacts | null>;
}

export const IDocuments = new Token<IDocuments>(
  'moonlight-notebook:IDocuments',
  'Where the cells of open .py.md documents stand.'
);

// After the last change; runs do not wait for it.
const DELAY_MS = 500;

export const refresh: JupyterFrontEndPlugin<IDocuments> = {
  id: 'moonlight-notebook:refresh',
  description: 'Keeps line numbers and hashes of cells true while a document is edited.',
  autoStart: true,
  provides: IDocuments,
  requires: [INotebookTracker],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker): IDocuments => {
    const documents = new Documents(app.serviceManager.contents);
    tracker.widgetAdded.connect((_, panel) => {
      if (isMoonlight(panel.context.path)) {
        nothingToSaveBeforeReady(panel.context);
      }
      void documents.of(panel);
    });
    // Emitted before the cell's metadata are read for the request.
    NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
      documents.known(notebook.model)?.running(cell.model);
    });
    return documents;
  }
};

class Documents implements IDocuments {
  constructor(private readonly contents: Contents.IManager) {}

  async of(panel: NotebookPanel): Promise<DocumentFacts | null> {
    const { context } = panel;
    await context.ready;
    if (context.isDisposed || !isMoonlight(context.path)) {
      return null;
    }
    return this.known(context.model) ?? this.open(context);
  }

  known(model: INotebookModel | null): DocumentFacts | null {
    return (model && this.facts.get(model)) ?? null;
  }

  private open(context: DocumentRegistry.IContext<INotebookModel>): DocumentFacts {
    const facts = new DocumentFacts(context.model);
    this.facts.set(context.model, facts);
    ignoreKernelMetadata(context.model);
    const later = new Debouncer(() => {
      if (!facts.isDisposed) {
        facts.write();
      }
    }, DELAY_MS);
    facts.changed.connect(() => void later.invoke());
    const stop = followSaves(context, facts, this.contents);
    context.disposed.connect(() => {
      stop();
      later.dispose();
      facts.dispose();
    });
    return facts;
  }

  private readonly facts = new WeakMap<INotebookModel, DocumentFacts>();
}

/** Passes the reply to each save on to the facts. Returns how to stop. */
function followSaves(
  context: DocumentRegistry.IContext<INotebookModel>,
  facts: DocumentFacts,
  contents: Contents.IManager
): () => void {
  let sent: SavedCell[] | null = null;
  context.saveState.connect((_, state) => {
    // 'started' comes right before the content to send is taken from the model.
    sent = state === 'started' ? facts.snapshot() : null;
  });
  const onFile = (_: unknown, change: Contents.IChangedArgs): void => {
    const reply = (change.newValue as { moon?: SaveReply } | null)?.moon;
    const mine = change.newValue?.path === contents.localPath(context.path);
    if (change.type === 'save' && mine && sent !== null && reply !== undefined) {
      facts.accept(sent, reply);
    }
  };
  contents.fileChanged.connect(onFile);
  return () => contents.fileChanged.disconnect(onFile);
}
