// The genuine excerpts that the sources keep among their test data, at the addresses and in the packing in which they are
// published.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { zipFile } from '../../src/internal/testdata/zip-file.ts';
import { tarBytes } from './tar.ts';

const source = new URL('../../src/advisory/source/', import.meta.url);
const read = (path: string): Buffer => readFileSync(new URL(path, source));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Named {
  readonly id: string;
}

/** A ZIP of records of OSV, each in a file of its name below a folder. */
function osvZip(folder: string, ...paths: readonly string[]): Buffer {
  const records = paths.flatMap((path) => [JSON.parse(read(path).toString('utf8')) as Named | readonly Named[]].flat());
  return zipFile(
    records.map((record) => ({ name: `${folder}${record.id}.json`, bytes: Buffer.from(JSON.stringify(record)) })),
  );
}

function zipOf(folder: string, files: Readonly<Record<string, string>>): Buffer {
  return zipFile(Object.entries(files).map(([name, path]) => ({ name: folder + name, bytes: read(path) })));
}

function repomd(notices: Uint8Array): Buffer {
  return Buffer.from(
    `<repomd><data type="updateinfo"><checksum type="sha256">${sha256(notices)}</checksum><location href="repodata/updateinfo.xml.gz"/></data></repomd>`,
  );
}

const amazonNotices = {
  '2/core': gzipSync(read('amazon/testdata/al2-core.xml')),
  '2/extras/kernel-5.15': gzipSync(read('amazon/testdata/al2-kernel-5.15.xml')),
  'al2023/core': gzipSync(read('amazon/testdata/al2023.xml')),
};

/** `mirror.list` names the repository, its `repomd.xml` the notices. */
const amazon = Object.entries(amazonNotices).flatMap(([repository, notices]): [string, Buffer][] => {
  const host = 'cdn.amazonlinux.com';
  const lists = repository.startsWith('2/') ? `${repository}/latest` : `${repository}/mirrors/latest`;
  const base = `${host}/${repository}/5f3d/x86_64`;
  return [
    [`${host}/${lists}/x86_64/mirror.list`, Buffer.from(`https://${base}\n`)],
    [`${base}/repodata/repomd.xml`, repomd(notices)],
    [`${base}/repodata/updateinfo.xml.gz`, notices],
  ];
});

const epel = 'dl.fedoraproject.org/pub/epel/8/Everything/x86_64/repodata';
const epelNotices = gzipSync(read('updateinfo/testdata/rocky-8.xml'));

const redhat = 'security.access.redhat.com/data';
const vex = tarBytes(
  ['2023/cve-2023-38545', '2024/cve-2024-0727', '2025/cve-2025-40907'].map((name) => ({
    name: `${name}.json`,
    body: read(`redhat/testdata/${name.slice(5)}.json`),
  })),
);

const osv = 'osv-vulnerabilities.storage.googleapis.com';
const archives = (repository: string, branch: string): string =>
  `github.com/${repository}/archive/refs/heads/${branch}.zip`;

/** What each source publishes, by `HOST/PATH`. */
export const publishedFeeds: ReadonlyMap<string, Buffer> = new Map<string, Buffer>([
  ['security-tracker.debian.org/tracker/data/json', read('debian/testdata/tracker.json')],
  [
    'salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/DSA/list',
    read('debian-lists/testdata/list.txt'),
  ],
  ['security-metadata.canonical.com/osv/osv-all.tar.xz', read('ubuntu/testdata/osv-all.tar.xz')],
  ['security-metadata.canonical.com/vex/vex-all.tar.xz', read('ubuntu-vex/testdata/vex-all.tar.xz')],
  [`${redhat}/csaf/v2/vex/archive_latest.txt`, Buffer.from('csaf_vex_2026-11-20.tar.zst\n')],
  [`${redhat}/csaf/v2/vex/csaf_vex_2026-11-20.tar.zst`, zstdCompressSync(vex)],
  [`${redhat}/metrics/repository-to-cpe.json`, read('redhat/testdata/repository-to-cpe.json')],
  ['linux.oracle.com/security/oval/com.oracle.elsa-ol8.xml.bz2', read('oracle/testdata/elsa-3.xml.bz2')],
  [
    'ftp.suse.com/pub/projects/security/oval/suse.linux.enterprise.15-affected.xml.gz',
    gzipSync(read('suse/testdata/server-15.xml')),
  ],
  ...amazon,
  [`${epel}/repomd.xml`, repomd(epelNotices)],
  [`${epel}/updateinfo.xml.gz`, epelNotices],
  [
    'raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/azurelinux-3.0-oval.xml',
    read('azure/testdata/azurelinux-3.0.xml'),
  ],
  [
    'raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/cbl-mariner-1.0-oval.xml',
    read('azure/testdata/cbl-mariner-1.0.xml'),
  ],
  [
    'packages.broadcom.com/photon/photon_oval_definitions/com.vmware.phsa-photon3.xml.gz',
    gzipSync(read('photon/testdata/phsa-photon3.xml')),
  ],
  [
    'packages.broadcom.com/photon/photon_cve_metadata/cve_data_photon3.0.json',
    read('photon/testdata/cve_data_photon3.0.json'),
  ],
  ['secdb.alpinelinux.org/edge/main.json', read('alpine/testdata/edge-main.json')],
  ['security.alpinelinux.org/branch/3.22-main', read('alpine/testdata/tracker.json')],
  ['packages.wolfi.dev/os/security.json', read('secdb/testdata/wolfi.json')],
  ['packages.cgr.dev/chainguard/security.json', read('secdb/testdata/wolfi.json')],
  ['packages.mini.dev/advisories/secdb/security.json', read('secdb/testdata/minimos.json')],
  ['security.archlinux.org/all.json', read('arch/testdata/all.json')],
  [`${osv}/AlmaLinux/all.zip`, osvZip('', 'osv/testdata/almalinux.json')],
  [`${osv}/Rocky Linux/all.zip`, osvZip('', 'osv/testdata/rocky.json')],
  [`${osv}/npm/all.zip`, osvZip('', 'osv/testdata/npm.json')],
  [`${osv}/PyPI/all.zip`, osvZip('', 'osv/testdata/pypi.json')],
  [`${osv}/Bitnami/all.zip`, osvZip('', 'osv/testdata/bitnami.json')],
  ['vuln.go.dev/vulndb.zip', osvZip('ID/', 'go/testdata/records.json')],
  [archives('rustsec/advisory-db', 'osv'), osvZip('advisory-db-osv/crates/', 'rustsec/testdata/records.json')],
  [
    archives('pypa/advisory-database', 'main'),
    zipOf('advisory-database-main/vulns/', { 'tg/PYSEC-2008-1.yaml': 'pypa/testdata/PYSEC-2008-1.yaml' }),
  ],
  [
    archives('rubysec/ruby-advisory-db', 'master'),
    zipOf('ruby-advisory-db-master/', {
      'rubies/ruby/CVE-2008-2662.yml': 'rubysec/testdata/CVE-2008-2662.yml',
      'rubies/jruby/CVE-2012-5370.yml': 'rubysec/testdata/CVE-2012-5370.yml',
      'gems/addressable/CVE-2021-32808.yml': 'rubysec/testdata/CVE-2021-32808.yml',
      'gems/sinatra/CVE-2022-23476.yml': 'rubysec/testdata/CVE-2022-23476.yml',
      'gems/mini_racer/GHSA-xxx9-3xcr-gjj3.yml': 'rubysec/testdata/GHSA-xxx9-3xcr-gjj3.yml',
    }),
  ],
  [
    archives('github/advisory-database', 'main'),
    osvZip('advisory-database-main/advisories/github-reviewed/', 'osv/testdata/nuget.json', 'osv/testdata/npm.json'),
  ],
  ['raw.githubusercontent.com/nodejs/security-wg/main/vuln/core/index.json', read('nodejs/testdata/index.json')],
  ['nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2024.json.gz', gzipSync(read('nvd/testdata/page.json'))],
  [
    archives('CVEProject/cvelistV5', 'main'),
    zipOf('cvelistV5-main/cves/', {
      '1999/0xxx/CVE-1999-0006.json': 'cve/testdata/CVE-1999-0006.json',
      '2018/20xxx/CVE-2018-20225.json': 'cve/testdata/CVE-2018-20225.json',
      '2023/5xxx/CVE-2023-5129.json': 'cve/testdata/CVE-2023-5129.json',
    }),
  ],
  [
    archives('cisagov/vulnrichment', 'develop'),
    zipOf('vulnrichment-develop/', { '2024/24xxx/CVE-2024-24000.json': 'cve/testdata/CVE-2024-24000.json' }),
  ],
  ['www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json', read('kev/testdata/catalog.json')],
  ['epss.empiricalsecurity.com/epss_scores-current.csv.gz', gzipSync(read('epss/testdata/scores.csv'))],
  ['endoflife.date/api/debian.json', read('endoflife/testdata/debian.json')],
]);
