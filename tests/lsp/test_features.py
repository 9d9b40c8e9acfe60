"""Every feature once, over the wire: the conversion to the protocol's words."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from lsp_client import at, session

KERNEL = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def double(x: Tensor[f32, N]):
    é = '😀'; i = weft.index(x)
    x[i] = 2.0 * x[i]
"""
GUILTY = KERNEL.replace("index(x)", "indexx(x)")
PULLING = {"textDocument": {"diagnostic": {}}}


def marked(before: str, after: str) -> str:
    """The kernel with the mark between two pieces of its text."""
    assert KERNEL.count(before + after) == 1
    return KERNEL.replace(before + after, f"{before}$0{after}")


def test_hover():
    with session() as client:
        uri = client.open(KERNEL)
        found = client.request("textDocument/hover", at(uri, marked("ind", "ex(x)")))
        assert found["contents"]["kind"] == "markdown"
        assert found["contents"]["value"].startswith("```python\nindex(")
        assert found["range"] == {"start": {"line": 7, "character": 18}, "end": {"line": 7, "character": 28}}


def test_definition_in_the_document():
    with session() as client:
        uri = client.open(KERNEL)
        found = client.request("textDocument/definition", at(uri, marked("    x[", "i]")))
        start, end = {"line": 7, "character": 14}, {"line": 7, "character": 15}
        assert found == {"uri": uri, "range": {"start": start, "end": end}}


def test_definition_in_the_language():
    with session() as client:
        uri = client.open(KERNEL)
        found = client.request("textDocument/definition", at(uri, marked("weft.in", "dex")))
        path = Path(unquote(found["uri"].removeprefix("file://")))
        line = path.read_text(encoding="utf-8").split("\n")[found["range"]["start"]["line"]]
        assert line.startswith("def index(")


def test_definition_in_a_file_of_the_workspace(tmp_path: Path):
    (tmp_path / "tiles.py").write_bytes("# é 😀\r\nNOTE = 'é'\r\nTILE = 16\r\n".encode())
    folder = {"uri": tmp_path.as_uri(), "name": "workspace"}
    text = "import weft\nfrom tiles import TILE\n\n\n@weft.kernel\ndef k():\n    a = TI$0LE\n"
    with session(workspaceFolders=[folder]) as client:
        uri = client.open(text.replace("$0", ""), uri=(tmp_path / "sub" / "kernel.py").as_uri())
        found = client.request("textDocument/definition", at(uri, text))
        start, end = {"line": 2, "character": 0}, {"line": 2, "character": 4}
        assert found == {"uri": (tmp_path / "tiles.py").as_uri(), "range": {"start": start, "end": end}}


def test_completion_and_its_documentation():
    with session() as client:
        text = KERNEL + "    weft.$0\n"
        uri = client.open(text.replace("$0", ""))
        found = client.request("textDocument/completion", at(uri, text))
        assert found["isIncomplete"] is False
        (barrier,) = [item for item in found["items"] if item["label"] == "barrier"]
        assert barrier["kind"] == 3
        assert "documentation" not in barrier
        resolved = client.request("completionItem/resolve", barrier)
        assert "Wait until every thread" in resolved["documentation"]["value"]


def test_an_item_of_an_older_answer_stays_as_it_is():
    with session() as client:
        text = KERNEL + "    weft.$0\n"
        uri = client.open(text.replace("$0", ""))
        older = client.request("textDocument/completion", at(uri, text))["items"][0]
        client.request("textDocument/completion", at(uri, text))
        assert client.request("completionItem/resolve", older) == older


def test_signature_help():
    with session() as client:
        text = KERNEL + "    weft.shared(f32, $0\n"
        uri = client.open(text.replace("$0", ""))
        found = client.request("textDocument/signatureHelp", at(uri, text))
        (signature,) = found["signatures"]
        start, end = signature["parameters"][found["activeParameter"]]["label"]
        assert signature["label"][start:end].startswith("layout")
        assert "a shape" in signature["parameters"][1]["documentation"]["value"]


def test_document_symbols():
    with session(
        capabilities={"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}}
    ) as client:
        uri = client.open(KERNEL)
        (symbol,) = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        assert (symbol["name"], symbol["kind"]) == ("double", 12)
        assert symbol["selectionRange"]["start"] == {"line": 6, "character": 4}


def test_highlights_and_references():
    with session() as client:
        uri = client.open(KERNEL)
        place = at(uri, marked("    x[", "i]"))
        ranges = [
            {"start": {"line": line, "character": start}, "end": {"line": line, "character": start + 1}}
            for line, start in [(7, 14), (8, 6), (8, 19)]
        ]
        found = client.request("textDocument/documentHighlight", place)
        assert found == [{"range": each, "kind": kind} for each, kind in zip(ranges, (3, 2, 2), strict=True)]
        asked = {**place, "context": {"includeDeclaration": False}}
        uses = client.request("textDocument/references", asked)
        assert uses == [{"uri": uri, "range": each} for each in ranges[1:]]


def test_workspace_symbols():
    with session() as client:
        uri = client.open(KERNEL, uri="untitled:Untitled-1")
        double = client.request("workspace/symbol", {"query": "double"})[0]
        barrier = client.request("workspace/symbol", {"query": "barrier"})[0]
        start, end = {"line": 6, "character": 4}, {"line": 6, "character": 10}
        assert double["location"] == {"uri": uri, "range": {"start": start, "end": end}}
        assert (double["name"], double["kind"]) == ("double", 12)
        assert barrier["location"]["uri"].endswith("/weft/ops/sync.py")
        assert barrier["containerName"] == "weft"


def test_diagnostics_are_published_and_vanish():
    with session() as client:
        uri = client.open(GUILTY)
        published = client.notified("textDocument/publishDiagnostics")
        assert (published["uri"], published["version"]) == (uri, 1)
        (finding,) = published["diagnostics"]
        assert finding["source"] == "weft"
        assert finding["range"]["start"] == {"line": 7, "character": 18}
        change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": KERNEL}]}
        client.notify("textDocument/didChange", change)
        assert client.notified("textDocument/publishDiagnostics") == {
            "uri": uri,
            "version": 2,
            "diagnostics": [],
        }


def test_a_closed_document_has_no_findings():
    with session() as client:
        uri = client.open(GUILTY)
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"]
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        assert client.notified("textDocument/publishDiagnostics") == {"uri": uri, "diagnostics": []}


def test_a_burst_of_keystrokes_is_checked_once():
    with session() as client:
        uri = client.open(GUILTY)
        client.notified("textDocument/publishDiagnostics")
        edits = [
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": KERNEL}]}
            for version in range(2, 12)
        ]
        client.send(*({"method": "textDocument/didChange", "params": edit} for edit in edits))
        # The finding vanishes with the first keystroke; the text is checked after the last.
        versions = [client.notified("textDocument/publishDiagnostics")["version"] for _ in range(2)]
        assert versions == [2, 11]


def test_a_finding_vanishes_with_the_edit_of_its_line():
    text = GUILTY + "\n\n" + GUILTY[GUILTY.index("@") :].replace("double", "twice")
    with session() as client:
        uri = client.open(text)
        first, second = client.notified("textDocument/publishDiagnostics")["diagnostics"]
        place = {"line": first["range"]["start"]["line"], "character": 4}
        change = {"range": {"start": place, "end": place}, "text": "\n    "}
        document = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]}
        client.notify("textDocument/didChange", document)
        published = client.notified("textDocument/publishDiagnostics")
        line = second["range"]["start"]["line"] + 1
        assert [each["range"]["start"]["line"] for each in published["diagnostics"]] == [line]
        assert len(client.notified("textDocument/publishDiagnostics")["diagnostics"]) == 2


def test_findings_follow_an_edit_of_another_open_file(tmp_path: Path):
    """An imported constant decides whether a launch is possible; the editor's text counts, not the disk's."""
    (tmp_path / "tiles.py").write_text("THREADS = 64\n")
    tiles = (tmp_path / "tiles.py").as_uri()
    text = "from tiles import THREADS\n" + KERNEL + "\n\ndef main(x):\n    double[1, THREADS](x)\n"
    with session(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "workspace"}]) as client:
        client.open("THREADS = 4096\n", uri=tiles)
        client.notified("textDocument/publishDiagnostics")
        uri = client.open(text, uri=(tmp_path / "kernel.py").as_uri())
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"]
        change = {
            "textDocument": {"uri": tiles, "version": 2},
            "contentChanges": [{"text": "THREADS = 64\n"}],
        }
        client.notify("textDocument/didChange", change)
        published = [client.notified("textDocument/publishDiagnostics") for _ in range(2)]
        assert {each["uri"]: each["diagnostics"] for each in published} == {tiles: [], uri: []}


def test_pulled_diagnostics():
    with session(capabilities=PULLING) as client:
        uri = client.open(GUILTY)
        asked = {"textDocument": {"uri": uri}, "identifier": "weft"}
        report = client.request("textDocument/diagnostic", asked)
        assert report["kind"] == "full"
        assert [finding["source"] for finding in report["items"]] == ["weft"]
        again = client.request("textDocument/diagnostic", asked | {"previousResultId": report["resultId"]})
        assert again == {"kind": "unchanged", "resultId": report["resultId"]}
        change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": KERNEL}]}
        client.notify("textDocument/didChange", change)
        mended = client.request("textDocument/diagnostic", asked | {"previousResultId": report["resultId"]})
        assert mended["items"] == []


def test_nothing_is_pushed_to_a_client_that_pulls():
    with session(capabilities=PULLING) as client:
        uri = client.open(GUILTY)
        client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        asked = client.message("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        client.send(asked)
        assert client.next()["id"] == asked["id"]


def test_a_file_that_changes_on_disk(tmp_path: Path):
    watched = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    tiles = tmp_path / "tiles.py"
    tiles.write_text("THREADS = 4096\n")
    text = "from tiles import THREADS\n" + KERNEL + "\n\ndef main(x):\n    double[1, THREADS](x)\n"
    with session(capabilities=watched) as client:
        registration = client.next()
        assert registration["method"] == "client/registerCapability"
        client.send({"id": registration["id"], "result": None})
        client.open(text, uri=(tmp_path / "kernel.py").as_uri())
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"]
        tiles.write_text("THREADS = 64\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": tiles.as_uri(), "type": 2}]})
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"] == []


def test_folders_that_are_added_later(tmp_path: Path):
    (tmp_path / "tiles.py").write_text("THREADS = 4096\n")
    text = "from tiles import THREADS\n" + KERNEL + "\n\ndef main(x):\n    double[1, THREADS](x)\n"
    with session() as client:
        client.open(text)
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"] == []
        added = {"added": [{"uri": tmp_path.as_uri(), "name": "workspace"}], "removed": []}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": added})
        assert client.notified("textDocument/publishDiagnostics")["diagnostics"]


@pytest.mark.parametrize(
    "method", ["hover", "definition", "completion", "signatureHelp", "documentSymbol", "documentHighlight"]
)
def test_unknown_documents_are_answered_with_null(method: str):
    with session() as client:
        params = at("file:///never/opened.py", "$0")
        assert client.request(f"textDocument/{method}", params) is None


def test_semantic_tokens_and_what_changed():
    with session() as client:
        uri = client.open(KERNEL)
        asked = {"textDocument": {"uri": uri}}
        full = client.request("textDocument/semanticTokens/full", asked)
        place = {"start": {"line": 8, "character": 0}, "end": {"line": 9, "character": 0}}
        part = client.request("textDocument/semanticTokens/range", asked | {"range": place})
        # `x`, `i`, `x`, `i`; the first stands 4 characters into line 8.
        assert [part["data"][at : at + 3] for at in range(0, 20, 5)] == [
            [8, 4, 1],
            [0, 2, 1],
            [0, 11, 1],
            [0, 2, 1],
        ]
        edit = {
            "range": {"start": {"line": 8, "character": 4}, "end": {"line": 8, "character": 4}},
            "text": "i = 1; ",
        }
        change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [edit]}
        client.notify("textDocument/didChange", change)
        delta = client.request(
            "textDocument/semanticTokens/full/delta", asked | {"previousResultId": full["resultId"]}
        )
        data = list(full["data"])
        for each in delta["edits"]:
            data[each["start"] : each["start"] + each["deleteCount"]] = each["data"]
        assert len(delta["edits"]) == 1
        assert data == client.request("textDocument/semanticTokens/full", asked)["data"]


def test_layout_picture():
    with session() as client:
        uri = client.open("import weft\n\nTILE = weft.Layout((2, 4), (4, 1))\n")
        found = client.request(
            "weft/layout", {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 1}}
        )
        assert found["title"] == "TILE: Layout (2, 4):(4, 1)"
        assert found["svg"].startswith("<svg ")
