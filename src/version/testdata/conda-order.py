# Answers of conda's VersionOrder: lines "a <tab> b" in, "<", "=", ">" or "!" out.
import sys

try:
    from conda.exceptions import InvalidVersionSpec
    from conda.models.version import VersionOrder
except ImportError:  # conda-lock brings conda's own module along
    from conda_lock._vendor.conda.exceptions import InvalidVersionSpec
    from conda_lock._vendor.conda.models.version import VersionOrder

getattr(sys, "set_int_max_str_digits", int)(0)
for line in sys.stdin:
    try:
        a, b = (VersionOrder(text) for text in line.rstrip("\n").split("\t"))
        print("<" if a < b else ">" if a > b else "=")
    except InvalidVersionSpec:
        print("!")
