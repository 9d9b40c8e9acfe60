"""`weft inspect`: read from text, for people and for the editor's Stages view."""

import io
import json
from pathlib import Path

import pytest
from weft.cli import main

SAXPY = """\
import weft
from weft import Tensor, f32
from weft.dims import N

raise SystemExit("this file was run")


@weft.kernel
def saxpy(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = alpha * x[i] + y[i]


@weft.function
def double(x: f32) -> f32:
    return 2 * x
"""
STORE = SAXPY.splitlines().index("    y[i] = alpha * x[i] + y[i]") + 1


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("k.py").write_text(SAXPY, encoding="utf-8")
    return "k.py"


def inspect(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return main(["inspect", *arguments]), *capsys.readouterr()


def test_json_is_what_the_editor_reads(capsys: pytest.CaptureFixture[str], file: str):
    status, out, err = inspect(capsys, f"{file}::saxpy", "--target", "sm_90", "--format", "json")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert list(found) == ["version", "path", "kernel", "target", "stages", "resources", "notices"]
    assert (found["version"], found["kernel"], found["target"]) == (1, "saxpy", "sm_90")
    assert found["path"] == str(Path(file).resolve())
    assert found["notices"] == []
    names = [(stage["name"], stage["language"]) for stage in found["stages"]]
    assert names == [
        ("model", "weft"), ("python", "python"), ("llvm", "llvm"), ("ptx", "ptx"), ("sass", "sass"),
    ]  # fmt: skip
    for stage in found["stages"]:
        assert list(stage) == ["name", "language", "text", "lines"]
        assert len(stage["lines"]) == stage["text"].count("\n") + 1
        assert STORE in stage["lines"]
    resources = found["resources"]
    assert list(resources) == ["registers", "spill_bytes", "shared_bytes", "occupancy"]
    assert (resources["spill_bytes"], resources["shared_bytes"]) == (0, 0)
    assert resources["occupancy"] == {
        "block_threads": 256, "blocks_per_sm": 8, "warps": 64, "max_warps": 64, "limit": "warps",
    }  # fmt: skip


def test_one_stage_as_text(capsys: pytest.CaptureFixture[str], file: str):
    status, out, _ = inspect(capsys, file, "--stage", "python")
    assert status == 0
    assert out.splitlines()[:4] == [
        f"saxpy for cpu ({Path(file).resolve()})",
        "0 bytes of shared memory a block",
        "",
        "── generated Python ────────────────────────────────────────────",
    ]
    assert out.splitlines()[-1].startswith(f"{STORE:>5} │ ")
    assert out.splitlines()[-1].endswith("store_f32(y, i, alpha * load_f32(x, i) + load_f32(y, i))")


def test_the_block_decides_the_occupancy(capsys: pytest.CaptureFixture[str], file: str):
    arguments = ("--target", "sm_90", "--stage", "model", "--format", "json", "--block", "32,1")
    found = json.loads(inspect(capsys, file, *arguments)[1])
    assert found["resources"]["occupancy"] == {
        "block_threads": 32, "blocks_per_sm": 32, "warps": 32, "max_warps": 64, "limit": "blocks",
    }  # fmt: skip


def test_the_text_of_an_editor(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, file: str
):
    text = SAXPY.replace("alpha *", "3 *").replace("alpha: f32, ", "")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    status, out, _ = inspect(capsys, f"{file}::saxpy", "--stdin", "--stage", "model")
    assert status == 0
    assert out.splitlines()[-1] == f"{STORE:>5} │         y[i] = (3.0 * x[i]) + y[i]"


def test_a_kernel_by_its_line(capsys: pytest.CaptureFixture[str], file: str):
    assert inspect(capsys, f"{file}::{STORE}", "--stage", "model")[0] == 0
    assert inspect(capsys, f"{file}::1") == (
        2, "", "weft: k.py has no kernel at line 1; its kernels: saxpy (line 9)\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["k.py::other"], "k.py has no kernel called `other`; its kernels: saxpy (line 9)"),
        (
            ["k.py::double"],
            "`double` in k.py is a device function, which is read in place of each call: inspect a kernel: saxpy (line 9)",
        ),
        (["none.py::k"], "none.py does not exist: correct the path"),
        (
            ["k.py", "--target", "sm_35"],
            (
                "`sm_35` is no target that Weft knows: name `cpu`, or a GPU's: sm_75, sm_80, sm_86, sm_87, sm_89, sm_90, "
                "sm_100, sm_103, sm_110, sm_120, sm_121"
            ),
        ),
        (
            ["k.py", "--block", "big"],
            "`big` is no block: write up to three whole numbers, such as 256 or 32,8",
        ),
        (
            ["k.py", "--block", "2048"],
            (
                "a block of 2048 threads is over the limit of 1024 threads per block of any CUDA GPU: use a smaller block and "
                "more blocks"
            ),
        ),
    ],
)
def test_what_there_is_not(
    capsys: pytest.CaptureFixture[str], file: str, arguments: list[str], expected: str
):
    assert inspect(capsys, *arguments) == (2, "", f"weft: {expected}\n")


def test_two_kernels_of_one_name(capsys: pytest.CaptureFixture[str], file: str):
    Path(file).write_text(SAXPY + "\n\n" + SAXPY.split("\n\n\n")[1], encoding="utf-8")
    assert inspect(capsys, f"{file}::saxpy") == (
        2,
        "",
        (
            "weft: k.py has several kernels called `saxpy`: saxpy (line 9), saxpy (line 20); name one as FILE::KERNEL or "
            "FILE::LINE\n"
        ),
    )


def test_a_kernel_with_errors(capsys: pytest.CaptureFixture[str], file: str):
    Path(file).write_text(SAXPY.replace("x[i]", "x[j]"), encoding="utf-8")
    status, out, err = inspect(capsys, file, "--format", "json")
    assert (status, json.loads(out)["stages"]) == (1, [])
    assert json.loads(out)["notices"][0].startswith("unknown-name: ")
    assert err.startswith("k.py:11:22: unknown-name: ")


def test_a_stage_that_the_target_lacks(capsys: pytest.CaptureFixture[str], file: str):
    found = json.loads(inspect(capsys, file, "--stage", "ptx", "--format", "json")[1])
    assert found["stages"] == []
    assert found["notices"] == ["cpu has no stage `ptx`; it has model, python, llvm, asm"]


def test_what_only_the_program_knows(capsys: pytest.CaptureFixture[str], file: str):
    Path(file).write_text(
        SAXPY.replace("raise", "import os\nSIZE = len(os.sep)\nraise").replace("alpha *", "SIZE *")
    )
    status, _, err = inspect(capsys, file)
    assert status == 1
    assert err.splitlines()[0] == (
        "k.py:13:5: unknown-value: what this computes with is not in the text, which is all that `weft inspect` reads: "
        "inspect the kernel in the program, with `kernel.inspect(...)`"
    )
