/** The file type `.py.md`: opens as a notebook; a plain `.md` stays in the editor. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { moonIcon } from './icon.js';
import { EXTENSION, FACTORY, FILE_TYPE, isMoonlight } from './names.js';

export const filetype: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:filetype',
  description: 'Opens .py.md files as notebooks.',
  autoStart: true,
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker | null) => {
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
    // The factory gives every notebook's tab its own icon.
    tracker?.widgetAdded.connect((_, panel) => {
      if (isMoonlight(panel.context.path)) {
        panel.title.icon = moonIcon.bindprops({ stylesheet: 'mainAreaTab' });
      }
    });
  }
};
