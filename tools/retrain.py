"""Train networks again as their cards say, elsewhere, and check that they become as good as those that are shipped.

    python -m tools.retrain smiley_mlp smiley_cnn [--data FASHION_MNIST_FOLDER]

Every accuracy of a card must be reproduced within one point. Another processor or another PyTorch sums in another order,
so that the weights themselves may differ.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from models.networks.registry import SPECS
from models.networks.weights import WEIGHTS

POINT = 0.01
USUAL = ("smiley_mlp", "smiley_cnn", "mlp_permuted", "tiny_vgg_permuted")
"""Those that are trained again where none is named: together less than an hour on one core."""
Card = dict[str, Any]


def card_of(name: str, folder: Path = WEIGHTS) -> Card:
    """What is written beside the weights of that name."""
    card: Card = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return card


def command(card: Card, into: Path, data: Path | None) -> list[str]:
    """The card's own command, writing to another folder."""
    python, *rest = shlex.split(card["command"])
    assert python == "python", card["command"]
    return [sys.executable, *rest, "--into", str(into), *(["--data", str(data)] if data else [])]


def compare(shipped: Card, again: Card) -> list[tuple[str, float, float, bool]]:
    """Each accuracy of the card: its name, as shipped, as trained again, and whether they are within a point."""
    return [
        (key, value, again[key], abs(value - again[key]) <= POINT)
        for key, value in shipped.items()
        if key.startswith("accuracy")
    ]


def main() -> None:
    trained = [name for name, spec in SPECS.items() if spec.source == "card"]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(trained)}")
    parser.add_argument("--data", type=Path)
    args = parser.parse_args()
    names = args.names or [name for name in USUAL if name in trained]
    if unknown := sorted(set(names) - set(trained)):
        parser.error(f"no network of this name is trained here: {', '.join(unknown)}")
    reproduced = True
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            shipped = card_of(name)
            subprocess.run(command(shipped, Path(folder), args.data), check=True, cwd=WEIGHTS.parent.parent)
            again = card_of(name, Path(folder))
            for key, before, now, close in compare(shipped, again):
                reproduced &= close
                print(
                    f"{name}: {key} {before:.4f} shipped, {now:.4f} again: {'ok' if close else 'NOT REPRODUCED'}"
                )
            print(
                f"{name}: the weights are {'the same' if shipped['sha256'] == again['sha256'] else 'others'}",
                flush=True,
            )
    sys.exit(not reproduced)


if __name__ == "__main__":
    main()
