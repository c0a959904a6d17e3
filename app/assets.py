"""Static files: read once, compressed once, at addresses that change with their content.

`/static/<version>/core/api.js` may be kept for ever, because the version is a hash of all files. The same
file without the version is checked by the browser each time. In development nothing is kept anywhere.

A page's module and style sheet are served put together with what they import (tools/bundle.mjs), except in
development.
"""

import gzip
import hashlib
import json
import posixpath
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache, cached_property
from mimetypes import guess_type
from pathlib import Path

from fastapi import Request
from jinja2.utils import htmlsafe_json_dumps
from starlette.responses import Response

COMPRESSIBLE = {".js", ".css", ".svg", ".json", ".txt"}
SERVED = {
    **dict.fromkeys(COMPRESSIBLE),
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["']([\w@./-]+)["']""")
FOR_EVER = "public, max-age=31536000, immutable"
VERSION_LENGTH = 12


@dataclass(frozen=True)
class Asset:
    """One file as it is served; `packed` is its gzip form where that is worth it."""

    data: bytes
    packed: bytes | None
    media_type: str
    etag: str


def read(path: Path) -> Asset:
    """The file, compressed if it is text."""
    data = path.read_bytes()
    packed = gzip.compress(data, 9, mtime=0) if path.suffix in COMPRESSIBLE else None
    media_type = SERVED[path.suffix] or guess_type(path.name)[0] or "application/octet-stream"
    return Asset(data, packed, media_type, f'"{hashlib.sha256(data).hexdigest()[:16]}"')


class Assets:
    """The files under one folder, by path relative to it."""

    def __init__(self, folder: Path, dev: bool = False) -> None:
        self.folder = folder
        self.dev = dev
        self.files = {} if dev else {name: read(folder / name) for name in self.names()}
        state = "".join(name + file.etag for name, file in self.files.items())
        self.version = hashlib.sha256(state.encode()).hexdigest()[:VERSION_LENGTH]
        self.prefix = "/static" if dev else f"/static/{self.version}"
        if not dev:
            self.preloads = cache(self.preloads)  # type: ignore[method-assign]

    def names(self) -> list[str]:
        """All files that are served, sorted."""
        paths = (path for path in self.folder.rglob("*") if path.suffix in SERVED and path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in paths)

    def url(self, name: str) -> str:
        """The address of a file; for use in templates."""
        return f"{self.prefix}/{name}"

    def get(self, name: str) -> Asset | None:
        """The file of that name, or None."""
        if not self.dev:
            return self.files.get(name)
        return read(self.folder / name) if name in self.names() else None

    def respond(self, request: Request, path: str) -> Response | None:
        """The answer to `/static/<path>`, or None where there is no such file."""
        version, _, name = path.partition("/")
        current = version == self.version and not self.dev
        asset = self.get(name if re.fullmatch(f"[0-9a-f]{{{VERSION_LENGTH}}}", version) else path)
        if asset is None:
            return None
        headers = {
            "Cache-Control": FOR_EVER if current else "no-cache",
            "ETag": asset.etag,
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=304, headers=headers)
        body = asset.data
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = asset.packed, "gzip"
        return Response(body, headers=headers, media_type=asset.media_type)

    @cached_property
    def import_map(self) -> dict[str, dict[str, str]]:
        """The browser's import map: npm name -> address of the vendored file."""
        names: dict[str, str] = json.loads((self.folder / "vendor/importmap.json").read_bytes())["imports"]
        return {"imports": {package: self.url(name) for package, name in names.items()}}

    @cached_property
    def import_map_hash(self) -> str:
        """The import map's hash for the content security policy, as `{{ importmap | tojson }}` writes it."""
        text = htmlsafe_json_dumps(self.import_map)
        return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()

    def resolve(self, specifier: str, importer: str) -> str:
        """The file that a module's import names; the specifier itself where it names none."""
        if specifier.startswith("."):
            return posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
        url = self.import_map["imports"].get(specifier, specifier)
        return url.removeprefix(self.prefix + "/")

    def imports(self, name: str) -> list[str]:
        """What a module imports statically, in order."""
        asset = self.get(name)
        text = asset.data.decode() if asset else ""
        return [self.resolve(specifier, name) for specifier in IMPORT.findall(text)]

    def bundle(self, name: str) -> str:
        """The address of a page's module or style sheet with all that it imports; for use in templates."""
        return self.url(self.bundled(name))

    def bundled(self, name: str) -> str:
        """The file that a page's module or style sheet is in: a bundle, where there is one."""
        bundle = f"bundle/{name.replace('/', '-')}"
        return bundle if bundle in self.files else name

    def preloads(self, *entries: str) -> tuple[str, ...]:
        """The addresses of the entry modules and of all that they lead to, entries first."""
        found = [self.bundled(name) for name in entries]
        for name in found:
            found += [other for other in dict.fromkeys(self.imports(name)) if other not in found]
        return tuple(self.url(name) for name in found if self.get(name))
