"""Reads what /metrics said from standard input, with Prometheus's own parser, and prints every fault it finds."""
import math
import re
import sys

from prometheus_client.parser import text_string_to_metric_families

NAME = re.compile(r"yizhan_[a-z][a-z0-9_]*")
LINE = re.compile(
    r'(yizhan_[a-z0-9_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (?:[-+]?[0-9][-+.0-9e]*|[+-]Inf|NaN)')
SUFFIXES = ("_total", "_seconds", "_bytes", "_events", "_reports", "_calls", "_deliveries", "_connections", "_borrowers", "_info",
            "_up", "_paused", "_open")

text = sys.stdin.read()
faults = []
if not text.endswith("\n"):
    faults.append("the last line has no end")

described, typed, seen, current = set(), {}, set(), None
for line in text.splitlines():
    if line.startswith("# HELP "):
        name, help_text = line[7:].split(" ", 1)
        current = name
        if name in described:
            faults.append(f"{name} is described twice")
        described.add(name)
        if not help_text or help_text == "Not described.":
            faults.append(f"{name} is not described")
    elif line.startswith("# TYPE "):
        name, kind = line[7:].split(" ")
        if name != current or name in typed:
            faults.append(f"the type of {name} stands in the wrong place, or twice")
        typed[name] = kind
        if not NAME.fullmatch(name) or not name.endswith(SUFFIXES):
            faults.append(f"{name} has no unit in its name")
        if (kind == "counter") != name.endswith("_total"):
            faults.append(f"{name} is a {kind}")
    else:
        match = LINE.fullmatch(line)
        if not match:
            faults.append(f"no sample: {line}")
            continue
        if not match[1].startswith(current):
            faults.append(f"{line} does not stand with its family")
        series = line.rsplit(" ", 1)[0]
        if series in seen:
            faults.append(f"{series} is there twice")
        seen.add(series)

families = list(text_string_to_metric_families(text))
parsed = sum(len(family.samples) for family in families)
if parsed != len(seen):
    faults.append(f"the parser found {parsed} samples of {len(seen)}")
for family in families:
    if family.type == "unknown":
        faults.append(f"{family.name} has no type")
    if family.type == "counter":
        faults += [f"{sample.name} is {sample.value}" for sample in family.samples if not sample.value >= 0]
    if family.type != "histogram":
        continue
    histograms = {}
    for sample in family.samples:
        labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
        histogram = histograms.setdefault(labels, {"buckets": []})
        if sample.name.endswith("_bucket"):
            histogram["buckets"].append((float(sample.labels["le"]), sample.value))
        else:
            histogram[sample.name.removeprefix(family.name)] = sample.value
    for labels, histogram in histograms.items():
        bounds = [bound for bound, _ in histogram["buckets"]]
        counts = [count for _, count in histogram["buckets"]]
        if len(bounds) < 3 or bounds != sorted(set(bounds)) or bounds[-1] != math.inf:
            faults.append(f"the buckets of {family.name} {labels} are {bounds}")
        if counts != sorted(counts):
            faults.append(f"the buckets of {family.name} {labels} do not add up")
        if histogram.get("_count") != counts[-1] or "_sum" not in histogram:
            faults.append(f"{family.name} {labels} counts {histogram.get('_count')} and not {counts[-1]}")

for fault in faults:
    print(fault)
print(f"{len(families)} families")
