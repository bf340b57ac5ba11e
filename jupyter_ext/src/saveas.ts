/** Saves an open `.ipynb` beside itself as a `.py.md`. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IMainMenu } from '@jupyterlab/mainmenu';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { saveNotebook, siblingNames } from './files.js';
import { moonIcon } from './icon.js';
import { EXTENSION, FACTORY } from './names.js';

export const SAVE_AS = 'moonlight:save-as';

export const saveas: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:save-as',
  description: 'Saves a Jupyter notebook as a Moonlight notebook.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, IMainMenu],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    menu: IMainMenu | null
  ) => {
    const current = (): NotebookPanel | null => {
      const panel = tracker.currentWidget;
      const shown = panel !== null && panel === app.shell.currentWidget;
      return shown && panel.context.path.endsWith('.ipynb') ? panel : null;
    };
    app.commands.addCommand(SAVE_AS, {
      label: 'Save as Moonlight Notebook (.py.md)',
      caption: 'Write this notebook as a Markdown file beside it and open that',
      icon: args => (args['isPalette'] ? undefined : moonIcon),
      isEnabled: () => current() !== null,
      execute: async () => {
        const panel = current();
        if (panel !== null) {
          await saveAs(app, panel);
        }
      }
    });
    const changed = (): void => app.commands.notifyCommandChanged(SAVE_AS);
    tracker.currentChanged.connect(changed);
    app.shell.currentChanged?.connect(changed);
    palette?.addItem({ command: SAVE_AS, category: 'Notebook Operations', args: { isPalette: true } });
    menu?.fileMenu.addGroup([{ command: SAVE_AS }], 5);
  }
};

async function saveAs(app: JupyterFrontEnd, panel: NotebookPanel): Promise<void> {
  const { contents } = app.serviceManager;
  const path = panel.context.path.replace(/\.ipynb$/, EXTENSION);
  const name = PathExt.basename(path);
  try {
    const exists = (await siblingNames(contents, path)).has(name);
    if (exists && !(await mayOverwrite(name))) {
      return;
    }
    const content = panel.context.model.toJSON() as unknown as INotebookContent;
    await saveNotebook(contents, path, content, exists);
  } catch (reason) {
    await showErrorMessage(`Could not save ${name}`, reason as Error);
    return;
  }
  await app.commands.execute('docmanager:open', { path, factory: FACTORY });
}

async function mayOverwrite(name: string): Promise<boolean> {
  const answer = await showDialog({
    title: `${name} exists`,
    body: 'Replace it with this notebook?',
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Replace' })]
  });
  return answer.button.accept;
}
