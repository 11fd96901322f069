"""The report of a run: one HTML file that asks no other host for anything."""

from .clusters import CandidateCard, clusters_html
from .page import report_html, table_html
from .scatter import Scatter
from .strangest import strangest_html
from .subject import Subject

__all__ = ["CandidateCard", "Scatter", "Subject", "clusters_html", "report_html", "strangest_html", "table_html"]
