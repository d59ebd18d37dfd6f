"""A result whose every name was written by somebody who means harm: segments, customers, the source, the scheme."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

from quintile.config.read import read_settings
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2025, 7, 1)
SCRIPT = "<script>window.hostile = 1</script><img src=x onerror='window.hostile = 2'>"
LONG = "N" * 200
TURNED = "\u202e\u05e9\u05dc\u05d5\u05dd \u0644\u0644\u0639\u0645\u0644\u0627\u0621"
EMOJI = "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f48e {{ 7 * 7 }} ${1} </style></title>"
NAMES = (SCRIPT, LONG, TURNED, EMOJI)
CANARY = "canary-customer"
FILE = "<img src=x onerror=alert(1)> & co.csv"


def hostile_results(folder: Path) -> Path:
    """The results folder of a run in which nothing has a decent name."""
    source = folder / FILE
    lines = ["order_id,customer_id,order_date,amount"]
    for customer in range(240):
        name = f"{CANARY}-{customer}" + ("<script>" if customer % 7 == 0 else "")
        for order in range(1 + customer % 5 * (customer % 3)):
            day = AS_OF - timedelta(days=1 + (customer * 31 + order * 47) % 360)
            lines.append(f"{CANARY}-order-{customer}-{order},{name},{day},{(customer * 37 + order * 11) % 900 + 1}.50")
    lines.append(f"{CANARY}-bad,{CANARY}-bad,2025-06-01,{CANARY}-amount")
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    scheme = folder / "ours.toml"
    segments = "".join(
        "[[segments]]\nname = {0}\nintent = {0}\nrules = [{1}]\n".format(json.dumps(name, ensure_ascii=False), rule)
        for name, rule in zip(
            NAMES, ("{ r = [3, 3], f = [2, 3] }", "{ m = [3, 3] }", "{ r = [1, 1] }", "{ f = [1, 1] }"), strict=True
        )
    )
    head = f"title = {json.dumps(SCRIPT)}\nsource = {json.dumps(SCRIPT)}\nscale = 3\nbest = 'high'\n"
    scheme.write_text(head + segments, encoding="utf-8")
    settings = read_settings(None, {"model": {"scale": 3, "scheme": str(scheme)}})
    run(Wish(sources=[source], settings=settings, as_of=AS_OF), folder / "results")
    return folder / "results"
