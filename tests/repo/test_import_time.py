"""Invariant 2 of docs/architecture.md: what starts at once, and loads neither numba nor NumPy."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numba", "llvmlite", "numpy", "cuda")
LIMIT_MS = 100
EXAMPLE = str(Path(__file__).parents[2] / "examples" / "saxpy.py")


def loaded(code: str) -> set[str]:
    """The top-level packages that a fresh process has loaded after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('LOADED', *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    return {name.partition(".")[0] for name in line.split()[1:]}


def import_ms(module: str) -> float:
    """The processor's time for an import in a fresh process, the best of five: what else the machine does is not counted."""
    code = f"import time; start = time.process_time(); import {module}; print(time.process_time() - start)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    return min(float(done.stdout) for done in runs) * 1000


@pytest.mark.parametrize(
    "code",
    [
        "import weft",
        "import weft_lsp",
        "import weft_lsp.lsp.server",
        "from weft import *",
        "import weft.cli.check",
        f"import weft.cli; assert weft.cli.main(['check', {EXAMPLE!r}]) == 0",
    ],
    ids=["weft", "weft_lsp", "the server", "all names", "weft check", "weft check of a kernel"],
)
def test_nothing_heavy_is_loaded(code: str):
    assert loaded(code).isdisjoint(HEAVY)


def test_what_the_cache_knows_is_said_without_the_front_end(tmp_path: Path):
    """Neither what reads kernels nor the rules is loaded for a file that is as it was, with findings or without."""
    kernel = "import weft\nfrom weft import Tensor, f32\n\n\n@weft.kernel\ndef k(x: Tensor[f32, 4]):\n    x[9] = 1.0\n"
    (tmp_path / "guilty.py").write_text(kernel)
    (tmp_path / "clean.py").write_text("import weft\nimport numpy\n")
    code = (
        f"import os, sys, weft.cli; os.chdir({str(tmp_path)!r}); status = weft.cli.main(['check']);"
        "reading = ('weft.model.project', 'weft.model.kernel', 'weft.lint.findings', 'weft.ops.dialect', 'ast');"
        "print('FOUND', status, *[name for name in reading if name in sys.modules])"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first.splitlines()[-1].startswith("FOUND 1 weft.model.project")
    assert second.splitlines()[-1] == "FOUND 1"
    assert first.splitlines()[:-1] == second.splitlines()[:-1]


def test_importing_weft_is_quick(capsys: pytest.CaptureFixture[str]):
    taken = import_ms("weft")
    with capsys.disabled():
        print(f"\nimport weft: {taken:.0f} ms")
    assert taken < LIMIT_MS


def test_the_server_completes_few_classes_of_the_protocol():
    """Completing all of the 550 takes longer than all else together."""
    code = (
        "import weft_lsp.lsp.server as server; server.new_server(); from lsprotocol import types;"
        "waiting = [each for each in vars(types).values() if isinstance(each, type)"
        " and type(vars(each).get('__attrs_attrs__')).__name__ == '_Fields'];"
        "print('WAITING', len(waiting))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[-1]) > 480


def test_classes_of_the_protocol_are_those_of_lsprotocol():
    """The fields of each class, whether it was completed late or at once."""
    fields = (
        "import attrs; from lsprotocol import types;"
        "print([(name, [(each.name, str(each.type), str(each.default)) for each in attrs.fields(found)])"
        " for name, found in list(types.ALL_TYPES_MAP.items()) if attrs.has(found)])"
    )
    resolved = f"import lsprotocol.converters; lsprotocol.converters.get_converter(); {fields}"
    late, at_once = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for code in (f"import weft_lsp.lsp; {fields}", resolved)
    )
    assert late == at_once


def test_the_server_starts_without_what_a_first_answer_can_do_without():
    later = (
        "ssl",
        "_hashlib",
        "weft.lint.block",
        "weft.lint.rules",
        "weft.lint.suppress",
        "weft_lsp.ide.extract_function",
    )
    code = (
        f"import sys; from weft_lsp import __main__; sys.argv[1:] = ['--version']\n"
        f"try: __main__.main()\n"
        f"finally: print('FOUND', *[name for name in {later} if name in sys.modules])"
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "FOUND"
