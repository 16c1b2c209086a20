# strip.py FROM TO: the same archive without what no scanner reads: classes are emptied, those of three packages are left
import sys, io, zipfile
def strip(data):
    source, out, seen = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO(), set()
    with zipfile.ZipFile(out, 'w') as target:
        for info in source.infolist():
            name, content = info.filename, source.read(info)
            inner = name.endswith('.jar')
            if inner: content = strip(content)
            elif name.endswith('.class'):
                package = '/'.join(name.split('/')[:-1][:4])
                if package in seen or len(seen) > 2: continue
                seen.add(package); content = b''
            elif name.endswith('pom.xml') and name.replace('.xml', '.properties') in source.namelist(): continue
            elif name.endswith('/') or not name.startswith('META-INF/maven/') and not name.endswith(('MANIFEST.MF', '.cdx.json', 'layers.idx')): continue
            elif name.endswith('MANIFEST.MF'):
                lines = content.decode().split('\r\n' if b'\r\n' in content else '\n'); keep = []
                for line in lines:
                    if line == '': break
                    if line.startswith(' '):
                        if keep_it: keep.append(line)
                        continue
                    keep_it = not line.startswith(('Import-Package', 'Export-Package', 'Require-Capability', 'Include-Resource', 'Private-Package'))
                    if keep_it: keep.append(line)
                content = ('\r\n'.join(keep) + '\r\n').encode()
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if info.compress_type == 0 else zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return out.getvalue()
open(sys.argv[2], 'wb').write(strip(open(sys.argv[1], 'rb').read()))
