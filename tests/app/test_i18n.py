"""Every word is there in both languages."""

import string

import pytest

from app import i18n


def test_every_message_is_translated() -> None:
    catalogue = i18n.catalogue("zh")
    assert catalogue is not None
    assert [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)] == []
    for message in catalogue:
        if all(file.endswith(".js") for file, _ in message.locations):
            message.flags.discard("python-format")  # "95% of": a per cent sign, and no hole
    assert [message.id for message in catalogue if list(message.check(catalogue))] == []


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_translations_keep_their_holes() -> None:
    for message in i18n.catalogue("zh") or ():
        if message.string and any(file.endswith(".js") for file, _ in message.locations):
            assert holes(str(message.id)) == holes(str(message.string)), message.id


def test_the_browser_gets_only_its_own_messages() -> None:
    sent = i18n.browser_messages("zh")
    assert sent
    assert "Skip to the content" not in sent
    assert i18n.browser_messages("en") == {}


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("ZH-tw;q=0.1", "zh"),
        ("en;q=0, zh;q=0.3", "zh"),
        ("*", "en"),
        (",;q=", "en"),
    ],
)
def test_the_browsers_wish_is_heard(accepted: str, lang: str) -> None:
    assert i18n.preferred(None, accepted) == lang
