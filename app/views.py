"""HTML pages: Jinja templates with the language's messages and the addresses of the static files."""

import gzip
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from app import i18n
from app.assets import Assets
from app.i18n import Lang
from app.settings import ROOT

LANG_COOKIE = "lang"
THEME_COOKIE = "theme"
THEMES = ("light", "dark")
PAGE_MODULE = "core/page.js"
"""The module of a page that has none of its own; the others import it."""
CODE = re.compile("`([^`]+)`")
A_YEAR = 365 * 24 * 3600


class Views:
    """Renders the templates of one application.

    Every template sees `lang`, `html_lang`, `messages` (for the browser's gettext), `importmap`,
    `asset(path)`, `bundle(path)`, `entry` and `preloads` (the page's own module; all modules that the page loads), `page` (the address
    within a language, such as `/api`), `theme` (what the visitor chose, or empty) and `languages` (`lang`, `html_lang`, `name` and `url` of this very
    page in each), and
    `brought` (address → JSON: answers that the page brings along).
    """

    def __init__(self, assets: Assets, dev: bool) -> None:
        self.assets = assets
        self.dev = dev
        self.environment = cache(self.environment)  # type: ignore[method-assign]

    def environment(self, lang: Lang) -> Environment:
        """One template environment per language: its catalogue is part of it."""
        env = Environment(
            loader=FileSystemLoader(ROOT / "templates"),
            autoescape=True,
            auto_reload=self.dev,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        env.install_gettext_translations(i18n.translations(lang), newstyle=True)  # type: ignore[attr-defined]
        env.globals.update(
            lang=lang,
            html_lang=i18n.html_lang(lang),
            messages=i18n.browser_messages(lang),
            importmap=self.assets.import_map,
            asset=self.assets.url,
            bundle=self.assets.bundle,
        )
        env.filters.update(prose=prose, breakable=breakable, inline=inline)
        return env

    def page(
        self,
        request: Request,
        template: str,
        lang: Lang,
        path: str = "/",
        entry: str = PAGE_MODULE,
        status: int = 200,
        brought: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """The answer with a rendered page; `path` is its address within a language, `entry` its module.

        `brought` is what the server would answer at some addresses, as JSON, so that the page need not ask.
        """
        query = f"?{request.url.query}" if request.url.query else ""
        theme = request.cookies.get(THEME_COOKIE, "")
        languages = [
            {"lang": other, "html_lang": i18n.html_lang(other), "name": name, "url": f"/{other}{path}{query}"}
            for other, name in i18n.NAMES.items()
        ]
        text = (
            self.environment(lang)
            .get_template(template)
            .render(
                page=path if status == 200 else "",
                theme=theme if theme in THEMES else "",
                languages=languages,
                entry=self.assets.bundle(entry),
                preloads=self.assets.preloads(entry),
                brought=brought or {},
                **context,
            )
        )
        response = compressed(request, HTMLResponse(text, status))
        if status == 200 and request.cookies.get(LANG_COOKIE) != lang:
            response.set_cookie(LANG_COOKIE, lang, max_age=A_YEAR, samesite="lax")
        return response

    def error(self, request: Request, status: int) -> Response:
        """A page that says what went wrong, in the language of the address or else of the visitor."""
        prefix = request.url.path.split("/")[1]
        lang = next((lang for lang in i18n.CATALOGUES if lang == prefix), None) or visitor_language(request)
        kind = "missing" if status == HTTPStatus.NOT_FOUND else "refused" if status < 500 else "failed"
        return self.page(request, "error.html", lang, status=status, kind=kind, code=status)


def prose(text: str) -> Markup:
    """Plain text as HTML: a blank line parts paragraphs, `backticks` hold code."""
    paragraphs = (
        CODE.sub(r"<code>\1</code>", str(escape(part))) for part in re.split(r"\n\s*\n", text.strip())
    )
    return Markup("").join(Markup(f"<p>{paragraph}</p>") for paragraph in paragraphs if paragraph)


def breakable(path: str) -> Markup:
    """An address that may be broken before each slash."""
    return Markup(escape(path).replace("/", Markup("<wbr>/")))


def inline(json: str) -> Markup:
    """JSON text as the content of a script element, which nothing in it can end."""
    return Markup(json.replace("<", "\\u003c"))


def visitor_language(request: Request) -> Lang:
    """The language for an address that names none."""
    return i18n.preferred(request.cookies.get(LANG_COOKIE), request.headers.get("accept-language", ""))


def compressed(request: Request, response: Response) -> Response:
    """The page, packed where the browser can unpack it; checked by the browser each time."""
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = packed(bytes(response.body))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


@lru_cache(maxsize=32)
def packed(body: bytes) -> bytes:
    """The page by gzip; pages are few, and their visitors many."""
    return gzip.compress(body, 6, mtime=0)
