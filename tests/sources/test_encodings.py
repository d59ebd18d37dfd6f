from __future__ import annotations

import pytest

from quintile.errors import DataError, SettingsError
from quintile.sources.encodings import find_encoding

HEADER = "order_id,customer,amount\n"


@pytest.fixture
def found(tmp_path):
    def of_bytes(data, given=None):
        path = tmp_path / "f.csv"
        path.write_bytes(data)
        return find_encoding(path, given)

    return of_bytes


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252"]
)
def test_each_encoding_that_proves_itself_is_found(found, encoding):
    assert found((HEADER + "1,Zoë Müller,2\n").encode(encoding)) == encoding


@pytest.mark.parametrize(
    "names", ["Zoë", "François", "Nuñez", "Åse Ødegård", "naïve", "50 €", "“Café”", "d\u2019Été", "Straße"]
)
def test_western_names_are_windows_text(found, names):
    assert found((HEADER + f"1,{names},2\n").encode("cp1252")) == "cp1252"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1251", "Иван"),
        ("cp1254", "Şahin"),
        ("cp1250", "Wałęsa"),
        ("shift_jis", "山田太郎"),
        ("gbk", "张伟"),
        ("cp850", "Zoé M"),
    ],
)
def test_other_one_byte_letters_are_asked_for_at_their_line(found, encoding, name):
    data = (HEADER + f"1,{name},2\n").encode(encoding)
    with pytest.raises(DataError) as caught:
        found(data)
    assert caught.value.code == "encoding"
    assert caught.value.place.line in {2, None}
    assert "--encoding" in caught.value.fix
    assert found(data, encoding)


def test_one_odd_word_among_many_western_ones_changes_nothing(found):
    assert found((HEADER + "1,Zoë,2\n" * 200 + "1,Ýr,2\n").encode("cp1252")) == "cp1252"


@pytest.mark.parametrize("given", ["no-such", "base64", "rot13", "zlib", ""])
def test_what_names_no_encoding_of_text_is_refused(found, given):
    with pytest.raises(SettingsError):
        found(HEADER.encode(), given)


@pytest.mark.parametrize(
    ("written", "given"),
    [("utf-16", "cp1252"), ("utf-8-sig", "utf-16"), ("utf-16", "utf-32"), ("utf-8", "utf-16"), ("ascii", "utf-32-le")],
)
def test_an_encoding_that_the_bytes_rule_out_is_refused(found, written, given):
    with pytest.raises(DataError) as caught:
        found(HEADER.encode(written), given)
    assert (caught.value.code, caught.value.place.line) == ("encoding", 1)


@pytest.mark.parametrize(
    ("written", "given", "used"),
    [("utf-16", "utf-16-le", "utf-16"), ("utf-8-sig", "utf8", "utf-8-sig"), ("utf-16-be", "utf-16", "utf-16-be")],
)
def test_a_mark_completes_what_is_given(found, written, given, used):
    assert found(HEADER.encode(written), given) == used
