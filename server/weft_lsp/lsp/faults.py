"""The one place that catches everything: a fault in a feature is logged as a case to replay, and answered with null."""

import json
import logging
import traceback
from collections.abc import Callable

from pygls.exceptions import JsonRpcException

from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server, UnknownDocumentError

logger = logging.getLogger(__name__)

Handler = Callable[..., object]


def shielded(ls: Server, method: str, handler: Handler, params: object) -> object:
    """What the handler answers; null for an unknown document and for our own faults."""
    try:
        return handler(ls, params)
    except JsonRpcException:
        raise
    except UnknownDocumentError:
        return None
    except Exception:  # noqa: BLE001 — the outer edge of the server; everywhere else a fault is let through.
        logger.error("%s", case(ls, method, params, traceback.format_exc()))
        return None


def case(ls: Server, method: str, params: object, trace: str) -> str:
    """One line of JSON that holds all that is needed to see the fault again."""
    document = ls.documents.get(_uri(params))
    return json.dumps(
        {
            "case": method,
            "params": ls.protocol.plain(params),
            "document": document and _described(document),
            "traceback": trace,
        }
    )


def _described(document: Document) -> dict[str, object]:
    return {"version": document.version, "sha256": document.digest(), "text": document.text}


def _uri(params: object) -> str:
    return str(getattr(getattr(params, "text_document", None), "uri", ""))
