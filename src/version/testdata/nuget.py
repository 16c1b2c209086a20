# Answers of univers' order of NuGet versions: lines "a <tab> b" in, "<", "=", ">" or "!" out.
import sys

from univers.versions import InvalidVersion, NugetVersion

for line in sys.stdin:
    try:
        a, b = (NugetVersion(text) for text in line.rstrip("\n").split("\t"))
        print("<" if a < b else ">" if a > b else "=")
    except (InvalidVersion, ValueError):
        print("!")
