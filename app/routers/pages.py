"""The pages that people see, one address for each language, and the static files that they use."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from app.engine import OPENING, Engine
from app.i18n import CATALOGUES, Lang
from app.labs import LABS
from app.problems import CODES
from app.reference import describe
from app.routers.images import get_samples
from app.views import Views, visitor_language

router = APIRouter(include_in_schema=False)
GET = ["GET", "HEAD"]


def views(request: Request) -> Views:
    """The application's templates."""
    found = request.app.state.views
    assert isinstance(found, Views)
    return found


def known(lang: str) -> Lang:
    """The language that an address begins with; there is no page in any other."""
    for name in CATALOGUES:
        if name == lang:
            return name
    raise HTTPException(404)


PathLang = Annotated[Lang, Depends(known)]


def to_language(request: Request, path: str) -> Response:
    """Send a visitor to `path` in their language."""
    query = f"?{request.url.query}" if request.url.query else ""
    headers = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-cache"}
    return RedirectResponse(f"/{visitor_language(request)}{path}{query}", 307, headers)


@router.api_route("/", methods=GET)
async def home(request: Request) -> Response:
    return to_language(request, "/")


@router.api_route("/api", methods=GET)
async def reference_home(request: Request) -> Response:
    return to_language(request, "/api")


@router.api_route("/api/problems", methods=GET)
async def problems(request: Request) -> Response:
    """What the `type` of an error answer points to; the browser keeps the fragment."""
    return to_language(request, "/api")


@router.api_route("/{lang}/", methods=GET)
async def explorer(request: Request, lang: PathLang) -> Response:
    """The page brings along what its first question needs to know, so that it goes out at once."""
    engine: Engine = request.app.state.engine
    network, pictures = await engine.description(OPENING), await get_samples()
    brought = {
        f"/api/networks/{OPENING}": network.plain.decode(),
        "/api/images": pictures.model_dump_json(),
    }
    return views(request).page(request, "explorer.html", lang, entry="explorer/main.js", brought=brought)


@router.api_route("/{lang}/api", methods=GET)
async def reference(request: Request, lang: PathLang) -> Response:
    content = describe(request.app.openapi(), str(request.base_url).rstrip("/"))
    return views(request).page(request, "reference.html", lang, path="/api", api=content, problems=CODES)


@router.api_route("/static/{path:path}", methods=GET)
async def static(request: Request, path: str) -> Response:
    answer = views(request).assets.respond(request, path)
    if answer is None:
        raise HTTPException(404, "There is no such file.")
    return answer


def lab_page(name: str) -> Callable[..., Awaitable[Response]]:
    """What shows the page of one lab."""

    async def show(request: Request, lang: PathLang) -> Response:
        brought = {"/api/images": (await get_samples()).model_dump_json()}
        template, entry = f"labs/{name}.html", f"labs/{name}.js"
        return views(request).page(request, template, lang, path=f"/{name}", entry=entry, brought=brought)

    return show


def lab_home(name: str) -> Callable[..., Awaitable[Response]]:
    """What sends a visitor without a language to a lab."""

    async def send(request: Request) -> Response:
        return to_language(request, f"/{name}")

    return send


for lab in LABS:
    router.add_api_route(f"/{lab.name}", lab_home(lab.name), methods=GET)
    router.add_api_route(f"/{{lang}}/{lab.name}", lab_page(lab.name), methods=GET)
