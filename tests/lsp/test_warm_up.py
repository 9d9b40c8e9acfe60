"""The language's own modules are read before the first completion asks for them."""

import asyncio

import pytest
from weft.model import library
from weft.model.syntax import Parsed
from weft_lsp.ide.public import public_names
from weft_lsp.lsp.server import new_server
from weft_lsp.lsp.warm_up import warm_up


def test_the_first_completion_reads_no_module(monkeypatch: pytest.MonkeyPatch):
    ls = new_server()
    asyncio.run(warm_up(ls))

    def refuse(text: str) -> Parsed:
        raise AssertionError(f"read anew: {text}")

    monkeypatch.setattr(library, "parse", refuse)
    assert {"barrier", "Tensor", "f32"} <= {each.name for each in public_names(ls.project.library)}
