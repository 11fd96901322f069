"""``python -m alertlab``."""

from .cli import main

raise SystemExit(main())
