"""Files of a project: names across files, what is kept between versions, and that nothing is ever run."""

import gc
from pathlib import Path
from weakref import ref

import pytest
import weft.lint.findings
import weft.model.syntax
from weft.model.describe import describe
from weft.model.library import Library
from weft.model.project import Project
from weft.model.syntax import Parsed
from weft.model.text import ModuleText
from weft.model.values import Static
from weft.ops.dialect import DIALECT

CONSTANTS = "TILE = 8\n"
KERNEL = """\
import weft
from weft import Tensor, f32
from weft.dims import N
from lib.constants import TILE
from lib.functions import twice


@weft.kernel
def k(y: Tensor[f32, N]):
    i = weft.tile_index(y, TILE)
    tile = weft.shared(f32, TILE)
    y[i] = twice(tile[0])
"""


def make(folder: Path) -> tuple[Project, str]:
    (folder / "lib").mkdir()
    (folder / "lib" / "__init__.py").write_text("")
    (folder / "lib" / "constants.py").write_text(CONSTANTS)
    (folder / "lib" / "functions.py").write_text(
        "import weft\nfrom weft import f32\nfrom .constants import TILE\n\n"
        "@weft.function\ndef twice(x: f32) -> f32:\n    return x * TILE\n"
    )
    (folder / "kernels.py").write_text(KERNEL)
    return Project(DIALECT, [str(folder)]), str(folder / "kernels.py")


def tile_of(project: Project, path: str, text: str = KERNEL) -> str:
    model = project.read(path, text)
    assert model.findings == ()
    fact = model.fact_at(text.index("tile[0]") + 1)
    assert fact is not None
    return describe(fact.value)


def test_constants_and_functions_of_other_files(tmp_path: Path):
    project, path = make(tmp_path)
    assert tile_of(project, path) == "Tensor f32 (8,):(1,) shared"


def test_an_open_file_stands_for_the_one_on_disk(tmp_path: Path):
    project, path = make(tmp_path)
    assert tile_of(project, path) == "Tensor f32 (8,):(1,) shared"
    project.open(str(tmp_path / "lib" / "constants.py"), "TILE = 32\n")
    assert tile_of(project, path) == "Tensor f32 (32,):(1,) shared"
    project.close(str(tmp_path / "lib" / "constants.py"))
    assert tile_of(project, path) == "Tensor f32 (8,):(1,) shared"


def test_a_file_changed_on_disk(tmp_path: Path):
    project, path = make(tmp_path)
    assert tile_of(project, path) == "Tensor f32 (8,):(1,) shared"
    (tmp_path / "lib" / "constants.py").write_text("TILE = 16  # twice as much\n")
    project.forget(str(tmp_path / "lib" / "constants.py"))
    assert tile_of(project, path) == "Tensor f32 (16,):(1,) shared"


def test_a_change_inside_a_device_function_is_seen(tmp_path: Path):
    project, path = make(tmp_path)
    project.read(path, KERNEL)
    project.open(
        str(tmp_path / "lib" / "functions.py"),
        "import weft\nfrom weft import f32\n\n@weft.function\ndef twice(x: f32) -> f32:\n    return x[0]\n",
    )
    codes = [finding.code for finding in project.read(path, KERNEL).findings]
    assert codes == ["not-indexable"]


def test_untouched_blocks_are_kept(tmp_path: Path):
    project, path = make(tmp_path)
    before = {id(block) for _, block in project.read(path, KERNEL).blocks}
    after = [id(block) for _, block in project.read(path, KERNEL + "\n\nOTHER = 1\n").blocks]
    assert len(set(after) - before) <= 2


def test_nothing_is_run(tmp_path: Path):
    trap = tmp_path / "sprung"
    (tmp_path / "trap.py").write_text(f"open({str(trap)!r}, 'w').close()\nTILE = 4\n")
    text = f"import weft\nfrom trap import TILE\nopen({str(trap)!r}, 'w').close()\nprint(TILE)\n"
    fact = Project(DIALECT, [str(tmp_path)]).read(str(tmp_path / "k.py"), text).fact_at(text.index("TILE)"))
    assert fact is not None and describe(fact.value) == "int = 4"
    assert not trap.exists()


def test_a_package_imports_its_own_modules(tmp_path: Path):
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "__init__.py").write_text("from . import tiles\n")
    (tmp_path / "kit" / "tiles.py").write_text("TILE = 16\n")
    text = "import kit\nSIZE = kit.tiles.TILE\n"
    model = Project(DIALECT, [str(tmp_path)]).read(str(tmp_path / "user.py"), text)
    assert model.module.lookup("SIZE").value == Static(16)


def test_imports_in_a_circle(tmp_path: Path):
    (tmp_path / "a.py").write_text("from b import X\n")
    (tmp_path / "b.py").write_text("from a import X\n")
    text = "from a import X\nprint(X)\n"
    fact = Project(DIALECT, [str(tmp_path)]).read(str(tmp_path / "k.py"), text).fact_at(text.index("X)"))
    assert fact is not None and describe(fact.value) == "unknown"


def test_a_constant_behind_a_file_between(tmp_path: Path):
    """What a device function of another file computes with, from a third file."""
    project, path = make(tmp_path)
    functions = (
        (tmp_path / "lib" / "functions.py").read_text().replace("return x * TILE", "return x * TILE[0]")
    )
    project.open(str(tmp_path / "lib" / "functions.py"), functions)
    assert [finding.code for finding in project.read(path, KERNEL).findings] == ["not-indexable"]
    project.open(str(tmp_path / "lib" / "constants.py"), "TILE = (8, 2)\n")
    codes = [finding.code for finding in project.read(path, KERNEL).findings]
    assert "not-indexable" not in codes


def test_a_constant_as_a_member_of_its_module(tmp_path: Path):
    project, path = make(tmp_path)
    text = KERNEL.replace("from lib.constants import TILE", "import lib.constants").replace(
        "TILE", "lib.constants.TILE"
    )
    assert tile_of(project, path, text) == "Tensor f32 (8,):(1,) shared"
    project.open(str(tmp_path / "lib" / "constants.py"), "TILE = 32\n")
    assert tile_of(project, path, text) == "Tensor f32 (32,):(1,) shared"


def test_a_name_that_is_not_defined_depends_on_all_names(tmp_path: Path):
    project, path = make(tmp_path)
    text = KERNEL.replace("twice(tile[0])", "cubed(tile[0])").replace("import twice", "import twice as other")

    def messages(text: str) -> list[str]:
        return [finding.message for finding in project.read(path, text).findings]

    unknown = "`cubed` is not defined: "
    assert messages(text) == [f"{unknown}define it before the kernel, or import it"]
    assert messages(f"{text}\ncubeds = 3\n") == [f"{unknown}did you mean `cubeds`?"]
    assert messages(f"from math import *\n{text}") == []
    assert messages(text) == [f"{unknown}define it before the kernel, or import it"]


def test_a_module_that_an_editor_has_not_saved_yet(tmp_path: Path):
    project, path = make(tmp_path)
    text = KERNEL.replace("lib.constants", "lib.drafts")
    before = project.read(path, text).fact_at(text.index("tile[0]") + 1)
    assert before is None or "(16,)" not in describe(before.value)
    project.open(str(tmp_path / "lib" / "drafts.py"), "TILE = 16\n")
    assert tile_of(project, path, text) == "Tensor f32 (16,):(1,) shared"
    project.close(str(tmp_path / "lib" / "drafts.py"))
    fact = project.read(path, text).fact_at(text.index("tile[0]") + 1)
    assert fact is None or "(16,)" not in describe(fact.value)


STARRED = """\
from weft import *
from weft.dims import *
from lib import *

@kernel
def k(x: Tensor[f32, N]):
    i = index(x)
    tile = shared(f32, TILE)
    x[i] = tile[0]
"""


def test_names_that_a_star_imports(tmp_path: Path):
    project, path = make(tmp_path)
    folder = tmp_path / "lib" / "__init__.py"
    project.open(str(folder), "from .constants import *\n")
    assert tile_of(project, path, STARRED) == "Tensor f32 (8,):(1,) shared"
    with_other = STARRED.replace("tile[0]", "tile[0] + other")
    [finding] = project.read(path, with_other).findings
    assert finding.message == "`other` is not defined: define it before the kernel, or import it"

    project.open(str(tmp_path / "lib" / "constants.py"), "TILE = 32\nother = 1\n")
    assert tile_of(project, path, with_other) == "Tensor f32 (32,):(1,) shared"
    project.open(str(tmp_path / "lib" / "constants.py"), '__all__ = ["TILE"]\nTILE = 32\nother = 1\n')
    assert [finding.code for finding in project.read(path, with_other).findings] == ["unknown-name"]
    project.open(str(tmp_path / "lib" / "constants.py"), '__all__ = [*more, "TILE"]\nTILE = 16\nother = 1\n')
    assert tile_of(project, path, with_other) == "Tensor f32 (16,):(1,) shared"


def test_modules_that_star_import_each_other(tmp_path: Path):
    project, path = make(tmp_path)
    project.open(str(tmp_path / "lib" / "__init__.py"), "from .constants import *\nfrom lib import *\n")
    project.open(str(tmp_path / "lib" / "constants.py"), "from lib import *\nTILE = 4\n")
    assert tile_of(project, path, STARRED) == "Tensor f32 (4,):(1,) shared"


def test_only_the_block_that_is_asked_about_is_analysed(tmp_path: Path):
    project, path = make(tmp_path)
    text = KERNEL + KERNEL[KERNEL.index("@weft") :].replace("def k", "def other")
    model = project.read(path, text)
    model.fact_at(text.index("tile[0]"))
    assert sum(block is not None for block in model.blocks.known()) == 1
    edited = project.read(path, text.replace("tile[0]", "tile[1]", 1))
    assert sum(block is not None for block in edited.blocks.known()) == 0


def test_what_was_typed_is_let_go(tmp_path: Path):
    """Thousands of versions of a kernel leave no more than a few of them behind."""
    project, path = make(tmp_path)
    trees: list[ref[object]] = []
    for number in range(200):
        model = project.read(path, KERNEL.replace("tile[0]", f"tile[{number}]"))
        assert weft.lint.findings.check(model) is not None
        trees.append(ref(model.module.blocks[-1][1]))
    gc.collect()
    assert sum(tree() is not None for tree in trees) < 80


def test_edits_leave_no_cycles(tmp_path: Path):
    """What an edit replaces is freed at once: the garbage collector would come between two keystrokes."""
    project, path = make(tmp_path)

    def edit(first: int) -> None:
        for number in range(first, first + 3):
            for typed in (f"tile[{number}]", f"tile[{number}", f"tile[{number}] + tile."):
                assert list(project.read(path, KERNEL.replace("tile[0]", typed)).kernels())

    edit(1)
    gc.collect()
    gc.disable()
    try:
        edit(5)
        assert gc.collect() == 0
    finally:
        gc.enable()


MANY = KERNEL[: KERNEL.index("@weft")] + "".join(
    KERNEL[KERNEL.index("@weft") :].replace("def k", f"def kernel_{number}") for number in range(40)
)


def count(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> list[object]:
    """What the function is called with from now on."""
    calls: list[object] = []
    function = getattr(owner, name)

    def counted(self: object, first: object, *rest: object) -> object:
        calls.append(first)
        return function(self, first, *rest)

    monkeypatch.setattr(owner, name, counted)
    return calls


def test_names_that_an_edit_left_alone_are_not_bound_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    project, path = make(tmp_path)
    text = MANY.replace("from lib.constants import TILE\n", "TILE = 8\n").replace(
        "from lib.functions import twice\n", "@weft.function\ndef twice(x: f32) -> f32:\n    return x\n"
    )
    assert len(project.read(path, text).outline) == 42
    assert len(project.read(path, f"{text}\n").outline) == 42
    bound = count(monkeypatch, ModuleText, "_bind")
    edited = project.read(path, text.removesuffix("twice(tile[0])\n") + "twice(tile[1])\n")
    assert len(edited.outline) == 42
    assert bound == ["kernel_39"]


def test_blocks_that_an_edit_left_alone_look_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    project, path = make(tmp_path)
    assert project.read(path, MANY).findings == ()
    checked = count(monkeypatch, Library, "holds")
    edited = project.read(path, MANY.removesuffix("twice(tile[0])\n") + "twice(tile[1])\n")
    assert edited.findings == ()
    assert len(checked) < len(edited.blocks)


def test_a_name_is_bound_again_when_what_it_rests_on_changes(tmp_path: Path):
    project, path = make(tmp_path)
    text = 'TILE = 8\nSHAPE = (TILE, 2)\nOTHER = 1\n"""Told."""\n'

    def shape(text: str) -> str:
        return describe(project.read(path, text).module.lookup("SHAPE").value)

    def told(text: str) -> str | None:
        symbol = project.read(path, text).module.lookup("OTHER").symbol
        return symbol and symbol.doc

    assert (shape(text), told(text)) == ("(8, 2)", "Told.")
    assert shape(text.replace("TILE = 8", "TILE = 4")) == "(4, 2)"
    assert "8" not in shape(f"{text}\nTILE = 3\n")
    assert shape(f"{text}\n") == "(8, 2)"
    assert told(text.replace("Told", "Said")) == "Said."
    assert told(text.replace('"""', "'", 2)) == told(text)
    assert told(text[: text.index('"""')]) is None


def test_a_module_of_the_language_is_parsed_where_a_name_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    project, path = make(tmp_path)
    parsed: list[str] = []
    parse = weft.model.syntax.parse

    def noted(text: str) -> Parsed:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(weft.model.syntax, "parse", noted)
    assert project.read(path, KERNEL).findings == ()
    assert any("def tile_index(" in text for text in parsed)
    assert not any("def index(" in text for text in parsed)
