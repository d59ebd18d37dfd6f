"""The playbook job: which scheme is meant, and the numbers of a run beside its plays."""

from __future__ import annotations

import json

import pytest

from quintile.errors import SettingsError
from quintile.jobs.playbook import playbook
from quintile.segments.load import load_scheme, scheme_text

LINE = {"customers": 3, "customers_share": "0.3", "revenue": "12.50", "revenue_share": "0.25", "median_recency": "1"}
OURS = 'title = "T"\nsource = "s"\nscale = 3\nbest = "high"\n'
OURS += '[[segments]]\nname = "Top"\nintent = "Keep."\ncodes = ["333"]\n'
PLAYS = '[[plays]]\nsegment = "Top"\nlike = "champions"\n'


@pytest.fixture
def results(tmp_path):
    """Writes a run.json and returns its folder."""

    def write(scheme="six-27", names=("Champions", "Unclassified"), **model):
        report = {
            "model": {"scheme": scheme, **model},
            "currency": "EUR",
            "segments": [{"segment": name, **LINE} for name in names],
        }
        (tmp_path / "run.json").write_text(json.dumps(report), encoding="utf-8")
        return tmp_path

    return write


def error_of(*args, **given):
    with pytest.raises(SettingsError) as raised:
        playbook(*args, **given)
    return raised.value


def test_without_anything_the_default_scheme_is_meant():
    plays = playbook()
    assert (plays.playbook.scheme, plays.counted, plays.currency) == ("rfm-9", {}, None)


def test_the_settings_file_says_the_scheme(tmp_path):
    file = tmp_path / "quintile.toml"
    file.write_text('[model]\nscheme = "rf-10"\n', encoding="utf-8")
    assert playbook(settings_file=file).playbook.scheme == "rf-10"
    assert playbook("six-27", settings_file=file).playbook.scheme == "six-27"


def test_results_say_their_scheme_customers_and_revenue(results):
    plays = playbook(results=results())
    assert plays.playbook.scheme == "six-27"
    assert plays.currency == "EUR"
    assert plays.counted["Champions"] == {key: LINE[key] for key in LINE if key != "median_recency"}


def test_a_scheme_of_ones_own_is_taken_as_it_was_when_it_ran(results, tmp_path):
    own = tmp_path / "plays.toml"
    own.write_text(PLAYS, encoding="utf-8")
    folder = results("gone/ours.toml", ["Top"], scheme_text=OURS)
    assert list(playbook(results=folder, own=own).playbook.plays) == ["Top", "Unclassified"]


def test_results_of_another_scheme_are_refused(results):
    error = error_of("rfm-9", results=results(names=["Needs attention"]))
    assert error.message == "the results have a segment 'Needs attention', which the scheme 'rfm-9' has not"
    assert error.fix == "leave --scheme out, or write --scheme six-27"


def test_results_and_settings_without_a_scheme_are_told(results, tmp_path):
    file = tmp_path / "quintile.toml"
    file.write_text("[model]\nscale = 7\n", encoding="utf-8")
    for given in ({"results": results("none")}, {"settings_file": file}):
        assert error_of(**given).message == "there are no segments without a scheme"


def test_results_that_are_not_there_are_told(tmp_path):
    error = error_of(results=tmp_path / "nowhere")
    assert error.message == "the results cannot be read (No such file or directory)"
    assert error.place.file == str(tmp_path / "nowhere" / "run.json")


@pytest.mark.parametrize(
    "text", ["", "[" * 100_000, "[]", "{}", '{"model": 1, "segments": []}', '{"model": {"scheme": "rfm-9"}}']
)
def test_a_damaged_report_is_told(tmp_path, text):
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    assert error_of(results=tmp_path).message == "the file is no report of a run"


def test_a_report_whose_segments_lack_numbers_is_told(tmp_path):
    text = '{"model": {"scheme": "rfm-9"}, "segments": [{"segment": "Lost"}]}'
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    assert error_of(results=tmp_path).message == "the file is no report of a run"


def test_only_one_tone_is_kept():
    kept = playbook(tone="short").playbook
    assert kept.tones == ("short",)
    assert [message.tone for message in kept.plays["At Risk"].messages] == ["short"]
    assert error_of(tone="worm").fix == "take one of: warm, plain, short"


def test_as_json_a_play_has_its_numbers_and_its_templates(results):
    plays = playbook(results=results())
    document = json.loads(json.dumps(plays.as_dict([plays.playbook.plays["Champions"]])))
    assert (document["scheme"], document["currency"], len(document["plays"])) == ("six-27", "EUR", 1)
    assert document["plays"][0]["customers"] == 3
    assert "{{ first_name }}" in document["plays"][0]["messages"][0]["body"]
    assert list(playbook().as_dict([])) == ["scheme", "plays"]


def test_a_shipped_scheme_is_known_by_its_name_even_with_a_text(results):
    folder = results("rf-10", ["Champions"], scheme_text=scheme_text("six-27"))
    assert playbook(results=folder).playbook.scheme == "rf-10"
    assert len(playbook(results=folder).playbook.plays) == len(load_scheme("rf-10").segments) + 1
