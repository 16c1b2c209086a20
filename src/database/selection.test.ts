import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { locator } from './mirror.ts';
import { selectFeeds } from './selection.ts';
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
    [undefined, ['deb/json', 'alp/v3.20/main', 'alp/v3.19/main', 'osv/Debian', 'osv/npm'], []],
    [['debian'], ['deb/json'], []],
    [['Debian:12'], ['deb/json', 'osv/Debian'], []],
    [['Alpine:v3.20'], ['alp/v3.20/main'], []],
    [['npm', 'debian'], ['deb/json', 'osv/npm'], []],
    [['npm', 'Haiku'], ['osv/npm'], ['Haiku']],
    [['npm:x', 'osv'], ['osv/Debian', 'osv/npm'], []],
  ])('%j is %j, unserved %j', (only, urls, unserved) => {
    const selection = selectFeeds([debian, alpine, osv], only);
    expect(selection.wanted.map(({ feed }) => feed.url.slice('https://'.length))).toEqual(urls);
    expect(selection.unserved).toEqual(unserved);
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
