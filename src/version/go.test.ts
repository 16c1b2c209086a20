import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { go } from './go.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';
import { semverPiece, semverText, strictSemver } from './semver.contract.ts';

const front = fc.constantFrom('', 'v');
const revision = fc.constantFrom('20190308221718-c2843e01d9a2', '20250127172032-547336ac73c8');
const pseudo = fc
  .tuple(
    fc.constantFrom('0.0.0-', '1.0.1-0.', '1.0.0-rc.1.0.', '2.0.2-0.'),
    revision,
    fc.constantFrom('', '+incompatible'),
  )
  .map((parts) => parts.join(''));
const short = fc.constantFrom('0', '1', '2', '10', '1.0', '1.2', '1.10');
const modules = fc
  .tuple(front, fc.oneof({ arbitrary: semverText, weight: 4 }, pseudo, short))
  .map(([prefix, version]) => prefix + version);
const releases = fc
  .tuple(
    fc.constantFrom('1.1', '1.2', '1.20', '1.21.0', '1.21.1', '1.21.10', '1.22.0', '1.20.3', '2.0.0', '1'),
    fc.constantFrom('', '', '-fips', '-bigcorp2', '-X:nodwarf5'),
  )
  .map(([numbers, suffix]) => `go${numbers}${suffix}`);
const candidates = fc
  .tuple(
    fc.constantFrom('1.20', '1.21', '1.22'),
    fc.constantFrom('alpha', 'beta', 'rc'),
    fc.constantFrom('1', '2', '10'),
  )
  .map(([numbers, kind, number]) => `go${numbers}${kind}${number}`);
const toolchains = fc.oneof(releases, candidates);

describeScheme(go, {
  orderFile: new URL('testdata/go.txt', import.meta.url),
  arbitrary: fc.oneof(modules, toolchains),
});

const shortened = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))?$/;
await describeRecorded(go, {
  reference: 'golang.org/x/mod v0.42.0',
  recorded: new URL('testdata/go-recorded.txt.gz', import.meta.url),
  command: ['go-order', 'modules'],
  text: modules,
  piece: semverPiece,
  asked: (text) => strictSemver.test(text.replace(/^v/, '')) || shortened.test(text.replace(/^v/, '')),
});

// Since 1.21 the toolchain holds `go1.21` for the language, before its release candidates; no release has that name.
const release =
  /^go(?:[12]|[12]\.(?:\d|1\d|20)|[12]\.\d{1,2}\.\d{1,9}|[12]\.\d{1,2}(?:alpha|beta|rc)\d{1,9})(?:-[b-cf-qs-zX][\w:]*)?$/;
await describeRecorded(go, {
  reference: "go/version of Go 1.26's standard library",
  recorded: new URL('testdata/go-releases-recorded.txt.gz', import.meta.url),
  command: ['go-order', 'releases'],
  text: toolchains,
  piece: fc.constantFrom('', '0', '1', '2', '.1', '.0', 'rc1', 'beta', '-fips'),
  asked: (text) => release.test(text) && !/\D0\d/.test(text),
});

describe('Go versions', () => {
  it.each([
    ['go1.21.3 X:boringcrypto', [1, 21, 3]],
    ['1.21.3 X:boringcrypto,loopvar', [1, 21, 3]],
    ['go1.20.12 (Red Hat 1.20.12-1.el9_3)', [1, 20, 12]],
    ['1.20.12 (Red Hat 1.20.12-1.el9_3)', [1, 20, 12]],
    ['go1.26.1 anything', [1, 26, 1]],
    ['go1.4-bootstrap-20171003', [1, 4, 0]],
  ])('take %j for a release of Go', (text, [major, minor, patch]: readonly number[]) => {
    expect(go.parse(text)).toEqual({ kind: 'version', text, major, minor, patch, preRelease: [], build: [] });
  });
  it.each([
    ['(devel)', 'no number comes first'],
    ['devel +a1b2c3', 'no number comes first'],
    ['devel go1.23-a1b2c3', 'no number comes first'],
    ['go1.23-devel_a1b2c3', 'a development version has no place in the order'],
    ['gotip', 'this is no release of Go'],
    ['go1.2.3.4', 'more than three numbers come first'],
    ['1.2.3 stable', 'something other than a pre-release or build follows the numbers'],
  ])('say why %j is none', (text, reason) => {
    expect(go.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});
