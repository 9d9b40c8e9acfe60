"""The parts of a docstring: one sentence, then the parameters, then what is wrong, needed and quoted."""

import re

from weft.records import record

_PARAMETERS = re.compile(r"(?P<names>\*{0,2}[a-z_]\w*(?:, \*{0,2}[a-z_]\w*)*): (?P<text>\S.*)")


@record
class Docstring:
    """summary: the first paragraph. parameters: (name or names, text). notes: the other paragraphs, each one line."""

    summary: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def of_parameter(self, name: str) -> str:
        for names, text in self.parameters:
            if name in names.replace("*", "").split(", "):
                return text
        return ""


def parse(doc: str | None) -> Docstring:
    paragraphs = [part for part in re.split(r"\n[ \t]*\n", (doc or "").strip()) if part.strip()]
    if not paragraphs:
        return Docstring()
    parameters: list[tuple[str, str]] = []
    notes: list[str] = []
    for line in (line for paragraph in paragraphs[1:] for line in _sentences(paragraph)):
        if match := _PARAMETERS.fullmatch(line):
            parameters.append((match["names"], match["text"]))
        else:
            notes.append(line)
    return Docstring(_joined(paragraphs[0]), tuple(parameters), tuple(notes))


def to_markdown(docstring: Docstring) -> str:
    """The docstring as a reader expects it: the sentence, a list of the parameters, the notes."""
    parameters = "\n".join(f"* {_code(names)}: {text}" for names, text in docstring.parameters)
    return "\n\n".join(part for part in (docstring.summary, parameters, *docstring.notes) if part)


def _sentences(paragraph: str) -> list[str]:
    """The lines of a paragraph, with lines that go on joined to the ones they continue."""
    sentences: list[str] = []
    for line in paragraph.splitlines():
        if sentences and not _starts_sentence(line):
            sentences[-1] = f"{sentences[-1]} {line.strip()}"
        else:
            sentences.append(line.strip())
    return sentences


def _starts_sentence(line: str) -> bool:
    is_note = re.match(r"(?:Wrong|Needs|Source|Returns|Law)\b", line) is not None
    return is_note or _PARAMETERS.match(line) is not None


def _joined(paragraph: str) -> str:
    return " ".join(line.strip() for line in paragraph.splitlines())


def _code(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))
