"""Random edits with requests in flight and cancellations: no fault in the log, and the answers of a fresh server.

WEFT_EDITS: how many edits (250 by default; 100,000 for the long run). WEFT_SEED: other edits, for runs side by side.
"""

import os
import random
from typing import Any

from lsp_client import Client, session

START = """\
import weft
from weft import Tensor, f32
from weft.dims import M, N

TILE = 16


@weft.function
def twice(a: f32):
    return 2.0 * a


@weft.kernel
def scale(alpha: f32, x: Tensor[f32, M, N]):
    i, j = weft.index(x)
    part = weft.shared(f32, (TILE, TILE))
    for k in range(TILE):
        part[k, 0] = x[i, j]
    x[i, j] = twice(alpha) + part[0, 0]


def main(x):
    scale(alpha=1.0, x=x)


def make(dtype, wide):
    tile = TILE // 2

    @weft.kernel
    def made(x: Tensor[dtype, N]):
        i = weft.index(x)
        x[i] = tile + wide + late

    late = 3
    return made


class Solver:
    SIZE = f32

    @weft.kernel
    def step(x: Tensor[SIZE, N], value: f32):
        x[weft.index(x)] = value

    def __init__(self, wide):
        self.held = make(f32, wide)

    def run(self, x):
        self.step(x, 1.0)
        self.held(x)


solver = Solver(4)
solver.step(solver, Solver.step)
"""
PIECES = (
    "x", ".", "(", ")", "[", "]", ":", "\n", "    ", "weft.", "f32", '"', "'''", "#", "é", "😀", "\t", "\r\n", ",", "=",
    "def f(", "@weft.kernel\n", "for k in range(", "import weft\n", "lambda: ", "f'{x}'", "\\", "\ufeff", "\f",
    "class Solver(A):\n", "self.", "self.step = ", "Solver.step", "nonlocal tile\n", "tile = 4\n", "@staticmethod\n",
)  # fmt: skip
METHODS = (
    "hover", "definition", "declaration", "typeDefinition", "implementation", "completion", "signatureHelp",
    "documentHighlight",
)  # fmt: skip
WHOLE = ("documentSymbol", "semanticTokens/full", "foldingRange", "codeLens", "documentLink")
EDITS = int(os.environ.get("WEFT_EDITS", "250"))
SEED = int(os.environ.get("WEFT_SEED", "7"))
COMPARED_EACH = 250  # edits
URI = "file:///project/kernel.py"


def test_random_edits():
    rng = random.Random(SEED)
    with session("--log-level", "error") as client:
        client.open(START, uri=URI)
        text, version = START, 1
        for done in range(1, EDITS + 1):
            if not len(START) // 2 < len(text) < 3 * len(START):
                text, change = START, {"text": START}
            else:
                text, change = edited(rng, text)
            version += 1
            message = {"textDocument": {"uri": URI, "version": version}, "contentChanges": [change]}
            asked = [random_request(rng, client, text) for _ in range(2)]
            cancelled = [
                {"method": "$/cancelRequest", "params": {"id": each["id"]}}
                for each in asked
                if rng.random() < 0.3
            ]
            client.send({"method": "textDocument/didChange", "params": message}, *asked, *cancelled)
            unanswered = {each["id"] for each in asked}
            while unanswered:
                unanswered.discard(client.next().get("id"))
            if done % COMPARED_EACH == 0 or done == EDITS:
                assert asked_again(client, text) == fresh(text), (
                    f"seed {SEED}, after {done} edits of:\n{text}"
                )
        client.request("shutdown", None)
        client.notify("exit", None)
        assert client.ended() == 0
        assert client.errors() == ""


def edited(rng: random.Random, text: str) -> tuple[str, dict[str, Any]]:
    """A random edit: a piece put in, or some characters taken out."""
    start = rng.randrange(len(text) + 1)
    end = min(len(text), start + rng.choice((0, 0, 0, 1, 3, 12)))
    piece = rng.choice(PIECES) if rng.random() < 0.7 else ""
    # Half of a line end is no place of the protocol.
    while start > 0 and text[start - 1 : start + 1] == "\r\n":
        start -= 1
    while 0 < end < len(text) and text[end - 1 : end + 1] == "\r\n":
        end += 1
    span = {"start": position(text, start), "end": position(text, max(start, end))}
    return text[:start] + piece + text[max(start, end) :], {"range": span, "text": piece}


def position(text: str, offset: int) -> dict[str, int]:
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    line = before.rpartition("\n")[2]
    return {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}


def random_request(rng: random.Random, client: Client, text: str) -> dict[str, Any]:
    if rng.random() < 0.2:
        return client.message(f"textDocument/{rng.choice(WHOLE)}", {"textDocument": {"uri": URI}})
    place = position(text, rng.randrange(len(text) + 1))
    params = {"textDocument": {"uri": URI}, "position": place}
    return client.message(f"textDocument/{rng.choice(METHODS)}", params)


def fresh(text: str) -> list[Any]:
    """What a server answers that never saw another text."""
    with session() as client:
        client.open(text, uri=URI)
        return asked_again(client, text)


def asked_again(client: Client, text: str) -> list[Any]:
    """Every method at some places, without what counts the answers of a session."""
    places = [position(text, offset) for offset in range(0, len(text) + 1, max(1, len(text) // 12))]
    found: list[Any] = []
    for method in METHODS:
        for place in places:
            params = {"textDocument": {"uri": URI}, "position": place}
            found.append(plain(client.request(f"textDocument/{method}", params)))
    for method in WHOLE:
        found.append(plain(client.request(f"textDocument/{method}", {"textDocument": {"uri": URI}})))
    return found


def plain(answer: Any) -> Any:
    if isinstance(answer, dict):
        # The numbers of a completion or a lens; those of semantic tokens are the answer itself.
        left_out = {"resultId"} if "resultId" in answer else {"data"}
        return {key: plain(value) for key, value in answer.items() if key not in left_out}
    return [plain(each) for each in answer] if isinstance(answer, list) else answer
