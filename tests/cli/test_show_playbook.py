"""The playbook on a terminal: the list of segments, and one with its messages."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.cli.show.playbook import show_play, show_playbook
from quintile.domain.play import Message, Play, Playbook
from quintile.errors import SettingsError
from quintile.jobs.playbook import Plays, playbook
from quintile.segments.load import shipped_schemes

MAIL = Message("warm", "Hello {{ first_name }},\n\n{{ offer }} until {{ valid_until }}.", "From {{ shop }} [bold]")
SMS = Message("short", "Hi {{ first_name }}")
TOP = Play(
    segment="Top [red]",
    intent="Keep them.",
    actions=("Open early.", "Ask."),
    offer="A cake.",
    channel="Post.",
    tone="Jolly.",
    contact="Once.",
    avoid="Haste.",
    kpi="Smiles",
    target="All",
    offer_words="Cake",
    messages=(MAIL, SMS),
)
REST = Play("Others", "Look.", ("Lint.",), "None.", "None.", "None.", "Never.", "All.", "None")
BOOK = Playbook("ours", {"Top [red]": TOP, "Others": REST})
LINE = {"customers": 1_200, "customers_share": "0.6", "revenue": "3450.00", "revenue_share": "0.9"}
COUNTED = Plays(BOOK, {"Top [red]": LINE}, "EUR")
LIST = """\
Playbook of ours
  segment    what to do
  Top [red]  Keep them.
             Open early.
  Others     Look.
             Lint.

One of them with its messages: quintile playbook "Top [red]"
"""
COUNTED_LIST = """\
Playbook of ours
  segment    customers  revenue EUR  what to do
  Top [red]      1,200     3,450.00  Keep them.
                                     Open early.

One of them with its messages: quintile playbook "Top [red]"
"""
ONE = """\
Top [red]  1,200 customers (60.0%), revenue 3,450.00 EUR (90.0%)
Keep them.

Action 1   Open early.
Action 2   Ask.
Offer      A cake.
Channel    Post.
Tone       Jolly.
How often  Once.
Avoid      Haste.
Watch      Smiles. Target: All

Message, warm
  Subject: From Hill Street Goods [bold]

  Hello Ada,

  Cake until 31 July.

Message, short
  Hi Ada

Names, days and links are made up. As templates: --json
"""


def shown(show, *args, width=80):
    paper = io.StringIO()
    show(*args, Console(file=paper, width=width, highlight=False))
    return paper.getvalue()


def test_segments_are_listed_with_what_to_do():
    assert shown(show_playbook, Plays(BOOK, {})) == LIST


def test_with_results_customers_and_revenue_stand_beside_and_an_empty_fallback_is_left_out():
    assert shown(show_playbook, COUNTED) == COUNTED_LIST


def test_customers_in_no_segment_are_never_left_out():
    page = shown(show_playbook, Plays(BOOK, {"Top [red]": LINE, "Others": LINE}))
    assert "Others         1,200" in page


def test_one_segment_is_shown_with_its_messages_filled_in():
    assert shown(show_play, COUNTED, TOP) == ONE


def test_a_segment_without_messages_or_numbers_shows_its_play_alone():
    page = shown(show_play, COUNTED, REST)
    assert page.startswith("Others\nLook.\n\nAction 1   Lint.\n")
    assert "Message" not in page
    assert page.endswith("Watch      None\n")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", shipped_schemes())
def test_every_shipped_playbook_fits_the_page(name, width):
    plays = playbook(name)
    pages = [shown(show_playbook, plays, width=width)]
    pages += [shown(show_play, plays, play, width=width) for play in plays.playbook.plays.values()]
    assert max(len(line) for page in pages for line in page.splitlines()) <= width


def run(*words):
    return CliRunner().invoke(app, ["playbook", *words], catch_exceptions=False)


def test_a_segment_of_several_words_needs_no_quotes_and_no_capitals():
    assert run("at", "risk").stdout.startswith("At Risk\nWin back urgently.\n")


def test_of_a_single_tone_only_the_messages_are_shown():
    told = run("at", "risk", "--tone", "short").stdout
    assert told.startswith("At Risk\n\nMessage, short\n  ")
    assert told.count("Message, ") == 1
    assert "Action 1" not in told
    every = run("--tone", "short").stdout
    assert every.count("Message, short\n") == len(playbook("rfm-9").playbook.plays) - every.count("No message of")
    assert "what to do" not in every


def test_a_play_without_a_message_of_the_tone_says_so():
    assert shown(show_play, Plays(BOOK, {}, tone="short"), REST) == "Others\n\nNo message of the tone short.\n"


def test_a_wrong_segment_is_told_its_near_miss():
    with pytest.raises(SettingsError, match="no segment 'champion'") as raised:
        run("champion")
    assert raised.value.fix.startswith("write 'Champions'. Segments: Champions, Loyal")


def test_json_holds_all_segments_or_the_one_asked_for():
    every = json.loads(run("--json", "--scheme", "six-27").stdout)
    assert [play["segment"] for play in every["plays"]][-2:] == ["Inactive", "Unclassified"]
    one = json.loads(run("inactive", "--json", "--scheme", "six-27", "--tone", "plain").stdout)
    assert [play["segment"] for play in one["plays"]] == ["Inactive"]
    assert [message["tone"] for message in one["plays"][0]["messages"]] == ["plain"]
