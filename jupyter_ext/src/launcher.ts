/** A new Moonlight notebook: in the Launcher, in File > New and in the palette. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, showErrorMessage } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import type { Contents } from '@jupyterlab/services';

import { moonIcon, moonIconUrl } from './icon.js';
import { EXTENSION, FACTORY, KERNEL } from './names.js';

export const CREATE = 'moonlight:create-new';

export const launcher: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:launcher',
  description: 'Creates Moonlight notebooks.',
  autoStart: true,
  optional: [ILauncher, ICommandPalette, IMainMenu, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    menu: IMainMenu | null,
    browser: IDefaultFileBrowser | null
  ) => {
    app.commands.addCommand(CREATE, {
      label: args =>
        args['isLauncher'] ? 'Moonlight Notebook (.py.md)' : 'New Moonlight Notebook (.py.md)',
      caption: 'Create a Markdown file that is a notebook',
      icon: moonIcon,
      execute: args => create(app, (args['cwd'] as string) ?? browser?.model.path ?? '')
    });
    launcher?.add({
      command: CREATE,
      category: 'Notebook',
      // After the default kernel's card: the first card gives the category its icon.
      rank: 1,
      kernelIconUrl: moonIconUrl,
      args: { isLauncher: true }
    });
    palette?.addItem({ command: CREATE, category: 'Notebook Operations' });
    menu?.fileMenu.newMenu.addItem({ command: CREATE, rank: 11, args: { isLauncher: true } });
  }
};

async function create(app: JupyterFrontEnd, path: string): Promise<unknown> {
  const { contents, kernelspecs } = app.serviceManager;
  let model: Contents.IModel;
  try {
    // Not `docmanager:new-untitled`, which passes an extension on for plain files only.
    model = await contents.newUntitled({ path, type: 'notebook', ext: EXTENSION });
  } catch (reason) {
    return showErrorMessage('Could not create a Moonlight notebook', reason as Error);
  }
  await kernelspecs.ready;
  const known = kernelspecs.specs?.kernelspecs[KERNEL] !== undefined;
  return app.commands.execute('docmanager:open', {
    path: model.path,
    factory: FACTORY,
    ...(known ? { kernel: { name: KERNEL } } : {})
  });
}
