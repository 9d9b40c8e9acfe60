"""What the project says: `[tool.weft]` in pyproject.toml, or weft.toml, the nearest one upward from a path."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import cast

from weft.lint.codes import CODES
from weft.model.diagnostic import Diagnostic
from weft.model.nearest import nearest
from weft.model.occupancy import MULTIPROCESSORS
from weft.records import record

_KEYS = ("extend", "select", "ignore", "per-file-ignores", "exclude", "targets")
_TARGETS = tuple(f"sm_{major}{minor}" for major, minor in MULTIPROCESSORS)
_MOST_ANCESTORS = 16


class ConfigError(Exception):
    """What is wrong with a configuration, as one line: where, what was found, what is allowed."""


@record
class Config:
    """Patterns are for paths below `directory`. An empty `select` selects all.

    targets: the GPUs that the project is for; without any, only what holds on every GPU is judged.
    """

    directory: str
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    exclude: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def excludes(self, path: str) -> bool:
        return any(_matches(pattern, path, self.directory) for pattern in self.exclude)

    def ignored(self, path: str) -> frozenset[str]:
        """What is ignored in a file besides `ignore`."""
        own = (codes for pattern, codes in self.per_file_ignores if _matches(pattern, path, self.directory))
        return frozenset[str]().union(*own)


@record
class Selection:
    """What the command line selects and ignores: the first replaces what a configuration selects, the second adds.

    extend: is selected too, also what the configuration ignores, but for what it ignores in single files.
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    extend: frozenset[str] = frozenset()

    def of(self, found: Iterable[Diagnostic], config: Config, path: str) -> tuple[Diagnostic, ...]:
        select = self.select or config.select
        if select:
            select |= self.extend
        ignore = self.ignore | (config.ignore - self.extend) | config.ignored(path)
        return tuple(one for one in found if (not select or one.code in select) and one.code not in ignore)


def selection(select: Sequence[str], ignore: Sequence[str], extend: Sequence[str] = ()) -> Selection:
    """The codes after `--select`, `--ignore` and `--extend-select`, with commas between; raises ConfigError."""
    return Selection(
        _codes(",".join(select).split(","), "--select"),
        _codes(",".join(ignore).split(","), "--ignore"),
        _codes(",".join(extend).split(","), "--extend-select"),
    )


class Configs:
    """The configurations of one run: each is read once."""

    def __init__(self) -> None:
        self._known: dict[str, Config] = {}

    def of(self, path: str) -> Config:
        """The configuration of the file or directory at `path`; raises ConfigError."""
        full = os.path.abspath(path)
        return self._of_directory(full if os.path.isdir(full) else os.path.dirname(full))

    def _of_directory(self, directory: str) -> Config:
        found = self._known.get(directory)
        if found is None:
            parent = os.path.dirname(directory)
            found = _config_in(directory)
            if found is None:
                found = Config(directory) if parent == directory else self._of_directory(parent)
            self._known[directory] = found
        return found


def _config_in(directory: str) -> Config | None:
    for name in ("weft.toml", "pyproject.toml"):
        path = os.path.join(directory, name)
        if os.path.isfile(path):
            if name == "weft.toml":
                return _config(_table(path), path)
            if not _may_say_weft(path):
                continue
            table = _table(path)
            tools = _mapping(table.get("tool", {}), path, "tool")
            if "weft" in tools:
                return _config(_mapping(tools["weft"], path, "tool.weft"), path)
    return None


def _may_say_weft(path: str) -> bool:
    """Whether a pyproject.toml can have a table for Weft: most say nothing of it, and are not parsed. An escape could hide the name."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return True  # the reading that follows names the trouble
    return b"weft" in data or b"\\" in data


def _table(path: str) -> Mapping[str, object]:
    import tomllib  # slow to load, and many runs have no configuration

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"\(at line (\d+), ", str(error))
        raise ConfigError(f"{path}{f':{line[1]}' if line else ''} is not TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {os.strerror(error.errno or 0).lower()}") from None


def _config(table: Mapping[str, object], path: str, depth: int = 0) -> Config:
    """What a configuration says, with what the one that it extends says of the keys that it leaves out."""
    for key in table:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            advice = f"did you mean `{near}`?" if near else f"the keys are {', '.join(_KEYS)}"
            raise ConfigError(f"{path}{_line_of(path, key)}: there is no key `{key}`: {advice}")
    inherited = _extended(table, path, depth) or Config(os.path.dirname(path))
    per_file = _mapping(table.get("per-file-ignores", {}), path, "per-file-ignores")
    own = tuple((pattern, _code_list(per_file, pattern, path)) for pattern in per_file)
    return Config(
        os.path.dirname(path),
        _code_list(table, "select", path) if "select" in table else inherited.select,
        _code_list(table, "ignore", path) if "ignore" in table else inherited.ignore,
        own if "per-file-ignores" in table else inherited.per_file_ignores,
        tuple(_texts(table, "exclude", path)) if "exclude" in table else inherited.exclude,
        _targets(table, path) if "targets" in table else inherited.targets,
    )


def _targets(table: Mapping[str, object], path: str) -> tuple[str, ...]:
    targets = _texts(table, "targets", path)
    for target in targets:
        if target not in _TARGETS:
            near = nearest(target, _TARGETS)
            advice = f"did you mean `{near}`?" if near else f"the targets are {', '.join(_TARGETS)}"
            raise ConfigError(
                f"{path}{_line_of(path, target)}: `targets`: there is no target `{target}`: {advice}"
            )
    return tuple(targets)


def _extended(table: Mapping[str, object], path: str, depth: int) -> Config | None:
    wanted = table.get("extend")
    if wanted is None:
        return None
    if not isinstance(wanted, str):
        raise ConfigError(f"{path}{_line_of(path, 'extend')}: `extend` is a path; found {_kind(wanted)}")
    if depth == _MOST_ANCESTORS:
        raise ConfigError(
            f"{path}{_line_of(path, 'extend')}: `extend` leads back to itself, or is too deep: cut it"
        )
    other = os.path.join(os.path.dirname(path), wanted)
    if not os.path.isfile(other):
        raise ConfigError(f"{path}{_line_of(path, 'extend')}: `extend` names {other}, which is no file")
    found = _table(other)
    if os.path.basename(other) == "pyproject.toml":
        found = _mapping(_mapping(found.get("tool", {}), other, "tool").get("weft", {}), other, "tool.weft")
    return _config(found, other, depth + 1)


def _line_of(path: str, key: str) -> str:
    """`:3`, the line that defines a key, or else one that names it in a list, as far as the text tells."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    defined = re.compile(rf"\s*\[?\s*(?:tool\.)?(?:weft\.)?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
    listed = re.compile(rf"[\"']{re.escape(key)}[\"']")
    for holds in (defined.match, listed.search):
        for number, line in enumerate(lines, 1):
            if holds(line):
                return f":{number}"
    return ""


def _mapping(value: object, path: str, key: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        line = _line_of(path, key.removeprefix("tool."))
        raise ConfigError(f"{path}{line}: `{key}` is a table; found {_kind(value)}")
    return cast("Mapping[str, object]", value)


def _code_list(table: Mapping[str, object], key: str, path: str) -> frozenset[str]:
    words = _texts(table, key, path)
    wrong = next((word for word in words if word.strip() not in CODES), key)
    return _codes(words, f"{path}{_line_of(path, wrong)}: `{key}`")


def _texts(table: Mapping[str, object], key: str, path: str) -> Sequence[str]:
    value = table.get(key, [])
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) != len(items):
        raise ConfigError(f"{path}{_line_of(path, key)}: `{key}` is a list of strings; found {_kind(value)}")
    return texts


def _kind(value: object) -> str:
    return f"`{value}`" if isinstance(value, (bool, int, float, str, list)) else "a table"


def _codes(words: Iterable[str], where: str) -> frozenset[str]:
    codes = frozenset(word.strip() for word in words) - {""}
    for code in sorted(codes - CODES.keys()):
        near = nearest(code, CODES)
        advice = f": did you mean `{near}`?" if near else ""
        raise ConfigError(f"{where}: Weft has no code `{code}`{advice}")
    return codes


def _matches(pattern: str, path: str, directory: str) -> bool:
    """Whether a pattern is for a path, for its name, or for a directory that holds it."""
    parts = os.path.relpath(os.path.abspath(path), directory).split(os.sep)
    pattern = pattern.rstrip("/")
    if "/" not in pattern:
        return any(fnmatchcase(part, pattern) for part in parts)
    return any(fnmatchcase("/".join(parts[:count]), pattern) for count in range(1, len(parts) + 1))
