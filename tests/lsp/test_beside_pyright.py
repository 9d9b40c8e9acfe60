"""Two servers on the same files: pyright, and Weft in the mode `complement`. Nothing is answered twice."""

import io
import json
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lsp_client
import pytest
import weft
from lsp_client import SERVER, Client

PYRIGHT = (str(Path(sys.executable).with_name("pyright-langserver")), "--stdio")
# A language server in JavaScript on a loaded machine.
PATIENCE_SECONDS = 120
KERNELS = '''\
import weft
from weft import Layout, Tensor, f32
from weft.dims import M, N

TILE = 16
SHAPE = Layout((4, 8), (8, 1))


class Batch(weft.Dim):
    """How many."""


@weft.function
def twice(a: f32) -> f32:
    return 2.0 * a


@weft.kernel
def scale(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    tile = weft.shared(f32, (TILE, TILE))
    row = x[i, :]
    value = x[i, j] * alpha
    total = value + row.shape[0] + tile.T.shape[0] + SHAPE.size() + weft.layout.Layout(4).rank
    print(f"{value} {weft.thread_idx.x}")
    y[i, j] = twice(total)


def main(x, y):
    scale(alpha=2.0, x=x, y=y)
    scale[4, 64](2.0, x=x, y=y)
    twice(2.0)
    scale(2.0, x, )
'''
GUILTY = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def wrong(x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = scael


@weft.kernel
def divergent():
    if weft.thread_idx.x < 4:
        weft.barrier()


made = weft.zero((2, 3), weft.f32)
from_dims = weft.dims("N")
less = weft.layout.Swizzle(1, 2)


def unfinished(
"""
CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    }
}
Answers = tuple[Any, Any]


class Pair:
    """Both servers with a file open in each."""

    def __init__(self, folder: Path, pyright: Client, ours: Client) -> None:
        self.folder = folder
        self.clients = (pyright, ours)
        self.uris: dict[str, str] = {}
        for client in self.clients:
            root = {"uri": folder.as_uri(), "name": "workspace"}
            options = {"python": "complement"}
            client.initialize(
                capabilities=CAPABILITIES, workspaceFolders=[root], initializationOptions=options
            )
            client.notify("initialized", {})

    def open(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text)
        for client in self.clients:
            client.open(text, path.as_uri())
        return path.as_uri()

    def ask(self, method: str, uri: str, line: int, column: int, **more: object) -> Answers:
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        theirs, ours = (client.request(f"textDocument/{method}", place | more) for client in self.clients)
        return theirs, ours


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("beside")
    sources = str(Path(weft.__file__).parents[1])
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [sources]}))
    before, lsp_client.WAIT_SECONDS = lsp_client.WAIT_SECONDS, PATIENCE_SECONDS
    pyright, ours = Client(PYRIGHT, cwd=folder), Client(SERVER, cwd=folder)
    try:
        yield Pair(folder, pyright, ours)
    finally:
        lsp_client.WAIT_SECONDS = before
        for client in (pyright, ours):
            client.process.kill()
            client.process.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def kernels(pair: Pair) -> str:
    return pair.open("kernels.py", KERNELS)


def names() -> list[tuple[str, int, int]]:
    tokens = tokenize.generate_tokens(io.StringIO(KERNELS).readline)
    words = [(token.string, token.start[0] - 1, token.start[1]) for token in tokens if token.type == 1]
    # Python 3.11 takes an f-string for one word.
    inside = [(match[1], match.start(1)) for match in re.finditer(r"\{(\w+)", KERNELS)]
    return words + [
        (word, KERNELS[:at].count("\n"), at - KERNELS.rfind("\n", 0, at) - 1) for word, at in inside
    ]


def after(pattern: str) -> list[tuple[str, int, int]]:
    return [
        (line[: match.end()].strip(), number, match.end())
        for number, line in enumerate(KERNELS.splitlines())
        for match in re.finditer(pattern, line)
    ]


def text_of(hover: Any) -> str:
    return hover["contents"]["value"] if hover else ""


def said(markdown: str) -> set[str]:
    """The sentences of a hover, and its lines of code."""
    return {part.strip() for part in re.split(r"\n|(?<=[.:]) ", markdown) if len(part.strip()) > 10}


def test_no_hover_is_doubled(pair: Pair, kernels: str):
    ours_alone = 0
    for name, line, column in names():
        theirs, ours = (text_of(each) for each in pair.ask("hover", kernels, line, column))
        assert said(theirs) & said(ours) == {"```python"} & said(ours), (name, line)
        if re.search(r"^(?:\((?:function|method|module|class)\)|class) ", theirs, re.MULTILINE):
            is_launch = re.search(rf"\(function\) {name}: Kernel", theirs)
            is_signature = re.match(rf"```python\n(?:{name}\(|class |module |dtype |dimension )", ours)
            assert is_launch or not is_signature, (name, line, theirs, ours)
        ours_alone += bool(ours)
    assert ours_alone > 20


def test_no_type_is_said_twice(pair: Pair, kernels: str):
    """`total: f32` stands in the other's hover already."""
    compared = 0
    for name, line, column in names():
        theirs, ours = (text_of(each) for each in pair.ask("hover", kernels, line, column))
        typed = re.search(r"^\((?:variable|parameter|constant|property)\) (\w+): (.*)$", theirs, re.MULTILINE)
        if typed and ours:
            compared += 1
            assert not re.search(rf"^{typed[1]}:", ours, re.MULTILINE), (name, line, theirs, ours)
            assert ours.splitlines()[1:2] != [typed[2]], (name, line, theirs, ours)
    assert compared > 15


def test_what_only_weft_says_of_values(pair: Pair, kernels: str):
    def ours(pattern: str) -> str:
        _, line, column = after(pattern)[0]
        return text_of(pair.ask("hover", kernels, line, column - 1)[1])

    assert ours("    total").startswith("Differs between threads.")
    assert ours("    tile") == "```python\n(16, 16):(16, 1) shared\n```"
    assert ours(r"\(TILE") == "```python\n= 16\n```"
    assert ours("^SHAPE").startswith("```python\n(4, 8):(8, 1)\n```\n\n```text\n")
    assert "Proved to be inside the tensor" in ours(r"x\[i, j\] ")


def test_no_member_and_no_name_is_completed_twice(pair: Pair, kernels: str):
    for typed, line, column in (
        *after(r"[\w\])]\.(?=[a-zT])"),
        *after(r"[\w\]]\((?=\w)"),
        *after(r"= (?=\w)"),
    ):
        theirs, ours = pair.ask("completion", kernels, line, column)
        labels = [{item["label"] for item in (each or {"items": []})["items"]} for each in (theirs, ours)]
        assert labels[0] & labels[1] == set(), typed


def test_what_only_weft_completes(pair: Pair, kernels: str):
    _, ours = pair.ask("completion", kernels, *next(each[1:] for each in after(r"scale\[")))
    assert any("grid" in item["label"] for item in ours["items"])
    _, ours = pair.ask("completion", kernels, *next(each[1:] for each in after(r"x, (?=\))")))
    assert {item["label"] for item in ours["items"]} == {"y="}


@pytest.mark.parametrize("what", ["definition", "declaration", "typeDefinition", "documentHighlight"])
def test_no_place_is_given_twice(what: str, pair: Pair, kernels: str):
    given = [(*pair.ask(what, kernels, line, column), name, line) for name, line, column in names()]
    assert [(name, line) for theirs, ours, name, line in given if theirs and ours] == []


def test_the_keyword_of_a_kernel_leads_to_its_parameter(pair: Pair, kernels: str):
    (line, column), *_ = [(line, column - 1) for _, line, column in after(r"alpha(?==)")]
    theirs, ours = pair.ask("definition", kernels, line, column)
    assert not theirs
    assert ours["range"]["start"]["line"] == KERNELS[: KERNELS.index("def scale")].count("\n")
    found = pair.ask("references", kernels, line, column, context={"includeDeclaration": True})
    assert (len(found[0] or ()), len(found[1])) == (0, 3)


def test_the_parameter_of_a_kernel_finds_its_keywords(pair: Pair, kernels: str):
    (line, column), *_ = [(line, column - 1) for _, line, column in after(r"alpha(?=:)")]
    theirs, ours = pair.ask("references", kernels, line, column, context={"includeDeclaration": True})
    places = [
        {(each["range"]["start"]["line"], each["range"]["start"]["character"]) for each in found}
        for found in (theirs, ours)
    ]
    assert (len(places[0]), len(places[1]), places[0] & places[1]) == (2, 1, set())


def test_no_signature_is_shown_twice(pair: Pair, kernels: str):
    ours_alone: list[str] = []
    for typed, line, column in after(r"[\w\]]\("):
        if not typed.startswith(("def ", "class ")):
            theirs, ours = pair.ask("signatureHelp", kernels, line, column)
            labels = [each["signatures"][0]["label"] if each else "" for each in (theirs, ours)]
            # A kernel takes anything, as far as others know.
            assert not labels[1] or labels[0] == "(*args: object, **kwargs: object) -> None", typed
            ours_alone += [typed] if labels[1] else []
    assert ours_alone == ["scale(", "scale[4, 64](", "scale("]


def test_the_outline_is_one(pair: Pair, kernels: str):
    asked = {"textDocument": {"uri": kernels}}
    theirs, ours = (client.request("textDocument/documentSymbol", asked) for client in pair.clients)
    assert theirs
    assert not ours


def test_no_name_of_the_workspace_is_found_twice(pair: Pair, kernels: str):
    found = [
        {each["name"] for each in client.request("workspace/symbol", {"query": "a"}) or []}
        for client in pair.clients
    ]
    assert "scale" in found[0]
    assert "barrier" in found[1]
    assert found[0] & found[1] == set()


def test_no_finding_is_doubled(pair: Pair):
    uri = pair.open("guilty.py", GUILTY)
    theirs, ours = (published(client, uri) for client in pair.clients)
    assert {'8: "scael" is not defined'} <= theirs
    assert {"17", "18", "19"} <= {line.partition(":")[0] for line in theirs}
    assert {line.partition(":")[0] for line in theirs} & {line.partition(":")[0] for line in ours} == set()
    assert any("barrier" in line for line in ours)


def published(client: Client, uri: str) -> set[str]:
    while (shown := client.notified("textDocument/publishDiagnostics"))["uri"] != uri or not shown[
        "diagnostics"
    ]:
        pass
    return {f"{each['range']['start']['line']}: {each['message']}" for each in shown["diagnostics"]}
