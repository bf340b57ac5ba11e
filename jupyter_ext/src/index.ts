/** Moonlight in JupyterLab and Notebook 7: one capability per plugin. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { components } from './components.js';
import { conflict } from './conflict.js';
import { diagnostics } from './diagnostics.js';
import { filetype } from './filetype.js';
import { launcher } from './launcher.js';
import { marks } from './marks.js';
import { refresh } from './refresh.js';
import { saveas } from './saveas.js';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  filetype,
  launcher,
  saveas,
  refresh,
  conflict,
  diagnostics,
  marks,
  components
];

export default plugins;
