/** The file type `.py.md`: opens as a notebook; a plain `.md` stays in the editor. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { moonIcon } from './icon.js';
import { EXTENSION, FACTORY, FILE_TYPE } from './names.js';

export const filetype: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:filetype',
  description: 'Opens .py.md files as notebooks.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    // The first factory named is the default one; it need not be registered yet.
    app.docRegistry.addFileType(
      {
        name: FILE_TYPE,
        displayName: 'Moonlight Notebook',
        extensions: [EXTENSION],
        mimeTypes: ['text/x-python-markdown'],
        contentType: 'notebook',
        fileFormat: 'json',
        icon: moonIcon
      },
      [FACTORY]
    );
  }
};
