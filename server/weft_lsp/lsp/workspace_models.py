"""The Models of the files of the workspace, for questions that go beyond the document."""

import asyncio

from weft.model.files import read_file
from weft.model.model import Model

from weft_lsp.ide.target import Target
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server

# The event loop gets its turn after so many small files.
_FILES_PER_TURN = 20


async def models_of(ls: Server, document: Document, target: Target) -> list[Model]:
    """The files that may use a name: that of the document first."""
    if target.is_local and target.path == document.path:
        return [document.model]
    used = target.function.rpartition(".")[2] or target.name
    found = [model for model in await models_with(ls, used, target.path) if target.name in model.text]
    return sorted(found, key=lambda model: (model.path != document.path, model.path))


async def models_with(ls: Server, name: str, declared_in: str) -> list[Model]:
    """The Models of all files that may use a name: those that are open, as they are in the editor, and the others."""
    opened = {model.path: model for model in ls.open_models()}
    found = [model for model in opened.values() if name in model.text]
    for count, path in enumerate(await ls.files.paths()):
        if count % _FILES_PER_TURN == 0:
            await asyncio.sleep(0)
        if path in opened or not (path == declared_in or ls.files.may_use(path, name)):
            continue
        text = read_file(path)
        if text is not None and name in text:
            await asyncio.sleep(0)
            found.append(ls.project.read(path, text))
    return found
