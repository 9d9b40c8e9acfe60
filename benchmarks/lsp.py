"""How fast and how right language servers are in Weft's kernel files: Weft's own beside ty, pyrefly, pyright, jedi and pylsp.

    python benchmarks/lsp.py [--lines 200 2000] [--rounds 40] [--servers weft ty ...] [--output FILE]

Every server gets the same files in the same run, and an edit before each request; the time is that from sending the edit
with the request to the answer. Peers are installed in environments of their own below the user's cache. The verdict of each
answer is by what a reader of the kernel wants to know: right, partly, wrong or empty (the words of each case are below).
"""

import argparse
import json
import os
import platform
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "weft" / "benchmarks-lsp"
WAIT_SECONDS = 120.0

HEADER = """\
import weft
from weft import Tensor, f32
from weft.dims import M, N

TILE = 16


@weft.function
def twice(a: f32) -> f32:
    return 2.0 * a
"""
KERNEL = """

@weft.kernel
def kernel_{number}(alpha: f32, x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    row, col = weft.tile_index(y, (TILE, TILE))
    part = weft.shared(f32, (TILE, TILE))
    part[weft.thread_idx.y, weft.thread_idx.x] = x[row, col]
    weft.barrier()
    total = f32(0)
    for k in range(TILE):
        total += part[weft.thread_idx.y, k] * twice(alpha)
    # edited here
    y[row, col] = total
"""


@dataclass(frozen=True)
class Peer:
    """A server: what pip installs for it, and how it is started from its environment."""

    requirement: str
    command: tuple[str, ...]


PEERS = {
    "ty": Peer("ty", ("ty", "server")),
    "pyrefly": Peer("pyrefly", ("pyrefly", "lsp")),
    "pyright": Peer("pyright[nodejs]", ("pyright-langserver", "--stdio")),
    "jedi": Peer("jedi-language-server", ("jedi-language-server",)),
    "pylsp": Peer("python-lsp-server", ("pylsp",)),
}


@dataclass(frozen=True)
class Case:
    """A request at the end of a text in the last kernel. words: what a right answer has; `line`: typed for it."""

    kind: str
    before: str
    words: tuple[str, ...]
    line: str = ""


CASES = (
    Case("hover", "    part", ("f32", "(16, 16)", "shared")),
    Case("hover", "total += pa", ("f32", "(16, 16)", "shared")),
    Case("hover", "(alpha: f32, x", ("Tensor", "f32", "M, N")),
    Case("hover", "weft.barr", ("barrier", "Wait until every thread")),
    Case("hover", "y[row, col] = tot", ("f32",)),
    Case("definition", "weft.barr", ("sync.py",)),
    Case("definition", "* twi", ("kernels.py",)),
    Case("definition", "weft.thread_id", ("geometry.py",)),
    Case("completion", "    part.", ("shape", "stride", "tile", "layout"), "    part."),
    Case("completion", "    weft.thread_idx.", ("x", "y", "z"), "    weft.thread_idx."),
    Case("completion", "    q = to", ("total", "part", "alpha", "TILE"), "    q = to"),
    Case("signatureHelp", "    q = weft.shared(", ("shared", "dtype", "layout"), "    q = weft.shared("),
    Case("references", "* twi", ("kernels.py",)),
    Case("documentHighlight", "y[row, col] = tot", ("range",)),
    Case("documentSymbol", "    part", ("kernel_0", "kernel_1")),
)


@dataclass
class Measured:
    milliseconds: list[float] = field(default_factory=list[float])
    verdicts: list[str] = field(default_factory=list[str])


class Client:
    """Speaks with one server, and answers what it asks with nothing."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder
        )
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._last = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, *messages: dict[str, Any]) -> None:
        bodies = (json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages)
        data = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
        assert self.process.stdin
        with self._lock:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def request(self, method: str, params: Any, *before: dict[str, Any]) -> dict[str, Any]:
        """The whole answer. before: notifications that are sent in one piece with the request."""
        self._last += 1
        self.send(*before, {"id": self._last, "method": method, "params": params})
        while (answer := self._answers.get(timeout=WAIT_SECONDS)).get("id") != self._last:
            pass
        return answer

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while header := stream.readline():
            if not header.lower().startswith(b"content-length"):
                continue
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(int(header.partition(b":")[2])))
            if "method" not in message:
                self._answers.put(message)
            elif "id" in message:
                items = message.get("params", {}).get("items") if message.get("params") else None
                self.send({"id": message["id"], "result": [None] * len(items) if items else None})


def text_of(lines: int) -> str:
    """A file of about so many lines."""
    count = max(2, (lines - HEADER.count("\n")) // KERNEL.count("\n"))
    return HEADER + "".join(KERNEL.format(number=number) for number in range(count))


def command_of(name: str) -> list[str]:
    if name == "weft":
        return [str(Path(sys.executable).with_name("weft-lsp"))]
    peer, folder = PEERS[name], CACHE / name
    if not (folder / "done").exists():
        venv.create(folder, with_pip=True, clear=True)
        python = str(folder / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", peer.requirement], check=True)
        (folder / "done").touch()
    return [str(folder / "bin" / peer.command[0]), *peer.command[1:]]


def measure(name: str, lines: int, rounds: int) -> tuple[float, float, dict[str, Measured]]:
    """Milliseconds from the start to the first answer, megabytes at the end, and what each kind took."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # Every server finds Weft as a package of the workspace, whatever its settings.
        (folder / "weft").symlink_to(ROOT / "dsl" / "weft", target_is_directory=True)
        path = folder / "kernels.py"
        text = text_of(lines)
        path.write_text(text)
        command = command_of(name)
        start = time.perf_counter()
        client = Client(command, folder)
        try:
            capabilities = {
                "textDocument": {"hover": {"contentFormat": ["markdown"]}, "completion": {}},
                "workspace": {"configuration": True},
            }
            folders = [{"uri": folder.as_uri(), "name": "workspace"}]
            client.request(
                "initialize",
                {
                    "processId": os.getpid(),
                    "rootUri": folder.as_uri(),
                    "workspaceFolders": folders,
                    "capabilities": capabilities,
                },
            )
            item = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
            client.send(
                {"method": "initialized", "params": {}},
                {"method": "textDocument/didOpen", "params": {"textDocument": item}},
            )
            client.request("textDocument/hover", params_of(CASES[0], path.as_uri(), text))
            started = (time.perf_counter() - start) * 1e3
            found = {case.kind: Measured() for case in CASES}
            version = 1
            for number in range(rounds):
                for case in CASES:
                    version += 1
                    ask(client, case, path.as_uri(), edited(text, case, number), version, found[case.kind])
            return started, memory_mb(client.process.pid), found
        finally:
            client.process.kill()
            client.process.wait()


def edited(text: str, case: Case, number: int) -> str:
    """The text with a word of a comment changed in the last kernel, and the line of the case typed below it."""
    head, _, tail = text.rpartition("    # edited here\n")
    line = f"{case.line}\n" if case.line else ""
    return f"{head}    # edited {number} times\n{line}{tail}"


def ask(client: Client, case: Case, uri: str, text: str, version: int, measured: Measured) -> None:
    change = {
        "method": "textDocument/didChange",
        "params": {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]},
    }
    start = time.perf_counter()
    answer = client.request(f"textDocument/{case.kind}", params_of(case, uri, text), change)
    measured.milliseconds.append((time.perf_counter() - start) * 1e3)
    measured.verdicts.append(verdict(case, answer))


def params_of(case: Case, uri: str, text: str) -> dict[str, Any]:
    last = text.rindex("@weft.kernel")
    before = text[: text.index(case.before, last) + len(case.before)]
    place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
    context = {"context": {"includeDeclaration": True}} if case.kind == "references" else {}
    return {"textDocument": {"uri": uri}, "position": place, **context}


def verdict(case: Case, answer: dict[str, Any]) -> str:
    """right: all the words; partly: some of them, or a signature over 88 characters; wrong: none; empty: no answer."""
    result = answer.get("result")
    if not result:
        return "empty"
    items = result.get("items", result) if isinstance(result, dict) and case.kind == "completion" else result
    if not items:
        return "empty"
    texts = {item["label"] for item in items} if case.kind == "completion" else json.dumps(items)
    has: Callable[[str], bool] = lambda word: word in texts
    known = sum(map(has, case.words))
    if known < len(case.words):
        return "partly" if known else "wrong"
    if case.kind == "signatureHelp" and len(result["signatures"][0]["label"]) > 88:
        return "partly"
    return "right"


def memory_mb(process_id: int) -> float:
    """Resident memory of a process and its children, where the system tells it in files."""
    status, children = (
        Path(f"/proc/{process_id}/{name}") for name in ("status", f"task/{process_id}/children")
    )
    if not status.exists():
        return float("nan")
    own = [
        int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS")
    ]
    below = children.read_text().split() if children.exists() else []
    return sum(own) + sum(memory_mb(int(child)) for child in below)


def row(name: str, started: float, memory: float, found: dict[str, Measured]) -> str:
    pooled = [value for measured in found.values() for value in measured.milliseconds]
    cells = [name, f"{started:.0f}", f"{memory:.0f}", spread(pooled)]
    for measured in found.values():
        counts = {word: measured.verdicts.count(word) for word in ("right", "partly", "wrong", "empty")}
        told = ", ".join(
            f"{100 * count // len(measured.verdicts)} % {word}" for word, count in counts.items() if count
        )
        cells.append(f"{spread(measured.milliseconds)}; {told}")
    return f"| {' | '.join(cells)} |"


def spread(values: list[float]) -> str:
    """p50 / p95."""
    ordered = sorted(values)
    return (
        f"{statistics.median(ordered):.1f} / {ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--servers", nargs="+", default=["weft", *PEERS], choices=["weft", *PEERS])
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    kinds = list(dict.fromkeys(case.kind for case in CASES))
    report = [
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f} at the start.",
        "Times are milliseconds, p50 / p95, with an edit before each request.",
    ]
    for lines in given.lines:
        head = ["server", "start", "MB", "all", *kinds]
        report += ["", f"## {lines} lines", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
        for name in given.servers:
            report.append(row(name, *measure(name, lines, given.rounds)))
            print(report[-1], file=sys.stderr, flush=True)
    text = "\n".join(report) + "\n"
    print(text)
    if given.output:
        given.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
