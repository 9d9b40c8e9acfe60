"""What is in the files of the workspace that nobody has open, found by another process, so that nothing waits for it.

Standard input: one line of JSON that says what to look at, and then nothing; its end is the end of this process. Standard
output: one line of JSON for each file.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from lsprotocol import types
from weft.model.facts import Outline, SymbolKind
from weft.model.files import read_file
from weft.records import record

from weft_lsp.lsp import diagnostics
from weft_lsp.lsp.documents import Document, uri_of
from weft_lsp.lsp.language_server import Mode, Server, Settings
from weft_lsp.lsp.positions import Encoding

_NICENESS = 10


@record
class Task:
    """opened: the texts of the files that the client has open. The others are read from the disk."""

    paths: list[str]
    roots: list[str]
    opened: Mapping[str, str]
    encoding: Encoding
    python: Mode | None


@record
class Name:
    """A name that a file declares, with its place as the protocol has it."""

    name: str
    kind: SymbolKind
    start: int
    end: int
    range: object


@record
class Result:
    """A file. rests_on: the other files that were read for it. missing: the modules that were not found."""

    path: str
    findings: list[object]
    names: list[Name]
    module: str
    rests_on: list[str]
    missing: list[str]


def main() -> None:
    task = Task(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_input, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    for result in _results(task):
        print(json.dumps(asdict(result)), flush=True)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def _results(task: Task) -> Iterator[Result]:
    ls = Server()
    ls.documents.encoding = task.encoding
    ls.settings = Settings(python=task.python)
    ls.set_roots(task.roots)
    for path, text in task.opened.items():
        ls.project.open(path, text)
    for path in task.paths:
        yield _result(ls, path, read_file(path) or "")


def _result(ls: Server, path: str, text: str) -> Result:
    item = types.TextDocumentItem(uri_of(path), "python", 0, text)
    document = ls.documents.open(item)
    assert document is not None
    found = diagnostics.to_lsp(ls, document)
    files, missing = ls.project.library.rests_on(path)
    names = [_name(ls, document, entry) for entry in document.model.outline]
    ls.documents.close(item.uri)
    return Result(
        path,
        [ls.protocol.plain(each) for each in found],
        names if document.model.is_about_kernels else [],
        document.model.module.name,
        sorted(files),
        sorted({name for name, _ in missing}),
    )


def _name(ls: Server, document: Document, entry: Outline) -> Name:
    span = entry.name_span
    place = ls.protocol.plain(document.range(span))
    return Name(entry.name, entry.kind, span.start, span.end, place)


if __name__ == "__main__":
    main()
