"""Every feature in a text with characters of one to four bytes, tabs, form feeds and a byte order mark: in each unit that a
client can choose, and under each line end, the answers lead to the same characters."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from every_feature import METHODS, params_of
from lsp_client import Client, session

MARKED = """\
\ufeff"é漢😀"; import weft
from weft import Tensor, f32; from weft.dims import N
\f
TILE = 16; é漢 = '😀'


@weft.function
def twice(a: f32): '''😀'''; return 2.0 * a


\f
@weft.kernel
def k(α: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
\ti = weft.index(y)
\t'😀é'; total = x[i]  # 漢 weft: ignore[unused-parameter]
\t'漢😀'; part = weft.shared(f32, TILE); part[0] = 1.0; weft.barier()
\t'😀'; y[i] = twice(total) + part[0] * α


def main(x, y): '😀'; k(α=1.0, x=x, y=y); print(f"😀{x}", weft.unknown)
"""
PLACES = ("tot$0al = x", "weft.sh$0ared(", "par$0t[0] *", "$0k(α:", "k(α=$01")
CAPABILITIES = {
    "textDocument": {
        "diagnostic": {},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
    }
}
URI = "file:///project/kernel.py"
# Asked about where they have something to say.
ONLY_AT = {"allHierarchy": "$0k(α:", "completion": "weft.sh$0ared("}
_END = re.compile("\r\n|\r|\n")


def offset_of(text: str, line: int, column: int, encoding: str) -> int:
    """Another way from a position to a character than the server's."""
    start = [0, *(match.end() for match in _END.finditer(text))][line]
    rest, bare = text[start:], text[start:].partition("\n")[0]
    unit, width = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    assert len(bare.encode(unit)) >= column * width or rest == ""
    return start + len(bare.encode(unit)[: column * width].decode(unit))


def place_of(text: str, offset: int, encoding: str) -> dict[str, int]:
    before = text[:offset]
    ends = list(_END.finditer(before))
    unit, width = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    last = before[ends[-1].end() :] if ends else before
    return {"line": len(ends), "character": len(last.encode(unit)) // width}


def placed(answer: Any, text: str, encoding: str) -> Any:
    """An answer with what its ranges hold in place of their numbers, without what counts the answers of a session."""
    match answer:
        case {"start": {"line": int()} as start, "end": {"line": int()} as end}:
            first, last = (offset_of(text, at["line"], at["character"], encoding) for at in (start, end))
            return len(_END.sub("\n", text[:first])), _END.sub("\n", text[first:last])
        case {"line": int() as line, "character": int() as column}:
            return len(_END.sub("\n", text[: offset_of(text, line, column, encoding)]))
        case {"data": [int(), *_] as numbers} if "resultId" in answer or set(answer) == {"data"}:
            return tokens(numbers, text, encoding)
        case {"uri": str() as uri} if uri != URI:
            # Other files are ASCII.
            return answer
        case dict():
            kept = {name: each for name, each in answer.items() if name not in ("data", "resultId")}
            return {name: placed(each, text, encoding) for name, each in kept.items()}
        case list():
            return [placed(each, text, encoding) for each in answer]
        case _:
            return answer


def tokens(numbers: Sequence[int], text: str, encoding: str) -> list[tuple[int, str, int, int]]:
    line, column = 0, 0
    found: list[tuple[int, str, int, int]] = []
    for down, right, length, kind, modifiers in zip(*[iter(numbers)] * 5, strict=True):
        line, column = line + down, right + (0 if down else column)
        first = offset_of(text, line, column, encoding)
        last = offset_of(text, line, column + length, encoding)
        found.append((len(_END.sub("\n", text[:first])), text[first:last], kind, modifiers))
    return found


def answers(text: str, encoding: str) -> dict[tuple[str, str], Any]:
    general = {"general": {"positionEncodings": [encoding]}}
    with session(capabilities=CAPABILITIES | general) as client:
        client.open(text, uri=URI)
        found: dict[tuple[str, str], Any] = {}
        for method in METHODS:
            only = next((place for word, place in ONLY_AT.items() if word in method), None)
            for place in [only] if only else PLACES:
                found[method, place] = placed(ask(client, method, place, text, encoding), text, encoding)
        return found


def ask(client: Client, method: str, place: str, text: str, encoding: str) -> Any:
    line_end = _END.search(text)
    assert line_end is not None
    before, _, after = place.replace("\n", line_end[0]).partition("$0")
    offset = text.index(before + after) + len(before)
    position, end = place_of(text, offset, encoding), place_of(text, len(text), encoding)
    params = params_of(method, URI, position, end, client.request)
    message = client.message(method, params)
    client.send(message)
    answer = client.answer(message["id"])
    return answer.get("result", answer.get("error"))


@pytest.fixture(scope="module")
def expected() -> dict[tuple[str, str], Any]:
    return answers(MARKED, "utf-32")


def test_every_feature_says_something(expected: dict[tuple[str, str], Any]):
    silent = {method for method in METHODS if not any(expected[key] for key in expected if key[0] == method)}
    assert silent == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_feature_in_each_unit(encoding: str, expected: dict[tuple[str, str], Any]):
    found = answers(MARKED, encoding)
    for key, answer in expected.items():
        assert found[key] == answer, key


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_every_feature_under_each_line_end(end: str, expected: dict[tuple[str, str], Any]):
    found = answers(MARKED.replace("\n", end), "utf-16")
    for key, answer in expected.items():
        assert found[key] == answer, key
