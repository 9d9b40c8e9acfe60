"""Latest wins: what is cancelled or overtaken before its turn is not computed.

pygls computes a request that was cancelled while it waited in the pipe (openlawlibrary/pygls#517). Here a request knows
the version of its document that was current on arrival. It waits for its turn, and then once for the event loop, which
handles all messages that lie in the pipe by then.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from pygls.exceptions import JsonRpcContentModified

from weft_lsp.lsp.faults import Handler, shielded
from weft_lsp.lsp.language_server import Server

logger = logging.getLogger(__name__)


def request(method: str, handler: Handler) -> Callable[[Server, object], Coroutine[None, None, object]]:
    """The handler as pygls is to call it. A cancelled one never gets here again: its task is thrown away."""

    async def answer(ls: Server, params: object) -> object:
        arrived = ls.arrived.get()
        async with ls.turn:
            await asyncio.sleep(0)
            if arrived is not None and ls.documents.get(arrived.uri) is not arrived:
                raise JsonRpcContentModified("Content Modified: the document has changed since the request")
            logger.debug("computing %s", method)
            return shielded(ls, method, handler, params)

    return answer


def notification(method: str, handler: Handler) -> Callable[[Server, object], None]:
    """The handler of a notification: called on arrival, in the order of arrival."""

    def receive(ls: Server, params: object) -> None:
        shielded(ls, method, handler, params)

    return receive
