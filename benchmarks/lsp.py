"""How fast and how right language servers are in Weft's kernel files: Weft's own beside ty, pyrefly, pyright, jedi and pylsp.

    python benchmarks/lsp.py [--lines 200 2000] [--rounds 30] [--seconds 20] [--servers weft ty ...] [--output FILE] [--readme]

All servers run at once, each with the same files, and take turns: in each round each of them is asked every case, with an edit
before each request: another number in the kernel that is asked about. It is sent as an editor sends it: what changed, to the
servers that take that, else the whole text. The time is that from sending the edit with the request to the answer. A server
is stopped (SIGSTOP) while it is not its turn, so that noise of the machine hits all alike, and no server another one.
Peers are installed in environments of their own below the user's cache. One that cannot be installed, ends, or does not
answer in time is named with the reason, and the others go on; one that needs longer than `--seconds` for its turns is asked in
fewer rounds.

The verdict of each answer is by what a reader of the kernel wants to know: right, partly, wrong or empty (the words of each case
are below). `diagnostic` is asked of the servers that can be asked, and is not in `all`. `start` is the time from starting
the process, and opening the file, to the first right answer, which is where a function of the file is defined. `first findings`
is what the findings of the whole file take when they are asked for after that, without an edit; `diagnostic` has those after
edits.

Of Weft alone: memory at the start and after 10,000 edits, and requests while a workspace of 2,000 kernel files is looked
through in the background, beside requests of the same server when that is through. `--readme` writes a table into the README.
"""

import argparse
import compileall
import datetime
import json
import os
import platform
import queue
import signal
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

import weft

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "weft" / "benchmarks-lsp"
# An answer that takes longer is no answer. What a server is given to start, and what pip is given to install it.
ANSWER_SECONDS, START_SECONDS, INSTALL_SECONDS = 20.0, 40.0, 300.0
# How often a server is started to measure that, and the shortest number of rounds that is measured.
STARTS, FEWEST_ROUNDS = 3, 3

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
# Every server knows where a function of the file is: the first right answer is the one to this.
FIRST = Case("definition", "* twi", ("kernels.py",))

DIAGNOSTIC = "diagnostic"
CAPABILITIES = {
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {},
        DIAGNOSTIC: {"dynamicRegistration": False},
    },
    # As editors do, the client says that it reports what changes on disk.
    "workspace": {"configuration": True, "didChangeWatchedFiles": {"dynamicRegistration": True}},
    "window": {"workDoneProgress": True},
}
KINDS = (*dict.fromkeys(case.kind for case in CASES), DIAGNOSTIC)
FILES, EDITS = 2_000, 10_000
INDEXING_SECONDS, READING_AHEAD_SECONDS = 240.0, 3.0
README = ROOT / "README.md"
MARKS = ("<!-- benchmarks/lsp.py -->", "<!-- end -->")


class PeerError(Exception):
    """Why a server is measured no further."""


@dataclass
class Measured:
    milliseconds: list[float] = field(default_factory=list[float])
    verdicts: list[str] = field(default_factory=list[str])


class Client:
    """Speaks with one server, and answers what it asks with nothing."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        pipe = subprocess.PIPE
        # A process group of its own, so that what the server starts is stopped and ended with it.
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=folder, start_new_session=True
        )
        self.progress: queue.Queue[str] = queue.Queue()
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._last = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, *messages: dict[str, Any]) -> None:
        bodies = (json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages)
        data = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
        assert self.process.stdin
        try:
            with self._lock:
                self.process.stdin.write(data)
                self.process.stdin.flush()
        except OSError as error:
            raise PeerError("the server has ended") from error

    def request(self, method: str, params: Any, *before: dict[str, Any]) -> dict[str, Any]:
        """The whole answer. before: notifications that are sent in one piece with the request."""
        self._last += 1
        self.send(*before, {"id": self._last, "method": method, "params": params})
        try:
            while (answer := self._answers.get(timeout=ANSWER_SECONDS)) is not None:
                if answer.get("id") == self._last:
                    return answer
        except queue.Empty:
            raise PeerError(f"no answer to {method} in {ANSWER_SECONDS:.0f} s") from None
        raise PeerError(f"the server has ended, with status {self.process.wait()}")

    def signal(self, name: str) -> None:
        """To the server and what it has started, where the system has such signals."""
        if hasattr(os, "killpg") and self.process.poll() is None:
            os.killpg(self.process.pid, getattr(signal, name))

    def end(self) -> None:
        self.signal("SIGKILL")
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while header := stream.readline():
            if not header.lower().startswith(b"content-length"):
                continue
            while stream.readline().strip():
                pass
            self._take(json.loads(stream.read(int(header.partition(b":")[2]))))
        self._answers.put(None)

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._answers.put(message)
        elif "id" in message:
            items = message.get("params", {}).get("items") if message.get("params") else None
            self.send({"id": message["id"], "result": [None] * len(items) if items else None})
        elif message["method"] == "$/progress":
            self.progress.put(message["params"].get("value", {}).get("kind", ""))


def text_of(lines: int) -> str:
    """A file of about so many lines."""
    count = max(2, (lines - HEADER.count("\n")) // KERNEL.count("\n"))
    return HEADER + "".join(KERNEL.format(number=number) for number in range(count))


def command_of(name: str) -> list[str]:
    if name == "weft":
        # As pip does with what it installs.
        for folder in ("dsl", "server"):
            compileall.compile_dir(ROOT / folder, quiet=1)
        return [str(Path(sys.executable).with_name("weft-lsp"))]
    peer, folder = PEERS[name], CACHE / name
    if not (folder / "done").exists():
        _install(peer.requirement, folder)
    return [str(folder / "bin" / peer.command[0]), *peer.command[1:]]


def _install(requirement: str, folder: Path) -> None:
    print(f"installing {requirement}", file=sys.stderr, flush=True)
    try:
        venv.create(folder, with_pip=True, clear=True)
        command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", requirement]
        subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True, text=True)
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"pip took longer than {INSTALL_SECONDS:.0f} s") from error
    except subprocess.CalledProcessError as error:
        last = (str(error.stderr).strip().splitlines() or ["no reason given"])[-1]
        raise PeerError(f"pip could not install it: {last}") from error
    (folder / "done").touch()


class Session:
    """A server with one file open, which it is told the edits of, in a workspace with Weft and `files` other files."""

    def __init__(self, name: str, text: str, files: int = 0) -> None:
        self.name = name
        self.text = text
        self.version = 1
        self.found = {kind: Measured() for kind in KINDS}
        self.seconds = 0.0
        self.start_milliseconds: list[float] = []
        self.first_findings: list[float] = []
        self.start_mb = self.end_mb = float("nan")
        self.reason = ""
        self._temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._folder = Path(self._temporary.name)
        self.uri = (self._folder / "kernels.py").as_uri()
        self._original = text
        # Every server finds Weft as a package of the workspace, whatever its settings.
        (self._folder / "weft").symlink_to(ROOT / "dsl" / "weft", target_is_directory=True)
        (self._folder / "kernels.py").write_text(text)
        for number in range(files):
            part = self._folder / f"part_{number // 100}"
            part.mkdir(exist_ok=True)
            (part / f"kernels_{number}.py").write_text(text_of(60))
        self.client: Client | None = None

    @property
    def server(self) -> Client:
        assert self.client is not None
        return self.client

    def start(self) -> None:
        """Start the process, once more if it runs, and ask until the answer is right."""
        if self.client:
            self.client.end()
        self.version, self.text = 1, self._original
        start = time.perf_counter()
        self.client = Client(command_of(self.name), self._folder)
        self._open()
        params = params_of(FIRST, self.uri, self.text)
        while verdict(FIRST, self.server.request(f"textDocument/{FIRST.kind}", params)) != "right":
            if time.perf_counter() - start > START_SECONDS:
                raise PeerError(f"no right answer in {START_SECONDS:.0f} s")
            time.sleep(0.005)
        self.start_milliseconds.append((time.perf_counter() - start) * 1e3)
        self.start_mb = memory_mb(self.server.process.pid)
        if self.tells_findings:
            start = time.perf_counter()
            self.server.request(f"textDocument/{DIAGNOSTIC}", {"textDocument": {"uri": self.uri}})
            self.first_findings.append((time.perf_counter() - start) * 1e3)

    def _open(self) -> None:
        folder = self._folder.as_uri()
        answer = self.server.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder,
                "workspaceFolders": [{"uri": folder, "name": "workspace"}],
                "capabilities": CAPABILITIES,
            },
        )
        offered = answer["result"]["capabilities"]
        sync = offered.get("textDocumentSync")
        self.takes_changes = (sync.get("change") if isinstance(sync, dict) else sync) == 2
        self.tells_findings = "diagnosticProvider" in offered
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": self.text}
        self.server.send(
            {"method": "initialized", "params": {}},
            {"method": "textDocument/didOpen", "params": {"textDocument": item}},
        )

    def end(self) -> None:
        if self.client:
            self.end_mb = memory_mb(self.client.process.pid)
            self.client.end()
        self._temporary.cleanup()

    def round(self) -> None:
        """Ask each case once."""
        start = time.perf_counter()
        for case in CASES:
            self.ask(case, edited(self._original, case, self.version), self.found[case.kind])
        if self.tells_findings:
            self.ask_findings(edited(self._original, CASES[0], self.version), self.found[DIAGNOSTIC])
        self.seconds += time.perf_counter() - start

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
        answer = self.server.request(f"textDocument/{case.kind}", params, change)
        measured.milliseconds.append((time.perf_counter() - start) * 1e3)
        measured.verdicts.append(verdict(case, answer))

    def ask_findings(self, text: str, measured: Measured) -> None:
        change, params = self.edit(text), {"textDocument": {"uri": self.uri}}
        start = time.perf_counter()
        answer = self.server.request(f"textDocument/{DIAGNOSTIC}", params, change)
        measured.milliseconds.append((time.perf_counter() - start) * 1e3)
        # The file has no mistakes.
        found = answer.get("result") or {}
        is_right = "error" not in answer and not any(
            item.get("severity", 1) < 3 for item in found.get("items", [])
        )
        measured.verdicts.append("right" if is_right else "wrong")


def measure(names: Sequence[str], lines: int, given: argparse.Namespace) -> list[Session]:
    """All servers on a file of so many lines, in turns."""
    sessions = [Session(name, text_of(lines)) for name in names]
    try:
        for _ in range(STARTS):
            for each in sessions:
                _in_turn(each, each.start)
        for number in range(given.rounds):
            for each in sessions:
                if number < FEWEST_ROUNDS or each.seconds < given.seconds:
                    _in_turn(each, each.round)
    finally:
        for each in sessions:
            each.end()
    return sessions


def _in_turn(session: Session, work: Callable[[], None]) -> None:
    """Let a server run for a while; one that fails is not asked again."""
    if session.reason:
        return
    try:
        if session.client:
            session.client.signal("SIGCONT")
        work()
    except (PeerError, OSError) as error:
        session.reason = str(error)
        print(f"{session.name}: {error}", file=sys.stderr, flush=True)
    finally:
        if session.client:
            session.client.signal("SIGSTOP")


def endurance(lines: int) -> str:
    """What 10,000 edits leave in memory: a figure near 0 %, after as many as fill what the server keeps of late."""
    session = Session("weft", text_of(lines))
    original, case = session.text, CASES[0]
    sizes: list[float] = []
    try:
        session.start()
        # What the server reads ahead, once it has been served, is no growth by edits.
        time.sleep(READING_AHEAD_SECONDS)
        for number in range(EDITS):
            session.server.send(session.edit(edited(original, case, session.version)))
            if number % 10 == 0:
                params = params_of(case, session.uri, session.text)
                session.server.request("textDocument/hover", params)
            if number in (EDITS // 20, EDITS - 1):
                sizes.append(memory_mb(session.server.process.pid))
    finally:
        session.end()
    before, after = sizes
    return (
        f"{lines:,} lines, {EDITS:,} edits: {session.start_mb:.0f} MB at the first right answer, {before:.0f} MB after "
        f"{EDITS // 20:,} edits, {after:.0f} MB at the end ({100 * (after - before) / before:+.1f} %)."
    )


def beside_a_workspace(lines: int) -> str:
    """Requests while many files are looked through, beside as many requests of the same server afterwards."""
    session = Session("weft", text_of(lines), FILES)
    try:
        session.start()
        while session.server.progress.get(timeout=ANSWER_SECONDS) != "begin":
            pass
        begun = time.perf_counter()
        session.round()
        session.found = {kind: Measured() for kind in KINDS}
        rounds = 0
        while not _is_over(session.server) and time.perf_counter() - begun < INDEXING_SECONDS:
            session.round()
            rounds += 1
            # Somebody who types leaves the machine some time.
            time.sleep(0.2)
        took = time.perf_counter() - begun
        if took >= INDEXING_SECONDS:
            return f"{FILES:,} kernel files were not looked through in {took:.0f} s."
        during, session.found = pooled(session.found), {kind: Measured() for kind in KINDS}
        for _ in range(rounds):
            session.round()
            time.sleep(0.2)
        after = pooled(session.found)
    finally:
        session.end()
    p95 = [percentile(values, 0.95) for values in (during, after)]
    return (
        f"{FILES:,} kernel files looked through in the background in {took:.0f} s: {len(during):,} requests meanwhile "
        f"{spread(during)} ms, as many afterwards {spread(after)} ms; p95 {p95[0] / p95[1]:.2f} times."
    )


def _is_over(client: Client) -> bool:
    while not client.progress.empty():
        if client.progress.get() == "end":
            return True
    return False


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


def row(session: Session) -> str:
    if session.reason:
        return f"| {session.name} | {session.reason} |{' |' * (4 + len(KINDS))}"
    cells = [session.name, *summary(session)]
    return f"| {' | '.join([*cells, *map(cell, session.found.values())])} |"


def summary(session: Session) -> list[str]:
    """Start, first findings, memory, the spread of all requests, and how many of them were answered rightly."""
    verdicts = [
        word for kind, measured in session.found.items() if kind != DIAGNOSTIC for word in measured.verdicts
    ]
    return [
        f"{statistics.median(session.start_milliseconds):.0f}",
        f"{statistics.median(session.first_findings):.0f}" if session.first_findings else "–",
        f"{session.start_mb:.0f}–{session.end_mb:.0f}",
        f"{spread(pooled(session.found))}; {100 * verdicts.count('right') // len(verdicts)} % right",
    ]


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


def put_into_readme(date: str, measured: dict[int, list[Session]], alone: Sequence[str]) -> None:
    """Between the marks in the README: the time of all requests, and what is told of Weft alone."""
    head, body = README.read_text(encoding="utf-8").split(MARKS[0])
    tail = body.split(MARKS[1])[1]
    sizes = list(measured)
    titles = [
        "server", "start", "first findings", "MB", *(f"{lines:,} lines" for lines in sizes),
        f"findings, {sizes[-1]:,} lines",
    ]  # fmt: skip
    rows = [titles, ["---"] * len(titles)]
    for sessions in zip(*measured.values(), strict=True):
        last = sessions[-1]
        if failed := next((each.reason for each in sessions if each.reason), ""):
            rows.append([last.name, failed, *[""] * (len(titles) - 2)])
        else:
            findings = last.found[DIAGNOSTIC].milliseconds
            requests = [summary(each)[3] for each in sessions]
            rows.append([last.name, *summary(last)[:3], *requests, spread(findings) if findings else "–"])
    told = (
        f"Requests in kernel files, an edit before each, milliseconds p50 / p95, and how many were answered rightly; the start is "
        f"that to the first right answer, the first findings are those of the whole file, asked for after that. Measured on {date} by `python benchmarks/lsp.py --readme`; all of it in "
        "[benchmarks/results](benchmarks/results)."
    )
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    more = "".join(f"\nWeft alone. {' '.join(alone)}\n" if alone else "")
    README.write_text(f"{head}{MARKS[0]}\n{told}\n\n{table}\n{more}{MARKS[1]}{tail}", encoding="utf-8")


def installed(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The servers that can be started, and why the others cannot."""
    can, cannot = list[str](), list[str]()
    for name in names:
        try:
            command_of(name)
            version_of(name)
            can.append(name)
        except (PeerError, OSError, subprocess.CalledProcessError) as error:
            cannot.append(f"{name}: {error}")
            print(cannot[-1], file=sys.stderr, flush=True)
    return can, cannot


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--servers", nargs="+", default=["weft", *PEERS], choices=["weft", *PEERS])
    parser.add_argument("--output", type=Path)
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args()
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    names, failed = installed(given.servers)
    report = [
        f"# Language servers in kernel files, {date}",
        "",
        (
            f"{platform.platform()}, {processor()}, Python {platform.python_version()}, {os.cpu_count()} processors, load "
            f"{load()} at the start."
        ),
        f"{', '.join(map(version_of, names))}.",
        *(f"Not measured: {reason}." for reason in failed),
        "Times are milliseconds, p50 / p95, with an edit before each request; start is the median to the first right answer, first",
        "findings that of the whole file's findings, asked for after that and without an edit; MB at the start and at the end.",
    ]
    measured: dict[int, list[Session]] = {}
    for lines in given.lines:
        head = ["server", "start", "first findings", "MB", "all", *KINDS]
        measured[lines] = measure(names, lines, given)
        table = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *map(row, measured[lines])]
        report += ["", f"## {lines:,} lines", "", *table]
        print("\n".join(table), file=sys.stderr, flush=True)
    alone: list[str] = []
    if "weft" in names:
        for part in (endurance, beside_a_workspace):
            try:
                alone.append(part(given.lines[0]))
            except (PeerError, OSError, queue.Empty) as error:
                alone.append(f"{part.__name__}: {error or 'no progress was told'}.")
            print(alone[-1], file=sys.stderr, flush=True)
        report += ["", "## Weft alone", "", *alone]
    report += ["", f"Load at the end: {load()}."]
    text = "\n".join(report) + "\n"
    print(text)
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    if given.readme:
        put_into_readme(date, measured, alone)


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"


def processor() -> str:
    """The name of the processor, where the system tells it in a file."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), "processor not known"
    )


if __name__ == "__main__":
    main()
