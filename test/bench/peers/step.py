"""Times a step of training from scratch in PyTorch on the CPU: forward, backward and AdamW of a ResNet-18 on 32 x 32 images.

python test/bench/peers/step.py --batch 10 --width 8 --threads 2 --steps 30 [--layout channels_last] [--compile] [--autocast]
In a throw-away environment with torch==2.9.1. Prints one JSON line with milliseconds a step, the median.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

from network import memory_format, resnet

arguments = argparse.ArgumentParser()
for name, default in (("batch", 10), ("width", 8), ("threads", 2), ("steps", 30)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--layout", choices=["contiguous", "channels_last"], default="channels_last")
arguments.add_argument("--compile", action="store_true")
arguments.add_argument("--autocast", action="store_true")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)


layout = memory_format(options.layout)
encoder, dim = resnet([2] * 4, options.width, 3)
network = nn.Sequential(encoder, nn.Linear(dim, 10)).to(memory_format=layout).train()
run = torch.compile(network) if options.compile else network
optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
images = torch.randn(options.batch, 3, 32, 32).contiguous(memory_format=layout)
labels = torch.arange(options.batch) % 10
times = []
for step in range(8 + options.steps):
    start = time.perf_counter()
    optimiser.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.autocast):
        loss = F.cross_entropy(run(images), labels)
    loss.backward()
    optimiser.step()
    loss.item()
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({"milliseconds": round(statistics.median(times[8:]), 3)}))
