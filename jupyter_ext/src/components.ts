/** Components in outputs: the widget where the kernel has its model, else what the output holds of it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { OutputArea } from '@jupyterlab/outputarea';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

import { COMPONENT } from './names.js';

const HTML = 'text/html';
const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';
/** Before the view of a widget, which has -10. */
const RANK = -20;
/** A widget that the cell has just made is there before. */
const ASK_MS = 300;
/** A kernel that runs a cell says nothing, and gives no widget. */
const PATIENCE_MS = 4000;
/** A notebook gets another renderer of widgets once its kernel is known; nothing tells. */
const LOOK_MS = 200;
const LOOKING_MS = 30_000;
/** The class of a view that has an error in place of a widget. */
const FAILED = 'jupyter-widgets';

export const components: JupyterFrontEndPlugin<void> = {
  id: 'moonlight-notebook:components',
  description: 'Shows components, also without their kernel.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_: JupyterFrontEnd, registry: IRenderMimeRegistry) => {
    registry.addFactory(
      {
        // Of an output that is not trusted Lab takes the HTML, and cleans it.
        safe: false,
        mimeTypes: [COMPONENT],
        createRenderer: options => new ComponentView(options.sanitizer)
      },
      RANK
    );
  }
};

/**
 * The HTML of a component, which comes alive by its own script unless a widget takes its place.
 *
 * A widget's view needs the renderers of the notebook that it is in, which are found once it is there.
 */
class ComponentView extends Panel implements IRenderMime.IRenderer {
  constructor(private readonly sanitizer: IRenderMime.ISanitizer) {
    super();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.stopWaiting();
    this.widgets.slice().forEach(shown => shown.dispose());
    const html = String(model.data[HTML] ?? '');
    this.page = new Widget();
    // Scripts that are set like this do not run.
    this.page.node.innerHTML = model.trusted ? html : this.sanitizer.sanitize(html);
    this.addWidget(this.page);
    this.waiting = model.trusted ? model : null;
    if (this.isAttached) {
      this.choose();
    }
  }

  dispose(): void {
    this.stopWaiting();
    super.dispose();
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.choose();
  }

  /** The widget, where one can be shown; else the page. */
  private choose(): void {
    const model = this.waiting;
    this.waiting = null;
    if (model === null) {
      return;
    }
    const renderers = around(this, OutputArea)?.rendermime;
    if (WIDGET_VIEW in model.data && renderers?.getFactory(WIDGET_VIEW)) {
      this.waitFor(renderers, model);
    } else {
      this.start();
    }
  }

  /** Shows the widget as soon as it is there; starts the page when it is said not to come, or takes its time. */
  private waitFor(renderers: IRenderMimeRegistry, model: IRenderMime.IMimeModel): void {
    let factory: IRenderMime.IRendererFactory | undefined;
    let view: IRenderMime.IRenderer | null = null;
    const look = (): void => {
      const latest = renderers.getFactory(WIDGET_VIEW);
      if (latest !== undefined && latest !== factory) {
        factory = latest;
        view?.dispose();
        view = renderers.createRenderer(WIDGET_VIEW);
        view.hide();
        this.addWidget(view);
        void view.renderModel(model);
      }
      if (view?.node.firstElementChild) {
        this.stopWaiting();
        this.page.dispose();
        view.show();
      } else if (view?.hasClass(FAILED)) {
        this.start();
      }
    };
    this.page.node.setAttribute('aria-busy', 'true');
    const observer = new MutationObserver(look);
    observer.observe(this.node, { subtree: true, childList: true, attributeFilter: ['class'] });
    const patience = setTimeout(() => this.start(), PATIENCE_MS);
    const ask = setTimeout(() => void this.ask(model).then(known => known && clearTimeout(patience)), ASK_MS);
    const looking = setInterval(look, LOOK_MS);
    const enough = setTimeout(() => clearInterval(looking), LOOKING_MS);
    this.stopWaiting = () => {
      observer.disconnect();
      [patience, ask, looking, enough].forEach(clearTimeout);
    };
    look();
  }

  /** Whether the kernel has the widget; starts the page where it has not. */
  private async ask(model: IRenderMime.IMimeModel): Promise<boolean> {
    const { page } = this;
    const { model_id } = model.data[WIDGET_VIEW] as { model_id?: string };
    const panel = around(this, NotebookPanel);
    const known = panel === null ? null : await kernelHas(panel.sessionContext, String(model_id));
    if (known === false && page === this.page) {
      this.start();
    }
    return known === true;
  }

  /** Runs the scripts of the page, once. A widget that comes later still takes its place. */
  private start(): void {
    const { node } = this.page;
    if (this.page.isDisposed || node.dataset['moonWithout'] !== undefined) {
      return;
    }
    node.removeAttribute('aria-busy');
    node.dataset['moonWithout'] = 'it needs the kernel: run the cell';
    for (const words of node.querySelectorAll('.moon-without')) {
      words.textContent = ': run the cell';
    }
    for (const script of node.querySelectorAll('script')) {
      const copy = document.createElement('script');
      copy.type = script.type;
      copy.text = script.text;
      script.replaceWith(copy);
    }
  }

  private page = new Widget();
  private waiting: IRenderMime.IMimeModel | null = null;
  private stopWaiting: () => void = () => undefined;
}

/** Whether the kernel has this widget, as it says when no cell runs; null where it says nothing. */
async function kernelHas(context: ISessionContext, model: string): Promise<boolean | null> {
  try {
    await context.ready;
    const kernel = context.session?.kernel;
    const reply = await kernel?.requestCommInfo({ target_name: 'jupyter.widget' });
    return reply?.content.status === 'ok' && model in reply.content.comms;
  } catch {
    // A kernel that went away has answered nothing.
    return null;
  }
}

/** The nearest widget of a class that another widget stands in. */
function around<T extends Widget>(widget: Widget, kind: new (...options: never[]) => T): T | null {
  for (let at = widget.parent; at !== null; at = at.parent) {
    if (at instanceof kind) {
      return at;
    }
  }
  return null;
}
