"""`[tool.weft]` of the project that a file belongs to."""

import logging
import os

from weft.lint.config import Config, ConfigError, Configs

logger = logging.getLogger(__name__)

FILES = ("pyproject.toml", "weft.toml")


class Configurations:
    """What the files say, as they were when first asked for; `forget` when one changes."""

    def __init__(self) -> None:
        self._configs = Configs()
        self._wrong: set[str] = set()

    def of(self, path: str) -> Config | None:
        """None for a document that is no file, and where the configuration is wrong, which `weft check` complains of."""
        if not os.path.isabs(path):
            return None
        try:
            return self._configs.of(path)
        except ConfigError as error:
            self._log_once(str(error))
            return None

    def forget(self) -> None:
        self._configs, self._wrong = Configs(), set()

    def _log_once(self, trouble: str) -> None:
        if trouble not in self._wrong:
            self._wrong.add(trouble)
            logger.warning("%s", trouble)
