"""Errors that a person can act on: shown in one line, without a traceback."""


class AlertlabError(Exception):
    """Something the user can put right; the message names what, where and how."""


class BundleError(AlertlabError):
    """A bundle that must not be used: damaged, incomplete or not understood."""
