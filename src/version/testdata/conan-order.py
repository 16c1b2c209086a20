# Answers of Conan 2's Version: lines "a <tab> b" in, "<", "=", ">" or "!" out.
import sys

from conan.tools.scm import Version

getattr(sys, "set_int_max_str_digits", int)(0)
for line in sys.stdin:
    a, b = (Version(text) for text in line.rstrip("\n").split("\t"))
    print("<" if a < b else ">" if b < a else "=")
