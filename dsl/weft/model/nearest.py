"""What was probably meant by a word that is not known."""

from collections.abc import Iterable

# The part of all characters of two words that must be the same.
_NEAR_ENOUGH = 0.6


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like it, if any is."""
    from difflib import get_close_matches  # slow to load, and only mistakes need it

    # Most of a file's names are too long or too short to be near, and need not be compared.
    size = len(word)
    alike = [each for each in known if 2 * min(size, len(each)) >= _NEAR_ENOUGH * (size + len(each)) - 1e-9]
    return next(iter(get_close_matches(word, alike, 1, _NEAR_ENOUGH)), None)


def nearest_first(word: str, known: Iterable[str]) -> list[str]:
    """All known words, those that are most like it before the others."""
    from difflib import SequenceMatcher  # slow to load, and only mistakes need it

    matcher = SequenceMatcher(b=word)

    def likeness(each: str) -> tuple[float, str]:
        matcher.set_seq1(each)
        return -matcher.ratio(), each

    return sorted(known, key=likeness)
