"""The report of a run: one HTML file that asks no other host for anything."""

from .page import report_html, table_html
from .strangest import strangest_html
from .subject import Subject

__all__ = ["Subject", "report_html", "strangest_html", "table_html"]
