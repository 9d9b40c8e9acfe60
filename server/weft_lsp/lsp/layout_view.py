"""weft/layout: a picture of what is at the cursor. Ours alone; an editor that does not ask for it misses nothing else."""

from dataclasses import asdict
from typing import Protocol, TypedDict, cast

from lsprotocol import types

from weft_lsp.ide.layout_view import layout_view
from weft_lsp.lsp.language_server import Server

METHOD = "weft/layout"


class LayoutPicture(TypedDict):
    title: str
    svg: str
    threads_svg: str
    note: str


class LayoutParams(Protocol):
    """Those of a hover, as JSON names them: lsprotocol knows nothing of this request."""

    textDocument: types.TextDocumentIdentifier
    position: types.Position


def on_layout(ls: Server, params: LayoutParams) -> LayoutPicture | None:
    document = ls.document(params.textDocument.uri)
    position = types.Position(params.position.line, params.position.character)
    found = layout_view(document.model, document.offset(position))
    return cast("LayoutPicture", asdict(found)) if found else None
