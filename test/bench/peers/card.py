"""Times SimCLR in PyTorch on a card, with views that the card makes too, and the bare step on fixed views; in fp32 and in bf16 autocast.

python test/bench/peers/card.py --depth 18 --width 8 --size 32 --batch 128 --steps 60 [--seconds 8] [--warm-up 5] [--device cuda]
python test/bench/peers/card.py --facts [--device cuda]

Needs PyTorch alone. One JSON line: images a second by what was timed, or why it failed; an image is one image with both its views. TF32 is off. The
views are lightly's SimCLRTransform(cj_strength=0.5, gaussian_blur=0) for a whole batch at once: as there, but that the four changes of colour come in
one order for all images of a batch, and that a crop longer than the image is cut to it at once. --device cpu is for trying it out.
"""

import argparse
import json
import math
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from network import resnet

arguments = argparse.ArgumentParser()
for name, default in (("depth", 18), ("width", 8), ("size", 32), ("batch", 128), ("steps", 60), ("warm-up", 5)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--seconds", type=float, default=8)
arguments.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
arguments.add_argument("--facts", action="store_true")

blocks = {8: [1] * 3, 10: [1] * 4, 14: [2] * 3, 18: [2] * 4, 34: [3, 4, 6, 3]}
strength = 0.5
grey = (0.299, 0.587, 0.114)


def draw(count, low, high, device):
    """A number for each image, shaped to be broadcast over its pixels."""
    return torch.empty(count, 1, 1, 1, device=device).uniform_(low, high)


def crop_and_flip(x):
    """A part of 8 to 100 % of the area brought to full size, in half of the cases mirrored."""
    count, device = len(x), x.device
    area = torch.empty(count, device=device).uniform_(0.08, 1)
    ratio = torch.empty(count, device=device).uniform_(math.log(3 / 4), math.log(4 / 3)).exp()
    wide, high = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    across, down = (torch.empty(count, device=device).uniform_(-1, 1) for _ in range(2))
    mirror = torch.where(torch.rand(count, device=device) < 0.5, -1.0, 1.0)
    theta = torch.zeros(count, 2, 3, device=device)
    theta[:, 0, 0], theta[:, 0, 2] = wide * mirror, across * (1 - wide)
    theta[:, 1, 1], theta[:, 1, 2] = high, down * (1 - high)
    grid = F.affine_grid(theta, x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


def greyed(x):
    return (x * torch.tensor(grey, device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)


def mixed(x, other, factor):
    return (factor * x + (1 - factor) * other).clamp(0, 1)


def brightness(x):
    spread = 0.8 * strength
    return (x * draw(len(x), 1 - spread, 1 + spread, x.device)).clamp(0, 1)


def contrast(x):
    spread = 0.8 * strength
    mean = greyed(x).mean((1, 2, 3), keepdim=True)
    return mixed(x, mean, draw(len(x), 1 - spread, 1 + spread, x.device))


def saturation(x):
    spread = 0.8 * strength
    return mixed(x, greyed(x), draw(len(x), 1 - spread, 1 + spread, x.device))


def hue(x):
    """Through hue, saturation and value, as torchvision does."""
    spread = 0.2 * strength
    value, low = x.amax(1), x.amin(1)
    chroma = value - low
    whole = chroma == 0
    divisor = torch.where(whole, 1.0, chroma)
    red, green, blue = ((value.unsqueeze(1) - x) / divisor.unsqueeze(1)).unbind(1)
    r, g, _ = x.unbind(1)
    turn = torch.where(r == value, blue - green, torch.where(g == value, 2 + red - blue, 4 + green - red))
    turn = (turn / 6 + draw(len(x), -spread, spread, x.device).squeeze(1)) % 1
    # Each colour is the value less the chroma, as far as the hue is away from it.
    offsets = torch.tensor((5.0, 3.0, 1.0), device=x.device).view(1, 3, 1, 1)
    k = (offsets + 6 * turn.unsqueeze(1)) % 6
    away = torch.minimum(k, 4 - k).clamp(0, 1)
    return value.unsqueeze(1) - chroma.unsqueeze(1) * away


def jitter(x):
    changed = x
    changes = (brightness, contrast, saturation, hue)
    for i in torch.randperm(4).tolist():
        changed = changes[i](changed)
    return torch.where(draw(len(x), 0, 1, x.device) < 0.8, changed, x)


def views(x):
    """Views of images with values in 0 to 1. [b,3,h,w] -> the same"""
    x = jitter(crop_and_flip(x))
    x = torch.where(draw(len(x), 0, 1, x.device) < 0.2, greyed(x), x)
    mean = torch.tensor((0.485, 0.456, 0.406), device=x.device).view(1, 3, 1, 1)
    spread = torch.tensor((0.229, 0.224, 0.225), device=x.device).view(1, 3, 1, 1)
    return (x - mean) / spread


def nt_xent(projections, temperature=0.5):
    count = len(projections)
    z = F.normalize(projections, dim=1)
    alike = (z @ z.T / temperature).masked_fill(torch.eye(count, dtype=torch.bool, device=z.device), -torch.inf)
    return F.cross_entropy(alike, (torch.arange(count, device=z.device) + count // 2) % count)


def network(options, device):
    encoder, dim = resnet(blocks[options.depth], options.width, 3)
    head = nn.Sequential(
        nn.Linear(dim, dim, bias=False), nn.BatchNorm1d(dim), nn.ReLU(), nn.Linear(dim, 128, bias=False), nn.BatchNorm1d(128)
    )
    return nn.Sequential(encoder, head).to(device, memory_format=torch.channels_last).train()


def rate(options, with_views, bf16):
    """Images a second: the median over steps, each waited for."""
    device = torch.device(options.device)
    wait = torch.cuda.synchronize if options.device == "cuda" else lambda: None
    torch.manual_seed(1)
    model = network(options, device)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    shape = (options.batch, 3, options.size, options.size)
    images = torch.randint(0, 256, shape, dtype=torch.uint8, device=device)
    both = torch.randn(2 * options.batch, *shape[1:], device=device).to(memory_format=torch.channels_last)
    times = []
    wait()
    for _ in range(options.warm_up + options.steps):
        begun = time.perf_counter()
        if with_views:
            chosen = images[torch.randperm(options.batch, device=device)].float() / 255
            both = views(torch.cat([chosen, chosen])).to(memory_format=torch.channels_last)
        with torch.autocast(options.device, torch.bfloat16, enabled=bf16):
            projections = model(both)
        loss = nt_xent(projections.float())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        loss.item()
        wait()
        times.append(time.perf_counter() - begun)
        counted = times[options.warm_up :]
        if len(counted) >= min(3, options.steps) and sum(counted) > options.seconds:
            break
    return options.batch / statistics.median(times[options.warm_up :])


def facts(options):
    there = options.device == "cpu" or torch.cuda.is_available()
    return {
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "there": there,
        "gpu": torch.cuda.get_device_name() if there and options.device == "cuda" else None,
        "python": sys.version.split()[0],
    }


def main():
    options = arguments.parse_args()
    if options.facts:
        print(json.dumps(facts(options)))
        return
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    told = {}
    for views_name, with_views in (("photo", True), ("fixed", False)):
        for precision, bf16 in (("fp32", False), ("bf16", True)):
            try:
                told[f"{views_name} {precision}"] = {"imagesPerSecond": rate(options, with_views, bf16)}
            except RuntimeError as error:  # out of memory is one of them
                told[f"{views_name} {precision}"] = {"failure": str(error).strip().split("\n")[0]}
                if options.device == "cuda":
                    torch.cuda.empty_cache()
    peak = torch.cuda.max_memory_allocated() // 2**20 if options.device == "cuda" else None
    print(json.dumps({"told": told, "tf32": False, "cardMemory": peak}))


if __name__ == "__main__":
    main()
