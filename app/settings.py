"""What can be set from outside: each field is the environment variable `CONVSCOPE_<FIELD>`."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder: `templates/`, `static/` and the default store lie in it."""

MIB = 1024 * 1024


class Settings(BaseSettings):
    """All settings of one server, checked once when it starts."""

    model_config = SettingsConfigDict(env_prefix="CONVSCOPE_", env_ignore_empty=True, frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    workers: int = Field(default=0, ge=0, le=256, description="Server processes; 0 is one per core.")
    dev: bool = Field(
        default=False,
        description="For development: one worker that starts again when a file changes, nothing kept.",
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        default="warning", description="Least severe message that is logged; `info` adds a line per request."
    )
    keep_alive_seconds: int = Field(default=75, ge=1, description="How long an idle connection stays open.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("localhost", "testserver"),
        description="Host names the server answers to, separated by commas; `*` is any, `*.example.org` any "
        "below it. IP addresses are always answered.",
    )

    store_url: str = Field(
        default="",
        description="Where pictures are kept: `memory://`, `file:///folder`, `s3://bucket/prefix`; "
        "empty is the folder `.state/images` of the project.",
    )
    store_max_bytes: int = Field(
        default=1024 * MIB, ge=MIB, description="Size at which old pictures are dropped."
    )
    max_upload_bytes: int = Field(default=20_000_000, ge=1024, description="Largest picture file, in bytes.")
    max_pixels: int = Field(default=40_000_000, ge=1, description="Most pixels a picture may have.")
    stored_side: int = Field(
        default=1024, ge=32, description="Long side to which pictures are reduced, in pixels."
    )
    decode_cpu_seconds: float = Field(
        default=5.0, gt=0, description="CPU time that decoding one picture may take."
    )
    decode_memory_bytes: int = Field(
        default=1024 * MIB, ge=128 * MIB, description="Memory for decoding a picture."
    )

    torch_threads: int = Field(default=1, ge=1, description="PyTorch threads in each worker.")
    engine_queue: int = Field(
        default=16, ge=1, description="Runs that may wait in a worker before it says 503."
    )
    max_batch: int = Field(default=64, ge=1, le=64, description="Most pictures in one run.")
    max_answer_bytes: int = Field(default=32 * MIB, ge=MIB, description="Most tensor bytes in one answer.")

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @property
    def worker_count(self) -> int:
        """The number of server processes, with 0 resolved to the cores this process may use."""
        return self.workers or available_cores()


def available_cores() -> int:
    """CPU cores this process may run on (fewer than the machine's in a container with a CPU set)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
