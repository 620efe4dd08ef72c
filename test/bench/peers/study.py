"""The label-efficiency study of test/bench/wholeStudy.ts, scripted with lightly, PyTorch and scikit-learn on the CPU.

python test/bench/peers/study.py CIFAR10.zip [--threads 2] [--workers 0] [--epochs 30] [--seed 1] [--only simclr|pixels|scratch]...
In a throw-away environment with torch==2.9.1 torchvision lightly==1.6.* scikit-learn. The first 500 training and 200 test images of each class by name;
SimCLR, then logistic regression at 7 budgets x 5 draws on its features and on pixels; six trainings from scratch. Prints one JSON line: seconds of each
part, and balanced accuracy by method and budget.
"""

import argparse
import io
import json
import statistics
import time
import zipfile

import numpy as np
import torch
from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from lightly.transforms import SimCLRTransform
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F
from torchvision.transforms import v2

from network import resnet

parts = ("simclr", "pixels", "scratch")
arguments = argparse.ArgumentParser()
arguments.add_argument("zip")
for name, default in (("threads", 2), ("workers", 0), ("epochs", 30), ("seed", 1), ("width", 8), ("scratch-steps", 300)):
    arguments.add_argument(f"--{name}", type=int, default=default)
arguments.add_argument("--only", action="append", choices=parts)
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
budgets, draws = (1, 2, 5, 10, 20, 50, 100), 5
seconds, accuracy = {}, {}


def read(part, each):
    with zipfile.ZipFile(options.zip) as archive:
        by_class = {}
        for name in sorted(n for n in archive.namelist() if n.startswith(f"{part}/") and n.endswith(".jpg")):
            by_class.setdefault(name.split("/")[1], []).append(name)
        names = [(name, label) for label, key in enumerate(sorted(by_class)) for name in by_class[key][:each]]
        images = [np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")) for name, _ in names]
    return np.stack(images), np.array([label for _, label in names])


def ladder(labels, draw):
    """Nested: for each draw one order of each class, of which a budget takes the first."""
    generator = np.random.default_rng(1000 * options.seed + draw)
    return [generator.permutation(np.flatnonzero(labels == label)) for label in range(10)]


def probe(name, train_rows, test_rows):
    start = time.perf_counter()
    scale = StandardScaler().fit(train_rows)
    train_rows, test_rows = scale.transform(train_rows), scale.transform(test_rows)
    scores = {n: [] for n in budgets}
    for draw in range(draws):
        order = ladder(train_labels, draw)
        for n in budgets:
            rows = np.concatenate([of[:n] for of in order])
            model = LogisticRegression(max_iter=1000).fit(train_rows[rows], train_labels[rows])
            scores[n].append(balanced_accuracy_score(test_labels, model.predict(test_rows)))
    accuracy[name] = {n: round(float(np.mean(of)), 4) for n, of in scores.items()}
    seconds[f"{name}, logistic regression"] = time.perf_counter() - start


def network():
    return resnet([2] * 4, options.width, 3)


mean, spread = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def tensors(images):
    rows = (torch.from_numpy(images).float() / 255 - torch.tensor(mean)) / torch.tensor(spread)
    return rows.permute(0, 3, 1, 2)


def simclr():
    start = time.perf_counter()
    encoder, dim = network()
    model = nn.Sequential(encoder, SimCLRProjectionHead(dim, dim, 128)).to(memory_format=torch.channels_last)
    transform = SimCLRTransform(input_size=32, gaussian_blur=0.0, cj_strength=0.5)

    class Views(torch.utils.data.Dataset):
        def __len__(self):
            return len(train_images)

        def __getitem__(self, i):
            return transform(Image.fromarray(train_images[i]))

    loader = torch.utils.data.DataLoader(
        Views(), batch_size=128, shuffle=True, drop_last=True, num_workers=options.workers,
        persistent_workers=options.workers > 0,
    )
    criterion = NTXentLoss(temperature=0.5)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.06, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, options.epochs * len(loader))
    for _ in range(options.epochs):
        for first, second in loader:
            both = torch.cat([first, second]).to(memory_format=torch.channels_last)
            loss = criterion(*model(both).chunk(2))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    seconds["SimCLR, pretraining"] = time.perf_counter() - start
    start = time.perf_counter()
    encoder.eval()
    with torch.no_grad():
        rows = [torch.cat([encoder(part) for part in tensors(images).split(256)]).numpy() for images in (train_images, test_images)]
    seconds["SimCLR, embedding"] = time.perf_counter() - start
    probe("SimCLR", *rows)


def scratch():
    start = time.perf_counter()
    shift = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomCrop(32, padding=4, padding_mode="reflect")])
    pixels, test = tensors(train_images), tensors(test_images)
    scores = {}
    for n in (1, 10, 100):
        for draw in range(2):
            rows = np.concatenate([of[:n] for of in ladder(train_labels, draw)])
            images, labels = pixels[rows], torch.from_numpy(train_labels[rows])
            encoder, dim = network()
            model = nn.Sequential(encoder, nn.Linear(dim, 10)).to(memory_format=torch.channels_last)
            optimiser = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.05)
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.01, total_steps=options.scratch_steps, pct_start=0.1)
            size, order, step = min(64, len(rows)), [], 0
            while step < options.scratch_steps:
                if len(order) < size:
                    order = torch.randperm(len(rows)).tolist()
                batch, order = order[:size], order[size:]
                views = torch.stack([shift(images[i]) for i in batch]).to(memory_format=torch.channels_last)
                loss = F.cross_entropy(model(views), labels[batch])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
                step += 1
            model.eval()
            with torch.no_grad():
                told = torch.cat([model(part).argmax(1) for part in test.split(256)]).numpy()
            scores.setdefault(n, []).append(balanced_accuracy_score(test_labels, told))
    accuracy["from scratch"] = {n: round(statistics.mean(of), 4) for n, of in scores.items()}
    seconds["from scratch"] = time.perf_counter() - start


start = time.perf_counter()
(train_images, train_labels), (test_images, test_labels) = read("train", 500), read("test", 200)
seconds["reading"] = time.perf_counter() - start
wanted = options.only or parts
if "simclr" in wanted:
    simclr()
if "pixels" in wanted:
    probe("pixels", *(images.reshape(len(images), -1) / 255 for images in (train_images, test_images)))
if "scratch" in wanted:
    scratch()
print(json.dumps({
    "by": "lightly, PyTorch, scikit-learn", **vars(options), "torch": torch.__version__,
    "seconds": {name: round(value, 1) for name, value in seconds.items()}, "total": round(sum(seconds.values()), 1),
    "accuracy": accuracy,
}))
