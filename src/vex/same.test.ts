import { describe, expect, it } from 'vitest';
import { parsePurl } from '../purl/purl.ts';
import { readVex, settle } from './vex.ts';

/** What is in the image, as the scanner writes it. */
const here = [
  'pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
  'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
  'pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=source&distro=debian-12',
  'pkg:deb/debian/git@1:2.39.2-1.1%2Bdeb12u1?arch=amd64&distro=debian-12',
  'pkg:rpm/redhat/bind-libs@9.16.23-18.el9?arch=x86_64&distro=rhel-9.4&epoch=32&upstream=bind-9.16.23-18.el9.src.rpm',
  'pkg:rpm/redhat/bind@32:9.16.23-18.el9?arch=source&distro=rhel-9.4&epoch=32',
  'pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64&distro=alpine-3.18.4',
  'pkg:golang/github.com/aws/aws-sdk-go@v1.44.234',
  'pkg:golang/stdlib@1.20.1',
  'pkg:pypi/ruamel-yaml@0.17.21',
  'pkg:npm/%40babel/traverse@7.22.5',
  'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
  'pkg:nuget/Newtonsoft.Json@12.0.1',
].map((text) => {
  const purl = parsePurl(text);
  if (purl === undefined) throw new Error(text);
  return purl;
});

/** Names of what a statement on this product speaks of, or why it is silent. */
function told(product: string): string {
  const statement = { vulnerability: { name: 'CVE-2026-1' }, products: [{ '@id': product }], status: 'not_affected' };
  const document = { '@context': 'https://openvex.dev/ns/v0.2.0', statements: [statement] };
  const read = readVex(Buffer.from(JSON.stringify(document)), 'x');
  const findings = here.map((purl) => ({ names: ['CVE-2026-1'], purls: [purl] }));
  const { answers, unmatched } = settle(findings, [read], { digests: new Set(), purls: here });
  const spoken = here
    .filter((_, at) => answers[at])
    .map(({ name, qualifiers: { arch } }) => `${name} ${arch ?? ''}`.trim());
  return [...spoken, ...unmatched.map(({ because }) => because)].join(', ');
}

describe('a package as people write it', () => {
  it.each([
    // Debian: bare, of the purl specification, of Trivy, of Syft
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2', 'openssl amd64'],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=bookworm', 'other-build'],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.2', 'openssl amd64'],
    ['pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&upstream=openssl&distro=debian-12', 'libssl3 amd64'],
    ['pkg:deb/debian/openssl?arch=source', 'openssl source'],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-13', 'other-build'],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-1', 'other-build'],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian', 'openssl amd64'],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=ubuntu', 'other-build'],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=ubuntu-12', 'other-build'],
    ['pkg:deb/openssl@3.0.11-1~deb12u2', 'other-namespace'],
    ['pkg:deb/debian/git@1:2.39.2-1.1+deb12u1', 'git amd64'],
    ['pkg:deb/debian/git@1%3A2.39.2-1.1%2Bdeb12u1', 'git amd64'],
    ['pkg:deb/debian/git@2.39.2-1.1%2Bdeb12u1?epoch=1', 'git amd64'],
    ['pkg:deb/debian/git@2.39.2-1.1%2Bdeb12u1', 'other-version'],
    ['pkg:deb/debian/git@2.39.2-1.1%2Bdeb12u1?epoch=2', 'other-version'],
    ['pkg:deb/Debian/Git?arch=x86_64', 'git amd64'],
    ['pkg:deb/debian/git?arch=arm64', 'other-build'],
    // Red Hat
    ['pkg:rpm/redhat/bind-libs@9.16.23-18.el9?arch=x86_64&epoch=32', 'bind-libs x86_64'],
    ['pkg:rpm/redhat/bind-libs@32:9.16.23-18.el9?distro=redhat-9.4', 'bind-libs x86_64'],
    ['pkg:rpm/redhat/bind-libs@9.16.23-18.el9', 'other-version'],
    ['pkg:rpm/redhat/bind@9.16.23-18.el9?arch=src&epoch=32', 'bind source'],
    ['pkg:rpm/redhat/bind', 'bind source'],
    ['pkg:rpm/almalinux/bind-libs', 'other-namespace'],
    // Alpine: Trivy names the release alone
    ['pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64&distro=3.18.4', 'busybox x86_64'],
    ['pkg:apk/alpine/busybox@1.36.1-r5?distro=alpine-3.18', 'busybox x86_64'],
    ['pkg:apk/alpine/busybox@1.36.1-r5?distro=3.19', 'other-build'],
    // Languages
    ['pkg:golang/github.com/aws/aws-sdk-go@1.44.234', 'aws-sdk-go'],
    ['pkg:golang/github.com/AWS/aws-sdk-go@v1.44.234?type=module', 'aws-sdk-go'],
    ['pkg:golang/stdlib@v1.20.1', 'stdlib'],
    ['pkg:golang/stdlib@1.20', 'other-version'],
    ['pkg:pypi/Ruamel.YAML@0.17.21', 'ruamel-yaml'],
    ['pkg:pypi/ruamel_yaml', 'ruamel-yaml'],
    ['pkg:npm/@babel/traverse@7.22.5', 'traverse'],
    ['pkg:npm/%40babel%2Ftraverse@7.22.5', 'traverse'],
    ['pkg:npm/traverse@7.22.5', 'other-namespace'],
    ['pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar', 'log4j-core'],
    ['pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=war', 'other-build'],
    ['pkg:maven/org.apache.logging.log4j:log4j-core@2.14.1', 'log4j-core'],
    ['pkg:nuget/newtonsoft.json@12.0.1', 'Newtonsoft.Json'],
    // What is none of these
    ['pkg:docker/acme/scout-demo-service@v1', 'named-image'],
    ['pkg:oci/app?repository_url=ghcr.io/acme/app&tag=1', 'named-image'],
    [`pkg:oci/app@sha256%3A${'a'.repeat(64)}`, 'other-product'],
    ['cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*', 'unidentified'],
    ['OpenSSL 3', 'unidentified'],
    ['pkg:deb/debian/absent', 'other-product'],
  ])('%s: %s', (product, expected) => {
    expect(told(product)).toBe(expected);
  });
});
