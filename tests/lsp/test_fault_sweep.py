"""A fault in any feature: null for that request, a case in the log that shows it again, and the next request works."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from every_feature import METHODS, params_of
from lsp_client import SERVER, Client, at, session
from weft_lsp.lsp import server

FAULTY = (sys.executable, str(Path(__file__).with_name("faulty_server.py")))
MARKED = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total$0 = x[i]
    y[i] = total
"""
TEXT = MARKED.replace("$0", "")
CAPABILITIES = {
    "textDocument": {
        "diagnostic": {},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
    }
}


def params_at(client: Client, method: str, uri: str) -> Any:
    place = "$0k(x" if "allHierarchy" in method else "total$0 ="
    text = TEXT.replace(place.replace("$0", ""), place, 1)
    end = {"line": TEXT.count("\n"), "character": 0}
    return params_of(method, uri, at(uri, text)["position"], end, client.request)


def test_a_fault_in_any_feature(tmp_path: Path):
    """Each feature fails once, in one session, and answers as ever when it is asked again."""
    log = tmp_path / "log.txt"
    with (
        session("--log-file", str(log), command=(*FAULTY, "each"), capabilities=CAPABILITIES) as faulty,
        session(capabilities=CAPABILITIES) as sound,
    ):
        uri = faulty.open(TEXT)
        assert faulty.open(TEXT) == sound.open(TEXT) == uri
        answers: dict[str, Any] = {}
        for method in METHODS:
            answers[method] = expected = sound.request(method, params_at(sound, method, uri))
            params = params_at(faulty, method, uri) if is_about_an_answer(method) else None
            params = params or params_at(sound, method, uri)
            assert faulty.request(method, params) is None, method
            again = faulty.request(method, params)
            assert numberless(again) == numberless(expected), method
    assert_all_is_seen_again(log, answers)


def is_about_an_answer(method: str) -> bool:
    return method.endswith("/resolve")


def assert_all_is_seen_again(log: Path, answers: dict[str, Any]) -> None:
    """The server without the faults answers each case of the log, and something where there is something to say."""
    replayed = subprocess.run([*SERVER, "--replay", str(log)], capture_output=True, text=True, check=True)
    seen = [line.partition(" ")[::2] for line in replayed.stdout.splitlines()]
    said = {method: answer != "None" for method, answer in seen if method in METHODS}
    assert said == {method: answer is not None for method, answer in answers.items()}


def numberless(answer: Any) -> Any:
    """Without what counts the answers of a session."""
    if isinstance(answer, dict):
        return {key: numberless(value) for key, value in answer.items() if key not in ("resultId", "data")}
    return [numberless(each) for each in answer] if isinstance(answer, list) else answer


def test_a_fault_in_any_notification():
    """The other messages are still understood."""
    with session(command=(*FAULTY, "each"), capabilities=CAPABILITIES) as client:
        failed = [feature.method for feature in server.NOTIFICATIONS if "otebook" not in feature.method]
        uri = "file:///kernel.py"
        change = {
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": [{"text": TEXT}],
        }
        for _ in range(2):
            client.open(TEXT)
            client.notify("textDocument/didChange", change)
            client.notify("workspace/didChangeWatchedFiles", {"changes": []})
            client.notify("workspace/didChangeConfiguration", {"settings": None})
            folders = {"event": {"added": [], "removed": []}}
            client.notify("workspace/didChangeWorkspaceFolders", folders)
            client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        client.open(TEXT)
        assert client.request("textDocument/hover", at(uri, MARKED)) is None
        assert client.request("textDocument/hover", at(uri, MARKED))
        logged = [client.fault()["case"]["method"] for _ in range(len(failed))]
        assert sorted(logged) == sorted(failed)
