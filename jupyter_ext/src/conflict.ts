/** Asks what to do when a document was changed on disk since it was opened. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { INotebookTracker, type INotebookModel } from '@jupyterlab/notebook';
import { type Contents, ServerConnection } from '@jupyterlab/services';

import { forced, freeCopyPath } from './files.js';
import { FACTORY, isMoonlight, MOON } from './names.js';

type Context = DocumentRegistry.IContext<INotebookModel>;
type Choice = 'cancel' | 'reload' | 'copy' | 'overwrite';

export const conflict: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:conflict',
  description: 'Asks what to do when a document was changed on disk.',
  autoStart: true,
  requires: [IDocumentManager, INotebookTracker],
  activate: (app: JupyterFrontEnd, manager: IDocumentManager, tracker: INotebookTracker) => {
    const guard = new ConflictGuard(app.serviceManager.contents, path =>
      manager.openOrReveal(path, FACTORY)
    );
    tracker.widgetAdded.connect((_, { context }) => {
      context.saveState.connect((_, state) => {
        if (state === 'started' && isMoonlight(context.path)) {
          guard.begin(context);
        }
      });
    });
  }
};

/**
 * Sits between documents and the contents service, the one place where a save can be answered
 * without Lab showing a dialog of its own first.
 *
 * The server compares texts when it saves, so Lab's own check (by hash or time, before the save,
 * with a choice of two) is made to pass for documents that carry the hash of their base text.
 */
class ConflictGuard {
  constructor(
    private readonly contents: Contents.IManager,
    private readonly open: (path: string) => void
  ) {
    const get = contents.get.bind(contents);
    const save = contents.save.bind(contents);
    contents.get = async (path, options) => {
      const isCheck = options?.content === false && options.hash === true;
      const context = isCheck ? this.pending.get(path)?.context : undefined;
      const model = await get(path, options);
      return context ? asOpened(model, context) : model;
    };
    contents.save = async (path, options) => {
      const context = this.begun(path);
      if (context && this.asking.has(context)) {
        throw quietError('ModalDuplicateError');
      }
      try {
        return await save(path, options);
      } catch (reason) {
        if (context === null || !isConflict(reason)) {
          throw reason;
        }
        const content = options?.content as INotebookContent;
        return this.resolve(context, () => save(path, { ...options, content: forced(content) }));
      }
    };
  }

  /** A save of this document begins: its check and its request come next. */
  begin(context: Context): void {
    const moon = context.model.getMetadata(MOON) as { base?: string } | undefined;
    if (moon?.base !== undefined) {
      const saves = this.pending.get(context.path)?.saves ?? 0;
      this.pending.set(context.path, { context, saves: saves + 1 });
    }
  }

  /** The request of a save comes: whose is it? */
  private begun(path: string): Context | null {
    const entry = this.pending.get(path);
    if (entry !== undefined && --entry.saves === 0) {
      this.pending.delete(path);
    }
    return entry?.context ?? null;
  }

  private async resolve(
    context: Context,
    overwrite: () => Promise<Contents.IModel>
  ): Promise<Contents.IModel> {
    if (this.asking.has(context)) {
      throw quietError('ModalDuplicateError');
    }
    this.asking.add(context);
    try {
      const choice = await ask(PathExt.basename(context.localPath));
      if (choice === 'overwrite') {
        return await overwrite();
      }
      if (choice === 'copy') {
        await this.saveCopy(context);
      }
      if (choice !== 'cancel') {
        await context.revert();
      }
    } finally {
      this.asking.delete(context);
    }
    throw quietError('ModalCancelError');
  }

  private async saveCopy(context: Context): Promise<void> {
    const path = await freeCopyPath(this.contents, context.path);
    const content = context.model.toJSON();
    await this.contents.save(path, { type: 'notebook', format: 'json', content });
    this.open(path);
  }

  /** Documents between the begin of a save and its request, by path. */
  private readonly pending = new Map<string, { context: Context; saves: number }>();
  private readonly asking = new Set<Context>();
}

async function ask(name: string): Promise<Choice> {
  const dialog = new Dialog({
    title: `${name} changed on disk since you opened it`,
    body: 'Nothing is lost yet. A copy is saved beside the file; the file is then shown as it is on disk.',
    buttons: [
      Dialog.cancelButton({ actions: ['cancel'] }),
      Dialog.createButton({ label: 'Reload from disk', actions: ['reload'] }),
      Dialog.createButton({ label: 'Save mine as a copy', actions: ['copy'] }),
      Dialog.warnButton({ label: 'Keep mine (overwrite)', actions: ['overwrite'] })
    ],
    defaultButton: 2
  });
  dialog.addClass('moon-conflict');
  const answer = await dialog.launch();
  return (answer.button.actions[0] as Choice | undefined) ?? 'cancel';
}

function asOpened(model: Contents.IModel, context: Context): Contents.IModel {
  const opened = context.contentsModel;
  return opened === null
    ? model
    : {
        ...model,
        hash: opened.hash,
        hash_algorithm: opened.hash_algorithm,
        last_modified: opened.last_modified
      };
}

function isConflict(reason: unknown): boolean {
  return reason instanceof ServerConnection.ResponseError && reason.response.status === 409;
}

/** Lab takes an error of these names as the user's own decision and shows nothing. */
function quietError(name: 'ModalCancelError' | 'ModalDuplicateError'): Error {
  const error = new Error('The file changed on disk.');
  error.name = name;
  return error;
}
