"""The sample pictures in models/data/samples: ordinary pictures that every store has without an upload."""

import json
from dataclasses import dataclass
from functools import cache

from app.decoding import Limits, decode
from app.settings import ROOT
from app.stores.base import image_id_of

FOLDER = ROOT / "models" / "data" / "samples"


@dataclass(frozen=True)
class Sample:
    """One sample picture and where it comes from; `title` by language, `ppm` as it would be stored."""

    id: str
    name: str
    title: dict[str, str]
    width: int
    height: int
    author: str
    licence: str
    source: str
    ppm: bytes


@cache
def samples() -> tuple[Sample, ...]:
    """All samples in the order of `samples.json`, decoded as uploads of their files would be."""
    found = []
    for row in json.loads((FOLDER / "samples.json").read_text("utf-8")):
        note, ppm = decode((FOLDER / row.pop("file")).read_bytes(), Limits())
        found.append(Sample(id=image_id_of(ppm), ppm=ppm, width=note["width"], height=note["height"], **row))
    return tuple(found)
