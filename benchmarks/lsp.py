"""How fast and how right language servers are in Weft's kernel files: Weft's own beside ty, pyrefly, pyright, jedi and pylsp.

    python benchmarks/lsp.py [--lines 200 2000] [--rounds 40] [--seconds 20] [--servers weft ty ...] [--output FILE] [--readme]

Every server gets the same files in the same run, and an edit before each request: another number in the kernel that is asked
about. It is sent as an editor sends it: what changed, to the servers that take that, else the whole text. The time is that from sending the edit with the request to the answer.
Peers are installed in environments of their own below the user's cache. The verdict of each answer is by what a reader of
the kernel wants to know: right, partly, wrong or empty (the words of each case are below). `diagnostic` is asked of the
servers that can be asked, and is not in `all`. A server that needs longer than `--seconds` for a file is asked less often.

Of Weft alone: memory after 10,000 edits, and requests while a workspace of 2,000 kernel files is looked through.
`--readme` writes the table of the longest file into the README.
"""

import argparse
import datetime
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
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import weft

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


DIAGNOSTIC = "diagnostic"
CAPABILITIES = {
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {},
        DIAGNOSTIC: {"dynamicRegistration": False},
    },
    "workspace": {"configuration": True},
}
KINDS = (*dict.fromkeys(case.kind for case in CASES), DIAGNOSTIC)
FILES, EDITS = 2_000, 10_000
README = ROOT / "README.md"
MARKS = ("<!-- benchmarks/lsp.py -->", "<!-- end -->")


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


class Session:
    """A server with one file open, which it is told the edits of."""

    def __init__(self, client: Client, folder: Path, text: str) -> None:
        self.client = client
        self.uri = (folder / "kernels.py").as_uri()
        self.text = text
        self.version = 1
        (folder / "kernels.py").write_text(text)
        answer = client.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": "workspace"}],
                "capabilities": CAPABILITIES,
            },
        )
        offered = answer["result"]["capabilities"]
        sync = offered.get("textDocumentSync")
        self.takes_changes = (sync.get("change") if isinstance(sync, dict) else sync) == 2
        self.tells_findings = "diagnosticProvider" in offered
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        client.send(
            {"method": "initialized", "params": {}},
            {"method": "textDocument/didOpen", "params": {"textDocument": item}},
        )

    def edit(self, text: str) -> dict[str, Any]:
        """The notification of an edit that leaves `text`."""
        self.version += 1
        change = changed(self.text, text) if self.takes_changes else {"text": text}
        self.text = text
        document = {"uri": self.uri, "version": self.version}
        params = {"textDocument": document, "contentChanges": [change]}
        return {"method": "textDocument/didChange", "params": params}

    def ask(self, case: Case, text: str, measured: Measured) -> None:
        change, params = self.edit(text), params_of(case, self.uri, text)
        start = time.perf_counter()
        answer = self.client.request(f"textDocument/{case.kind}", params, change)
        measured.milliseconds.append((time.perf_counter() - start) * 1e3)
        measured.verdicts.append(verdict(case, answer))

    def ask_findings(self, text: str, measured: Measured) -> None:
        change, params = self.edit(text), {"textDocument": {"uri": self.uri}}
        start = time.perf_counter()
        answer = self.client.request(f"textDocument/{DIAGNOSTIC}", params, change)
        measured.milliseconds.append((time.perf_counter() - start) * 1e3)
        # The file has no mistakes.
        found = answer.get("result") or {}
        is_right = "error" not in answer and not any(
            item.get("severity", 1) < 3 for item in found.get("items", [])
        )
        measured.verdicts.append("right" if is_right else "wrong")


@contextmanager
def session(name: str, text: str, files: int = 0) -> Generator[tuple[Session, float]]:
    """A server in a workspace with Weft and `files` other files, and when it was started."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # Every server finds Weft as a package of the workspace, whatever its settings.
        (folder / "weft").symlink_to(ROOT / "dsl" / "weft", target_is_directory=True)
        for number in range(files):
            part = folder / f"part_{number // 100}"
            part.mkdir(exist_ok=True)
            (part / f"kernels_{number}.py").write_text(text_of(60))
        command = command_of(name)
        start = time.perf_counter()
        client = Client(command, folder)
        try:
            yield Session(client, folder, text), start
        finally:
            client.process.kill()
            client.process.wait()


def measure(name: str, lines: int, given: argparse.Namespace) -> tuple[float, float, dict[str, Measured]]:
    """Milliseconds from the start to the first answer, megabytes at the end, and what each kind took."""
    text = text_of(lines)
    with session(name, text) as (opened, start):
        opened.client.request("textDocument/hover", params_of(CASES[0], opened.uri, text))
        started = (time.perf_counter() - start) * 1e3
        found = asked(opened, text, given.rounds, given.seconds)
        return started, memory_mb(opened.client.process.pid), found


def asked(opened: Session, text: str, rounds: int, seconds: float) -> dict[str, Measured]:
    """Each case so many times, or as often as there is time for, but three times."""
    found = {kind: Measured() for kind in KINDS}
    start = time.perf_counter()
    for number in range(rounds):
        if number >= 3 and time.perf_counter() - start > seconds:
            break
        for case in CASES:
            opened.ask(case, edited(text, case, opened.version), found[case.kind])
        if opened.tells_findings:
            opened.ask_findings(edited(text, CASES[0], opened.version), found[DIAGNOSTIC])
    return found


def endurance(lines: int) -> str:
    """What 10,000 edits leave in memory: a figure near 0 %, after as many as fill what the server keeps of late."""
    text = text_of(lines)
    with session("weft", text) as (opened, _):
        case = CASES[0]
        sizes: list[float] = []
        for number in range(EDITS):
            opened.client.send(opened.edit(edited(text, case, opened.version)))
            if number % 10 == 0:
                opened.client.request("textDocument/hover", params_of(case, opened.uri, opened.text))
            if number in (EDITS // 20, EDITS - 1):
                sizes.append(memory_mb(opened.client.process.pid))
    before, after = sizes
    return (
        f"{lines} lines, {EDITS:,} edits: {before:.0f} MB after {EDITS // 20:,} edits, {after:.0f} MB at the end "
        f"({100 * (after - before) / before:+.1f} %)."
    )


def beside_a_workspace(rounds: int) -> str:
    """Requests right after a workspace of many files is opened, beside those of a workspace of one."""
    text = text_of(200)
    p95: list[float] = []
    for files in (0, FILES):
        with session("weft", text, files) as (opened, _):
            found = asked(opened, text, rounds, 60)
            p95.append(percentile(pooled(found), 0.95))
    return f"{FILES:,} kernel files in the workspace: p95 of requests {p95[1]:.1f} ms, without them {p95[0]:.1f} ms."


def edited(text: str, case: Case, number: int) -> str:
    """The text with another number in the last kernel, and the line of the case typed above the kernel's last."""
    head, _, tail = text.rpartition("f32(0)\n")
    body, last, _ = tail.rpartition("    y[row, col] = total\n")
    line = f"{case.line}\n" if case.line else ""
    return f"{head}f32({number})\n{body}{line}{last}"


def changed(before: str, after: str) -> dict[str, Any]:
    """The part of a text that an edit replaced, as whole lines."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    first = next(
        (row for row, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    most = min(len(old), len(new)) - first
    backwards = zip(reversed(old[len(old) - most :]), reversed(new[len(new) - most :]), strict=True)
    same = next((row for row, (a, b) in enumerate(backwards) if a != b), most)
    start, end = {"line": first, "character": 0}, {"line": len(old) - same, "character": 0}
    return {"range": {"start": start, "end": end}, "text": "".join(new[first : len(new) - same])}


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
    cells = [name, f"{started:.0f}", f"{memory:.0f}", spread(pooled(found))]
    return f"| {' | '.join([*cells, *map(cell, found.values())])} |"


def cell(measured: Measured) -> str:
    if not measured.verdicts:
        return "–"
    counts = {word: measured.verdicts.count(word) for word in ("right", "partly", "wrong", "empty")}
    told = ", ".join(
        f"{100 * count // len(measured.verdicts)} % {word}" for word, count in counts.items() if count
    )
    return f"{spread(measured.milliseconds)}; {told}"


def pooled(found: dict[str, Measured]) -> list[float]:
    return [
        value for kind, measured in found.items() if kind != DIAGNOSTIC for value in measured.milliseconds
    ]


def spread(values: list[float]) -> str:
    """p50 / p95."""
    return f"{statistics.median(values):.1f} / {percentile(values, 0.95):.1f}"


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def version_of(name: str) -> str:
    if name == "weft":
        return f"weft {weft.__version__}"
    python = CACHE / name / "bin" / "python"
    package = PEERS[name].requirement.partition("[")[0]
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return f"{package} {done.stdout.strip()}"


def put_into_readme(date: str, lines: int, table: Sequence[str]) -> None:
    """Between the marks in the README: the first columns of the table."""
    head, body = README.read_text(encoding="utf-8").split(MARKS[0])
    tail = body.split(MARKS[1])[1]
    shown = "\n".join("|".join(line.split("|")[:6]) + "|" for line in table)
    told = (
        f"Kernel files of {lines:,} lines, an edit before each request, milliseconds p50 / p95, measured on {date} by "
        "`python benchmarks/lsp.py`:"
    )
    README.write_text(f"{head}{MARKS[0]}\n{told}\n\n{shown}\n{MARKS[1]}{tail}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--servers", nargs="+", default=["weft", *PEERS], choices=["weft", *PEERS])
    parser.add_argument("--output", type=Path)
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    for name in given.servers:
        command_of(name)
    report = [
        f"# Language servers in kernel files, {date}",
        "",
        (
            f"{platform.platform()}, {processor()}, Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f} "
            "at the start."
        ),
        f"{', '.join(map(version_of, given.servers))}.",
        "Times are milliseconds, p50 / p95, with an edit before each request; start is that to the first answer.",
    ]
    table: list[str] = []
    for lines in given.lines:
        head = ["server", "start", "MB", "all", *KINDS]
        table = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
        for name in given.servers:
            table.append(row(name, *measure(name, lines, given)))
            print(table[-1], file=sys.stderr, flush=True)
        report += ["", f"## {lines} lines", "", *table]
    if "weft" in given.servers:
        report += ["", "## Weft alone", "", endurance(given.lines[-1]), beside_a_workspace(given.rounds)]
    text = "\n".join(report) + "\n"
    print(text)
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    if given.readme:
        put_into_readme(date, given.lines[-1], table)


def processor() -> str:
    """The name of the processor, where the system tells it in a file."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), "processor not known"
    )


if __name__ == "__main__":
    main()
