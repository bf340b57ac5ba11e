/** The names shared by the parts of the extension and by the server and kernel. */

export const EXTENSION = '.py.md';
export const FILE_TYPE = 'moonlight';
export const FACTORY = 'Notebook';
export const KERNEL = 'moon';
export const COMM_TARGET = 'moonlight.trace';
export const COMPONENT = 'application/vnd.moonlight.component+json';

/** The key of our part of a notebook's and a cell's metadata. */
export const MOON = 'moon';

export function isMoonlight(path: string): boolean {
  return path.toLowerCase().endsWith(EXTENSION);
}
