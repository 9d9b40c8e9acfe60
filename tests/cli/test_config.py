"""`--select`, `--ignore` and the project's configuration."""

from pathlib import Path

import pytest
from weft.cli import main

KERNEL = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N], unused: f32):
    i = weft.index(y)
    y[i, i] = scael
"""
ALL = ["wrong-rank", "unknown-name"]
TYPE = "is a list of strings; found"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "top" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "top")
    Path("sub/k.py").write_text(KERNEL)


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """The exit status, the codes found, and the complaints without the directory."""
    status = main(["check", *arguments])
    out, err = capsys.readouterr()
    codes = [line.split(": ")[1] for line in out.splitlines() if line.startswith("sub/")]
    return status, codes, err.replace(f"{Path.cwd()}/", "")


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ([], set(ALL)),
        (["--select", "wrong-rank,unknown-name"], {"wrong-rank", "unknown-name"}),
        (["--select", "wrong-rank", "--select", "unknown-name"], {"wrong-rank", "unknown-name"}),
        (["--ignore", "wrong-rank, unused-parameter"], {"unknown-name"}),
        (["--select", "wrong-rank", "--ignore", "wrong-rank"], set[str]()),
    ],
)
def test_command_line(arguments: list[str], codes: set[str], capsys: pytest.CaptureFixture[str]):
    status, found, err = check(capsys, *arguments, "sub")
    assert (status, set(found), err) == (1 if codes else 0, codes, "")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('select = ["wrong-rank"]', {"wrong-rank"}),
        ('ignore = ["wrong-rank", "unused-parameter"]', {"unknown-name"}),
        ('[{}per-file-ignores]\n"sub/*.py" = ["wrong-rank", "unused-parameter"]', {"unknown-name"}),
        ('[{}per-file-ignores]\n"other/*.py" = ["wrong-rank"]', set(ALL)),
        ('exclude = ["sub"]', set[str]()),
        ('exclude = ["sub/k*"]', set[str]()),
        ('exclude = ["k"]', set(ALL)),
    ],
)
@pytest.mark.parametrize("name", ["weft.toml", "pyproject.toml"])
def test_configuration_above_a_path(
    name: str, text: str, codes: set[str], capsys: pytest.CaptureFixture[str]
):
    if name == "weft.toml":
        Path(name).write_text(text.replace("{}", ""))
    else:
        Path(name).write_text("[tool.weft]\n" + text.replace("{}", "tool.weft."))
    status, found, err = check(capsys, ".")
    assert (status, set(found), err) == (1 if codes else 0, codes, "")


def test_the_command_line_replaces_select_and_adds_to_ignore(capsys: pytest.CaptureFixture[str]):
    Path("weft.toml").write_text('select = ["wrong-rank"]\nignore = ["unknown-name"]')
    assert check(capsys, "--select", "unknown-name", "sub")[:2] == (0, [])
    assert check(capsys, "--ignore", "wrong-rank", "sub")[:2] == (0, [])


def test_a_named_file_is_checked_though_excluded(capsys: pytest.CaptureFixture[str]):
    Path("weft.toml").write_text('exclude = ["*.py"]')
    assert check(capsys, "sub/k.py")[0] == 1


@pytest.mark.parametrize("others", [[], ["--format", "full"]])
def test_a_named_file_can_be_left_out(others: list[str], capsys: pytest.CaptureFixture[str]):
    """As pre-commit wants it, which names every file."""
    Path("weft.toml").write_text('exclude = ["*.py"]')
    assert check(capsys, "--force-exclude", *others, "sub/k.py")[:2] == (0, [])
    Path("weft.toml").write_text('exclude = ["other.py"]')
    assert check(capsys, "--force-exclude", *others, "sub/k.py")[0] == 1


def test_extend_select_goes_before_ignore_but_not_before_what_single_files_ignore(
    capsys: pytest.CaptureFixture[str],
):
    Path("weft.toml").write_text('ignore = ["wrong-rank"]\n[per-file-ignores]\n"sub/*" = ["unknown-name"]')
    found = check(capsys, "--extend-select", "wrong-rank,unknown-name", "sub")
    assert found[:2] == (1, ["wrong-rank"])


def test_the_nearest_configuration_counts(capsys: pytest.CaptureFixture[str]):
    Path("weft.toml").write_text('select = ["wrong-rank"]')
    Path("sub/pyproject.toml").write_text("[tool.other]\n")
    assert check(capsys, "sub")[1] == ["wrong-rank"]
    Path("sub/weft.toml").write_text('select = ["unknown-name"]')
    assert check(capsys, "sub")[1] == ["unknown-name"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("selct = []", ":1: there is no key `selct`: did you mean `select`?"),
        (
            "# a comment\nzzz = 1",
            ":2: there is no key `zzz`: the keys are extend, select, ignore, per-file-ignores, exclude, targets",
        ),
        ("extend = 1", ":1: `extend` is a path; found `1`"),
        ('extend = "weft.toml"', ":1: `extend` leads back to itself, or is too deep: cut it"),
        ('select = "wrong-rank"', f":1: `select` {TYPE} `wrong-rank`"),
        ("\nignore = [1]", f":2: `ignore` {TYPE} `[1]`"),
        ("per-file-ignores = 3", ":1: `per-file-ignores` is a table; found `3`"),
        ('[per-file-ignores]\n"b.py" = []\n"a.py" = 3', f":3: `a.py` {TYPE} `3`"),
        ('targets = ["sm_9"]', ":1: `targets`: there is no target `sm_9`: did you mean `sm_90`?"),
        (
            'targets = [\n "h200"]',
            (
                ":2: `targets`: there is no target `h200`: the targets are sm_75, sm_80, sm_86, sm_87, sm_89, sm_90, sm_100, "
                "sm_103, sm_110, sm_120, sm_121"
            ),
        ),
        (
            "select = [\n]]",
            ":2 is not TOML: Expected newline or end of document after a statement (at line 2, column 2)",
        ),
        (
            'ignore = [\n "race",\n "wrong-rnak"]',
            ":3: `ignore`: Weft has no code `wrong-rnak`: did you mean `wrong-rank`?",
        ),
        (
            'ignore = ["wrong-rnak"]',
            ":1: `ignore`: Weft has no code `wrong-rnak`: did you mean `wrong-rank`?",
        ),
    ],
)
def test_wrong_configuration(text: str, complaint: str, capsys: pytest.CaptureFixture[str]):
    Path("weft.toml").write_text(text)
    assert check(capsys, "sub") == (2, [], f"weft: weft.toml{complaint}\n")


def test_a_configuration_inherits_the_keys_that_it_leaves_out(capsys: pytest.CaptureFixture[str]):
    Path("pyproject.toml").write_text('[tool.weft]\nselect = ["wrong-rank"]\nignore = ["wrong-rank"]\n')
    Path("sub/weft.toml").write_text('extend = "../pyproject.toml"\n')
    assert check(capsys, "sub")[1] == []
    Path("sub/weft.toml").write_text('extend = "../pyproject.toml"\nignore = []\n')
    assert check(capsys, "sub")[1] == ["wrong-rank"]
    Path("sub/weft.toml").write_text('extend = "../none.toml"\n')
    assert (
        check(capsys, "sub")[2]
        == "weft: sub/weft.toml:1: `extend` names sub/../none.toml, which is no file\n"
    )


def test_what_is_not_toml(capsys: pytest.CaptureFixture[str]):
    Path("weft.toml").write_text("select = [")
    status, _, err = check(capsys, "sub")
    assert status == 2
    assert err.startswith("weft: weft.toml is not TOML: ")


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_code(option: str, capsys: pytest.CaptureFixture[str]):
    status, _, err = check(capsys, option, "wrong-rnak", "sub")
    assert (status, err) == (
        2,
        f"weft: {option}: Weft has no code `wrong-rnak`: did you mean `wrong-rank`?\n",
    )


LARGE = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(N, 256)
    large = weft.shared(f32, 30_000)
    for k in weft.static_range(4):
        large[weft.thread_idx.x + 256 * k] = x[i]
    weft.barrier()
    y[i] = large[weft.thread_idx.x]
"""


@pytest.mark.parametrize(
    ("targets", "device"),
    [('["sm_90"]', None), ('["sm_90", "sm_86"]', "sm_86"), ("[]", None)],
)
def test_targets(targets: str, device: str | None, capsys: pytest.CaptureFixture[str]):
    """Shared memory is judged for the target that has least of it; the cache does not mix targets up."""
    Path("sub/k.py").write_text(LARGE)
    Path("weft.toml").write_text('select = ["shared-memory"]\ntargets = ["sm_75"]\n')
    assert check(capsys, "sub")[1] == ["shared-memory"]
    Path("weft.toml").write_text(f'select = ["shared-memory"]\ntargets = {targets}\n')
    main(["check", "--format", "concise", "sub"])
    words = (
        f"sub/k.py:9:13: shared-memory: the kernel uses 120,000 bytes of shared memory (`large` 120,000); a block of {device} "
        "has 101,376: use smaller tiles or a narrower dtype\n"
    )
    assert capsys.readouterr().out == (words if device else "")
