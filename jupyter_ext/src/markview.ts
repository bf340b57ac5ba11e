/** The mark under a code cell's input: block number, state, order, duration, line. */
import type { CodeCell } from '@jupyterlab/cells';
import { type PanelLayout, Widget } from '@lumino/widgets';

import { describe, durationWords, type Mark, OUTPUT_WORDS, STATE_WORDS } from './words.js';

const TEMPLATE = document.createElement('div');
TEMPLATE.className = 'moon-mark';
TEMPLATE.setAttribute('role', 'note');
for (const part of ['block', 'state', 'time', 'order', 'outputs', 'line']) {
  const span = document.createElement('span');
  span.className = `moon-mark-${part}`;
  TEMPLATE.appendChild(span);
}

export class MarkView {
  readonly node = TEMPLATE.cloneNode(true) as HTMLElement;

  /**
   * Puts the mark between the cell's input and its output. The cell must be ready.
   *
   * A widget, not a mere node: a cell that leaves the window takes its children out of its node
   * and puts them back by their order; with a stranger among them Lab resets the output.
   */
  attach(cell: CodeCell): void {
    const layout = cell.layout as PanelLayout | null;
    const input = layout?.widgets.indexOf(cell.inputArea?.parent as Widget) ?? -1;
    if (!cell.isDisposed && input >= 0) {
      layout!.insertWidget(input + 1, new Widget({ node: this.node }));
    }
  }

  show(mark: Mark): void {
    const { block, line, state, run, outputs } = mark;
    const title = describe(mark);
    if (title === this.title) {
      return;
    }
    this.title = title;
    const { node } = this;
    node.dataset['state'] = state;
    node.dataset['block'] = String(block ?? '');
    node.dataset['order'] = String(run?.order ?? '');
    node.dataset['outputs'] = outputs ?? '';
    node.title = title;
    node.setAttribute('aria-label', title);
    const texts = [
      block === null ? '' : `block ${block}`,
      STATE_WORDS[state],
      run === null || run.duration === null ? '' : durationWords(run.duration),
      run === null ? '' : `run ${run.order}`,
      outputs === null ? '' : OUTPUT_WORDS[outputs],
      line === null ? '' : `line ${line}`
    ];
    texts.forEach((text, index) => {
      node.children[index]!.textContent = text;
    });
  }

  private title = '';
}
