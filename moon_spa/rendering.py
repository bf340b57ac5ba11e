"""Components among the outputs of a document that is exported: the renderer that `moonlight` finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moon_spa.page import COMPONENT_MIME, STYLE, BadPieceError, Piece, from_json, markup, script, styles
from moon_spa.shaking import ShakingError
from moonlight.renderers import Rendering


def components(bundles: Sequence[Mapping[str, Any]]) -> Rendering:
    """Stored components as HTML that one script makes alive; None for what this version did not make."""
    found = [_piece(bundle.get(COMPONENT_MIME)) for bundle in bundles]
    known = [made for made in found if made is not None]
    fragments = tuple(None if made is None else markup(made) for made in found)
    return Rendering(fragments, script(known), (STYLE, *styles(known)) if known else ())


def _piece(data: Any) -> Piece | None:
    try:
        made = from_json(data)
        script([made])
    except (BadPieceError, ShakingError):
        return None
    return made
