"""Every public name of Weft leads to its real source, from every place where it can stand."""

import inspect
from pathlib import Path

import pytest
import weft
import weft.dims
import weft.layout
from ide_case import HEADER
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.definition import definition

MODULES = {"weft": weft, "weft.layout": weft.layout, "weft.dims": weft.dims}
PUBLIC = [
    (module, name)
    for module, object_ in MODULES.items()
    for name in getattr(object_, "__all__", None)
    or [n for n in vars(object_) if n[0].isupper() and len(n) == 1]
]
PLACES = {
    "import": "from {module} import {name}$0\n",
    "alias": "from {module} import {name} as other$0\n",
    "use of an alias": "from {module} import {name} as other\nother$0\n",
    "attribute": "import {module}\n{module}.{name}$0\n",
    "attribute of an alias": "import {module} as library\nlibrary.{name}$0\n",
    "re-export": "from {user} import {name}$0\n",
    "attribute of a re-export": "import {user}\n{user}.{name}$0\n",
    "f-string": "from {module} import {name}\nprint(f'{{1}} {{{name}$0!r:>3}}')\n",
    "string annotation": "from {module} import {name}\ndef f(x: '{name}$0'): ...\n",
    "annotation": "from {module} import {name}\ndef f(x: {name}$0): ...\n",
    "decorator": "from {module} import {name}\n@{name}$0\ndef f(): ...\n",
    "default": "from {module} import {name}\ndef f(x={name}$0): ...\n",
    "in a function": "from {module} import {name}\ndef f():\n    return {name}$0\n",
}


def user_of(module: str) -> str:
    """The user's module that exports the names again."""
    return f"again_{module.replace('.', '_')}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    folder = tmp_path_factory.mktemp("workspace")
    for exported in MODULES:
        lines = [f"from {module} import {name}\n" for module, name in PUBLIC if module == exported]
        (folder / f"{user_of(exported)}.py").write_text("".join(lines))
    return Project(DIALECT, [str(folder)]), str(folder / "user.py")


def test_the_sweep_sees_names():
    assert {("weft", "barrier"), ("weft.layout", "composition"), ("weft.dims", "M")} <= set(PUBLIC)


@pytest.mark.parametrize("place", PLACES)
def test_public_names(project: tuple[Project, str], place: str):
    for module, name in PUBLIC:
        source = PLACES[place].format(module=module, name=name, user=user_of(module))
        lead_to_source(project, source, name, getattr(MODULES[module], name))


def members(owner: type) -> list[str]:
    return [name for name in vars(owner) if not name.startswith("_")]


@pytest.mark.parametrize(
    ("source", "owner"),
    [
        ("@weft.kernel\ndef k(x: Tensor[f32, N]):\n    x.{name}$0\n", weft.Tensor),
        ("LAYOUT = weft.Layout((4, 8))\nLAYOUT.{name}$0\n", weft.Layout),
        ("@weft.kernel\ndef k():\n    weft.thread_idx.{name}$0\n", type(weft.thread_idx)),
        ("@weft.kernel\ndef k(x: Tensor[f32, N]): ...\nk.{name}$0\n", weft.Kernel),
        ("weft.Layout.{name}$0\n", weft.Layout),
    ],
)
def test_members(project: tuple[Project, str], source: str, owner: type):
    assert members(owner)
    for name in members(owner):
        lead_to_source(project, HEADER + source.replace("{name}", name), name, getattr(owner, name))


def lead_to_source(project: tuple[Project, str], marked: str, name: str, member: object) -> None:
    offset = marked.index("$0")
    model = project[0].read(project[1], marked.replace("$0", ""))
    found = definition(model, offset)
    assert found and found.path, marked
    assert found.path.endswith(".py")
    line = line_at(Path(found.path), found.span.start)
    assert declares(line, name), (marked, line)
    if (real := source_of(member)) is not None:
        assert found.path == real, marked


def line_at(path: Path, offset: int) -> str:
    text = path.read_text(encoding="utf-8")
    start = text.rfind("\n", 0, offset) + 1
    return text[start : text.find("\n", offset)]


def declares(line: str, name: str) -> bool:
    """Whether a line of the sources binds the name, and does not import it."""
    return line.strip().startswith(
        (f"def {name}(", f"class {name}(", f"class {name}:", f"{name} =", f"{name}:")
    )


def source_of(value: object) -> str | None:
    """The file in which Python itself finds a class or a function."""
    if isinstance(value, property):
        value = value.fget
    is_code = inspect.isclass(value) or inspect.isfunction(value) or inspect.ismethod(value)
    return inspect.getsourcefile(value) if is_code else None  # pyright: ignore[reportArgumentType]
