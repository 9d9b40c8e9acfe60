"""`weft rule`."""

import pytest
from weft.cli import main
from weft.lint.codes import CODES


def rule(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return main(["rule", *arguments]), *capsys.readouterr()


def test_a_rule(capsys: pytest.CaptureFixture[str]):
    status, out, err = rule(capsys, "unused-parameter")
    assert (status, err) == (0, "")
    assert out.startswith(
        "unused-parameter\n\nA parameter that a kernel never uses.\n\nEach launch has to pass it"
    )
    assert "Instead, drop `beta`" in out


def test_a_suppression_and_a_code_of_the_front_end(capsys: pytest.CaptureFixture[str]):
    assert "ignore-file[code]" in rule(capsys, "unused-ignore")[1]
    _, out, _ = rule(capsys, "wrong-rank")
    assert out == (
        "wrong-rank\n\nAnother number of indices than of axes.\n\nA tensor takes one index for each of its axes; `:` keeps an "
        "axis.\n\n```python\ny[i] = m[i]\n```\n\nInstead, give an index for each axis.\n\n```python\ny[i] = m[i, 0]\n```\n"
    )


def test_all_codes(capsys: pytest.CaptureFixture[str]):
    status, out, _ = rule(capsys)
    assert (status, [line.split()[0] for line in out.splitlines()]) == (0, list(CODES))


def test_no_such_code(capsys: pytest.CaptureFixture[str]):
    assert rule(capsys, "wrong-rnak") == (
        2,
        "",
        "weft: there is no code `wrong-rnak`: did you mean `wrong-rank`?\n",
    )
    assert rule(capsys, "zzz") == (2, "", "weft: there is no code `zzz`: `weft rule` lists the codes\n")
