/** Small requests to the contents service. */
import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookContent } from '@jupyterlab/nbformat';
import type { Contents } from '@jupyterlab/services';

import { EXTENSION, MOON } from './names.js';

/** The names in the folder of `path`. A listing, not a look at the file: no 404 on the console. */
export async function siblingNames(
  contents: Contents.IManager,
  path: string
): Promise<Set<string>> {
  const folder = await contents.get(folderOf(contents, path), { content: true });
  return new Set((folder.content as Contents.IModel[]).map(model => model.name));
}

/** `a/b.py.md` -> `a/b-copy.py.md`, or `b-copy2.py.md`… if that is taken. */
export async function freeCopyPath(contents: Contents.IManager, path: string): Promise<string> {
  const taken = await siblingNames(contents, path);
  const stem = path.slice(0, -EXTENSION.length);
  for (let n = 1; ; n++) {
    const candidate = `${stem}-copy${n === 1 ? '' : n}${EXTENSION}`;
    if (!taken.has(PathExt.basename(candidate))) {
      return candidate;
    }
  }
}

/** Saves a notebook; `force` says that another text in the file may be overwritten. */
export function saveNotebook(
  contents: Contents.IManager,
  path: string,
  content: INotebookContent,
  force: boolean
): Promise<Contents.IModel> {
  return contents.save(path, {
    type: 'notebook',
    format: 'json',
    content: force ? forced(content) : content
  });
}

export function forced(content: INotebookContent): INotebookContent {
  const moon = content.metadata[MOON] as object | undefined;
  return { ...content, metadata: { ...content.metadata, [MOON]: { ...moon, force: true } } };
}

function folderOf(contents: Contents.IManager, path: string): string {
  const drive = contents.driveName(path);
  const folder = PathExt.dirname(contents.localPath(path));
  return drive ? `${drive}:${folder}` : folder;
}
