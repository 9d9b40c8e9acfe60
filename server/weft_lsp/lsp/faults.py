"""The one place that catches everything: a fault in a feature is logged as a case to replay, and answered with null."""

import json
import logging
import traceback
from collections.abc import Awaitable, Callable

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from weft_lsp.lsp.documents import uri_of
from weft_lsp.lsp.language_server import Server, UnknownDocumentError

logger = logging.getLogger(__name__)

Handler = Callable[..., object]
MARK = '{"case"'


def shielded(ls: Server, method: str, handler: Handler, params: object) -> object:
    """What the handler answers; null for an unknown document and for our own faults."""
    try:
        return handler(ls, params)
    except JsonRpcException:
        raise
    except UnknownDocumentError:
        return None
    except Exception:  # noqa: BLE001 — the outer edge of the server; everywhere else a fault is let through.
        logger.error("%s", _case(ls, method, params, traceback.format_exc()))
        return None


async def shielded_later(ls: Server, method: str, answer: Awaitable[object], params: object) -> object:
    """As `shielded`, for a handler that answers after others had their turn."""
    try:
        return await answer
    except JsonRpcException:
        raise
    except UnknownDocumentError:
        return None
    except Exception:  # noqa: BLE001 — as above.
        logger.error("%s", _case(ls, method, params, traceback.format_exc()))
        return None


def _case(ls: Server, method: str, params: object, trace: str) -> str:
    """One line of JSON: how the fault looked, and all that is needed to see it again with `replay`."""
    uri = _uri(ls, params)
    document = ls.documents.get(uri)
    again = {
        "method": method,
        "params": ls.protocol.plain(params),
        "uri": uri,
        "text": document and document.text,
        "encoding": ls.documents.encoding,
        "roots": ls.roots,
        "capabilities": ls.protocol.plain(getattr(ls.protocol, "client_capabilities", None)) or {},
    }
    if document and document.is_part:
        again["notebook"] = uri_of(document.path)
        again["cells"] = [[cell.uri, cell.text] for cell in document.together()]
    return json.dumps({"case": again, "sha256": document and document.digest(), "traceback": trace})


def _uri(ls: Server, params: object) -> str:
    """The document that a request is about, wherever it says that."""
    for name in ("text_document", "textDocument", "item"):
        uri = getattr(getattr(params, name, None), "uri", None)
        if isinstance(uri, str):
            return uri
    match params:
        case types.CompletionItem() if ls.completions:
            return ls.completions.document.uri
        case types.CodeLens(data=[str() as uri, *_]):
            return uri
        case _:
            return ""
