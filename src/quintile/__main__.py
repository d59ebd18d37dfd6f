"""The command ``quintile``."""

from __future__ import annotations

from quintile.cli.app import main

if __name__ == "__main__":
    main()
