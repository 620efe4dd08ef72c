"""Times heads on raw pixels in scikit-learn, from bytes to what is told of the test images.

python test/bench/peers/heads.py logistic|neighbours [--each 100] [--tests 2000] [--repeats 3]
In a throw-away environment with scikit-learn. Ten classes of 32 x 32 colour images, as test/bench/parts.ts draws them. Prints one JSON line with
milliseconds, the median over repeats.
"""

import argparse
import json
import statistics
import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

arguments = argparse.ArgumentParser()
arguments.add_argument("mode", choices=["logistic", "neighbours"])
for name, default in (("each", 100), ("tests", 2000), ("repeats", 3)):
    arguments.add_argument(f"--{name}", type=int, default=default)
options = arguments.parse_args()
generator = np.random.default_rng(1)
classes, size = 10, 32 * 32 * 3
means = generator.uniform(64, 192, (classes, size))


def drawn(count):
    labels = np.arange(count) % classes
    pixels = means[labels] + 128 * generator.normal(size=(count, size))
    return np.clip(pixels, 0, 255).astype(np.uint8), labels


train_images, train_labels = drawn(classes * options.each)
test_images, test_labels = drawn(options.tests)


def run():
    train, test = (images.astype(np.float32) / 255 for images in (train_images, test_images))
    if options.mode == "neighbours":
        # Votes weigh exp(cosine / 0.07).
        votes = KNeighborsClassifier(20, metric="cosine", weights=lambda distance: np.exp(-distance / 0.07))
        return votes.fit(train, train_labels).predict_proba(test)
    scale = StandardScaler().fit(train)
    return LogisticRegression(max_iter=1000).fit(scale.transform(train), train_labels).predict_proba(scale.transform(test))


times = []
for _ in range(1 + options.repeats):
    start = time.perf_counter()
    told = run()
    times.append(1000 * (time.perf_counter() - start))
accuracy = float((told.argmax(1) == test_labels).mean())
print(json.dumps({"milliseconds": round(statistics.median(times[1:]), 2), "accuracy": round(accuracy, 4)}))
