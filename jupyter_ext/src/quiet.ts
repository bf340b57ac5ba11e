/**
 * What Lab calls an edit and is none.
 *
 * Lab writes the kernel's spec and language into the notebook's metadata when a kernel starts,
 * which marks a document as edited right after it was opened. A `.py.md` keeps neither.
 */
import type { DocumentRegistry } from '@jupyterlab/docregistry';
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

/**
 * A notebook that could not be read is closed by Lab, which first asks whether to save the cell
 * that every empty model has. There is nothing to save before there is a document.
 */
export function nothingToSaveBeforeReady(context: DocumentRegistry.IContext<INotebookModel>): void {
  const { model } = context;
  const clean = (): void => {
    if (context.isReady) {
      model.stateChanged.disconnect(clean);
    } else if (model.dirty) {
      model.dirty = false;
    }
  };
  model.stateChanged.connect(clean);
  clean();
}
