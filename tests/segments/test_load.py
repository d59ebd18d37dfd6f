from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.scheme import Group, Rule, Scheme, Segment
from quintile.errors import Place, SchemeError
from quintile.segments.lint import lint
from quintile.segments.load import load_scheme, parse_scheme, scheme_text, shipped_schemes

HEAD = 'title = "Ours"\nsource = "our own"\nscale = 3\nbest = "high"\n'
TOP = '[[segments]]\nname = "Top"\nintent = "Keep."\ncodes = ["333"]\n'
REST = '[[segments]]\nname = "Rest"\nintent = "Raise."\nrules = [{ r = [1, 3] }]\n'


def parsed(text):
    return parse_scheme(text, name="ours", file="ours.toml")


def error_of(text):
    with pytest.raises(SchemeError) as raised:
        parsed(text)
    assert raised.value.code == "scheme"
    assert raised.value.place.file == "ours.toml"
    return raised.value


def test_a_users_file_is_loaded_by_ranges_and_by_codes(tmp_path):
    path = tmp_path / "ours.toml"
    extra = 'fallback = "Others"\nranking = ["Rest", "Top"]\nnotes = "n"\n'
    groups = '[[groups]]\nname = "All"\nsegments = ["Top", "Rest"]\n'
    path.write_text(HEAD + extra + TOP + REST + groups, encoding="utf-8")
    assert load_scheme(str(path)) == Scheme(
        name="ours",
        title="Ours",
        source="our own",
        scale=3,
        segments=(
            Segment("Top", "Keep.", codes=frozenset({(3, 3, 3)})),
            Segment("Rest", "Raise.", rules=(Rule(r=(Fraction(1), Fraction(3))),)),
        ),
        fallback="Others",
        ranking=("Rest", "Top"),
        groups=(Group("All", ("Top", "Rest")),),
        notes="n",
    )


def test_the_text_of_a_scheme_is_the_file_and_makes_the_same_scheme(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(HEAD + TOP, encoding="utf-8")
    assert scheme_text(str(path)) == HEAD + TOP
    assert parse_scheme(scheme_text("rfm-9"), name="rfm-9", file="snapshot") == load_scheme("rfm-9")


def test_a_shipped_name_wins_over_a_file_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for file in ("rfm-9", "rfm-9.toml"):
        (tmp_path / file).write_text(HEAD + TOP)
    assert load_scheme("rfm-9").title == "Nine segments over 125 codes, mended"
    assert load_scheme("rfm-9.toml").title == "Ours"


def test_shipped_schemes_are_sorted_names():
    assert shipped_schemes() == sorted(shipped_schemes())
    assert {"rfm-9", "six-27", "grid-27"} <= set(shipped_schemes())


def test_an_unknown_name_is_told_what_was_meant():
    with pytest.raises(SchemeError) as raised:
        load_scheme("six-72")
    assert str(raised.value) == (
        "error[scheme]: no scheme is called 'six-72'\n  Fix: write 'six-27'. All schemes: quintile schemes"
    )


def test_a_name_like_no_other_gets_no_guess():
    with pytest.raises(SchemeError) as raised:
        scheme_text("zzzz")
    assert str(raised.value) == "error[scheme]: no scheme is called 'zzzz'\n  Fix: All schemes: quintile schemes"


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none.toml"
    with pytest.raises(SchemeError) as raised:
        load_scheme(str(path))
    assert str(raised.value) == (
        "error[scheme]: the scheme file cannot be read (No such file or directory)\n"
        f"  Where: {path}\n"
        "  Fix: name a file that is there and readable"
    )


def test_a_folder_is_no_scheme(tmp_path):
    with pytest.raises(SchemeError, match=r"cannot be read \(Is a directory\)"):
        load_scheme(str(tmp_path))


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_bytes((HEAD + TOP).replace("Keep", "Grüße").encode("latin-1"))
    with pytest.raises(SchemeError, match="not UTF-8 text"):
        load_scheme(str(path))


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + TOP).replace("\n", "\r\n").encode())
    assert load_scheme(str(path)).title == "Ours"


def test_broken_toml_names_the_line():
    error = error_of(HEAD + "name = \n")
    assert error.place == Place(file="ours.toml", line=5)
    assert str(error) == (
        "error[scheme]: the scheme 'ours' is not written in TOML (Invalid value (at line 5, column 8))\n"
        "  Where: ours.toml, line 5\n"
        '  Fix: mend that place; a text stands in quotes, a list in brackets: codes = ["555", "554"]'
    )


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 5000])
def test_toml_that_would_break_the_reader_is_refused(text):
    assert error_of(text).message.startswith("the scheme 'ours' is not written in TOML")


GOLDEN = {
    "a key is missing": (
        HEAD.replace('source = "our own"\n', "") + TOP,
        "the scheme lacks 'source'",
        'write for example source = "our own"',
    ),
    "no segments": (
        HEAD,
        "the scheme lacks 'segments'",
        "write for example [[segments]] once for every segment, below it name, intent and rules or codes",
    ),
    "an intent is missing": (
        HEAD + TOP.replace('intent = "Keep."\n', ""),
        "segment 1 lacks 'intent'",
        'write for example intent = "Retain, reward and ask for advocacy."',
    ),
    "a key is unknown": (
        HEAD + "fallbck = 'Others'\n" + TOP,
        "the scheme has an unknown key 'fallbck'",
        "write 'fallback'. Known keys: title, source, scale, best, lowest, fallback, ranking, notes, segments, groups",
    ),
    "a key of a segment is unknown": (
        HEAD + TOP + "r = [1, 2]\n",
        "segment 1 has an unknown key 'r'",
        "Known keys: name, intent, rules, codes",
    ),
    "a metric is unknown": (
        HEAD + REST.replace("r = [", "R = ["),
        "a rule of the segment 'Rest' has an unknown key 'R'",
        "Known keys: r, f, m, fm",
    ),
    "a number is a text": (
        HEAD.replace("scale = 3", 'scale = "3"') + TOP,
        "'scale' of the scheme has the wrong type",
        "write for example scale = 5    (from 2 to 10)",
    ),
    "a number is a truth value": (
        HEAD + "lowest = true\n" + TOP,
        "'lowest' of the scheme has the wrong type",
        "write for example lowest = 1    (or 0 when the scores count from 0)",
    ),
    "segments are a table": (
        HEAD + "[segments]\nTop = 1\n",
        "'segments' of the scheme has the wrong type",
        "write for example [[segments]] once for every segment, below it name, intent and rules or codes",
    ),
    "a segment is no table": (
        HEAD + "segments = [1]\n",
        "segment 1 is not a table",
        "write one with the keys name, intent, rules, codes",
    ),
    "the scale is impossible": (
        HEAD.replace("scale = 3", "scale = 11") + TOP,
        "'scale' of the scheme cannot be 11",
        "write scale = 5    (from 2 to 10)",
    ),
    "the direction is unknown": (
        HEAD.replace("high", "up") + TOP,
        "'best' of the scheme cannot be 'up'",
        'write best = "high"    (or "low" when the codes call 1 the best)',
    ),
    "the lowest score is impossible": (
        HEAD + "lowest = 2\n" + TOP,
        "'lowest' of the scheme cannot be 2",
        "write lowest = 1    (or 0 when the scores count from 0)",
    ),
    "a code leaves the scale": (
        HEAD + TOP.replace("333", "334"),
        "the code '334' of the segment 'Top' is not on the scale",
        "write three scores from 1 to 3, for example '111'",
    ),
    "a code counts from 1 but the scheme from 0": (
        HEAD + "lowest = 0\n" + TOP,
        "the code '333' of the segment 'Top' is not on the scale",
        "write three scores from 0 to 2, for example '000'",
    ),
    "a code is too short": (
        HEAD + TOP.replace("333", "33"),
        "the code '33' of the segment 'Top' is not on the scale",
        "write three scores from 1 to 3, for example '111'",
    ),
    "a code of a scale of ten lacks its dashes": (
        HEAD.replace("scale = 3", "scale = 10") + TOP.replace("333", "1099"),
        "the code '1099' of the segment 'Top' is not on the scale",
        "write three scores from 1 to 10, for example '1-1-1'",
    ),
    "a code has foreign digits": (
        HEAD + TOP.replace("333", "33٣"),
        "the code '33٣' of the segment 'Top' is not on the scale",
        "write three scores from 1 to 3, for example '111'",
    ),
    "a code is a number": (
        HEAD + TOP.replace('"333"', "333"),
        "'codes' of the segment 'Top' must hold texts",
        'write them in quotes: codes = ["555", "554"]',
    ),
    "a range leaves the scale": (
        HEAD + REST.replace("[1, 3]", "[1, 4]"),
        "'r' of the segment 'Rest' is not a range of the scale",
        "write two whole numbers from 1 to 3, the smaller first: r = [4, 5]",
    ),
    "a range is upside down": (
        HEAD + REST.replace("[1, 3]", "[3, 1]"),
        "'r' of the segment 'Rest' is not a range of the scale",
        "write two whole numbers from 1 to 3, the smaller first: r = [4, 5]",
    ),
    "a range has one end": (
        HEAD + REST.replace("[1, 3]", "[3]"),
        "'r' of the segment 'Rest' is not a range of the scale",
        "write two whole numbers from 1 to 3, the smaller first: r = [4, 5]",
    ),
    "a range holds truth values": (
        HEAD + REST.replace("[1, 3]", "[true, 3]"),
        "'r' of the segment 'Rest' is not a range of the scale",
        "write two whole numbers from 1 to 3, the smaller first: r = [4, 5]",
    ),
    "a half where only whole numbers are": (
        HEAD + REST.replace("[1, 3]", "[1.5, 3]"),
        "'r' of the segment 'Rest' is not a range of the scale",
        "write two whole numbers from 1 to 3, the smaller first: r = [4, 5]",
    ),
    "a third in fm": (
        HEAD + REST.replace("r = [1, 3]", "fm = [1.3, nan]"),
        "'fm' of the segment 'Rest' is not a range of the scale",
        "write two numbers (whole or half) from 1 to 3, the smaller first: fm = [4, 5]",
    ),
    "neither rules nor codes": (
        HEAD + TOP.replace('codes = ["333"]\n', ""),
        "the segment 'Top' needs either rules or codes",
        'write one of them: rules = [{ r = [4, 5], f = [4, 5], m = [4, 5] }] or codes = ["555", "554"]',
    ),
    "rules and codes": (
        HEAD + TOP + "rules = [{}]\n",
        "the segment 'Top' needs either rules or codes",
        'write one of them: rules = [{ r = [4, 5], f = [4, 5], m = [4, 5] }] or codes = ["555", "554"]',
    ),
    "a name stands twice": (
        HEAD + TOP + TOP,
        "the name 'Top' stands 2 times among the segments",
        "keep one of them, or rename the others",
    ),
    "a segment is called like the rest": (
        HEAD + TOP.replace("Top", "Unclassified"),
        "a segment is called 'Unclassified', as is what no segment takes",
        'give the segment another name, or what no segment takes: fallback = "Others"',
    ),
    "a blank name": (
        HEAD + TOP.replace("Top", " "),
        "segment 1 has a name that is blank or holds control characters",
        "write a name in visible characters",
    ),
    "a control character in a name": (
        HEAD + TOP.replace("Top", "\\u001b[2J"),
        "segment 1 has a name that is blank or holds control characters",
        "write a name in visible characters",
    ),
    "a control character in the fallback": (
        HEAD + 'fallback = "\\u0000"\n' + TOP,
        "the fallback has a name that is blank or holds control characters",
        "write a name in visible characters",
    ),
    "the ranking names a stranger": (
        HEAD + 'ranking = ["Topp"]\n' + TOP,
        "the ranking names the segment 'Topp', which is not there",
        "write 'Top'. Segments of the scheme: Top",
    ),
    "the ranking is incomplete": (
        HEAD + 'ranking = ["Top"]\n' + TOP + REST,
        "the ranking leaves out 'Rest'",
        "name every segment once, best first, or leave the ranking out",
    ),
    "the ranking names a segment twice": (
        HEAD + 'ranking = ["Top", "Top"]\n' + TOP,
        "the name 'Top' stands 2 times among the segments of the ranking",
        "keep one of them, or rename the others",
    ),
    "a group names a stranger": (
        HEAD + TOP + '[[groups]]\nname = "G"\nsegments = ["Nobody"]\n',
        "the group 'G' names the segment 'Nobody', which is not there",
        "Segments of the scheme: Top",
    ),
    "a segment is in two groups": (
        HEAD + TOP + "".join(f'[[groups]]\nname = "{name}"\nsegments = ["Top"]\n' for name in "GH"),
        "the name 'Top' stands 2 times among the segments of the groups",
        "keep one of them, or rename the others",
    ),
    "two groups share a name": (
        HEAD + TOP + '[[groups]]\nname = "G"\nsegments = []\n' * 2,
        "the name 'G' stands 2 times among the groups",
        "keep one of them, or rename the others",
    ),
}


@pytest.mark.parametrize(("text", "message", "fix"), GOLDEN.values(), ids=GOLDEN)
def test_a_mistake_is_named_with_its_fix(text, message, fix):
    assert str(error_of(text)) == f"error[scheme]: {message}\n  Where: ours.toml\n  Fix: {fix}"


def test_a_code_in_two_lists_loads_and_is_left_to_the_linter():
    assert lint(parsed(HEAD + TOP + TOP.replace("Top", "Other"))).overlaps == {"333": ("Top", "Other")}


def test_codes_beyond_single_digits_are_written_with_dashes():
    ten = parsed(HEAD.replace("scale = 3", "scale = 10") + TOP.replace("333", "10-5-9"))
    assert ten.segments[0].codes == {(10, 5, 9)}
    assert parsed(HEAD + TOP.replace("333", "3-2-1")).segments[0].codes == {(3, 2, 1)}


def test_halves_bound_the_average_of_f_and_m():
    scheme = parsed(HEAD + REST.replace("r = [1, 3]", "fm = [1.5, 2.5]"))
    assert scheme.segments[0].rules == (Rule(fm=(Fraction(3, 2), Fraction(5, 2))),)


def test_code_lists_are_ranked_as_listed_and_rules_are_not():
    assert parsed(HEAD + TOP).ranking == ("Top",)
    assert parsed(HEAD + TOP + REST).ranking is None


@pytest.mark.parametrize(("first", "ranking"), [("Awake", ("Awake", "Asleep")), ("Asleep", None)])
def test_lists_of_codes_are_ranked_if_they_begin_with_the_best_one(first, ranking):
    codes = {"Awake": ["211", "212", "221", "222"], "Asleep": ["111", "112", "121", "122"]}
    both = sorted(codes, key=lambda name: name != first)
    body = "".join(f'[[segments]]\nname = "{name}"\nintent = "Do."\ncodes = {codes[name]}\n' for name in both)
    found = parsed(f'title = "Two"\nsource = "ours"\nscale = 2\nbest = "high"\n{body}')
    assert found.ranking == ranking
    assert found.best_first == ("Awake", "Asleep")


SCORE = st.integers(1, 5)


@given(st.tuples(SCORE, SCORE, SCORE), SCORE, SCORE, st.sampled_from(["high", "low"]), st.sampled_from([0, 1]))
def test_a_scheme_means_the_same_in_whatever_direction_it_is_published(code, one, other, best, lowest):
    def published(score):
        return score + lowest - 1 if best == "high" else 5 + lowest - score

    def text(show, direction, start):
        ends = ", ".join(str(end) for end in sorted((show(one), show(other))))
        codes = "".join(str(show(score)) for score in code)
        return (
            f'title = "t"\nsource = "s"\nscale = 5\nbest = "{direction}"\nlowest = {start}\n'
            f'[[segments]]\nname = "Code"\nintent = "i"\ncodes = ["{codes}"]\n'
            f'[[segments]]\nname = "Range"\nintent = "i"\nrules = [{{ f = [{ends}], fm = [{ends}] }}]\n'
        )

    assert parsed(text(published, best, lowest)).cells(5) == parsed(text(int, "high", 1)).cells(5)
