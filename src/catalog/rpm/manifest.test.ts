import { describe, expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { rpm } from './rpm.ts';
import { damagedCopies } from './testdata/damaged.ts';
import { catalogFiles, layer, testBytes, testText, tsvLine } from './testdata/samples.ts';

const mariner: Distro = {
  id: 'mariner',
  name: 'CBL-Mariner/Linux',
  versionId: '2.0',
  like: [],
  source: '/etc/os-release',
  ecosystem: 'Azure Linux:2',
};
const whole = 'var/lib/rpmmanifest/container-manifest-2';
const short = 'var/lib/rpmmanifest/container-manifest-1';
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const content = testText('mariner2/container-manifest-2');
const names = testText('mariner2/container-manifest-1');
const expected = testText('mariner2/expected.tsv').trimEnd().split('\n');

function contractLines(hasEpochs: boolean): string[] {
  return expected
    .map((line) => {
      const [name, epoch, version, release, arch] = line.split('\t');
      return `${name} ${hasEpochs && epoch !== '(none)' ? `${epoch}:` : ''}${version}-${release} ${arch}`;
    })
    .toSorted();
}

describeCataloger(rpm, [
  { name: 'manifest', files: { [whole]: bytes(content) }, distro: mariner, expected: contractLines(true) },
  { name: 'short manifest', files: { [short]: bytes(names) }, expected: contractLines(false) },
]);

describe('manifest of a distroless image', () => {
  it('has all that rpm prints of the packages', () => {
    const result = catalogFiles({ [whole]: bytes(content), [short]: bytes(names) }, mariner);
    expect(result.packages.map(tsvLine).toSorted()).toEqual(expected);
    expect(result.problems).toEqual([]);
    expect(result.packages.find(({ name }) => name === 'libgcc')).toMatchObject({
      ecosystem: 'Azure Linux:2',
      version: '11.2.0-1.cm2',
      source: { name: 'gcc', version: '11.2.0-1.cm2' },
      purl: 'pkg:rpm/mariner/libgcc@11.2.0-1.cm2?arch=x86_64&distro=mariner-2.0&upstream=gcc-11.2.0-1.cm2.src.rpm',
      locations: [{ path: `/${whole}`, layer }],
    });
  });
  it('that is short says what it does not tell', () => {
    const { packages, problems } = catalogFiles({ [short]: bytes(names), [whole]: new Uint8Array() }, mariner);
    expect(packages).toHaveLength(expected.length);
    expect(packages.filter((found) => 'ecosystem' in found)).toEqual([]);
    expect(problems).toMatchObject([{ code: 'unsupported', path: `/${short}`, lossy: false }]);
  });
  it('leaves out trusted keys', () => {
    const key = 'gpg-pubkey\t3135ce90-5e6fda74\t1653816591\t1590000000\t(none)\t(none)\t0\t(none)\t0\t(none)\n';
    const result = catalogFiles({ [whole]: bytes(key + content) }, mariner);
    expect([result.packages.length, result.problems]).toEqual([expected.length, []]);
  });
  it.each([
    ['columns', content.replace('\tMicrosoft Corporation', ''), 'line 1: not a package'],
    ['a version', content.replace('5.1.8-1.cm2\t', '5.1.8\t'), 'line 1: not a package'],
    ['its end', content.trimEnd(), 'line 8: end within a line'],
    ['all', '\n\n', undefined],
  ])('that lacks %s is damaged', (_name, text, detail) => {
    const { problems } = catalogFiles({ [whole]: bytes(text) }, mariner);
    expect(problems).toMatchObject([{ code: 'corrupt', path: `/${whole}`, lossy: true }]);
    expect(problems[0]?.detail).toBe(detail);
  });
  it('and a database beside it are one list', () => {
    const database = testBytes('alma9/rpmdb.sqlite');
    const { packages, problems } = catalogFiles(
      { 'var/lib/rpm/rpmdb.sqlite': database, [whole]: bytes(content) },
      mariner,
    );
    expect(packages).toHaveLength(expected.length + 9);
    expect(problems).toMatchObject([{ code: 'duplicate', lossy: false }]);
  });
  it.each([whole, short])('%s with any damage has the packages that are left, or says so', (path) => {
    for (const damaged of damagedCopies(bytes(path === whole ? content : names), 400)) {
      const { packages, problems } = catalogFiles({ [path]: damaged }, mariner);
      expect(packages.length).toBeLessThanOrEqual(2 * expected.length);
      expect(packages.length > 0 || damaged.length === 0 || problems.some(({ lossy }) => lossy)).toBe(true);
      expect(packages.filter(({ name }) => name === '' || !/^[\w.+~^-]+$/.test(name))).toEqual([]);
    }
  });
});
