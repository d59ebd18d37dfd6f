"""Formats: what a file is by its first bytes, whatever it is called; what cannot be read is refused by its name."""

from __future__ import annotations

import errno
import gzip
import re
import stat
import zlib
from typing import TYPE_CHECKING, NamedTuple

from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Foreign(NamedTuple):
    """A format that is known but not read."""

    called: str
    magic: re.Pattern[bytes]
    fix: str
    archive: bool = False


def _foreign(called: str, magic: bytes, fix: str, *, archive: bool = False) -> Foreign:
    return Foreign(called, re.compile(magic, re.DOTALL), fix, archive)


_UNPACK = "unpack it yourself and give the file inside"
_TABLE = "export it as CSV, Excel or Parquet"
_SOURCE = 'name it in quintile.toml: [sources.shop] with kind = "{}", path and table'
# Letters alone could be a header's first column, so those formats must show a byte that no text has.
_UNPRINTABLE = rb"(?=.{0,511}[\x00-\x08\x0e-\x1a])"
_READ = {
    "parquet": rb"PAR1|PARE(?s:" + _UNPRINTABLE + rb")",
    "xlsx": rb"PK(\x03\x04|\x05\x06|\x07\x08)",
    "ole": rb"\xd0\xcf\x11\xe0",
    "gzip": rb"\x1f\x8b",
}
_FOREIGN = (
    _foreign("a 7-Zip archive", rb"7z\xbc\xaf\x27\x1c", _UNPACK, archive=True),
    _foreign("a RAR archive", rb"Rar!\x1a\x07", _UNPACK, archive=True),
    _foreign("a bzip2 archive", rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", _UNPACK, archive=True),
    _foreign("an xz archive", rb"\xfd7zXZ\x00", _UNPACK, archive=True),
    _foreign("a Zstandard archive", rb"[\x22-\x28]\xb5\x2f\xfd", _UNPACK, archive=True),
    _foreign("an LZ4 archive", rb"\x04\x22\x4d\x18", _UNPACK, archive=True),
    _foreign("an lzip archive", rb"LZIP\x01", _UNPACK, archive=True),
    _foreign("a compress archive", rb"\x1f\x9d", _UNPACK, archive=True),
    _foreign("a cabinet archive", rb"MSCF\x00", _UNPACK, archive=True),
    _foreign("a tar archive", _UNPRINTABLE + rb".{257}ustar[\x00 ]", _UNPACK, archive=True),
    _foreign("a cpio archive", rb"07070[17][0-9a-f]{20}", _UNPACK, archive=True),
    _foreign("a pickle", rb"\x80[\x02-\x05][\x80-\xff}\]\[(cX\x00-\x1fKM]", f"it could run code when opened; {_TABLE}"),
    _foreign("a NumPy file", rb"\x93NUMPY", _TABLE),
    _foreign("an SQLite database", rb"SQLite format 3\x00", _SOURCE.format("sqlite")),
    _foreign("a DuckDB database", _UNPRINTABLE + rb".{8}DUCK", _SOURCE.format("duckdb")),
    _foreign("an Access database", rb"\x00\x01\x00\x00Standard (Jet|ACE) DB", _TABLE),
    _foreign("an Arrow file", rb"(ARROW1|FEA1|\xff\xff\xff\xff[\x10-\xff].\x00\x00)", "write it as Parquet"),
    _foreign("an Avro file", rb"Obj\x01", "write it as Parquet"),
    _foreign("an ORC file", rb"ORC" + _UNPRINTABLE, "write it as Parquet"),
    _foreign("an HDF5 file", rb"\x89HDF\r\n", _TABLE),
    _foreign("an SPSS file", rb"\$FL[23]@\(#\)", _TABLE),
    _foreign("a Stata file", rb"(<stata_dta>|[\x6e-\x73][\x01\x02]\x01\x00)", _TABLE),
    _foreign("an R file", rb"(RD[AX][23]\n|X\n\x00\x00\x00[\x02\x03]\x00)", _TABLE),
    _foreign("a PDF document", rb"\s{0,8}%PDF-", "get the table as CSV or Excel from where the document was made"),
    _foreign("an RTF document", rb"\{\\rtf", _TABLE),
    _foreign("an image", rb"(\x89PNG\r|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|RIFF.{4}WEBP)", _TABLE),
    _foreign("an image", rb"BM" + _UNPRINTABLE, _TABLE),
    _foreign("a program", rb"(\x7fELF|MZ" + _UNPRINTABLE + rb"|\xcf\xfa\xed\xfe|#!/)", _TABLE),
)
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|table|\?xml|!--)", re.IGNORECASE)
_JSON = re.compile(rb"(\xef\xbb\xbf)?\s*(\{|\[\s*[{\[\]])")
_PROMISED = {
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".ods"), "xlsx"),
    **dict.fromkeys((".gz", ".gzip"), "gzip"),
}
_ANY_SPREADSHEET = {".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"}
_OURS = _PROMISED.keys() | _ANY_SPREADSHEET | {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson"}
_SAID = {"xlsx": "a zip file", "ole": "an old Office file", "gzip": "gzip"}
_HEAD = 512
_NAME_OF_TABLE = re.compile(r"[\w\"]+(?:\.[\w\"]+){1,2}")


def _of_server(path: Path) -> str:
    """What to add where a name looks like that of a table."""
    is_name = _NAME_OF_TABLE.fullmatch(str(path)) is not None and path.suffix.lower() not in _OURS
    return "; a table of a server is read with --engine postgresql://HOST/DATABASE" if is_name else ""


_OPEN_HERE = re.compile(r"/dev/(stdin|fd/\d+)|/proc/(self|\d+)/fd/\d+")  # another process sees something else there


def refuse_endless(paths: Iterable[Path]) -> None:
    """Refuse, before anything is opened, what is neither file nor folder, and links that lead to themselves.

    A pipe waits for ever or can be read once only, and a device never ends. What is not there, whoever reads it says.

    Raises:
        DataError: ``format_not_supported``, it is a pipe or a device; ``not_found``, it leads nowhere.
    """
    for path in paths:
        _refuse_endless(path)


def _refuse_endless(path: Path) -> None:
    place = Place(str(path).replace("\0", "\\0"))
    try:
        mode = path.stat().st_mode
    except ValueError as error:
        message, fix = "no file can have such a name: it holds a NUL character", "check the path"
        raise DataError("not_found", message, fix=fix, place=place) from error
    except OSError as error:
        if error.errno != errno.ELOOP:
            return
        message, fix = "the source is a symbolic link that leads back to itself", "name the file that is meant"
        raise DataError("not_found", message, fix=fix, place=place) from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or _OPEN_HERE.fullmatch(str(path)):
        message = "the source is a pipe or a device, not a file"
        raise DataError("format_not_supported", message, fix="write it to a file first, and name that", place=place)


def may_be_workbook(path: Path) -> bool:
    """Whether a file is a workbook by its first bytes; one that cannot be read may be anything."""
    try:
        refuse_endless([path])
        return format_of(path) in {"xlsx", "ole"}
    except DataError:
        return True


def format_of(path: Path) -> str:
    """What a file is, by its first bytes: parquet, xlsx (any zip), ole, gzip, json or text.

    Raises:
        DataError: ``format_mismatch``, its ending promises something else; ``unsafe_archive``,
            ``format_not_supported``, ``not_tabular``, it is something that is not read; ``empty_input``; ``not_found``.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise DataError(
            "not_found",
            f"the source cannot be opened: {error.strerror or error}",
            fix=f"check the path; several files are given one after the other{_of_server(path)}",
            place=Place(str(path)),
        ) from error
    if not head:
        raise DataError("empty_input", "the file is empty", fix="export it again with its rows", place=Place(path.name))
    found = next((kind for kind, magic in _READ.items() if re.match(magic, head)), None)
    ending = path.suffix.lower()
    if found is None:
        _refuse_foreign(head, path, ending)
        found = "json" if _JSON.match(head) else "text"
    if _PROMISED.get(ending) not in {None, found} and found != "ole":
        raise _mismatch(path, _SAID.get(found, found))
    if found == "gzip":
        _refuse_packed(path)
    return found


def _refuse_foreign(head: bytes, path: Path, ending: str) -> None:
    place = Place(path.name)
    foreign = _known(head)
    if foreign is not None and foreign.archive:
        message = f"the file is {foreign.called}; archives are not unpacked"
        raise DataError("unsafe_archive", message, fix=foreign.fix, place=place)
    if foreign is not None:
        if ending in _OURS:
            raise _mismatch(path, foreign.called, foreign.fix)
        raise DataError("format_not_supported", f"{foreign.called} is not read", fix=foreign.fix, place=place)
    if _PAGE.match(head):
        if ending in _ANY_SPREADSHEET:
            raise _mismatch(path, "a web page", "open it in a spreadsheet program and save it as .xlsx or CSV")
        code = "format_not_supported" if ending in {".html", ".htm", ".xml", ".xhtml"} else "not_tabular"
        fix = "perhaps a page that asks to log in was saved in place of the file: download it again, as CSV or Excel"
        raise DataError(code, "the file is a web page or XML, not a table", fix=fix, place=place)


def _known(head: bytes) -> Foreign | None:
    return next((foreign for foreign in _FOREIGN if foreign.magic.match(head)), None)


def _mismatch(path: Path, content: str, fix: str = "give the file its right ending, or export it again") -> DataError:
    message = f"the file is called {path.suffix} but its content is {content}"
    return DataError("format_mismatch", message, fix=fix, place=Place(path.name))


def _refuse_packed(path: Path) -> None:
    """Gzip may hold text only: what is packed in it is not unpacked twice."""
    try:
        with gzip.open(path) as file:
            head = file.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        return  # whoever reads it all says what is wrong
    inner = next((kind for kind, magic in _READ.items() if re.match(magic, head)), None)
    foreign = _known(head)
    place = Place(path.name)
    if inner in {"gzip", "xlsx"} or (foreign is not None and foreign.archive):
        called = foreign.called if foreign else _SAID[inner or "gzip"]
        message = f"inside the gzip file is {called}; archives are not unpacked"
        raise DataError("unsafe_archive", message, fix=_UNPACK, place=place)
    if inner is not None or foreign is not None:
        called = foreign.called if foreign else _SAID.get(inner or "", "a Parquet file")
        message = f"inside the gzip file is {called}; gzip may hold text only"
        raise DataError("format_not_supported", message, fix=_UNPACK, place=place)
