"""The cases of the CPU back end, interpreted: two definitions of every operation that must agree."""

import sys
from pathlib import Path

import pytest
from building import GENERAL, cover
from weft.backends import check, cpu
from weft.model.limits import Geometry, triple

sys.path.insert(0, str(Path(__file__).parent / "cuda"))
from cases_on import running_with, shared_tests

globals().update(shared_tests())


def interpret(what, arguments, *, grid=None, block=None, specialization=GENERAL) -> None:
    chosen = triple(block) if block else cpu.choose_block(what)
    blocks = triple(grid) if grid is not None else cover(what, arguments, chosen)
    check.interpret(what, arguments, Geometry(blocks, chosen))


@pytest.fixture(autouse=True, scope="module")
def _interpreted():
    with running_with(interpret):
        yield
