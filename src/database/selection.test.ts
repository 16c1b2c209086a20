import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { alpine as realAlpine } from '../advisory/source/alpine/alpine.ts';
import { debian as realDebian } from '../advisory/source/debian/debian.ts';
import { osv as realOsv } from '../advisory/source/osv/osv.ts';
import { locator } from './mirror.ts';
import { selectFeeds, servingSources } from './selection.ts';
import { fakeSource } from './testdata/fake-source.ts';

const debian = fakeSource('debian', [{ url: 'https://deb/json', ecosystems: ['Debian'] }]);
const alpine = fakeSource('alpine', [
  { url: 'https://alp/v3.20/main', ecosystems: ['Alpine:v3.20'] },
  { url: 'https://alp/v3.19/main', ecosystems: ['Alpine:v3.19'] },
]);
const osv = fakeSource('osv', [
  { url: 'https://osv/Debian', ecosystems: ['Debian'] },
  { url: 'https://osv/npm', ecosystems: ['npm'] },
]);

describe('selectFeeds', () => {
  it.each([
    [undefined, ['deb/json', 'alp/v3.20/main', 'alp/v3.19/main', 'osv/npm'], []],
    [['debian'], ['deb/json'], []],
    [['Debian:12'], ['deb/json'], []],
    [['dEBIAN:12', 'NPM'], ['deb/json', 'osv/npm'], []],
    [['OSV'], ['osv/Debian', 'osv/npm'], []],
    [['osv', 'Debian:12'], ['deb/json', 'osv/Debian', 'osv/npm'], []],
    [['alpine:v3.20'], ['alp/v3.20/main'], []],
    [['ALPINE:V3.20'], ['alp/v3.20/main'], []],
    [['npm', 'Alpine:3.20'], ['osv/npm'], [{ word: 'Alpine:3.20', meant: 'Alpine:v3.20' }]],
    [['Alpine:v3.20'], ['alp/v3.20/main'], []],
    [['npm', 'debian'], ['deb/json', 'osv/npm'], []],
    [['npm', 'Haiku'], ['osv/npm'], [{ word: 'Haiku' }]],
    [['npm:x', 'osv'], ['osv/Debian', 'osv/npm'], []],
  ])('%j is %j, unserved %j', (only, urls, unserved) => {
    const selection = selectFeeds([debian, alpine, osv], only);
    expect(selection.wanted.map(({ feed }) => feed.url.slice('https://'.length))).toEqual(urls);
    expect(selection.unserved).toEqual(unserved);
  });

  it('brings what must be named only by name, and then with the rest', () => {
    const large = fakeSource('large', [{ url: 'https://large/all', ecosystems: [], facts: ['flaw'] }], {
      role: 'facts',
      broughtBy: 'name',
    });
    const urls = (only: string[] | undefined): string[] =>
      selectFeeds([debian, large], only).wanted.map(({ feed }) => feed.url);
    expect([urls(undefined), urls(['large'])]).toEqual([['https://deb/json'], ['https://large/all']]);
    expect(selectFeeds([debian, large], undefined).shadowed.map(({ feed }) => feed.url)).toEqual(['https://large/all']);
  });

  it('knows what it leaves to an earlier source', () => {
    const { shadowed } = selectFeeds([debian, alpine, osv], undefined);
    expect(shadowed.map(({ feed }) => feed.url)).toEqual(['https://osv/Debian']);
  });

  it.each<[string[] | undefined, string[]]>([
    // Facts: with everything and by their own name, never for an ecosystem. A supplement: whenever its ecosystem is wanted.
    [undefined, ['epss', 'kev', 'more/all', 'osv/npm', 'rh/all']],
    [['epss'], ['epss']],
    [
      ['EPSS', 'npm'],
      ['epss', 'osv/npm'],
    ],
    [['Red Hat:9'], ['rh/all', 'more/all']],
    [['red hat'], ['rh/all', 'more/all']],
    [['Extra'], ['more/all']],
    [['osv'], ['osv/rh', 'osv/npm']],
  ])('by the roles of sources, %j is %j', (only, urls) => {
    const facts = (id: string): AdvisorySource =>
      fakeSource(id, [{ url: `https://${id}`, ecosystems: [], facts: ['prediction'] }], { role: 'facts' });
    const more = fakeSource('more', [{ url: 'https://more/all', ecosystems: ['Red Hat', 'Extra'] }], {
      role: 'supplement',
    });
    const redHat = fakeSource('redhat', [{ url: 'https://rh/all', ecosystems: ['Red Hat:8', 'Red Hat:9'] }]);
    const all = fakeSource('osv', [
      { url: 'https://osv/rh', ecosystems: ['Red Hat'] },
      { url: 'https://osv/npm', ecosystems: ['npm'] },
    ]);
    const { wanted, shadowed } = selectFeeds([facts('epss'), facts('kev'), more, redHat, all], only);
    const found = wanted.map(({ feed }) => feed.url.slice('https://'.length)).toSorted();
    const shadows = shadowed.map(({ feed }) => feed.url);
    expect(found).toEqual(urls.toSorted());
    expect(shadows).toEqual(only === undefined ? ['https://osv/rh'] : []);
  });

  it('asks for an ecosystem who has it, and nobody for what a source of facts has', () => {
    const facts = fakeSource('epss', [{ url: 'https://e', ecosystems: ['npm'] }], { role: 'facts' });
    expect(servingSources([facts, osv], 'npm')).toEqual([osv]);
    expect(servingSources([facts], 'npm')).toEqual([]);
    expect(servingSources([debian, osv], 'Debian:12')).toEqual([debian]);
  });

  it('of the real sources takes one for a distribution', () => {
    const sources = [realDebian, realAlpine, realOsv];
    const urls = (only?: string[]): string[] => selectFeeds(sources, only).wanted.map(({ feed }) => feed.url);
    expect(urls(['Debian:12'])).toEqual(['https://security-tracker.debian.org/tracker/data/json']);
    expect(urls(['alpine:V3.20'])).toEqual(
      ['main', 'community'].map((name) => `https://secdb.alpinelinux.org/v3.20/${name}.json`),
    );
    expect(urls().filter((url) => /osv.*\/(Debian|Alpine)\//.test(url))).toEqual([]);
    expect(urls(['osv']).filter((url) => /\/(Debian|Alpine)\//.test(url))).toHaveLength(2);
    expect(() => urls(['Alpine:3.20'])).toThrow(
      expect.objectContaining({ detail: 'Alpine:3.20 (did you mean Alpine:v3.20?)' }),
    );
    expect(() => urls(['Alpine:3.999'])).toThrow(expect.objectContaining({ code: 'nothing-selected' }));
  });

  it('says that nothing is selected', () => {
    expect(() => selectFeeds([debian], ['Haiku'])).toThrow(expect.objectContaining({ code: 'nothing-selected' }));
    expect(() => selectFeeds([debian], [])).toThrow(expect.objectContaining({ code: 'nothing-selected' }));
  });
});

describe('locator', () => {
  it.each([
    [undefined, 'https://host/a/b.json?c=d', 'https://host/a/b.json?c=d'],
    ['https://mirror.example', 'https://host/a/b.json', 'https://mirror.example/host/a/b.json'],
    [
      'http://mirror.example/sub/',
      'https://host/Rocky%20Linux/all.zip',
      'http://mirror.example/sub/host/Rocky%20Linux/all.zip',
    ],
  ])('with the mirror %s finds %s at %s', (mirror, feed, url) => {
    expect(locator(mirror)(feed)).toEqual({ kind: 'http', url });
  });

  it('finds files in a folder, and none outside of it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mirror-'));
    mkdirSync(join(folder, 'host'));
    for (const mirror of [folder, pathToFileURL(folder).href]) {
      const locate = locator(mirror);
      expect(locate('https://host/Rocky%20Linux/all.zip')).toEqual({
        kind: 'file',
        path: join(folder, 'host', 'Rocky Linux', 'all.zip'),
      });
      expect(locate('https://host/a/../../b')).toEqual({ kind: 'file', path: join(folder, 'host', 'b') });
      for (const bad of ['https://host/%2e%2e%2fb', 'https://host/a%2fb', 'https://host/%00']) {
        expect(() => locate(bad)).toThrow(expect.objectContaining({ code: 'not-found' }));
      }
    }
    rmSync(folder, { recursive: true });
    expect(() => locator(folder)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
