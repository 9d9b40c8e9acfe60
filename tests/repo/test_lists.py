"""Invariant 7 of docs/architecture.md: names, declarations, rules, lowerings and documentation are the same lists."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
import weft
from weft.backends.lowering import LOWERING
from weft.model.ir import PRIMITIVES
from weft.ops.dialect import DIALECT, GROUPS

PACKAGE = Path(weft.__file__).parent
_CODE = re.compile(r"\[([a-z]+(?:-[a-z]+)+)\]")


def declared(group: str) -> dict[str, object]:
    """The public functions of a group, and the members of its classes, which are its own."""
    module = import_module(f"weft.ops.{group}")
    own = {name: value for name, value in vars(module).items() if _is_public(name) and _is_of(module, value)}
    members = {
        f"{name}.{member}": value
        for name, kind in own.items()
        if inspect.isclass(kind) and hasattr(weft, name)
        for member, value in vars(kind).items()
        if _is_public(member) and (inspect.isfunction(value) or isinstance(value, property))
    }
    return {name: value for name, value in own.items() if inspect.isfunction(value)} | members


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _is_of(module: object, value: object) -> bool:
    return getattr(value, "__module__", None) == getattr(module, "__name__", "")


@pytest.mark.parametrize("group", GROUPS)
def test_each_declaration_has_a_rule(group: str):
    assert sorted(declared(group)) == sorted(GROUPS[group])


@pytest.mark.parametrize("group", GROUPS)
def test_each_operation_is_public(group: str):
    functions = [name for name in declared(group) if "." not in name]
    assert [name for name in functions if name not in weft.__all__] == []


def test_each_public_name_is_there_and_documented():
    assert sorted(set(weft.__all__)) == sorted(weft.__all__)
    values = {name: getattr(weft, name) for name in weft.__all__}
    undocumented = [name for name, value in values.items() if not inspect.getdoc(value)]
    # thread_idx and its kind are values of one documented class.
    assert [name for name in undocumented if f"weft.ops.geometry.{name}" not in DIALECT.axes] == []


@pytest.mark.parametrize("group", GROUPS)
def test_each_operation_is_documented_by_itself(group: str):
    assert [name for name, value in declared(group).items() if not getattr(value, "__doc__", None)] == []


def test_each_primitive_has_a_lowering():
    assert sorted(LOWERING) == sorted(PRIMITIVES)


def test_each_code_that_the_documentation_names_exists():
    told: set[str] = set()
    written: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
                told.update(_CODE.findall(node.value))
    assert sorted(told - written) == []
