import { describe, expect, it } from 'vitest';
import type { Advisory, Feed } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { fedora } from './fedora.ts';

const DL = 'https://dl.fedoraproject.org/pub/';
const ARCHIVE = 'https://archives.fedoraproject.org/pub/archive/';
const notices: Feed = {
  url: `${DL}fedora/linux/updates/44/Everything/x86_64/repodata/abc-updateinfo.xml.zst`,
  ecosystems: ['Fedora:44'],
};

/** The notice that libsolv gives as its example of the format (BSD licence), with a bug fix beside it. */
const document = `<?xml version="1.0" encoding="UTF-8"?>
<updates>
  <update from="rel-eng@fedoraproject.org" status="stable" type="security" version="1.4">
    <id>FEDORA-2007-4594</id>
    <title>imlib-1.9.15-6.fc8</title>
    <severity>Important</severity>
    <release>Fedora 8</release>
    <rights>Copyright 2007 Company Inc</rights>
    <issued date="2007-12-28 16:42:30"/>
    <updated date="2008-03-14 12:00:00"/>
    <references>
      <reference href="https://bugzilla.redhat.com/show_bug.cgi?id=426091" id="426091" title="CVE-2007-3568 imlib: infinite loop DoS using crafted BMP image" type="bugzilla"/>
    </references>
    <description>This update includes a fix for a denial-of-service issue (CVE-2007-3568) whereby an attacker who could get an imlib-using user to view a  specially-crafted BMP image could cause the user's CPU to go into an infinite loop.</description>
    <pkglist>
      <collection short="F8">
        <name>Fedora 8</name>
        <package arch="ppc64" name="imlib-debuginfo" release="6.fc8" src="http://download.fedoraproject.org/pub/fedora/linux/updates/8/ppc64/imlib-debuginfo-1.9.15-6.fc8.ppc64.rpm" version="1.9.15">
          <filename>imlib-debuginfo-1.9.15-6.fc8.ppc64.rpm</filename>
          <reboot_suggested>True</reboot_suggested>
        </package>
      </collection>
    </pkglist>
  </update>
  <update from="updates@fedoraproject.org" status="stable" type="bugfix" version="2.0">
    <id>FEDORA-2020-15f9382449</id>
    <title>nano-4.9.3-1.fc32</title>
    <issued date="2020-05-27 04:10:31"/>
    <severity>None</severity>
    <pkglist><collection short="F32"><name>Fedora 32</name>
      <package name="nano" version="4.9.3" release="1.fc32" epoch="0" arch="x86_64"><filename>nano-4.9.3-1.fc32.x86_64.rpm</filename></package>
    </collection></pkglist>
  </update>
</updates>
`;

const text = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/[<&"\0]/g, '');

/** A notice whose texts may be anything. */
function updateOf(record: unknown): string {
  const { type, id, name, version, release, arch } = (record ?? {}) as Readonly<Record<string, unknown>>;
  return `<update type="${text(type)}"><id>${text(id)}</id><pkglist><collection><package name="${text(name)}" version="${text(version)}" release="${text(release)}" arch="${text(arch)}"/></collection></pkglist></update>`;
}

describeSource(fedora, {
  ecosystem: 'Fedora:44',
  foreign: 'Red Hat:9',
  feed: notices,
  document: Buffer.from(document),
  expected: {
    report: { read: 2, kept: 1, skipped: { 'not-security': 1 }, malformed: [] },
    ids: ['FEDORA-2007-4594'],
  },
  empty: Buffer.from('<updates/>'),
  record: { type: 'security', id: 'FEDORA-1', name: 'a', version: '1', release: '1.fc44', arch: 'x86_64' },
  around: (record) => Buffer.from(`<updates>${updateOf(record)}</updates>`),
  many: (count) => {
    const builds = Array.from({ length: count }, (_, index) => `<package name="p${index}" version="1" release="1"/>`);
    return Buffer.from(
      `<updates><update type="security"><id>F</id><pkglist><collection>${builds.join('')}</collection></pkglist></update></updates>`,
    );
  },
  index: {
    feed: {
      url: `${DL}fedora/linux/updates/44/Everything/x86_64/repodata/repomd.xml`,
      ecosystems: ['Fedora:44'],
      index: true,
    },
    document: Buffer.from(
      `<repomd><data type="updateinfo"><location href="repodata/abc-updateinfo.xml.zst"/></data></repomd>`,
    ),
    urls: [notices.url],
  },
});

it('speaks of a package on every architecture, as its builds have one version', async () => {
  const advisories: Advisory[] = [];
  await fedora.parse(
    notices,
    Buffer.from(document),
    (advisory) => advisories.push(advisory),
    () => {},
  );
  expect(advisories).toMatchObject([
    {
      covers: ['CVE-2007-3568'],
      severities: [{ label: 'high', value: 'Important', by: 'fedora' }],
      affected: [
        {
          ecosystem: 'Fedora:44',
          package: 'imlib-debuginfo',
          appliesTo: 'binary',
          ranges: [{ events: [{ introduced: '0' }, { fixed: '1.9.15-6.fc8' }] }],
          qualifiers: { module: '' },
        },
      ],
      references: [
        { type: 'advisory', url: 'https://bodhi.fedoraproject.org/updates/FEDORA-2007-4594' },
        { type: 'report', url: 'https://bugzilla.redhat.com/show_bug.cgi?id=426091' },
      ],
    },
  ]);
});

describe('feeds', () => {
  it.each<[string, string[]]>([
    ['Fedora:44', [`${DL}fedora/linux/updates/44/Everything/x86_64`]],
    ['Fedora:42', [`${ARCHIVE}fedora/linux/updates/42/Everything/x86_64`]],
    ['Fedora:99', [`${DL}fedora/linux/updates/99/Everything/x86_64`]],
    // Before release 32 updateinfo.xml tells nothing of flaws.
    ['Fedora:31', []],
    ['Fedora:rawhide', []],
    ['Fedora:044', []],
    ['Fedora:44:x', []],
    ['EPEL:7', [`${ARCHIVE}epel/7/x86_64`]],
    ['EPEL:9', [`${DL}epel/9/Everything/x86_64`]],
    ['EPEL:10', [`${DL}epel/10/Everything/x86_64`]],
    ['EPEL:6', []],
  ])('of %s', (ecosystem, repositories) => {
    const urls = repositories.map((repository) => `${repository}/repodata/repomd.xml`);
    expect(fedora.feeds([ecosystem]).map(({ url }) => url)).toEqual(urls);
  });
  it('of a family are all its releases', () => {
    expect(fedora.feeds(['EPEL']).map(({ ecosystems }) => ecosystems[0])).toEqual([
      'EPEL:7',
      'EPEL:8',
      'EPEL:9',
      'EPEL:10',
    ]);
  });
});
