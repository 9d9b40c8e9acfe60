"""Notebooks: the cells of one notebook are one module; every place is a place in a cell."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from lsp_client import Client, Message, at, connected, session

NOTEBOOK = "file:///n.ipynb"
IMPORTS = "%matplotlib inline\nimport weft\nfrom weft import Tensor, f32\nfrom weft.dims import N\n!ls (\nTHREADS = 64"
KERNEL = "@weft.kernel\ndef double(x: Tensor[f32, N]):\n    i = weft.index(x)\n    x[i] = 2.0 * x[i]"
LAUNCH = "# 😀\ndouble[1, THREADS](x)"
CELLS = (IMPORTS, KERNEL, LAUNCH)
CODE, MARKUP = 2, 1
KNOWS_NOTEBOOKS = {"notebookDocument": {"synchronization": {}}}
PULLING = {"textDocument": {"diagnostic": {}}}


def uri(number: int) -> str:
    return f"vscode-notebook-cell:/n.ipynb#{number}"


def item(number: int, text: str, language: str = "python") -> Message:
    return {"uri": uri(number), "languageId": language, "version": 1, "text": text}


def cell(number: int, kind: int = CODE) -> Message:
    return {"kind": kind, "document": uri(number)}


class Notebook:
    """A notebook that a client has open."""

    def __init__(self, client: Client, texts: tuple[str, ...]) -> None:
        self.client = client
        self.version = 1
        opened = {"uri": NOTEBOOK, "notebookType": "jupyter-notebook", "version": 1}
        numbers = range(len(texts))
        cells = {"cells": [cell(number) for number in numbers]}
        documents = [item(number, texts[number]) for number in numbers]
        self.client.notify(
            "notebookDocument/didOpen",
            {"notebookDocument": opened | cells, "cellTextDocuments": documents},
        )

    def change(self, **cells: object) -> None:
        self.version += 1
        changed = {"notebookDocument": {"uri": NOTEBOOK, "version": self.version}, "change": {"cells": cells}}
        self.client.notify("notebookDocument/didChange", changed)

    def structure(self, start: int, delete: int, *cells: Message, **documents: object) -> None:
        array = {"start": start, "deleteCount": delete, "cells": cells}
        self.change(structure={"array": array, **documents})

    def type(self, number: int, text: str) -> None:
        document = {"uri": uri(number), "version": self.version + 1}
        self.change(textContent=[{"document": document, "changes": [{"text": text}]}])

    def ask(self, what: str, number: int, marked: str, **more: object) -> Any:
        return self.client.request(f"textDocument/{what}", at(uri(number), marked) | more)

    def findings(self) -> dict[str, list[str]]:
        """What each cell shows once all is said of this version."""
        shown: dict[str, list[str]] = {}
        while True:
            published = self.client.notified("textDocument/publishDiagnostics")
            lines = [f"{each['range']['start']['line']}: {each['code']}" for each in published["diagnostics"]]
            shown[published["uri"]] = lines
            if published["uri"] == uri(2):
                return shown


@contextmanager
def opened(*texts: str, **params: Any) -> Iterator[Notebook]:
    capabilities = KNOWS_NOTEBOOKS | params.pop("capabilities", {})
    with session(capabilities=capabilities, **params) as client:
        yield Notebook(client, texts or CELLS)


@pytest.mark.parametrize(("capabilities", "is_there"), [({}, False), (KNOWS_NOTEBOOKS, True)])
def test_it_is_advertised(capabilities: dict[str, object], is_there: bool):
    with connected() as client:
        answer = client.initialize(capabilities=capabilities)["capabilities"]
        expected = {"notebookSelector": [{"cells": [{"language": "python"}]}]}
        assert answer.get("notebookDocumentSync") == (expected if is_there else None)


def test_names_of_other_cells():
    with opened() as notebook:
        hover = notebook.ask("hover", 2, LAUNCH.replace("double", "dou$0ble"))
        assert hover["contents"]["value"].startswith("```python\ndouble(x: Tensor[f32, N])")
        assert "1 block of 64" in hover["contents"]["value"]
        assert hover["range"]["start"]["line"] == 1
        found = notebook.ask("definition", 2, LAUNCH.replace("double", "dou$0ble"))
        start, end = {"line": 1, "character": 4}, {"line": 1, "character": 10}
        assert found == {"uri": uri(1), "range": {"start": start, "end": end}}
        signature = notebook.ask("signatureHelp", 2, LAUNCH.replace("(x", "($0x"))
        assert signature["signatures"][0]["label"] == "double(x: Tensor[f32, N])"
        names = notebook.ask("completion", 1, KERNEL.replace("2.0", "$0 2.0"))["items"]
        assert "THREADS" in {each["label"] for each in names}


def test_members_while_a_cell_is_unfinished():
    with opened(IMPORTS, KERNEL, "x = weft.f(") as notebook:
        notebook.type(1, KERNEL + "\n    x.\n")
        found = notebook.ask("completion", 1, KERNEL + "\n    x.$0\n")
        assert {"shape", "tile"} <= {each["label"] for each in found["items"]}


def test_findings_are_in_their_cells():
    with opened(IMPORTS, KERNEL.replace("2.0", "two"), LAUNCH.replace("THREADS", "2 * 1024")) as notebook:
        assert notebook.findings() == {
            uri(0): [],
            uri(1): ["3: unknown-name"],
            uri(2): ["1: launch-threads"],
        }
        notebook.type(0, IMPORTS + "\ntwo = 2.0")
        assert notebook.client.notified("textDocument/publishDiagnostics")["diagnostics"] == []


def test_a_client_that_pulls_is_sent_those_of_cells():
    with opened(IMPORTS, KERNEL, "", capabilities=PULLING) as notebook:
        notebook.type(1, KERNEL.replace("2.0", "two"))
        assert notebook.findings()[uri(1)] == ["3: unknown-name"]
        report = notebook.client.request("textDocument/diagnostic", {"textDocument": {"uri": uri(1)}})
        assert report["items"] == []


def test_references_and_rename():
    with opened() as notebook:
        marked = LAUNCH.replace("double", "dou$0ble")
        found = notebook.ask("references", 2, marked, context={"includeDeclaration": True})
        assert [(each["uri"], each["range"]["start"]) for each in found] == [
            (uri(1), {"line": 1, "character": 4}),
            (uri(2), {"line": 1, "character": 0}),
        ]
        edit = notebook.ask("rename", 2, marked, newName="twice")
        assert {cell: len(edits) for cell, edits in edit["changes"].items()} == {uri(1): 1, uri(2): 1}
        highlights = notebook.ask("documentHighlight", 2, marked)
        assert [each["range"]["start"] for each in highlights] == [{"line": 1, "character": 0}]


def test_what_is_asked_of_a_whole_cell():
    with opened() as notebook:
        client, whole = notebook.client, {"textDocument": {"uri": uri(1)}}
        symbols = client.request("textDocument/documentSymbol", whole)
        assert [each["name"] for each in symbols] == ["double"]
        tokens = client.request("textDocument/semanticTokens/full", whole)["data"]
        assert tokens[:5] == [0, 1, 4, tokens[3], tokens[4]]
        everything = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
        hints = client.request("textDocument/inlayHint", whole | {"range": everything})
        assert [each["position"] for each in hints] == [{"line": 2, "character": 5}]
        assert client.request("textDocument/foldingRange", whole) == [{"startLine": 1, "endLine": 3}]
        lenses = client.request("textDocument/codeLens", whole)
        titles = [each["command"]["title"] for each in lenses if "command" in each]
        assert lenses[0]["range"]["start"] == {"line": 1, "character": 4}
        assert "Run on the CPU" not in titles
        (chosen,) = client.request(
            "textDocument/selectionRange", whole | {"positions": [{"line": 0, "character": 3}]}
        )
        assert chosen["range"]["start"]["line"] == 0


def test_an_import_goes_into_the_cell_that_is_typed():
    with opened() as notebook:
        text = "%%time\n" + KERNEL.replace("2.0", "sin$0")
        notebook.type(1, text.replace("$0", ""))
        (item,) = [each for each in notebook.ask("completion", 1, text)["items"] if each["label"] == "sin"]
        edits = notebook.client.request("completionItem/resolve", item)["additionalTextEdits"]
        line = {"line": 1, "character": 0}
        assert edits == [{"range": {"start": line, "end": line}, "newText": "from weft import sin\n\n"}]


def test_cells_come_go_and_move():
    with opened() as notebook:
        place = LAUNCH.replace("double", "dou$0ble")
        notebook.structure(0, 0, cell(7, MARKUP), cell(8), didOpen=[item(8, "import math\n")])
        assert notebook.ask("definition", 2, place)["uri"] == uri(1)
        # The kernel moves to the end, behind its launch.
        notebook.structure(3, 1)
        notebook.structure(4, 0, cell(1))
        assert notebook.ask("definition", 2, place)["uri"] == uri(1)
        assert notebook.ask("hover", 1, KERNEL.replace("index", "in$0dex"))["range"]["start"]["line"] == 2
        notebook.structure(4, 1, didClose=[{"uri": uri(1)}])
        assert notebook.ask("definition", 2, place) is None
        assert notebook.ask("hover", 1, KERNEL.replace("index", "in$0dex")) is None


def test_a_cell_changes_its_language():
    with opened(IMPORTS, KERNEL, KERNEL.replace("2.0", "two")) as notebook:
        assert notebook.findings()[uri(2)] == ["3: unknown-name"]
        notebook.structure(2, 1, cell(2), didClose=[{"uri": uri(2)}], didOpen=[item(2, "two", "r")])
        assert notebook.findings()[uri(2)] == []
        notebook.structure(
            2, 1, cell(2), didClose=[{"uri": uri(2)}], didOpen=[item(2, KERNEL.replace("2.0", "x2"))]
        )
        assert notebook.findings()[uri(2)] == ["3: unknown-name"]
        notebook.change(data=[cell(2, MARKUP)])
        assert notebook.findings()[uri(2)] == []


def test_a_closed_notebook_has_no_findings():
    with opened(IMPORTS, KERNEL, KERNEL.replace("2.0", "two")) as notebook:
        assert notebook.findings()[uri(2)]
        closed = {"notebookDocument": {"uri": NOTEBOOK}, "cellTextDocuments": [{"uri": uri(0)}]}
        notebook.client.notify("notebookDocument/didClose", closed)
        assert notebook.findings()[uri(2)] == []
        assert notebook.ask("hover", 1, KERNEL.replace("index", "in$0dex")) is None


def test_wrong_events_do_no_harm():
    with opened() as notebook:
        notebook.structure(90, 5, cell(44))
        notebook.structure(-3, 70)
        notebook.change(
            textContent=[{"document": {"uri": "file:///x", "version": 2}, "changes": [{"text": ""}]}]
        )
        unknown = {"notebookDocument": {"uri": "file:///other.ipynb", "version": 2}, "change": {}}
        notebook.client.notify("notebookDocument/didChange", unknown)
        notebook.client.notify("notebookDocument/didClose", unknown | {"cellTextDocuments": []})
        assert notebook.ask("hover", 1, KERNEL.replace("index", "in$0dex"))["range"]["start"]["line"] == 2
        notebook.structure(0, 99)
        assert notebook.ask("hover", 1, KERNEL.replace("index", "in$0dex")) is None


def test_calls_between_cells():
    with opened() as notebook:
        (item,) = notebook.ask("prepareCallHierarchy", 1, KERNEL.replace("double", "dou$0ble"))
        (call,) = notebook.client.request("callHierarchy/incomingCalls", {"item": item})
        assert call["from"]["uri"] == uri(2)
        assert call["fromRanges"][0]["start"] == {"line": 1, "character": 0}
