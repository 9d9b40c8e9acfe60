"""What the first completion of names needs, read once the client has been served: the language's own modules, one after another."""

import asyncio

from weft_lsp.ide.public import names_in_steps
from weft_lsp.lsp.language_server import Server

START_SECONDS = 0.5
# Between two names messages have their turn.
PAUSE_SECONDS = 0.001


def start(ls: Server) -> None:
    """Later, and once for a project."""
    if ls.warmed is not ls.project:
        ls.warmed = ls.project
        asyncio.get_running_loop().call_later(START_SECONDS, _start, ls)


def _start(ls: Server) -> None:
    ls.warming = asyncio.get_running_loop().create_task(warm_up(ls))


async def warm_up(ls: Server) -> None:
    for _ in names_in_steps(ls.project.library):
        await asyncio.sleep(PAUSE_SECONDS)
