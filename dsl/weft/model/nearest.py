"""What was probably meant by a word that is not known."""

from collections.abc import Iterable

_NEAR_ENOUGH = 0.6


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like it, if any is."""
    from difflib import get_close_matches  # slow to load, and only mistakes need it

    return next(iter(get_close_matches(word, known, 1, _NEAR_ENOUGH)), None)
