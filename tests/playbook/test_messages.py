"""Messages: fields are filled in, everything else a template could do is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.play import FIELDS, Message
from quintile.errors import SettingsError
from quintile.playbook.messages import LONGEST_BODY, LONGEST_SUBJECT, check_message, fields_of, one_line, rendered

EXAMPLES = {name: field.example for name, field in FIELDS.items()}
HOSTILE = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ first_name.__class__ }}",
    "{{ first_name['x'] }}",
    "{{ first_name() }}",
    "{{ first_name|upper }}",
    "{{ first_name ~ shop }}",
    "{{ 'x' * 10**9 }}",
    "{{ 10**10**10 }}",
    "{{ -1 }}",
    "{{ true }}",
    "{{ [first_name] }}",
    "{{ first_name if shop }}",
    "{{ first_name is defined }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% set shop = 1 %}",
    "{% if shop %}x{% endif %}",
    "{% include 'secret' %}",
    "{% import 'x' as y %}",
    "{% macro f() %}{% endmacro %}",
    "{% block a %}{% endblock %}",
]
BROKEN = [
    "{{ first_name",
    "{{ }}",
    "{% nonsense %}",
    "{{ " + "(" * 2_000 + ")" * 2_000 + " }}",
    "{{ " + "9" * 4_900 + " }}",
]


def message(body, subject=""):
    return Message("warm", body, subject)


def refused(given):
    with pytest.raises(SettingsError) as raised:
        check_message(given, "'Lost'")
    with pytest.raises(SettingsError):
        rendered(given, EXAMPLES)
    assert raised.value.code == "playbook"
    return raised.value


def test_fields_are_filled_into_subject_and_body():
    template = message("Hello {{ first_name }},\n\nfrom {{shop}}", "For {{ first_name }}")
    assert rendered(template, {"first_name": "Ada", "shop": "S & <b>"}) == message(
        "Hello Ada,\n\nfrom S & <b>", "For Ada"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_does_more_than_name_fields_is_refused(text):
    assert "does more than name fields" in refused(message(f"Hello\n{text}")).message
    assert "does more than name fields" in refused(message("Hello", text)).message


def test_the_refusal_names_message_segment_line_and_what_is_allowed():
    assert str(refused(message("Hello\n{{ shop|upper }}"))) == (
        "error[playbook]: the message 'warm' of 'Lost' does more than name fields (in its line 2)\n"
        "  Fix: write a field as {{ first_name }}: no filters, no calculations, no {% statements %}"
    )


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_template_is_refused(text):
    assert "is no template" in refused(message(text)).message


@pytest.mark.parametrize(
    ("text", "hint"),
    [("{{ frist_name }}", "write {{ first_name }}. "), ("{{ self }}", ""), ("{{ loop }}", ""), ("{{ range }}", "")],
)
def test_an_unknown_field_is_told_its_near_miss_and_all_known(text, hint):
    error = refused(message(text))
    assert error.message == f"the message 'warm' of 'Lost' names an unknown field '{text[3:-3]}'"
    assert error.fix == f"{hint}Known fields: {', '.join(FIELDS)}"


def test_lengths_are_bounded():
    check_message(message("x" * LONGEST_BODY, "x" * LONGEST_SUBJECT), "'Lost'")
    assert "the body of the message 'warm' of 'Lost' has 5,001 characters" in str(refused(message("x" * 5_001)))
    assert "the subject of" in str(refused(message("x", "x" * 201)))


@pytest.mark.parametrize(
    "given", [message("a\x1b[2J"), message("a", "a\nBcc: b"), message("a\u202eb"), message("a\rb")]
)
def test_control_characters_and_subjects_of_several_lines_are_refused(given):
    assert "control characters" in refused(given).message


def test_a_message_without_a_body_is_refused():
    assert "has no body" in refused(message("  \n")).message


def test_a_field_that_is_not_given_is_an_error():
    with pytest.raises(SettingsError) as raised:
        rendered(message("{{ first_name }} {{ offer }} {{ shop }}"), {"shop": "S"})
    assert raised.value.message == "the message 'warm' needs a value for first_name, offer"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Ada\r\nBcc: all@example.org", "Ada Bcc: all@example.org"),
        ("\x1b[31mAda\x00", "[31mAda"),
        ("\u202eadA\u2028x", "adA x"),
        ("\ud800Ada", "Ada"),
        ("{{ shop }}", "{{ shop }}"),
        ("  Zoë  ", "Zoë"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_a_value_stays_one_line_of_text_and_is_no_template(value, shown):
    assert rendered(message("{{ first_name }}"), {"first_name": value}).body == shown


def test_a_long_value_is_cut():
    assert rendered(message("{{ shop }}"), {"shop": "x" * 10_000}).body == "x" * 500


@given(st.text())
def test_one_line_is_one_line_and_stays_as_it_is(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line) == line


@given(st.text(max_size=80), st.text(alphabet="{}%|#.'()[]-~ \nabsho_p0", max_size=60))
def test_any_text_is_filled_in_or_refused(value, text):
    try:
        body = rendered(message(text), dict.fromkeys(FIELDS, value)).body
    except SettingsError:
        return
    assert len(body) <= len(text) + 500 * text.count("{{")


def test_the_fields_of_a_message_are_those_it_names():
    assert fields_of(message("{{ shop }}{{ offer }}", "{{ shop }}{# a note #}")) == {"shop", "offer"}
