"""A real browser for the tests: the system's Chromium, driven from outside, with no network."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.services import program, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
HEIGHT = 900


@dataclass
class Heard:
    """What a page did that its reader does not see."""

    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where its tests run

    path = require(program("chromium"), "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, file: Path, *, width: int, mode: str = "light", script: bool = True) -> tuple[Page, Heard]:
    """A file in a new page, and what is heard of it from the first moment on."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme="dark" if mode == "dark" else "light",
        java_script_enabled=script,
    )
    page, heard = context.new_page(), Heard()
    page.on("request", lambda request: heard.requests.append(request.url))
    page.on("console", lambda message: heard.messages.append(message.text))
    page.on("pageerror", lambda error: heard.messages.append(str(error)))
    page.on("dialog", lambda dialog: heard.messages.append(dialog.message))
    page.goto(file.as_uri())
    return page, heard


def axe() -> str:
    """The accessibility checker's text."""
    return Path(require(str(AXE) if AXE.is_file() else None, "axe-core")).read_text(encoding="utf-8")
