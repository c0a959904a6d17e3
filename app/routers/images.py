"""Pictures over HTTP: send one, list the samples, fetch one."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.requests import ClientDisconnect

from app.cache import ByteCache
from app.decoder import Decoder
from app.images import Form, to_file
from app.lane import GONE, Lane, unless_left
from app.samples import samples
from app.stores.base import ImageNotFound, ImageStore, is_id
from app.upload import read_upload

router = APIRouter(prefix="/api/images", tags=["images"])
CAT = samples()[0]
FOREVER = "public, max-age=31536000, immutable"
files = ByteCache[tuple[str, Form, int | None]](32 * 1024 * 1024)
"""Files asked for of late: the samples' thumbnails are wanted on every first visit."""
encoding = Lane(1, 64, "pictures to be sent")


class Size(BaseModel):
    """Width and height in pixels."""

    width: int
    height: int


class Uploaded(BaseModel):
    """A picture that is now stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": CAT.id,
                    "width": 451,
                    "height": 300,
                    "format": "PNG",
                    "original": {"width": 451, "height": 300},
                }
            ]
        }
    )

    id: str = Field(description="SHA-256 of the stored pixels: the same for the same picture.")
    width: int = Field(description="Width as stored, in pixels.")
    height: int = Field(description="Height as stored, in pixels.")
    format: str = Field(description="Format of the file that was sent: PNG, JPEG, WebP, GIF, BMP or TIFF.")
    original: Size = Field(description="Upright size of the picture that was sent.")


class Title(BaseModel):
    """A title in each language."""

    en: str
    zh: str


class SampleInfo(BaseModel):
    """A picture that is always there."""

    id: str = Field(description="Like any picture's id.")
    name: str = Field(description="Stable short name.")
    title: Title
    width: int
    height: int
    author: str
    licence: str
    source: str = Field(description="Where it was taken from.")


EXAMPLE: dict[str, JsonValue] = {
    "id": CAT.id,
    "name": CAT.name,
    "title": {**CAT.title},
    "width": CAT.width,
    "height": CAT.height,
    "author": CAT.author,
    "licence": CAT.licence,
    "source": CAT.source,
}


class SampleList(BaseModel):
    """The sample pictures."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"samples": [EXAMPLE]}]})

    samples: list[SampleInfo]


Id = Annotated[str, Path(description="A picture's id.", examples=[CAT.id])]
Fit = Annotated[
    int | None,
    Query(
        ge=1,
        le=1024,
        description="Longest side in pixels: a larger picture is reduced to fit, a smaller one stays as it is.",
        examples=[224],
    ),
]
AsForm = Annotated[
    Form,
    Query(alias="format", description="`png` for the very pixels, `webp` for showing: a tenth of the bytes."),
]
BINARY = {"schema": {"type": "string", "format": "binary"}}
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A form with the file in its field `file`, or the file itself.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
            "image/*": BINARY,
            "application/octet-stream": BINARY,
        },
    }
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/png": BINARY, "image/webp": BINARY}},
    304: {"description": "The client has it already (If-None-Match)."},
}
HEAD: dict[int | str, dict[str, Any]] = {200: {"description": "It is there."}, 304: PICTURE[304]}


@router.post(
    "",
    status_code=201,
    summary="Send a picture",
    response_model=Uploaded,
    openapi_extra=UPLOAD,
    responses={
        201: {
            "headers": {"Location": {"description": "Address of the picture.", "schema": {"type": "string"}}}
        }
    },
)
async def post_image(request: Request, response: Response) -> Uploaded | Response:
    """Stores one still picture and answers with the id by which every other request names it.

    PNG, JPEG, WebP, GIF, BMP and TIFF are recognised by their content, up to 20 MB and 40 megapixels. The
    picture is turned upright by its EXIF orientation, laid on white where it is transparent, brought to 8-bit
    sRGB, and reduced to a long side of 1,024 pixels; all metadata is dropped. The same picture gets the same id.
    """
    decoder: Decoder = request.app.state.decoder
    store: ImageStore = request.app.state.store
    try:
        with decoder.lane.place():
            data = await read_upload(request, decoder.limits.max_bytes)
            picture = await unless_left(request, decoder.decode(data))
    except ClientDisconnect:
        return Response(status_code=GONE)
    image_id = await store.put(picture.ppm)
    response.headers["Location"] = f"{router.prefix}/{image_id}"
    width, height = picture.original
    return Uploaded(
        id=image_id,
        width=picture.width,
        height=picture.height,
        format=picture.format,
        original=Size(width=width, height=height),
    )


@router.get("", summary="List the sample pictures")
async def get_samples() -> SampleList:
    """Ten pictures that are there without an upload, all in the public domain or free to use, with their origin."""
    return SampleList(
        samples=[SampleInfo.model_validate(sample, from_attributes=True) for sample in samples()]
    )


@router.get("/{id}", summary="Fetch a picture", response_class=Response, responses=PICTURE)
async def get_image(request: Request, id: Id, size: Fit = None, form: AsForm = "png") -> Response:
    """The picture as it is stored. What an id names never changes, so the answer may be kept for ever."""
    store: ImageStore = request.app.state.store
    headers = caching(id, form, size)
    if known(request, headers["ETag"]):
        if not await store.exists(id):
            raise ImageNotFound
        return Response(status_code=304, headers=headers)
    file = files.get((id, form, size))
    if file is None:
        with encoding.place():
            file = await encoding.run(to_file, await store.get(id), form, size)
        files.put((id, form, size), file)
    return Response(file, media_type=f"image/{form}", headers=headers)


@router.head("/{id}", summary="Ask whether a picture is there", response_class=Response, responses=HEAD)
async def head_image(request: Request, id: Id, size: Fit = None, form: AsForm = "png") -> Response:
    """The headers of the answer to GET, without making the file: 200 or 304 if the picture is there, else 404."""
    store: ImageStore = request.app.state.store
    headers = caching(id, form, size)
    if not await store.exists(id):
        raise ImageNotFound
    response = Response(media_type=f"image/{form}", headers=headers)
    response.status_code = 304 if known(request, headers["ETag"]) else 200
    del response.headers["content-length"]  # of the file, which is not known
    return response


def caching(image_id: str, form: Form, size: int | None) -> dict[str, str]:
    """The headers of an answer that never changes; raises ImageNotFound for what is no id, and so no header's text."""
    if not is_id(image_id):
        raise ImageNotFound
    tag = image_id if size is None else f"{image_id}-{size}"
    return {"Cache-Control": FOREVER, "ETag": f'"{tag}"' if form == "png" else f'"{tag}.{form}"'}


def known(request: Request, etag: str) -> bool:
    """Whether the client says that it has this answer already."""
    tags = request.headers.get("if-none-match", "")
    return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in tags.split(","))
