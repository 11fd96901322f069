"""Errors that a person can act on: shown in one line, without a traceback."""


class AlertlabError(Exception):
    """Something the user can put right; the message names what, where and how."""


class BundleError(AlertlabError):
    """A bundle that must not be used: damaged, incomplete or not understood."""


class NotFiniteError(BundleError):
    """Rows that a bundle has no finite answer for.

    Attributes
    ----------
    rows : their places in the batch.
    """

    def __init__(self, rows: list[int], noun: str = "probabilities") -> None:
        super().__init__(f"row {rows[0]}: its {noun} are not finite; is an input NaN there?")
        self.rows = rows
