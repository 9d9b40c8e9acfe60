"""What the modules of the repository import, read from their text."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = {"weft": ROOT / "dsl" / "weft", "weft_lsp": ROOT / "server" / "weft_lsp"}


@dataclass(frozen=True, slots=True)
class Import:
    """`importer` imports `module`. Lazy: inside a function, or by the name of a module in a string."""

    importer: str
    module: str
    is_lazy: bool

    def __str__(self) -> str:
        return f"{self.importer} -> {self.module}"


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(found for package, folder in PACKAGES.items() for found in _of_package(package, folder))


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _of_package(package: str, folder: Path) -> Iterator[Import]:
    for path in sorted(folder.rglob("*.py")):
        parts = [package, *path.relative_to(folder).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield from _of_module(name, ast.parse(path.read_text(encoding="utf-8")))


def _of_module(name: str, tree: ast.Module) -> Iterator[Import]:
    for node, is_lazy in _nodes(tree, is_lazy=False):
        match node:
            case ast.Import(names=names):
                yield from (Import(name, alias.name, is_lazy) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (_from(name, module, alias.name, is_lazy=is_lazy) for alias in names)
            case ast.ImportFrom():
                raise AssertionError(f"{name} has a relative import: write the whole name")
            case ast.Call(args=[ast.Constant(value=str(module)), *_]) if _is_import_module(node):
                yield Import(name, module, True)
            case _:
                pass


def _from(importer: str, module: str, name: str, *, is_lazy: bool) -> Import:
    """`from weft.model import ir` is an import of `weft.model.ir`, if that is a module."""
    return Import(importer, f"{module}.{name}" if _is_module(f"{module}.{name}") else module, is_lazy)


def _is_module(dotted: str) -> bool:
    package, *rest = dotted.split(".")
    if package not in PACKAGES:
        return False
    path = PACKAGES[package].joinpath(*rest)
    return path.is_dir() or path.with_suffix(".py").is_file()


def _nodes(tree: ast.AST, *, is_lazy: bool) -> Iterator[tuple[ast.AST, bool]]:
    """All nodes that run; a block of `if TYPE_CHECKING` never does."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node, is_lazy
        yield from _nodes(node, is_lazy=is_lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _is_import_module(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith("import_module")
