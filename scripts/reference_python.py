"""The page of the Python interface, from the public names themselves: signatures, docstrings, members."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import TYPE_CHECKING, Any

import quintile
from scripts.markdown_text import first, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def python_page() -> str:
    """The page of the public names."""
    parts = ["# Python\n", f"```python\n{_example(quintile.__doc__)}```\n"]
    parts += [f"{len(quintile.__all__)} names; `import quintile` loads none of them before it is used.\n"]
    for name in quintile.__all__:
        parts += [f"## {name}\n", *_described(name, getattr(quintile, name))]
    return "\n".join(parts)


def _example(text: str | None) -> str:
    return (
        "".join(f"{line[4:]}\n" for line in (text or "").splitlines() if line.startswith("    ") or not line)[
            1:
        ].rstrip("\n")
        + "\n"
    )


def _described(name: str, thing: Any) -> Iterator[str]:  # noqa: ANN401 - any public name
    yield f"```text\n{_signature(name, thing)}\n```\n"
    yield _docstring(thing)
    if not inspect.isclass(thing):
        return
    members = {key: value for key, value in vars(thing).items() if not key.startswith("_") and _is_own(value)}
    rows = [(f"`{_member(key, value)}`", first(inspect.getdoc(_unwrapped(value)))) for key, value in members.items()]
    if rows:
        yield table(("member", "what it is"), rows)


def _signature(name: str, thing: Any) -> str:  # noqa: ANN401 - any public name
    signature = inspect.signature(thing)
    free = list(signature.parameters.values())
    written = [_parameter(one) for one in free]
    starred = next((place for place, one in enumerate(free) if one.kind is inspect.Parameter.KEYWORD_ONLY), None)
    if starred is not None:
        written.insert(starred, "*")
    back = "" if inspect.isclass(thing) else f" -> {signature.return_annotation}"
    return f"quintile.{name}(" + "".join(f"\n    {one}," for one in written) + f"\n){back}"


def _parameter(one: inspect.Parameter) -> str:
    if one.default is inspect.Parameter.empty:
        return f"{one.name}: {one.annotation}"
    return f"{one.name}: {one.annotation} = {_written(one.default)}"


def _written(default: Any) -> str:  # noqa: ANN401 - any default
    """A default as one would write it: of a value of ours only what differs from its own defaults."""
    if not dataclasses.is_dataclass(default):
        return repr(default)
    fields = [field for field in dataclasses.fields(default) if getattr(default, field.name) != field.default]
    given = ", ".join(f"{field.name}={_written(getattr(default, field.name))}" for field in fields)
    return f"{type(default).__name__}({given})"


def _is_own(value: object) -> bool:
    return inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod)


def _unwrapped(value: Any) -> Any:  # noqa: ANN401 - a member of any kind
    return value.fget if isinstance(value, property) else getattr(value, "__func__", value)


def _member(key: str, value: Any) -> str:  # noqa: ANN401 - a member of any kind
    if isinstance(value, property):
        return key
    parameters = [one for one in inspect.signature(_unwrapped(value)).parameters if one not in {"self", "cls"}]
    return f"{key}({', '.join(parameters)})"


def _docstring(thing: object) -> str:
    """A docstring of the usual form as Markdown: its headings bold, its arguments a list."""
    written = []
    for line in (inspect.getdoc(thing) or "").replace("``", "`").splitlines():
        heading = re.fullmatch(r"(Args|Returns|Raises):", line)
        named = re.match(r"    (\w+): (.*)", line)
        if heading:
            written += [f"**{ {'Args': 'Parameters'}.get(heading[1], heading[1]) }**", ""]
        elif named:
            written.append(f"- `{named[1]}`: {named[2]}")
        else:
            written.append(
                re.sub(r"^ {4}(?! )", "", line).replace("        ", "  ") if line.startswith("    ") else line
            )
    return "\n".join(written) + "\n"
