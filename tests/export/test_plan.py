"""The plan: all of the model, every number that of run.json, nothing of a stranger becomes markup, always the same."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from quintile.domain.business import BusinessSettings
from quintile.domain.columns import CUSTOMERS
from quintile.domain.rfm_model import RfmModel
from quintile.export.markdown import plain
from quintile.export.plan import Facts, plan_content, plan_html, plan_markdown
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.recommend import recommend
from quintile.jobs.run import run
from quintile.playbook.load import plays_of
from quintile.segments.load import kept_scheme, load_scheme, shipped_schemes
from tests.export.hostile import CANARY, NAMES, SCRIPT, hostile_results
from tests.export.test_report import Page

BUSINESS = BusinessSettings(
    industry="home", product="lamps", customers=2500, fields=("customer_id", "gross_margin"), window="24mo",
    purchase_cycle="6w", model="b2b",
)  # fmt: skip
SECTIONS = (
    "Business",
    "Definitions",
    "Scoring",
    "Segments",
    "Action plan",
    "KPIs and monitoring",
    "Limits",
    "Next steps",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The folder of a small sample shop with its results."""
    folder = tmp_path_factory.mktemp("shop")
    made = make_sample_shop(folder, customers=300, seed=1)
    run(sample_wish(made), folder / "results")
    return folder, sample_wish(made)


@pytest.fixture(scope="module")
def report(shop):
    return json.loads((shop[0] / "results" / "run.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def content(shop, report):
    scheme = load_scheme("rfm-9")
    return plan_content(Facts(report, scheme, plays_of(scheme), BUSINESS, recommend(shop[1])))


@pytest.fixture(scope="module")
def markdown(content):
    return plan_markdown(content)


def blocks(document, language):
    return re.findall(rf"^```{language}\n(.*?)\n```$", document, re.DOTALL | re.MULTILINE)


def table(document, heading):
    """The cells of the first table below a heading, without its two head lines."""
    after = document.split(f"\n{heading}\n", 1)[1]
    lines = [line for line in after[after.index("\n|") :].split("\n\n", 1)[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_every_section_is_there(markdown, content):
    assert [heading for heading in SECTIONS if f"\n## {heading}\n" not in markdown] == []
    page = plan_html(content)
    ids = {attributes.get("id") for _, attributes in Page(page).elements}
    links = {attributes["href"][1:] for tag, attributes in Page(page).elements if tag == "a"}
    assert links <= ids


def test_every_segment_of_the_scheme_has_its_line_and_its_plan(markdown):
    names = [segment.name for segment in load_scheme("rfm-9").segments]
    assert len(names) >= 8
    assert {line[0] for line in table(markdown, "## Segments")} == set(names)
    assert [f"\n### {name}\n" in markdown for name in names] == [True] * len(names)


def test_the_numbers_of_the_segments_are_those_of_run_json(markdown, report):
    lines = {line["segment"]: line for line in report["segments"]}
    for name, *_, customers, share, revenue, revenue_share in table(markdown, "## Segments"):
        line = lines[name]
        assert int(customers.replace(",", "")) == line["customers"]
        assert Decimal(revenue.replace(",", "")) == Decimal(line["revenue"])
        for shown, exact in ((share, line["customers_share"]), (revenue_share, line["revenue_share"])):
            assert abs(Decimal(shown.rstrip("%")) / 100 - Decimal(exact)) <= Decimal("0.0005")


def test_the_customers_of_each_score_are_those_of_run_json(markdown, report):
    for receipt, heading in zip(report["tie_receipt"], ("Recency", "Frequency", "Monetary"), strict=True):
        shown = [int(line[-1].replace(",", "")) for line in table(markdown, f"### {heading}")]
        assert shown == receipt["customers"][::-1]


def test_the_rows_of_the_edge_cases_are_those_of_run_json(content, report):
    rows = {line["case"]: line["rows"] for line in content["edge_cases"]}
    counts = report["counts"]
    assert rows["Repeated rows"] == counts["rows_deduplicated"] > 0
    assert rows["Cancelled, failed, pending and test orders"] == counts["rows_excluded"] > 0
    aside = rows["Purchases without a customer id"] + rows["Rows that cannot be used for other reasons"]
    assert aside == counts["rows_quarantined"] > 0


def test_the_sql_of_the_document_gives_every_row_of_the_customers(shop, markdown):
    folder = shop[0]
    load, query = blocks(markdown, "sql")
    with duckdb.connect(config={"file_search_path": str(folder)}) as connection:
        connection.execute(load)
        found = connection.execute(query).fetchall()
        theirs = connection.execute(
            "FROM read_parquet(?) ORDER BY customer_id", [str(folder / "results" / "customers.parquet")]
        ).fetchall()
    assert found == theirs
    assert len(found) > 100


def test_the_python_of_the_document_gives_every_row_of_the_customers(shop, markdown, monkeypatch):
    folder = shop[0]
    (program,) = blocks(markdown, "python")
    monkeypatch.chdir(folder)
    space = {}
    exec(program, space)
    with duckdb.connect() as connection:
        theirs = connection.execute(
            "FROM read_parquet(?) ORDER BY customer_id", [str(folder / "results" / "customers.parquet")]
        ).fetchall()
    assert [tuple(one[column] for column in CUSTOMERS) for one in space["customers"]] == theirs


def test_the_html_holds_the_same_programs(content, markdown):
    codes = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", plan_html(content), re.DOTALL)
    assert [html.unescape(code).strip() for code in codes] == blocks(markdown, "sql") + blocks(markdown, "python")


def test_the_owners_words_stand_beside_what_the_data_says(content):
    found = {line["what"]: line["found"] for line in content["business"]}
    said = {line["what"]: line["said"] for line in content["business"]}
    assert (said["Window"], said["Purchase cycle"]) == ("24 months", "6 weeks")
    assert "gross_margin" in found["Fields"]
    assert found["Window"].startswith("Here it is 12 months; to change it: ")
    assert "you say 42 days" in found["Purchase cycle"]
    assert "--customer-key account" in found["Sells to"]
    fields = {line["what"]: line["fields"] for line in content["enhancements"]}
    assert fields["Margin in place of revenue"] == "gross_margin"


def test_a_result_alone_has_no_gaps_and_says_so(report):
    scheme = load_scheme("rfm-9")
    told = plan_content(Facts(report, scheme, plays_of(scheme)))
    assert (told["scoring"]["gaps"], told["business"]) == ([], [])
    assert "`quintile plan SOURCE --out DIR` measures them" in plan_markdown(told)
    assert "## Business" not in plan_markdown(told)


def test_a_scheme_of_few_segments_names_a_finer_one(report):
    model = {**report["model"], "scheme": "six-27", "scale": 3}
    model.pop("fingerprint")
    scheme = load_scheme("six-27")
    from quintile.export.plan_segments import few_note  # noqa: PLC0415 - this test alone

    assert "--scheme grid-27" in str(few_note({"model": model}, scheme))
    assert few_note(report, load_scheme("rfm-9")) is None


def test_a_result_without_a_scheme_has_a_plan(report):
    everybody = dict(report["segments"][0], segment="Unclassified")
    model = RfmModel.from_json(json.dumps(report["model"]))
    plain_model = replace(model, scheme="none").as_dict()
    told = plan_content(Facts({**report, "model": plain_model, "ranking": [], "segments": [everybody]}, None, None))
    assert [line["behaviour"] for line in told["segments"]] == [["Everybody."]]
    assert "`quintile run SOURCE --scale 5 --scheme rfm-9 --out DIR`" in plan_markdown(told)
    assert "No playbook comes with the scheme." in plan_html(told)


def test_both_documents_are_always_the_same_and_name_no_folder(shop, content, markdown):
    assert (plan_markdown(content), plan_html(content)) == (markdown, plan_html(json.loads(json.dumps(content))))
    for text in (markdown, plan_html(content)):
        assert str(shop[0]) not in text
        assert not re.search(r"/(tmp|home|work|root)/", text)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    results = hostile_results(tmp_path_factory.mktemp("hostile"))
    found = json.loads((results / "run.json").read_text(encoding="utf-8"))
    scheme = kept_scheme(found["model"]["scheme"], found["model"]["scheme_text"])
    return plan_content(Facts(found, scheme, None, BusinessSettings(industry=SCRIPT, product=SCRIPT, fields=(SCRIPT,))))


def test_names_that_mean_harm_are_text_in_html(hostile):
    page = plan_html(hostile)
    found = Page(page)
    assert not {"script", "img"} & {tag for tag, _ in found.elements}
    assert all(name in "".join(found.text) for name in NAMES)
    names = {name for _, attributes in found.elements for name in attributes}
    assert not {name for name in names if name in {"style", "src"} or name.startswith("on")}


def test_names_that_mean_harm_are_text_in_markdown(hostile):
    document = plan_markdown(hostile)
    prose = re.sub(r"^(`{3,})\w+\n.*?\n\1$", "", document, flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in prose
    assert "<img" not in prose
    assert all(str(plain(name)) in prose for name in NAMES)
    assert len({line.count(" | ") for line in prose.splitlines() if line.startswith(("| &lt;script", "| NNN"))}) == 1


def test_no_customer_is_named(hostile):
    assert CANARY not in plan_markdown(hostile)
    assert CANARY not in plan_html(hostile)


@pytest.mark.parametrize("name", shipped_schemes())
def test_every_shipped_scheme_has_typical_shares_for_its_segments(name):
    from quintile.export.plan_segments import typical_shares  # noqa: PLC0415 - this test alone

    scheme = load_scheme(name)
    known = {segment.name for segment in scheme.segments} | {scheme.fallback}
    shares = typical_shares("sample")[name]
    assert set(shares) <= known
    assert abs(sum((Decimal(share) for share in shares.values()), Decimal(0)) - 1) <= Decimal("0.001")
