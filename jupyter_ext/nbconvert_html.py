"""HTML of notebooks by nbconvert in which components work: `jupyter nbconvert --to moonlight`.

An output with a component holds a widget, which in a page would be fetched from elsewhere, and HTML that
needs nobody. nbconvert's own exporter prefers the widget where the notebook has its state (`--execute`).
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.html import HTMLExporter
from nbconvert.preprocessors import Preprocessor

from jupyter_ext.outputs import WIDGET_MIME, without_widgets

STATE_MIME = "application/vnd.jupyter.widget-state+json"


class ComponentsAsHtml(Preprocessor):
    """Takes the widget from outputs that hold a component's HTML too; other widgets stay."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook, changed; state of widgets that nothing shows any more goes with them."""
        found = [output for cell in nb.cells for output in cell.get("outputs", ())]
        taken = without_widgets(found)
        views = [output.get("data", {}).get(WIDGET_MIME) for output in found]
        left = {str(view.get("model_id")) for view in views if view}
        state = nb.metadata.get("widgets", {}).get(STATE_MIME, {}).get("state", {})
        if taken and not left:
            nb.metadata.pop("widgets", None)
        for model in taken - left:
            state.pop(model, None)
        return nb, resources


class MoonlightHTMLExporter(HTMLExporter):
    """nbconvert's HTML, with components that work in it."""

    export_from_notebook = "HTML (components work offline)"

    def _init_preprocessors(self) -> None:
        super()._init_preprocessors()  # type: ignore[no-untyped-call]
        # behind the one that executes
        self.register_preprocessor(ComponentsAsHtml, enabled=True)  # type: ignore[no-untyped-call]
