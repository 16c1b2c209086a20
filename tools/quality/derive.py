"""What a feed says of installed packages, derived without this program: a second opinion for its tests.

    derive.py azure FEED < packages        lines `source TAB epoch:version-release`, prints `source TAB flaw TAB fix`
    derive.py debian FEED RELEASE < packages    lines `source TAB version`

Versions are compared by rpm's and dpkg's published rules, written down here once more.
"""

import json
import re
import sys
import xml.etree.ElementTree as ET


def rpm_part(a, b):
    """rpmvercmp: runs of digits by number, of letters by letter, digits above letters, `~` below all, `^` above the end."""
    while a or b:
        a, b = re.sub(r"^[^A-Za-z0-9~^]+", "", a), re.sub(r"^[^A-Za-z0-9~^]+", "", b)
        for mark, low in (("~", True), ("^", False)):
            if a.startswith(mark) or b.startswith(mark):
                if a.startswith(mark) and b.startswith(mark):
                    a, b = a[1:], b[1:]
                    break
                if low:
                    return -1 if a.startswith(mark) else 1
                if a.startswith(mark):
                    return -1 if b else 1
                return 1 if a else -1
        else:
            if not a or not b:
                break
            digits = a[0].isdigit()
            run = r"^[0-9]+" if digits else r"^[A-Za-z]+"
            x, y = re.match(run, a), re.match(run, b)
            if y is None:
                return 1 if digits else -1
            p, q = x[0], y[0]
            if digits:
                p, q = int(p), int(q)
            if p != q:
                return 1 if p > q else -1
            a, b = a[x.end() :], b[y.end() :]
    return (a > "") - (b > "")


def rpm(a, b):
    def split(text):
        epoch, _, rest = text.rpartition(":")
        version, _, release = rest.rpartition("-")
        return int(epoch or 0), version, release

    (e, v, r), (f, w, s) = split(a), split(b)
    return (e > f) - (e < f) or rpm_part(v, w) or rpm_part(r, s)


def dpkg(a, b):
    """Debian Policy 5.6.12."""

    def split(text):
        epoch, colon, rest = text.partition(":")
        epoch, rest = (epoch, rest) if colon else ("0", text)
        upstream, hyphen, revision = rest.rpartition("-")
        return int(epoch), *((upstream, revision) if hyphen else (rest, ""))

    def weight(c):
        return -1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256

    def part(x, y):
        while x or y:
            p, q = re.match(r"\D*", x)[0], re.match(r"\D*", y)[0]
            x, y = x[len(p) :], y[len(q) :]
            for i in range(max(len(p), len(q))):
                m = weight(p[i]) if i < len(p) else 0
                n = weight(q[i]) if i < len(q) else 0
                if m != n:
                    return 1 if m > n else -1
            p, q = re.match(r"\d*", x)[0], re.match(r"\d*", y)[0]
            x, y = x[len(p) :], y[len(q) :]
            if int(p or 0) != int(q or 0):
                return 1 if int(p or 0) > int(q or 0) else -1
        return 0

    (e, v, r), (f, w, s) = split(a), split(b)
    return (e > f) - (e < f) or part(v, w) or part(r, s)


def azure(feed, packages):
    def local(element):
        return element.tag.split("}")[-1]

    found = {}
    for definition in ET.parse(feed).getroot().iter():
        if local(definition) != "definition":
            continue
        words = {local(one): (one.text or "") for one in definition.iter()}
        if words["patchable"] == "Not Applicable":
            continue
        flaw = next(one.get("ref_id") for one in definition.iter() if local(one) == "reference")
        comment = next(one.get("comment") for one in definition.iter() if local(one) == "criterion")
        earlier = re.match(r"Package (\S+) is earlier than (\S+), affected by", comment)
        upto = re.match(r"Package (\S+) is installed with version (\S+) or earlier", comment)
        name = (earlier or upto)[1]
        for version in packages.get(name, ()):
            # "or earlier" has the version of the day; without a fix the next one is affected too.
            if upto or rpm(re.sub(r"^\d+:", "", version), earlier[2]) < 0:
                found.setdefault((name, flaw), []).append("" if upto else earlier[2])
    for (name, flaw), fixes in sorted(found.items()):
        yield name, flaw, "" if "" in fixes else "fixed"


def debian(feed, packages, release):
    with open(feed) as file:
        tracker = json.load(file)
    for name, versions in sorted(packages.items()):
        for flaw, about in sorted(tracker.get(name, {}).items()):
            said = about["releases"].get(release)
            if said is None:
                continue
            for version in versions:
                fixed = said.get("fixed_version")
                if said["status"] == "open":
                    yield name, flaw, ""
                elif fixed != "0" and dpkg(version, fixed) < 0:
                    yield name, flaw, fixed


def main():
    kind, feed, *more = sys.argv[1:]
    packages = {}
    for line in sys.stdin:
        name, version = line.rstrip("\n").split("\t")
        packages.setdefault(name, set()).add(version)
    for row in (azure(feed, packages) if kind == "azure" else debian(feed, packages, *more)):
        print("\t".join(row))


main()
