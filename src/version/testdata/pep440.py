# Answers of packaging.version.Version: lines "a <tab> b" in, "<", "=", ">" or "!" out.
import sys

from packaging.version import InvalidVersion, Version

# Python refuses to read longer numbers since 3.10.7; the limit is no part of PEP 440.
getattr(sys, "set_int_max_str_digits", int)(0)
for line in sys.stdin:
    try:
        a, b = (Version(text) for text in line.rstrip("\n").split("\t"))
        print("<" if a < b else ">" if a > b else "=")
    except InvalidVersion:
        print("!")
