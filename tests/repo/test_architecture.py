"""Invariants 1 and 6 of docs/architecture.md: who may import whom."""

from collections.abc import Callable

import pytest
from imports import Import, all_imports, is_within

# Each part may import those below it, and itself. The layers of the design, bottom first.
LAYERS = ("weft.layout", "weft.model", "weft.ops", "weft.lint", "weft_lsp.ide", "weft_lsp.lsp")
BACK_ENDS = ("weft.backends.cpu", "weft.backends.cuda")
COMPILERS = ("numba", "llvmlite", "cuda", "numpy")


def layer(module: str) -> int | None:
    return next((rank for rank, package in enumerate(LAYERS) if is_within(module, package)), None)


def goes_up(found: Import) -> bool:
    importer, imported = layer(found.importer), layer(found.module)
    return importer is not None and imported is not None and imported > importer


def leaves_the_language_for_the_server(found: Import) -> bool:
    return is_within(found.importer, "weft") and is_within(found.module, "weft_lsp")


def reaches_for_the_protocol(found: Import) -> bool:
    is_protocol = is_within(found.module, "pygls") or is_within(found.module, "lsprotocol")
    return is_protocol and not is_within(found.importer, "weft_lsp.lsp")


def reaches_for_a_back_end(found: Import) -> bool:
    """Only the launch and the inspection know back ends: what they share, such as the flat parameters, and each of them
    lazily. What is remembered on disk lies beside what they compiled; `weft cache` speaks of the directory that they share."""
    if not is_within(found.module, "weft.backends") or is_within(found.importer, "weft.backends"):
        return False
    is_one = any(is_within(found.module, back_end) for back_end in BACK_ENDS)
    may_know = found.importer in ("weft.launch", "weft.remembered") or is_within(
        found.importer, "weft.inspect"
    )
    may_know = may_know or (found.importer, found.module) == ("weft.cli.compiled", "weft.backends.cache")
    return not may_know or (is_one and not found.is_lazy)


def reaches_for_a_compiler(found: Import) -> bool:
    allowed = is_within(found.importer, "weft.backends") or is_within(found.importer, "weft.host")
    return not allowed and any(is_within(found.module, package) for package in COMPILERS)


def back_end_leaves_the_model(found: Import) -> bool:
    allowed = (
        "weft.backends",
        "weft.model",
        "weft.layout",
        "weft.errors",
        "weft.geometry",
        "weft.host",
        "weft.launch",
        "weft.once",
        "weft.records",
    )
    return (
        is_within(found.importer, "weft.backends")
        and (is_within(found.module, "weft") or is_within(found.module, "weft_lsp"))
        and found.module != "weft"  # for its version
        and not any(is_within(found.module, package) for package in allowed)
    )


@pytest.mark.parametrize(
    "is_forbidden",
    [
        goes_up,
        leaves_the_language_for_the_server,
        reaches_for_the_protocol,
        reaches_for_a_back_end,
        reaches_for_a_compiler,
        back_end_leaves_the_model,
    ],
)
def test_imports_go_one_way(is_forbidden: Callable[[Import], bool]):
    assert [str(found) for found in all_imports() if is_forbidden(found)] == []


def test_the_imports_were_seen():
    """The tests above prove nothing if the reading finds nothing."""
    seen = all_imports()
    assert any(is_within(found.module, "weft.layout") and layer(found.importer) for found in seen)
    assert any(found.module in BACK_ENDS and found.is_lazy for found in seen)
    assert any(is_within(found.module, "pygls") for found in seen)
    assert any(is_within(found.module, "numba") for found in seen)
