"""Foreign text in Markdown: nothing in it is markup, a link, a heading or the end of a block."""

from __future__ import annotations

import pytest

from quintile.export.markdown import fenced, html_with_commands, plain, plain_with_commands, spanned


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Champions", "Champions"),
        ("a | b", "a \\| b"),
        ("<script>", "&lt;script&gt;"),
        ("*loud* _soft_ `code` [link](x)", "\\*loud\\* \\_soft\\_ \\`code\\` \\[link\\](x)"),
        ("# head", "\\# head"),
        ("1. first", "1\\. first"),
        ("- item", "\\- item"),
        ("61.8% of 3", "61.8% of 3"),
        ("two\nlines\r\n\tmore", "two lines more"),
        ("https://x.example", "https&#58;//x.example"),
        ("www.x.example", "www&#46;x.example"),
        ("turn\u202eed", "turn\ufffded"),
        ("{{ 7 * 7 }}", "\\{\\{ 7 \\* 7 \\}\\}"),
        ('O\'Neil & "Co"', 'O\'Neil &amp; "Co"'),
    ],
)
def test_text_stays_text(text, written):
    assert plain(text) == written


def test_a_fence_is_longer_than_any_in_the_code():
    assert fenced("a\n````\nb\n", "sql") == "`````sql\na\n````\nb\n`````"
    assert fenced("SELECT 1", "sql") == "```sql\nSELECT 1\n```"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("shop_orders", "`shop_orders`"),
        ("a*b [c] & $e", "`a*b [c] & $e`"),
        ("<img src=x_y>", "&lt;img src=x\\_y&gt;"),
        ("my`table", "``my`table``"),
        ("`quoted`", "`` `quoted` ``"),
        ("a``b`", "``` a``b` ```"),
        ("two\nlines\u202e", "`two lines\ufffd`"),
    ],
)
def test_nothing_is_escaped_in_a_span_of_code_and_a_backtick_does_not_end_it(code, written):
    assert spanned(code) == written


def test_commands_in_a_sentence_are_code():
    said = "see: quintile run SOURCE --window 24mo --out DIR"
    assert plain_with_commands(said) == "see: `quintile run SOURCE --window 24mo --out DIR`"
    assert html_with_commands(f"<{said}") == "&lt;see: <code>quintile run SOURCE --window 24mo --out DIR</code>"
    assert plain_with_commands("(quintile check SOURCE) names it") == "(`quintile check SOURCE`) names it"


def test_a_flag_alone_is_code_without_its_value():
    said = "people count apart; --customer-key account rolls them up"
    assert plain_with_commands(said) == "people count apart; `--customer-key` account rolls them up"
    assert plain_with_commands("a -- b, c--d") == "a -- b, c--d"


@pytest.mark.parametrize(
    "command",
    [
        "quintile score SOURCE --model model.json --out DIR",
        "quintile run SOURCE --scale 5 --scheme rfm-9 --out DIR",
        "quintile whatif SOURCE",
    ],
)
def test_a_command_is_code_to_its_end(command):
    assert plain_with_commands(f"see: {command}.") == f"see: `{command}`."
