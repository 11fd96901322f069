"""The loop with an expert: asks about the strangest objects, learns from the answers, and asks again."""

from .begin import open_hunt
from .hunt import Hunt, Question

__all__ = ["Hunt", "Question", "open_hunt"]
