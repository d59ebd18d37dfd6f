"""Loads what commands on a project load, once for all processes of ``tests.forked``."""

from __future__ import annotations

import quintile.cli.app
import quintile.jobs.erase
import quintile.jobs.history
import quintile.jobs.logged
import quintile.jobs.retention
import quintile.jobs.run
import quintile.jobs.verify  # noqa: F401 - loading is all it is for
