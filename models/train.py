"""Train one of the networks and write its weights and card.

    python -m models.train tiny_vgg_batch [--data DIR] [--epochs N] [--learning-rate R] [--shift PIXELS] [--seed N]
    python -m models.train smiley_cnn [--seed N]

--into FOLDER writes to another than weights/ (`make retrain` does, and compares). The smileys draw their own pictures
(train_faces.py); for all others DIR holds the four files of Fashion-MNIST (Debian package dataset-fashion-mnist puts them
in /usr/share/datasets/fashion-mnist). One thread and one seed: the same machine and torch give the same weights.
"""

import argparse
import gzip
import hashlib
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from models import train_faces
from models.networks import permuted
from models.networks.registry import FASHION_MNIST, SPECS

WEIGHTS = Path(__file__).resolve().parent / "weights"
BATCH = 128


@dataclass(frozen=True)
class Recipe:
    """How long and how fast a network is trained, and by how many pixels its training images are moved about.

    With `bfloat16` training computes in it what PyTorch's autocast finds safe; testing never does.
    """

    epochs: int = 16
    learning_rate: float = 0.003
    shift: int = 2
    bfloat16: bool = True


RECIPES = {
    "mlp": Recipe(epochs=30, learning_rate=0.001, shift=0),  # it has no way to profit from moved images
    "lenet": Recipe(),
    "tiny_vgg_none": Recipe(learning_rate=0.002),
    "tiny_vgg_batch": Recipe(),
    "tiny_vgg_layer": Recipe(),
    "tiny_vgg_group": Recipe(),
    "tiny_vgg_instance": Recipe(),
    "mini_resnet": Recipe(),
    # In bfloat16 it took seven times as long on a processor that has no instructions for it.
    "mini_vit": Recipe(epochs=18, learning_rate=0.002, shift=0, bfloat16=False),
    "row_gru": Recipe(epochs=8, shift=1, bfloat16=False),
    # As their twins without the permutation; the second for half as long.
    "mlp_permuted": Recipe(epochs=30, learning_rate=0.001, shift=0, bfloat16=False),
    "tiny_vgg_permuted": Recipe(epochs=8, bfloat16=False),
}


def read_idx(path: Path) -> Tensor:
    """An IDX file of bytes (http://yann.lecun.com/exdb/mnist/) as a uint8 tensor."""
    data = gzip.decompress(path.read_bytes())
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i]) for i in range(axes)]
    return torch.frombuffer(bytearray(data[4 + 4 * axes :]), dtype=torch.uint8).reshape(shape)


def load(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """Normalised images (N, 1, 28, 28) and labels (N) of the part `train` or `t10k`."""
    images = read_idx(folder / f"{part}-images-idx3-ubyte.gz")[:, None].float() / 255
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz").long()
    return (images - FASHION_MNIST.mean[0]) / FASHION_MNIST.std[0], labels


def augment(images: Tensor, shift: int, generator: torch.Generator) -> Tensor:
    """Mirror half of the images (B, 1, 28, 28) and move each by up to `shift` pixels."""
    background = float(images.min())
    padded = F.pad(images, (shift,) * 4, value=background)
    mirrored = torch.rand(len(images), generator=generator) < 0.5
    padded[mirrored] = padded[mirrored].flip(-1)
    top, left = torch.randint(0, 2 * shift + 1, (2, len(images), 1), generator=generator)
    span = torch.arange(28)
    rows, columns = (top + span)[:, :, None], (left + span)[:, None, :]
    return padded[torch.arange(len(images))[:, None, None], 0, rows, columns][:, None]


@torch.inference_mode()
def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """The share of images whose largest logit is their label's; evaluation mode, float32."""
    network.eval()
    parts = zip(torch.split(images, 500), torch.split(labels, 500), strict=True)
    right = torch.stack([(network(x).argmax(1) == y).sum() for x, y in parts])
    return int(right.sum()) / len(images)


def train(name: str, folder: Path, recipe: Recipe, seed: int) -> tuple[nn.Module, float]:
    """The trained network and its accuracy on the 10,000 test images."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    images, labels = load(folder, "train")
    test_images, test_labels = load(folder, "t10k")
    network = SPECS[name].build()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    decayed = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}]
    )
    steps = recipe.epochs * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, steps, pct_start=0.25)
    for epoch in range(recipe.epochs):
        network.train()
        started = time.perf_counter()
        total = 0.0
        order = torch.randperm(len(images), generator=generator)[: len(images) // BATCH * BATCH]
        for chosen in torch.split(order, BATCH):
            x = augment(images[chosen], recipe.shift, generator).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16):
                logits = network(x)
            loss = F.cross_entropy(logits.float(), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        reached = accuracy(network, test_images, test_labels)
        print(
            f"{name} epoch {epoch + 1}/{recipe.epochs}: loss {total / (len(order) // BATCH):.4f}, "
            f"test {reached:.4f}, {time.perf_counter() - started:.0f} s",
            flush=True,
        )
    return network, reached


def save(name: str, network: nn.Module, card: dict[str, object], folder: Path) -> None:
    """Write NAME.safetensors and NAME.json, the card, which holds the file's SHA-256."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.safetensors"
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, path)
    card = {"name": name, **card, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=sorted([*RECIPES, *train_faces.STEPS]))
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--shift", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--into", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network, card = smiley(args) if args.name in train_faces.STEPS else fashion(args)
    save(
        args.name,
        network,
        {
            **card,
            "seed": args.seed,
            "parameters": sum(p.numel() for p in network.parameters()),
            "torch": torch.__version__,
        },
        args.into,
    )


def smiley(args: argparse.Namespace) -> tuple[nn.Module, dict[str, object]]:
    """A network of the smileys, trained, and its card."""
    network, tested = train_faces.train(args.name, args.seed)
    return network, {
        "dataset": "faces drawn by models/faces.py, their boxes in the left half of the canvas",
        "licence": "as ConvScope",
        "command": f"python -m models.train {args.name} --seed {args.seed}",
        **tested,
    }


def fashion(args: argparse.Namespace) -> tuple[nn.Module, dict[str, object]]:
    """A network of Fashion-MNIST, trained, and its card."""
    changed = {key: getattr(args, key) for key in ("epochs", "learning_rate", "shift")}
    recipe = replace(
        RECIPES[args.name], **{key: value for key, value in changed.items() if value is not None}
    )
    network, reached = train(args.name, args.data, recipe, args.seed)
    card: dict[str, object] = {
        "dataset": "Fashion-MNIST (Zalando Research, MIT licence), 60,000 training and 10,000 test images",
        "licence": "the weights: as ConvScope; the data: MIT",
        "command": f"python -m models.train {args.name} --epochs {recipe.epochs} "
        f"--learning-rate {recipe.learning_rate} --shift {recipe.shift} --seed {args.seed}",
        "epochs": recipe.epochs,
        "precision": "bfloat16 where safe" if recipe.bfloat16 else "float32",
        "accuracy": reached,
    }
    if args.name in permuted.TWINS:
        card |= {"twin": permuted.TWINS[args.name], "permutation_seed": permuted.SEED}
    return network, card


if __name__ == "__main__":
    main()
