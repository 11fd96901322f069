"""What is wrong with a config, in one line."""

from ..runtime.errors import AlertlabError
from .secrets import masked


class ConfigError(AlertlabError):
    """A config that cannot be composed or built; the message is one line, names the key and holds no password."""

    def __init__(self, message: str) -> None:
        super().__init__(masked(" ".join(message.split())))


def first_line(error: BaseException) -> str:
    """The first line of another library's message; the name of the error where there is none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
