"""The web application: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import torch
from fastapi import FastAPI

from app import errors, openapi, security
from app.assets import Assets
from app.body import BodyGuard
from app.decoder import Decoder
from app.engine import Engine
from app.routers import claims, features, health, images, labs, networks, pages
from app.settings import ROOT, Settings
from app.storage import open_store
from app.views import Views

DESCRIPTION = """Real convolutional networks over HTTP: send a picture, get every layer's feature maps,
normalisation statistics and dropout masks, and change anything inside the network on the way.
"""
MULTIPART_ROOM = 64 * 1024
"""Bytes that a form may need around its file."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start what a worker needs, and stop it in the reverse order."""
    torch.set_num_threads(app.state.settings.torch_threads)
    async with app.state.decoder, app.state.engine:
        await app.state.engine.ready()
        yield


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with everything it needs in `app.state`."""
    settings = settings or Settings()
    assets = Assets(ROOT / "static", settings.dev)
    views = Views(assets, settings.dev)
    headers = security.headers(assets.import_map_hash)
    app = FastAPI(
        title="ConvScope",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=openapi.RESPONSES,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.views = views
    app.state.store = open_store(settings)
    app.state.decoder = Decoder(settings)
    app.state.engine = Engine(settings)
    errors.install(app, views.error, headers)
    app.add_middleware(BodyGuard, uploads={"/api/images": settings.max_upload_bytes + MULTIPART_ROOM})
    app.add_middleware(security.TrustedHosts, hosts=settings.allowed_hosts)
    app.add_middleware(security.SecureHeaders, headers=headers)
    for part in (images, networks, features, labs, claims, health, pages):
        app.include_router(part.router)
    openapi.install(app)
    return app
