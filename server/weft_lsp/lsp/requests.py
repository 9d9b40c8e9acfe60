"""Latest wins: what is cancelled or overtaken before its turn is not computed.

pygls computes a request that was cancelled while it waited in the pipe (openlawlibrary/pygls#517). Here a request knows
the version of its document that was current on arrival. It waits for its turn, and then once for the event loop, which
handles all messages that lie in the pipe by then. What is offered for a word still holds while more of the word is typed: an
editor asks once for it, and an error would leave it with nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from inspect import isawaitable

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.faults import Handler, shielded, shielded_later
from weft_lsp.lsp.language_server import Server

logger = logging.getLogger(__name__)

_COMPLETION = "textDocument/completion"
_MODIFIED = "Content Modified: the document has changed since the request"


def request(method: str, handler: Handler) -> Callable[[Server, object], Coroutine[None, None, object]]:
    """The handler as pygls is to call it. A cancelled one never gets here again: its task is thrown away."""

    async def answer(ls: Server, params: object) -> object:
        arrived = ls.arrived.get()
        async with ls.turn:
            await asyncio.sleep(0)
            if arrived is not None and not _holds(ls, method, params, arrived):
                raise JsonRpcContentModified(_MODIFIED)
            logger.debug("computing %s", method)
            answered = shielded(ls, method, handler, params)
        if not isawaitable(answered):
            return answered
        # What looks at many files gives way to other messages between them; an edit makes it worthless.
        edition = ls.documents.edition
        found = await shielded_later(ls, method, answered, params)
        if ls.documents.edition != edition and not (arrived and _holds(ls, method, params, arrived)):
            raise JsonRpcContentModified(_MODIFIED)
        return found

    return answer


def _holds(ls: Server, method: str, params: object, arrived: Document) -> bool:
    """Whether a request still means what it meant when it arrived."""
    now = ls.documents.get(arrived.uri)
    if now is arrived:
        return True
    if now is None or method != _COMPLETION or not isinstance(params, types.CompletionParams):
        return False
    offset = arrived.offset(params.position)
    typed = now.text[offset : offset + len(now.text) - len(arrived.text)]
    return f"{arrived.text[:offset]}{typed}{arrived.text[offset:]}" == now.text and (
        typed.isidentifier() or not typed
    )


def notification(method: str, handler: Handler) -> Callable[[Server, object], None]:
    """The handler of a notification: called on arrival, in the order of arrival."""

    def receive(ls: Server, params: object) -> None:
        shielded(ls, method, handler, params)

    return receive
