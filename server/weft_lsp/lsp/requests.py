"""Latest wins: what is cancelled or overtaken before its turn is not computed.

pygls computes a request that was cancelled while it waited in the pipe (openlawlibrary/pygls#517). Here a request knows
the version of its document that was current on arrival. It waits for its turn, and then once for the event loop, which
handles all messages that lie in the pipe by then.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from inspect import isawaitable

from pygls.exceptions import JsonRpcContentModified

from weft_lsp.lsp.faults import Handler, shielded, shielded_later
from weft_lsp.lsp.language_server import Server

logger = logging.getLogger(__name__)

_MODIFIED = "Content Modified: the document has changed since the request"


def request(method: str, handler: Handler) -> Callable[[Server, object], Coroutine[None, None, object]]:
    """The handler as pygls is to call it. A cancelled one never gets here again: its task is thrown away."""

    async def answer(ls: Server, params: object) -> object:
        arrived = ls.arrived.get()
        async with ls.turn:
            await asyncio.sleep(0)
            if arrived is not None and ls.documents.get(arrived.uri) is not arrived:
                raise JsonRpcContentModified(_MODIFIED)
            logger.debug("computing %s", method)
            answered = shielded(ls, method, handler, params)
        if not isawaitable(answered):
            return answered
        # What looks at many files gives way to other messages between them; an edit makes it worthless.
        edition = ls.documents.edition
        found = await shielded_later(ls, method, answered, params)
        if ls.documents.edition != edition:
            raise JsonRpcContentModified(_MODIFIED)
        return found

    return answer


def notification(method: str, handler: Handler) -> Callable[[Server, object], None]:
    """The handler of a notification: called on arrival, in the order of arrival."""

    def receive(ls: Server, params: object) -> None:
        shielded(ls, method, handler, params)

    return receive
