"""One gettext catalogue per language feeds the templates and the browser."""

import io
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

Lang = Literal["en", "zh"]

LOCALE = Path(__file__).parent / "locale"
CATALOGUES: dict[Lang, str] = {"en": "en", "zh": "zh_CN"}
"""Path prefix -> catalogue; the messages themselves are English."""
FALLBACK: Lang = "en"
NAMES: dict[Lang, str] = {"en": "English", "zh": "中文"}


@cache
def catalogue(lang: Lang) -> Catalog | None:
    """The translated messages, or None for the language that they are written in."""
    path = LOCALE / CATALOGUES[lang] / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file)


@cache
def translations(lang: Lang) -> NullTranslations:
    """The catalogue as gettext wants it; compiled in memory, so there is no .mo file to forget."""
    messages = catalogue(lang)
    if messages is None:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


@cache
def browser_messages(lang: Lang) -> dict[str, str]:
    """The messages that a .js file uses, English -> this language."""
    return {
        str(message.id): str(message.string)
        for message in catalogue(lang) or ()
        if message.id and message.string and any(file.endswith(".js") for file, _ in message.locations)
    }


def html_lang(lang: Lang) -> str:
    """The language's tag for HTML: `en`, `zh-CN`."""
    return CATALOGUES[lang].replace("_", "-")


def preferred(cookie: str | None, accept_language: str) -> Lang:
    """The language for someone whose address names none: their last choice, else what their browser asks for."""
    for lang in CATALOGUES:
        if cookie == lang:
            return lang
    best, chosen = 0.0, FALLBACK
    for wish in accept_language.split(",")[:20]:
        tag, _, weight = wish.partition(";")
        for lang in CATALOGUES:
            if tag.strip().lower().split("-")[0] == lang and quality(weight) > best:
                best, chosen = quality(weight), lang
    return chosen


def quality(weight: str) -> float:
    """The number in `q=0.8`: 1 where none is given, 0 where it is no number."""
    name, _, value = weight.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
