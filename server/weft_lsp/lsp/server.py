"""`weft-lsp`: the features of the server as a list, and the command line that starts it."""

import argparse
import asyncio
import gc
import logging
import sys
from collections.abc import Sequence

from lsprotocol import types
from weft import __version__
from weft.records import record

from weft_lsp.lsp import (
    call_hierarchy,
    code_action,
    code_lens,
    completion,
    connection,
    definition,
    diagnostics,
    document_link,
    folding_range,
    highlight,
    hover,
    inlay_hint,
    layout_view,
    references,
    rename,
    selection_range,
    semantic_tokens,
    settings,
    signature_help,
    symbols,
    sync,
    workspace,
    workspace_symbol,
)
from weft_lsp.lsp.background import Background
from weft_lsp.lsp.faults import Handler
from weft_lsp.lsp.language_server import NAME, Server
from weft_lsp.lsp.replay import cases, replay
from weft_lsp.lsp.requests import notification, request

GARBAGE_THRESHOLDS = (50_000, 20, 20)


@record
class Feature:
    method: str
    handler: Handler
    options: object = None


REQUESTS = [
    Feature(types.TEXT_DOCUMENT_HOVER, hover.on_hover),
    Feature(types.TEXT_DOCUMENT_DEFINITION, definition.on_definition),
    Feature(types.TEXT_DOCUMENT_DECLARATION, definition.on_declaration),
    Feature(types.TEXT_DOCUMENT_TYPE_DEFINITION, definition.on_type_definition),
    Feature(types.TEXT_DOCUMENT_IMPLEMENTATION, definition.on_implementation),
    Feature(types.TEXT_DOCUMENT_COMPLETION, completion.on_completion, completion.OPTIONS),
    Feature(types.COMPLETION_ITEM_RESOLVE, completion.on_resolve),
    Feature(types.TEXT_DOCUMENT_SIGNATURE_HELP, signature_help.on_signature_help, signature_help.OPTIONS),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, symbols.on_document_symbol),
    Feature(types.TEXT_DOCUMENT_CODE_ACTION, code_action.on_code_action, code_action.OPTIONS),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, highlight.on_document_highlight),
    Feature(types.TEXT_DOCUMENT_REFERENCES, references.on_references),
    Feature(types.TEXT_DOCUMENT_PREPARE_RENAME, rename.on_prepare_rename),
    Feature(types.TEXT_DOCUMENT_RENAME, rename.on_rename),
    Feature(types.TEXT_DOCUMENT_INLAY_HINT, inlay_hint.on_inlay_hint),
    Feature(
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        semantic_tokens.on_semantic_tokens,
        semantic_tokens.LEGEND,
    ),
    Feature(
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA,
        semantic_tokens.on_semantic_tokens_delta,
        semantic_tokens.LEGEND,
    ),
    Feature(
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
        semantic_tokens.on_semantic_tokens_range,
        semantic_tokens.LEGEND,
    ),
    Feature(layout_view.METHOD, layout_view.on_layout),
    Feature(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, call_hierarchy.on_prepare),
    Feature(types.CALL_HIERARCHY_INCOMING_CALLS, call_hierarchy.on_incoming),
    Feature(types.CALL_HIERARCHY_OUTGOING_CALLS, call_hierarchy.on_outgoing),
    Feature(types.TEXT_DOCUMENT_CODE_LENS, code_lens.on_code_lens, code_lens.OPTIONS),
    Feature(types.CODE_LENS_RESOLVE, code_lens.on_resolve),
    Feature(types.TEXT_DOCUMENT_SELECTION_RANGE, selection_range.on_selection_range),
    Feature(types.TEXT_DOCUMENT_FOLDING_RANGE, folding_range.on_folding_range),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, document_link.on_document_link, document_link.OPTIONS),
    Feature(types.WORKSPACE_SYMBOL, workspace_symbol.on_workspace_symbol),
]

# Registered for the clients that say that they ask.
PULL_DIAGNOSTICS = Feature(types.TEXT_DOCUMENT_DIAGNOSTIC, diagnostics.on_diagnostic, diagnostics.OPTIONS)

NOTIFICATIONS = [
    Feature(types.INITIALIZED, workspace.on_initialized),
    Feature(types.TEXT_DOCUMENT_DID_OPEN, sync.on_open),
    Feature(types.TEXT_DOCUMENT_DID_CHANGE, sync.on_change),
    Feature(types.TEXT_DOCUMENT_DID_CLOSE, sync.on_close),
    Feature(types.NOTEBOOK_DOCUMENT_DID_OPEN, sync.on_open_notebook),
    Feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE, sync.on_change_notebook),
    Feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE, sync.on_close_notebook),
    Feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, workspace.on_change_folders),
    Feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION, settings.on_change_configuration),
    Feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, workspace.on_change_files),
]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    _log_to(options.log_file, options.log_level)
    if options.replay:
        return _replay(options.replay)
    # What is loaded now stays until the end: the garbage collector need not look at it between two keystrokes. Edits leave no
    # cycles behind, so that it has little to find: it comes seldom.
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()
    try:
        recorder = connection.Recorder(options.record) if options.record else None
        return asyncio.run(_serve_tcp(options.tcp, recorder) if options.tcp else _serve_stdio(recorder))
    except KeyboardInterrupt:
        return 130


def new_server() -> Server:
    ls = Server()
    ls.background = Background(ls)
    for feature in NOTIFICATIONS:
        ls.feature(feature.method)(notification(feature.method, feature.handler))
    for feature in REQUESTS:
        _register(ls, feature)
    ls.feature(types.INITIALIZE)(notification(types.INITIALIZE, _on_initialize))
    return ls


def _on_initialize(ls: Server, params: types.InitializeParams) -> None:
    workspace.on_initialize(ls, params)
    if ls.pulls_diagnostics:
        _register(ls, PULL_DIAGNOSTICS)


def _register(ls: Server, feature: Feature) -> None:
    ls.feature(feature.method, feature.options)(request(feature.method, feature.handler))


def _replay(path: str) -> int:
    handlers = {feature.method: feature.handler for feature in (*REQUESTS, *NOTIFICATIONS, PULL_DIAGNOSTICS)}
    with open(path, encoding="utf-8") as log:
        for case in cases(log):
            print(case.method, replay(new_server(), case, handlers))
    return 0


async def _serve_stdio(recorder: connection.Recorder | None) -> int:
    ls = new_server()
    ls.protocol.set_writer(connection.FileWriter(connection.claim_standard_output(), ls.end))
    await connection.read_standard_input(connection.Connection(ls.protocol, ls.end, recorder))
    return await ls.wait_until_ended()


async def _serve_tcp(address: tuple[str, int], recorder: connection.Recorder | None) -> int:
    """Serve one client."""
    ls = new_server()
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(
        lambda: connection.SocketConnection(ls.protocol, ls.end, recorder), address[0], address[1]
    )
    host, port = listener.sockets[0].getsockname()[:2]
    print(f"{NAME}: listening on {host}:{port}", file=sys.stderr, flush=True)
    status = await ls.wait_until_ended()
    listener.close()
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=NAME, description="The language server of Weft.")
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    parser.add_argument(
        "--stdio", action="store_true", help="speak over standard input and output (the default)"
    )
    parser.add_argument(
        "--tcp", type=_address, metavar="HOST:PORT", help="wait for one client at this address"
    )
    parser.add_argument("--replay", metavar="LOG", help="ask again what failed in a log, and fail as it did")
    parser.add_argument(
        "--record",
        metavar="PATH",
        help="write all that the client says to this file, the texts of open files too",
    )
    parser.add_argument("--log-file", metavar="PATH", help="write the log here instead of to standard error")
    parser.add_argument("--log-level", default="warning", choices=["error", "warning", "info", "debug"])
    return parser


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def _log_to(path: str | None, level: str) -> None:
    logging.basicConfig(
        filename=path,
        encoding="utf-8" if path else None,
        level=level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # pygls reports each cancelled and each overtaken request as an error, and our own faults a second time.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
