"""Times a step of training on few labels in PyTorch on the CPU, views and all: FixMatch, Mean Teacher or plain training of a whole network.

python test/bench/peers/trainOnFew.py fixMatch|meanTeacher|fineTune --batch 16 --ratio 7 --steps 40 [--threads 2] [--workers 2] [--layout channels_last]
In a throw-away environment with torch==2.9.1 torchvision. ResNet-18 on 5 000 random 32 x 32 colour images, 100 of them labelled, views through a data
loader as the authors' scripts have them. Prints one JSON line with milliseconds a step, the median after the first eight.
"""

import argparse
import copy
import json
import statistics
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torchvision import transforms

from network import memory_format, resnet

arguments = argparse.ArgumentParser()
arguments.add_argument("mode", choices=["fixMatch", "meanTeacher", "fineTune"])
for name, default in (("width", 8), ("batch", 16), ("ratio", 7), ("steps", 40), ("threads", 2), ("workers", 2)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--layout", choices=["contiguous", "channels_last"], default="channels_last")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
warm_up = 8
layout = memory_format(options.layout)

last = [transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.25,) * 3)]
first = [transforms.RandomHorizontalFlip(), transforms.RandomCrop(32, 4, padding_mode="reflect")]
weak = transforms.Compose(first + last)
strong = transforms.Compose(first + [transforms.RandAugment(2, 10)] + last + [transforms.RandomErasing(1.0)])
pixels = np.random.default_rng(1).integers(0, 256, (5000, 32, 32, 3), dtype=np.uint8)


class Views(torch.utils.data.Dataset):
    def __init__(self, count, views):
        self.count, self.views = count, views

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        image = Image.fromarray(pixels[i])
        return [view(image) for view in self.views], i % 10


def batches(count, views, size):
    sampler = torch.utils.data.RandomSampler(range(count), replacement=True, num_samples=size * (warm_up + options.steps))
    return iter(torch.utils.data.DataLoader(Views(count, views), batch_size=size, sampler=sampler, num_workers=options.workers))


encoder, dim = resnet([2] * 4, options.width, 3)
student = nn.Sequential(encoder, nn.Linear(dim, 10)).to(memory_format=layout).train()
teacher = copy.deepcopy(student)
for parameter in teacher.parameters():
    parameter.requires_grad_(False)
if options.mode == "fineTune":
    optimiser = torch.optim.AdamW(student.parameters(), lr=0.01, weight_decay=0.05)
else:
    optimiser = torch.optim.SGD(student.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
labelled = batches(100, [weak], options.batch)
unlabelled = None
if options.mode != "fineTune":
    second = strong if options.mode == "fixMatch" else weak
    unlabelled = batches(5000, [weak, second], options.batch * options.ratio)


def together(network, *parts):
    sizes = [len(part) for part in parts]
    return network(torch.cat(parts).contiguous(memory_format=layout)).split(sizes)


times = []
for _ in range(warm_up + options.steps):
    start = time.perf_counter()
    (images,), labels = next(labelled)
    if options.mode == "fineTune":
        loss = F.cross_entropy(student(images.contiguous(memory_format=layout)), labels)
    else:
        (one, two), _ = next(unlabelled)
        if options.mode == "fixMatch":
            scores, easy, hard = together(student, images, one, two)
            sure, told = F.softmax(easy.detach(), 1).max(1)
            off = (F.cross_entropy(hard, told, reduction="none") * (sure >= 0.95)).mean()
        else:
            with torch.no_grad():
                aim = F.softmax(together(teacher, images, one)[1], 1)
            scores, taught = together(student, images, two)
            off = 50 * F.mse_loss(F.softmax(taught, 1), aim)
        loss = F.cross_entropy(scores, labels) + off
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    if options.mode != "fineTune":
        with torch.no_grad():
            torch._foreach_lerp_(list(teacher.parameters()), list(student.parameters()), 0.02)
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({"milliseconds": round(statistics.median(times[warm_up:]), 2)}))
