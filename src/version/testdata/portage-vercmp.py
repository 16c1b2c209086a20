# Answers of Portage's vercmp: lines "a <tab> b" in, "<", "=", ">" or "!" out.
import sys

from portage.versions import vercmp, ververify

# Python refuses to read longer numbers since 3.10.7; the limit is no part of PMS.
getattr(sys, "set_int_max_str_digits", int)(0)
for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")
    order = vercmp(a, b) if ververify(a) and ververify(b) else None
    print("!" if order is None else "<" if order < 0 else ">" if order > 0 else "=")
