/**
 * Lab writes the kernel's spec and language into the notebook's metadata when a kernel starts,
 * which marks a document as edited right after it was opened. A `.py.md` keeps neither.
 */
import type { INotebookModel } from '@jupyterlab/notebook';

const OF_THE_KERNEL = new Set(['kernelspec', 'language_info']);

export function ignoreKernelMetadata(model: INotebookModel): void {
  // True from the change of such a key in a clean document until its `dirty = true`, which
  // follows in the same call.
  let expected = false;
  model.metadataChanged.connect((_, change) => {
    if (OF_THE_KERNEL.has(change.key) && !model.dirty) {
      expected = true;
      queueMicrotask(() => {
        expected = false;
      });
    }
  });
  model.stateChanged.connect((_, change) => {
    if (change.name === 'dirty' && change.newValue === true && expected) {
      expected = false;
      model.dirty = false;
    }
  });
}
