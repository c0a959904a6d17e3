"""What a browser may do with our answers, and who may ask: headers and trusted hosts, as plain ASGI."""

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import problem

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def headers(import_map_hash: str) -> dict[str, str]:
    """The headers of every answer; the page's import map is the one inline script allowed."""
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' '{import_map_hash}'",
        "style-src": "'self'",
        "img-src": "'self' blob: data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


FOR_FILES = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")
"""The headers that mean something for scripts, styles and fonts; half a hundred of them go to each new visitor."""


class SecureHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self.app = app
        self.headers = headers
        self.for_files = {name: headers[name] for name in FOR_FILES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                is_file = answer.get("content-type", "").startswith(("text/javascript", "text/css", "font/"))
                answer.update(self.for_files if is_file else self.headers)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class TrustedHosts:
    """Refuses requests for names that are not ours, and changes that another site's page asks for.

    An address instead of a name is always answered: it takes a name to lead a browser astray (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = tuple(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if not self.trusts(headers.get("host", "")):
                detail = "Add the name to CONVSCOPE_ALLOWED_HOSTS if it is yours."
                return await problem("untrusted-host", 400, detail).response()(scope, receive, send)
            if scope["method"] not in SAFE_METHODS and headers.get("sec-fetch-site") == "cross-site":
                detail = "Ask from a page of this server, or from a program."
                return await problem("cross-site", 403, detail).response()(scope, receive, send)
        await self.app(scope, receive, send)

    def trusts(self, header: str) -> bool:
        """Whether a Host header names this server."""
        host = host_name(header)
        return is_address(host) or any(
            pattern in ("*", host) or (pattern.startswith("*.") and host.endswith(pattern[1:]))
            for pattern in self.hosts
        )


def host_name(header: str) -> str:
    """A Host header without its port, lower case; an IPv6 address without its brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].lower().removesuffix(".")


def is_address(host: str) -> bool:
    """Whether this is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
