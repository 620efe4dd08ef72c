"""Times nanonispy on a .sxm file: python nanonispyRead.py REPEATS FILE -> a line of JSON with two medians in milliseconds.

"alone" is reading alone, which leaves values big-endian float32 as scanned. "whole" gives what fewscope gives: float64 in
the machine's order, turned as on the surface, and the rows that were really measured.
"""

import json
import statistics
import sys
import time

import numpy as np

# nanonispy 1.1.0 uses names that numpy has dropped since.
for name, kind in (("float", float), ("int", int), ("bool", bool), ("str", str)):
    if name not in np.__dict__:
        setattr(np, name, kind)

import nanonispy  # noqa: E402

repeats, path = int(sys.argv[1]), sys.argv[2]


def alone():
    return nanonispy.read.Scan(path)


def whole():
    scan = nanonispy.read.Scan(path)
    up = scan.header["scan_dir"] == "up"
    channels = []
    for pair in scan.signals.values():
        for direction, values in pair.items():
            turned = values[:, ::-1] if direction == "backward" else values
            channels.append(np.ascontiguousarray(turned[::-1] if up else turned, dtype=np.float64))
    rows = 0
    for values in channels:
        rows = max(rows, int((~np.isnan(values)).all(axis=1).sum()))
        if rows == len(values):
            break
    return channels, rows


told = {}
for read in (alone, whole):
    times = []
    for _ in range(2 * repeats):
        start = time.perf_counter()
        read()
        times.append(1000 * (time.perf_counter() - start))
    told[read.__name__] = round(statistics.median(times[repeats:]), 4)
print(json.dumps(told))
