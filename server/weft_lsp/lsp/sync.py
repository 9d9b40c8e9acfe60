"""The text of open documents and notebooks."""

import asyncio
import gc
from collections.abc import Iterable

from lsprotocol import types

from weft_lsp.lsp import diagnostics, warm_up
from weft_lsp.lsp.language_server import Server

# Edits leave no cycles, but Python keeps the memory of tuples that are gone, until garbage is looked for.
EDITS_BETWEEN_COLLECTIONS = 1_000
COLLECTION_SECONDS = 0.2


def on_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    if document := ls.documents.open(params.text_document):
        ls.project.open(document.path, document.text)
        ls.background.opened(document.path)
        diagnostics.schedule(ls, delay_seconds=0)
        warm_up.start(ls)


def on_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    if document := ls.documents.change(params.text_document, params.content_changes):
        ls.project.open(document.path, document.text)
        ls.background.edited(document.path)
        diagnostics.forget_edited(ls, document, params.content_changes)
        diagnostics.schedule(ls)
        if ls.documents.edition % EDITS_BETWEEN_COLLECTIONS == 0:
            asyncio.get_running_loop().call_later(COLLECTION_SECONDS, gc.collect)


def on_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    if document := ls.documents.close(params.text_document.uri):
        ls.project.close(document.path)
        ls.semantic_tokens.pop(document.uri, None)
        diagnostics.withdraw(ls, document.uri)
        ls.background.closed(document.path)


def on_open_notebook(ls: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    ls.notebooks.open(params)
    diagnostics.schedule(ls, delay_seconds=0)
    warm_up.start(ls)


def on_change_notebook(ls: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    _withdraw(ls, ls.notebooks.change(params))
    cells = params.change.cells
    for content in (cells and cells.text_content) or ():
        if cell := ls.documents.get(content.document.uri):
            diagnostics.forget_edited(ls, cell, content.changes)
    diagnostics.schedule(ls)


def on_close_notebook(ls: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    _withdraw(ls, ls.notebooks.close(params.notebook_document.uri))


def _withdraw(ls: Server, cells: Iterable[str]) -> None:
    for uri in cells:
        ls.semantic_tokens.pop(uri, None)
        diagnostics.withdraw(ls, uri)
