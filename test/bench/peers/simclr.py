"""Times a SimCLR step in PyTorch (step alone) or with lightly's views and data loader (whole), on the CPU.

python test/bench/peers/simclr.py step|whole --width 8 --size 32 --channels 3 --batch 128 --steps 20 [--threads 2] [--workers 0] [--layout contiguous] [--autocast]
In a throw-away environment with torch==2.9.1 torchvision lightly==1.6.*. Prints one JSON line; an image is one image
with both its views.
"""

import argparse
import json
import resource
import statistics
import time

import numpy as np
import torch
from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from lightly.transforms import SimCLRTransform
from PIL import Image
from torch import nn

from network import memory_format, resnet

arguments = argparse.ArgumentParser()
arguments.add_argument("mode", choices=["step", "whole"])
for name, default in (("depth", 18), ("width", 8), ("size", 32), ("channels", 3), ("batch", 128), ("steps", 20)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--threads", type=int, default=0)
arguments.add_argument("--workers", type=int, default=0)
arguments.add_argument("--layout", choices=["contiguous", "channels_last"], default="channels_last")
arguments.add_argument("--autocast", action="store_true")
options = arguments.parse_args()
if options.threads:
    torch.set_num_threads(options.threads)
torch.manual_seed(1)
layout = memory_format(options.layout)

blocks = {8: [1] * 3, 10: [1] * 4, 14: [2] * 3, 18: [2] * 4, 34: [3, 4, 6, 3]}[options.depth]
encoder, dim = resnet(blocks, options.width, options.channels)
model = nn.Sequential(encoder, SimCLRProjectionHead(dim, dim, 128)).to(memory_format=layout)
criterion = NTXentLoss(temperature=0.5)
optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
warm_up = 3


def step(first, second):
    both = torch.cat([first, second]).to(memory_format=layout)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.autocast):
        projections = model(both)
    loss = criterion(*projections.float().chunk(2))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def fixed_views():
    shape = (options.batch, options.channels, options.size, options.size)
    views = torch.randn(shape), torch.randn(shape)
    while True:
        yield views


def lightly_views():
    generator = np.random.default_rng(1)
    size, batch = options.size, options.batch
    count = batch * (options.steps + warm_up + 1)
    pixels = generator.integers(0, 256, (count, size, size, 3), dtype=np.uint8)

    transform = SimCLRTransform(input_size=size, gaussian_blur=0.0, cj_strength=0.5)

    class Images(torch.utils.data.Dataset):
        def __len__(self):
            return count

        def __getitem__(self, i):
            return transform(Image.fromarray(pixels[i]))

    loader = torch.utils.data.DataLoader(
        Images(), batch_size=batch, shuffle=True, drop_last=True, num_workers=options.workers
    )
    yield from loader


source = fixed_views() if options.mode == "step" else lightly_views()
times = []
now = time.perf_counter()
for _ in range(warm_up + options.steps):
    step(*next(source))
    now, before = time.perf_counter(), now
    times.append(now - before)
rate = options.batch / statistics.median(times[warm_up:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(
    json.dumps(
        {
            "peer": "PyTorch" if options.mode == "step" else "lightly",
            **vars(options),
            "imagesPerSecond": round(rate, 1),
            "torch": torch.__version__,
            "torchThreads": torch.get_num_threads(),
            "peakMemory": peak,
        }
    )
)
