/** What is odd about a document's text, said once when it is opened. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { isMoonlight, MOON } from './names.js';
import { diagnosticWords, type Diagnostic } from './words.js';

const AT_MOST = 5;

export const diagnostics: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:diagnostics',
  description: 'Tells what Moonlight found odd in a document.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker) => {
    tracker.widgetAdded.connect((_, panel) => {
      void panel.context.ready.then(() => tell(panel));
    });
  }
};

function tell(panel: NotebookPanel): void {
  const { context } = panel;
  if (panel.isDisposed || !isMoonlight(context.path)) {
    return;
  }
  const moon = context.model.getMetadata(MOON) as { diagnostics?: Diagnostic[] } | undefined;
  const found = (moon?.diagnostics ?? []).filter(one => one.severity !== 'info');
  if (found.length === 0) {
    return;
  }
  const name = PathExt.basename(context.localPath);
  const lines = found.slice(0, AT_MOST).map(one => diagnosticWords(name, one));
  if (found.length > AT_MOST) {
    lines.push(`and ${found.length - AT_MOST} more: moonlight check ${name}`);
  }
  // One each: Lab cuts a notification after 140 characters.
  const ids = lines.map(line => Notification.warning(line, { autoClose: false }));
  panel.disposed.connect(() => ids.forEach(id => Notification.dismiss(id)));
}
