"""Runs dbt several times in one process, which reads it once: each argument is the arguments of one run, as JSON.

It is run by the Python that dbt is installed for, and prints for each run what failed, as JSON.
"""

from __future__ import annotations

import json
import sys

from dbt.cli.main import dbtRunner  # type: ignore[import-not-found] # installed beside the product, not with it


def failures(arguments: list[str]) -> list[str]:
    """What one run says of what did not pass; nothing where all did."""
    found = dbtRunner().invoke(arguments)
    if found.exception is not None:
        return [str(found.exception)]
    results = getattr(found.result, "results", [])
    told = [f"{one.node.name}: {one.status} {one.message}" for one in results if one.status not in FINE]
    return told if found.success else told or ["failed"]


FINE = {"success", "pass", "no-op", "skipped"}
if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps([failures(json.loads(run)) for run in sys.argv[1:]]))
