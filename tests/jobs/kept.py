"""A project with a person in every place that a project has, for the tests of what is kept of people."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from quintile.domain.settings import Settings
from quintile.jobs.erase import erase
from tests.golden.refreshes import Refreshed

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

HEADER = "order_id,customer_id,email,phone,name,order_date,amount,note\n"
FIRST = (
    HEADER
    + """O1,CAN-0001,canary@example.com,+49 170 9876543,Canary Personova,2025-06-01,10.00,x
O2,A,a@x.com,,Anna Smith,2025-06-20,20.00,x
O3,B,b@x.com,,Bob Brown,2025-03-01,5.00,x
O4,C,c@x.com,,Cid Clark,2025-02-24,99.90,x
O5,CAN-0001,canary@example.com,+49 170 9876543,Canary Personova,2025-06-05,oops,x
O6,D,d@x.com,,Dan Dixon,2025-06-05,oops,call canary@example.com
O7,,canary@example.com,,,2025-06-06,3.00,x
O8,,,,Canary Personova,2025-06-06,3.00,x
O9,D,d@x.com,,Dan Dixon,2025-06-05,12.00,x
O10,CAN-0001,canary@example.com,+49 170 9876543,Canary Personova,2025-06-05,13.00,x,y,z
O11,E,,0170/9876543,Canary Personova,2025-06-05,oops,x
"""
)
SECOND = (
    HEADER
    + """O21,CAN-0001,Canary@Example.com,0170 9876543,Canary Personova,2025-06-25,11.00,x
O22,A,a@x.com,,Anna Smith,2025-06-26,20.00,x
O23,B,b@x.com,,Bob Brown,2025-06-21,5.00,x
"""
)
READING = {"reading": {"max_bad_share": 0.9}}
CANARY = ("can-0001", "canary", "9876543", "personova")
OTHERS = {"A": (6, 2, "40.00"), "B": (11, 2, "10.00"), "C": (128, 1, "99.90"), "D": (27, 1, "12.00")}


def project_of(folder: Path, **settings: Any) -> Refreshed:
    """Two runs, then exports of every kind beside the store."""
    folder.mkdir(parents=True, exist_ok=True)
    project = Refreshed(folder, **READING, **settings)
    project.run(FIRST)
    project.run(SECOND, date(2025, 7, 2))
    home = project.home
    (home / "lists").mkdir()
    (home / "lists" / "champions.csv").write_text("customer_id,segment\nCAN-0001,Loyal\nA,Loyal\n", encoding="utf-8")
    (home / "notes.log").write_text("began\nwrote to canary@example.com\nended\n", encoding="utf-8")
    (home / "page.html").write_text("<p title='x'>Canary Personova &amp; Bob</p>\n", encoding="utf-8")
    (home / "customer.json").write_text('[{"customer_id": "CAN-0001"}, {"customer_id": "A"}]\n', encoding="utf-8")
    duckdb.connect().execute(
        f"COPY (SELECT * FROM (VALUES ('CAN-0001', 1), ('A', 2)) AS t (customer_id, n)) TO '{home / 'x.parquet'}'"
    )
    return project


def erased(project: Refreshed, *persons: str) -> dict[str, Any]:
    return erase(project.home, persons or ["CAN-0001"], Settings())


def restored(project: Refreshed, backup: Path) -> None:
    """Put a copy of the project in its place."""
    shutil.rmtree(project.home)
    shutil.copytree(backup, project.home, symlinks=True)


def traces(home: Path) -> list[str]:
    """The files that hold the canary in any byte, also where they are packed."""
    found = []
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink():
            texts = [path.read_bytes().decode("latin-1")]
            if path.suffix == ".parquet":
                texts.append(str(duckdb.connect().execute(f"SELECT * FROM '{path}'").fetchall()))
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    texts += [archive.read(name).decode("latin-1") for name in archive.namelist()]
            if any(word in text.lower() for word in CANARY for text in texts):
                found.append(str(path.relative_to(home)))
    return found
