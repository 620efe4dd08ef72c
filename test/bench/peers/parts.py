"""Times parts of a trial in PyTorch and torchvision on the CPU: embedding images, and the two views of SimCLR.

python test/bench/peers/parts.py embed [--count 4096] [--width 8] [--threads 2] [--layout channels_last] [--compile]
python test/bench/peers/parts.py views [--count 4096] [--workers 0] [--kind pil|tensor]
In a throw-away environment with torch==2.9.1 torchvision. Random 32 x 32 colour images as bytes; a ResNet-18 in batches of 256; views of one image after
the other through a data loader, as scripts have them. Prints one JSON line with images a second, of views images with both of theirs; the median over
repeats.
"""

import argparse
import json
import statistics
import time

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import v2

from network import memory_format, resnet

arguments = argparse.ArgumentParser()
arguments.add_argument("mode", choices=["embed", "views"])
for name, default in (("count", 4096), ("width", 8), ("repeats", 5), ("threads", 2), ("workers", 0)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--layout", choices=["contiguous", "channels_last"], default="channels_last")
arguments.add_argument("--kind", choices=["pil", "tensor"], default="pil")
arguments.add_argument("--compile", action="store_true")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
pixels = np.random.default_rng(1).integers(0, 256, (options.count, 32, 32, 3), dtype=np.uint8)


def embedding():
    layout = memory_format(options.layout)
    network = resnet([2] * 4, options.width, 3)[0].to(memory_format=layout).eval()
    run = torch.compile(network) if options.compile else network
    mean, spread = (torch.full((1, 3, 1, 1), value) for value in (0.5, 0.25))

    def whole():
        with torch.inference_mode():
            for part in torch.from_numpy(pixels).split(256):
                images = (part.permute(0, 3, 1, 2).float() / 255 - mean) / spread
                run(images.contiguous(memory_format=layout)).numpy()

    return whole


def views():
    jitter = v2.ColorJitter(0.4, 0.4, 0.4, 0.1)
    crop = v2.RandomResizedCrop(32, (0.08, 1), antialias=True)
    change = [crop, v2.RandomHorizontalFlip(), v2.RandomApply([jitter], 0.8), v2.RandomGrayscale(0.2)]
    view = v2.Compose(change + [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])

    class Views(torch.utils.data.Dataset):
        def __len__(self):
            return len(pixels)

        def __getitem__(self, i):
            image = Image.fromarray(pixels[i]) if options.kind == "pil" else torch.from_numpy(pixels[i]).permute(2, 0, 1)
            return view(image), view(image)

    loader = torch.utils.data.DataLoader(
        Views(), batch_size=128, shuffle=True, num_workers=options.workers, persistent_workers=options.workers > 0
    )

    def whole():
        for _ in loader:
            pass

    return whole


run = embedding() if options.mode == "embed" else views()
times = []
for _ in range(1 + options.repeats):
    start = time.perf_counter()
    run()
    times.append(time.perf_counter() - start)
print(json.dumps({"imagesPerSecond": round(options.count / statistics.median(times[1:]), 1)}))
