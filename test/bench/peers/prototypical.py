"""Times the training of a prototypical network in PyTorch on the CPU: Conv-4 of width 64, 28 px, quarter turns as new classes.

python test/bench/peers/prototypical.py --ways 60 --shots 1 --queries 5 --episodes 20 [--threads 2] [--layout contiguous]
In a throw-away environment with torch==2.9.1 and numpy. The recipe is that of test/bench/prototypical.ts: Adam 1e-3, all images of an episode
in one pass. Images are random: 242 characters of 20 drawings. Prints one JSON line.
"""

import argparse
import json
import statistics
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from network import memory_format

arguments = argparse.ArgumentParser()
for name, default in (("ways", 60), ("shots", 1), ("queries", 5), ("episodes", 20), ("width", 64), ("threads", 2)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--layout", choices=["contiguous", "channels_last"], default="channels_last")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
layout = memory_format(options.layout)
generator = np.random.default_rng(1)
drawings = generator.random((242, 20, 28, 28), dtype=np.float32)


def block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True), nn.MaxPool2d(2)
    )


width = options.width
encoder = nn.Sequential(block(1, width), block(width, width), block(width, width), block(width, width), nn.Flatten())
encoder = encoder.to(memory_format=layout)
optimiser = torch.optim.Adam(encoder.parameters(), lr=1e-3)
ways, shots, queries = options.ways, options.shots, options.queries
own = torch.arange(ways).repeat_interleave(queries)


def draw():
    """Support, then queries, class by class."""
    support, query = [], []
    for index in generator.choice(4 * len(drawings), ways, replace=False):
        chosen = generator.choice(20, shots + queries, replace=False)
        images = np.rot90(drawings[index // 4][chosen], index % 4, (1, 2))
        support.append(images[:shots])
        query.append(images[shots:])
    images = np.ascontiguousarray(np.concatenate(support + query))[:, None]
    return torch.from_numpy(images).to(memory_format=layout)


warm_up = 3
times = []
now = time.perf_counter()
for _ in range(warm_up + options.episodes):
    embedded = encoder(draw())
    means = embedded[: ways * shots].reshape(ways, shots, -1).mean(1)
    loss = F.cross_entropy(-torch.cdist(embedded[ways * shots :], means) ** 2, own)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss.item()
    now, before = time.perf_counter(), now
    times.append(now - before)
seconds = statistics.median(times[warm_up:])
line = {"peer": "PyTorch", **vars(options), "episodesPerSecond": round(1 / seconds, 2), "torch": torch.__version__}
print(json.dumps(line))
