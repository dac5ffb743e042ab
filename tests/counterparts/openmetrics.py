"""Reads an OpenMetrics page with the strict parser of prometheus_client and says what it holds.

usage: python3 openmetrics.py PAGE        (needs `pip install prometheus_client`)

Prints the numbers of families, series and exemplars, then each exemplar's trace id; exits 1 with the reason where the
page cannot be read, and 2 where the script is called wrongly. The parser passes over a few rules of the specification,
which are checked here: UTF-8, the end, trace ids as hexadecimal, an exemplar within the bounds of its bucket.
"""

import re
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

HEX_IDS = {"trace_id": 32, "span_id": 16}


def check_ids(sample):
    for label, digits in HEX_IDS.items():
        value = sample.exemplar.labels.get(label)
        if value is not None and not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
            raise ValueError(f"exemplar of {sample.name}: {label} {value!r} is not {digits} hexadecimal digits")


def check_bounds(family, sample, lower):
    if sample.name == family.name + "_bucket":
        upper = float(sample.labels["le"])
        if not lower < sample.exemplar.value <= upper:
            raise ValueError(
                f"exemplar of {sample.name}: {sample.exemplar.value} is not in its bucket ({lower}, {upper}]"
            )


def series_of(sample):
    """What is the same for all samples of one series."""
    return tuple(sorted(label for label in sample.labels.items() if label[0] not in ("le", "quantile")))


def check(text):
    if not text.endswith("# EOF\n"):
        raise ValueError("the page does not end with `# EOF` and a line feed")
    families = list(text_string_to_metric_families(text))
    series, exemplars = 0, []
    for family in families:
        seen, lower = set(), float("-inf")
        for sample in family.samples:
            key = series_of(sample)
            if key not in seen:
                seen.add(key)
                lower = float("-inf")
            if sample.exemplar is not None:
                exemplars.append(sample)
                check_ids(sample)
                check_bounds(family, sample, lower)
            lower = float(sample.labels.get("le", lower))
        series += len(seen)
    return len(families), series, exemplars


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        # Bytes, because a text file would have its line ends translated.
        with open(sys.argv[1], "rb") as page:
            families, series, exemplars = check(page.read().decode("utf-8"))
    except (OSError, ValueError, KeyError, IndexError) as error:
        print(f"{sys.argv[1]}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"families={families} series={series} exemplars={len(exemplars)}")
    for sample in exemplars:
        print(f"exemplar {sample.name} trace_id={sample.exemplar.labels.get('trace_id', '')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
