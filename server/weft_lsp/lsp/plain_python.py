"""Questions about plain Python, asked off the event loop: one at a time, in a thread that ends with the process.

jedi is loaded at the first of them. A question that nobody waits for any more is not asked.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from weft.model.diagnostic import Span
from weft.model.facts import Location
from weft.model.model import Model

from weft_lsp.ide.completion import Completion
from weft_lsp.ide.hover import Hover
from weft_lsp.ide.signature_help import SignatureHelp

if TYPE_CHECKING:
    from weft_lsp.ide.plain_python import Question

T = TypeVar("T")


class Features(Protocol):
    """What `ide.plain_python` has, which is not imported before it is needed."""

    @property
    def Question(self) -> "type[Question]": ...
    def hover(self, question: "Question") -> Hover | None: ...
    def definition(self, question: "Question") -> Location | None: ...
    def declaration(self, question: "Question") -> Location | None: ...
    def type_definition(self, question: "Question") -> Location | None: ...
    def references(self, question: "Question") -> tuple[Location, ...] | None: ...
    def highlights(self, question: "Question") -> tuple[Span, ...] | None: ...
    def completions(self, question: "Question") -> tuple[Completion, ...] | None: ...
    def signature_help(self, question: "Question") -> SignatureHelp | None: ...


class PlainPython:
    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def ask(
        self, choose: "Callable[[Features], Callable[[Question], T]]", model: Model, offset: int
    ) -> T | None:
        """What a feature of `ide.plain_python` answers; None where it fails."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="plain Python", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T | None] = loop.create_future()

        def job() -> None:
            if not answer.cancelled():
                found = _answer(choose, model, offset)
                loop.call_soon_threadsafe(_give, answer, found)

        self._jobs.put(job)
        return await answer

    def _work(self) -> None:
        while True:
            self._jobs.get()()


def _answer(choose: "Callable[[Features], Callable[[Question], T]]", model: Model, offset: int) -> T | None:
    features = cast(Features, import_module("weft_lsp.ide.plain_python"))
    return choose(features)(features.Question.of(model, offset))


def _give(answer: "asyncio.Future[T]", found: T) -> None:
    if not answer.done():
        answer.set_result(found)
