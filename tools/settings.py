"""Print README's table of settings; a test holds README to it."""

from app.settings import Settings


def table() -> str:
    """One row for each setting, as Markdown."""
    rows = ["| variable | default | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        value = ",".join(field.default) if isinstance(field.default, tuple) else field.default
        shown = f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else ""
        rows.append(f"| `CONVSCOPE_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
