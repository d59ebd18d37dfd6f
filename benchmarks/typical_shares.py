"""Typical shares: how customers spread over the segments of every shipped scheme, on bases anybody can have.

Writes ``src/quintile/export/typical_shares.toml``, which the plan document quotes. The sample shop is made anew from
its seed, so that a test can count it again; the public bases are read from a folder, if it is named:

    python benchmarks/typical_shares.py [FOLDER OF PUBLIC DATA]
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from quintile.config.read import read_settings
from quintile.jobs.crosswalk import crosswalk_sources
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.workplace.wish import Wish
from quintile.segments.load import shipped_schemes

TARGET = Path(__file__).parents[1] / "src" / "quintile" / "export" / "typical_shares.toml"
CUSTOMERS, SEED = 2_000, 1
SAMPLE = "quintile's sample shop, 2,000 customers, seed 1"
LINES = {"ledger": {"grain": "line"}}
PUBLIC: dict[str, tuple[str, str, date, dict[str, dict[str, str]]]] = {
    "uci": ("UCI Online Retail", "uci_online_retail/online_retail.parquet", date(2011, 12, 10), LINES),
    "cdnow": ("CDNOW, whole file", "cdnow_master/cdnow_master.csv", date(1998, 7, 1), {}),
    "superstore": ("Superstore", "superstore/superstore.csv", date(2017, 12, 31), LINES),
}
HEAD = """\
# How customers spread over the segments of the shipped schemes, as shares. Written by benchmarks/typical_shares.py.
# Every base: the 12 months before the analysis date, quantiles, at the scale the scheme is written for.
"""


def main(public: Path | None = None) -> None:
    """Count all bases and write the file."""
    with tempfile.TemporaryDirectory() as folder:
        shop = make_sample_shop(Path(folder), customers=CUSTOMERS, seed=SEED)
        wish = sample_wish(shop)
        bases = {"sample": (SAMPLE, str(wish.as_of), shares(wish))}
    if public is not None:
        for base, (title, file, as_of, settings) in PUBLIC.items():
            wish = Wish(sources=[public / file], settings=read_settings(None, settings), as_of=as_of)
            bases[base] = (title, str(as_of), shares(wish))
    TARGET.write_text("\n".join(_toml(bases)) + "\n", encoding="utf-8")


def shares(wish: Wish) -> dict[str, dict[str, str]]:
    """For every shipped scheme the share of the customers in each of its segments, at the scheme's own scale."""
    found = crosswalk_sources(wish, shipped_schemes())
    return {
        line["scheme"]: {one["segment"]: _share(one["customers"], found["customers"]) for one in line["segments"]}
        for line in found["schemes"]
    }


def _share(part: int, whole: int) -> str:
    return str((Decimal(part) / whole).quantize(Decimal("0.0001")))


def _toml(bases: dict[str, tuple[str, str, dict[str, Any]]]) -> list[str]:
    lines = [HEAD]
    for base, (title, as_of, _) in bases.items():
        lines += [f"[bases.{base}]", f"title = {json.dumps(title)}", f'as_of = "{as_of}"', ""]
    for scheme in shipped_schemes():
        for base, (_, _, counted) in bases.items():
            lines.append(f"[shares.{scheme}.{base}]")
            lines += [f"{json.dumps(segment)} = {json.dumps(share)}" for segment, share in counted[scheme].items()]
            lines.append("")
    return lines[:-1]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
