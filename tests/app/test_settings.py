"""Settings come from the environment and are checked once."""

import pytest
from pydantic import ValidationError

from app.settings import ROOT, Settings, available_cores
from tools.settings import table


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CONVSCOPE_{name.upper()}", raising=False)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_ALLOWED_HOSTS", "a.example, *.b.example,")
    monkeypatch.setenv("CONVSCOPE_WORKERS", "3")
    monkeypatch.setenv("CONVSCOPE_STORE_URL", "")
    settings = Settings()
    assert settings.allowed_hosts == ("a.example", "*.b.example")
    assert settings.worker_count == 3
    assert settings.store_url == ""


def test_without_a_number_there_is_a_worker_for_each_core() -> None:
    assert Settings().worker_count == available_cores() >= 1


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "x"), ("PORT", "-1"), ("LOG_LEVEL", "loud"), ("TORCH_THREADS", "0")]
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CONVSCOPE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_readme_lists_the_settings_as_they_are() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    assert table() in (ROOT / "README.md").read_text(), "python -m tools.settings prints the table"
