"""Times a step of training from scratch in PyTorch on the CPU: forward, backward and AdamW of a ResNet-18 on 32 x 32 images.

python test/bench/peers/step.py --batch 10 --width 8 --threads 2 --steps 30 [--layout channels_last] [--compile]
In a throw-away environment with torch==2.9.1. Prints one JSON line with milliseconds a step, the median.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

arguments = argparse.ArgumentParser()
for name, default in (("batch", 10), ("width", 8), ("threads", 2), ("steps", 30)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--layout", choices=["contiguous", "channels_last"], default="channels_last")
arguments.add_argument("--compile", action="store_true")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)


def convolution(inputs, outputs, kernel, stride):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first, self.norm1 = convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.second, self.norm2 = convolution(outputs, outputs, 3, 1), nn.BatchNorm2d(outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(
            convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)
        )

    def forward(self, x):
        y = F.relu(self.norm1(self.first(x)), inplace=True)
        return F.relu(self.norm2(self.second(y)) + self.shortcut(x), inplace=True)


class Network(nn.Module):
    def __init__(self, width):
        super().__init__()
        layers = [convolution(3, width, 3, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        inputs = width
        for stage in range(4):
            for block in range(2):
                outputs = width * 2**stage
                layers.append(Block(inputs, outputs, 2 if stage and not block else 1))
                inputs = outputs
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.head(self.layers(x).mean((2, 3)))


layout = getattr(torch, f"{options.layout}_format" if options.layout == "contiguous" else options.layout)
network = Network(options.width).to(memory_format=layout).train()
run = torch.compile(network) if options.compile else network
optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
images = torch.randn(options.batch, 3, 32, 32).contiguous(memory_format=layout)
labels = torch.arange(options.batch) % 10
times = []
for step in range(8 + options.steps):
    start = time.perf_counter()
    optimiser.zero_grad(set_to_none=True)
    loss = F.cross_entropy(run(images), labels)
    loss.backward()
    optimiser.step()
    loss.item()
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({"milliseconds": round(statistics.median(times[8:]), 3)}))
