"""See a logged fault again: `weft-lsp --replay LOG` asks again what the log says was asked, and lets the fault through."""

import asyncio
import json
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from inspect import isawaitable
from typing import cast

from lsprotocol import types
from pygls.protocol.json_rpc import RPCRequest
from weft.records import field, record

from weft_lsp.lsp.faults import MARK, Handler
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.positions import Encoding


@record
class Case:
    """A logged request with the state that it met."""

    method: str
    params: object
    uri: str
    text: str | None
    encoding: Encoding
    roots: list[str]
    # Of a notebook: its file, and its cells.
    notebook: str = ""
    cells: Sequence[tuple[str, str]] = ()
    # What the client can do, as it said it.
    capabilities: Mapping[str, object] = field(default_factory=dict[str, object])


def cases(log: Iterable[str]) -> Iterator[Case]:
    """The cases of a log, whatever stands before them in their lines."""
    for line in log:
        if MARK in line:
            yield Case(**json.loads(line[line.index(MARK) :])["case"])


def replay(ls: Server, case: Case, handlers: Mapping[str, Handler]) -> object:
    """What the handler answers now; raises what it raises."""
    return asyncio.run(_replayed(ls, case, handlers[case.method]))


async def _replayed(ls: Server, case: Case, handler: Handler) -> object:
    ls.documents.encoding = case.encoding
    ls.set_roots(case.roots)
    ls.protocol.client_capabilities = ls.protocol.capabilities(case.capabilities)
    if case.cells:
        ls.notebooks.open(_notebook(case))
    elif case.text is not None:
        ls.documents.open(types.TextDocumentItem(case.uri, "python", 0, case.text))
    message = {"jsonrpc": "2.0", "id": 0, "method": case.method, "params": case.params}
    answer = handler(ls, cast(RPCRequest, ls.protocol.structure_message(message)).params)
    return await cast("Awaitable[object]", answer) if isawaitable(answer) else answer


def _notebook(case: Case) -> types.DidOpenNotebookDocumentParams:
    cells = [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri, _ in case.cells]
    texts = [types.TextDocumentItem(uri, "python", 0, text) for uri, text in case.cells]
    notebook = types.NotebookDocument(case.notebook, "jupyter-notebook", 0, cells)
    return types.DidOpenNotebookDocumentParams(notebook, texts)
