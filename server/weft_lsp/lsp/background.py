"""The files of the workspace that nobody has open: their findings are shown, and their names can be searched.

Another process looks at them. A file is looked at again when it, or a file that it rests on, changes: on disk or in the editor.
"""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict
from uuid import uuid4

from lsprotocol import types
from pygls.capabilities import get_capability

from weft_lsp.lsp.background_process import Name, Result, Task
from weft_lsp.lsp.documents import uri_of
from weft_lsp.lsp.language_server import Server

logger = logging.getLogger(__name__)

START_SECONDS = 1.0
QUIET_SECONDS = 1.0
# Progress is shown for more files than this.
_FEWEST_SHOWN = 8
_LONGEST_LINE_BYTES = 1 << 26
_WORD = "weft"
# The child finds its modules where this process has found them, and nothing else is put before them.
_START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from weft_lsp.lsp.background_process import main; main()"


class Background:
    def __init__(self, ls: Server) -> None:
        self._ls = ls
        self._known: dict[str, Result] = {}
        self._wanted: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._process: Process | None = None
        self._is_first = False
        # The files whose findings are shown, and those that changed while others were looked at.
        self._shown: set[str] = set()
        self._stale: set[str] = set()

    @property
    def known(self) -> list[Result]:
        """The files that are not open."""
        opened = {document.path for document in self._ls.documents.all()}
        return [found for path, found in self._known.items() if path not in opened]

    def start(self) -> None:
        """Look at all files, once the client has been served."""
        if self._ls.files.roots and self._ls.settings.workspace_findings:
            self._is_first = True
            self._later(START_SECONDS)

    def restart(self) -> None:
        """What is looked at, or how, is another: the folders, the configuration, the mode."""
        self.stop()
        for path in [*self._known]:
            self._forget(path)
        self.start()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._task:
            self._task.cancel()
        self._wanted.clear()
        self._end_process()

    def opened(self, path: str) -> None:
        """Its findings are told as those of a document from now on."""
        self._forget(path)
        self.edited(path)

    def closed(self, path: str) -> None:
        self._want([path, *self._resting_on(path)])

    def edited(self, path: str) -> None:
        """What rests on an open file is old with the keystroke."""
        self._stale.add(path)
        resting = self._resting_on(path)
        for other in resting:
            self._withdraw(other)
        self._want(resting)

    def changed(self, path: str) -> None:
        """A file was made, changed or removed on disk."""
        self._stale.add(path)
        stem = (
            path.removesuffix(".py")
            .removesuffix("__init__")
            .rstrip("/\\")
            .replace("\\", "/")
            .rpartition("/")[2]
        )
        looked_for = [
            other
            for other, found in self._known.items()
            if any(stem in name.split(".") for name in found.missing)
        ]
        self._want([path, *looked_for, *self._resting_on(path)])

    # What to look at

    def _resting_on(self, path: str) -> list[str]:
        return [other for other, found in self._known.items() if path in found.rests_on]

    def _want(self, paths: Iterable[str]) -> None:
        if self._ls.settings.workspace_findings:
            self._wanted |= {path for path in paths if self._ls.files.holds(path)}
            if self._wanted:
                self._later(QUIET_SECONDS)

    def _later(self, seconds: float) -> None:
        """Once nothing more is wanted for a while; what is being looked at now is looked at to its end."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        if self._is_first:
            self._is_first = False
            self._wanted |= set(await self._ls.files.paths())
        while self._wanted:
            opened = {document.path for document in self._ls.documents.all()}
            asked, self._wanted = self._wanted - opened, set()
            paths = [path for path in sorted(asked) if await self._says_weft(path)]
            for path in asked.difference(paths):
                self._forget(path)
            if paths:
                await self._look_at(paths)

    async def _says_weft(self, path: str) -> bool:
        await asyncio.sleep(0)
        text = self._ls.files.read(path)
        return text is not None and _WORD in text

    async def _look_at(self, paths: list[str]) -> None:
        self._stale = set()
        token = await self._begun(len(paths))
        count = 0
        async for result in self._results(paths):
            count += 1
            # What has changed since then is looked at again.
            if result.path in self._wanted or self._stale.intersection(result.rests_on):
                self._wanted.add(result.path)
            else:
                self._keep(result)
            if token is not None:
                if self._ls.work_done_progress.tokens[token].cancelled():
                    self._end_process()
                    break
                told = types.WorkDoneProgressReport(
                    message=f"{count} of {len(paths)}", percentage=count * 100 // len(paths)
                )
                self._ls.work_done_progress.report(token, told)
        if token is not None:
            self._ls.work_done_progress.end(token, types.WorkDoneProgressEnd())

    async def _begun(self, count: int) -> str | None:
        """The token of the progress that the client shows; None for a client that shows none, and for few files."""
        knows = get_capability(self._ls.client_capabilities, "window.work_done_progress")
        if not knows or count < _FEWEST_SHOWN:
            return None
        token = f"weft-{uuid4()}"
        progress = self._ls.work_done_progress
        await progress.create_async(token)
        progress.begin(
            token, types.WorkDoneProgressBegin("Weft: checking the workspace", cancellable=True, percentage=0)
        )
        return token

    # The other process

    async def _results(self, paths: list[str]) -> AsyncIterator[Result]:
        ls = self._ls
        texts = {document.path: document.text for document in ls.documents.all() if not document.is_part}
        task = Task(paths, ls.roots, texts, ls.documents.encoding, ls.settings.python)
        program = [sys.executable, "-I", "-S", "-c", _START, json.dumps(sys.path)]
        process = self._process = await asyncio.create_subprocess_exec(
            *program, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE_BYTES
        )
        assert process.stdin and process.stdout
        try:
            process.stdin.write(json.dumps(asdict(task)).encode() + b"\n")
            await process.stdin.drain()
            async for line in process.stdout:
                found = json.loads(line)
                yield Result(**found | {"names": [Name(**name) for name in found["names"]]})
        except (OSError, ValueError) as error:
            logger.error("the background process: %s", error)
        finally:
            self._end_process()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()

    # What is known

    def _keep(self, result: Result) -> None:
        path = result.path
        if any(document.path == path for document in self._ls.documents.all()):
            return
        before = self._known.get(path)
        self._known[path] = result
        if result.findings or (before and path in self._shown):
            self._publish(path, result.findings)

    def _forget(self, path: str) -> None:
        self._known.pop(path, None)
        self._withdraw(path)

    def _withdraw(self, path: str) -> None:
        if path in self._shown:
            self._publish(path, [])

    def _publish(self, path: str, findings: list[object]) -> None:
        (self._shown.add if findings else self._shown.discard)(path)
        told = types.PublishDiagnosticsParams(uri_of(path), self._ls.protocol.diagnostics(findings))
        self._ls.text_document_publish_diagnostics(told)
