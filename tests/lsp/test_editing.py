"""The features that change the text, over the wire: the conversion to the protocol's words."""

from typing import Any

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
SUPPRESSED = KERNEL.replace("index(x)", "index(x)  # weft: ignore[race]")
LITERALS = {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}}


def actions(client: Any, uri: str, text: str, **context: object) -> Any:
    place = at(uri, text)
    params = {
        "textDocument": place["textDocument"],
        "range": {"start": place["position"], "end": place["position"]},
        "context": {"diagnostics": [], **context},
    }
    return client.request("textDocument/codeAction", params)


def test_code_actions():
    with session(capabilities={"textDocument": LITERALS}) as client:
        uri = client.open(GUILTY)
        (finding,) = client.notified("textDocument/publishDiagnostics")["diagnostics"]
        fix, _ = actions(client, uri, GUILTY.replace("indexx", "ind$0exx"))
        start, end = {"line": 7, "character": 23}, {"line": 7, "character": 29}
        edit = {"changes": {uri: [{"range": {"start": start, "end": end}, "newText": "index"}]}}
        assert (fix["kind"], fix["diagnostics"], fix["edit"]) == ("quickfix", [finding], edit)


def test_fix_all():
    with session(capabilities={"textDocument": LITERALS}) as client:
        uri = client.open(SUPPRESSED)
        (finding,) = client.notified("textDocument/publishDiagnostics")["diagnostics"]
        fix, everything = actions(client, uri, SUPPRESSED.replace("race", "ra$0ce"))
        start, end = {"line": 7, "character": 31}, {"line": 7, "character": 53}
        edit = {"changes": {uri: [{"range": {"start": start, "end": end}, "newText": ""}]}}
        assert (fix["kind"], fix["diagnostics"], fix["edit"]) == ("quickfix", [finding], edit)
        assert (everything["kind"], everything["edit"]) == ("source.fixAll.weft", edit)


def test_code_actions_of_one_kind():
    with session(capabilities={"textDocument": LITERALS}) as client:
        uri = client.open(GUILTY)
        text = GUILTY.replace("indexx", "ind$0exx")
        for only, kinds in [
            (["quickfix"], ["quickfix", "quickfix"]),
            # A name that was meant is no safe fix.
            (["source.fixAll"], []),
            (["source.organizeImports"], []),
        ]:
            assert [action["kind"] for action in actions(client, uri, text, only=only)] == kinds


def test_refactorings_are_found_for_those_who_ask():
    line = {"line": 8}
    selected = {"start": line | {"character": 11}, "end": line | {"character": 21}}
    with session(capabilities={"textDocument": LITERALS}) as client:
        params = {"textDocument": {"uri": client.open(KERNEL)}, "range": selected}
        for trigger, kinds in [(1, ["refactor.extract"]), (2, [])]:
            context = {"diagnostics": [], "triggerKind": trigger}
            found = client.request("textDocument/codeAction", params | {"context": context})
            assert [action["kind"] for action in found] == kinds


def test_edits_of_a_version():
    capabilities = {"workspace": {"workspaceEdit": {"documentChanges": True}}, "textDocument": LITERALS}
    with session(capabilities=capabilities) as client:
        uri = client.open(GUILTY)
        fix = actions(client, uri, GUILTY.replace("indexx", "ind$0exx"))[0]
        (change,) = fix["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": uri, "version": 1}


def test_a_client_that_takes_no_literals_gets_no_actions():
    with session() as client:
        uri = client.open(GUILTY)
        assert actions(client, uri, GUILTY.replace("indexx", "ind$0exx")) is None


def test_rename():
    with session(capabilities={"textDocument": {"rename": {"prepareSupport": True}}}) as client:
        uri = client.open(KERNEL)
        place = at(uri, KERNEL.replace("x[i] =", "x[i$0] ="))
        ranges = [
            {"start": {"line": line, "character": start}, "end": {"line": line, "character": start + 1}}
            for line, start in [(7, 14), (8, 6), (8, 19)]
        ]
        prepared = client.request("textDocument/prepareRename", place)
        assert prepared == {"range": ranges[1], "placeholder": "i"}
        edit = client.request("textDocument/rename", {**place, "newName": "row"})
        assert edit == {"changes": {uri: [{"range": each, "newText": "row"} for each in ranges]}}


def test_a_rename_that_is_refused_says_why():
    with session() as client:
        uri = client.open(KERNEL)
        place = at(uri, KERNEL.replace("weft.index", "weft.in$0dex"))
        asked = client.message("textDocument/rename", {**place, "newName": "row"})
        client.send(asked)
        error = client.answer(asked["id"])["error"]
        assert (error["code"], error["message"]) == (-32803, "`index` is a name of the language")
