import { expect, it } from 'vitest';
import { proxyFor } from './proxy.ts';

const proxy = 'http://proxy:3128';

it.each<[string, Record<string, string>, string | undefined]>([
  ['https://r.example/', {}, undefined],
  ['https://r.example/', { https_proxy: proxy }, proxy],
  ['https://r.example/', { HTTPS_PROXY: 'proxy:3128' }, proxy],
  ['https://r.example/', { HTTPS_PROXY: 'upper', https_proxy: '' }, undefined],
  ['https://r.example/', { http_proxy: proxy }, undefined],
  ['http://r.example/', { http_proxy: proxy }, proxy],
  ['http://localhost:5000/', { http_proxy: proxy }, undefined],
  ['http://127.0.0.1:5000/', { http_proxy: proxy }, undefined],
  ['http://[::1]:5000/', { http_proxy: proxy }, undefined],
])('%s with %j: %s', (url, env, expected) => {
  expect(proxyFor(new URL(url), env)).toBe(expected);
});

it.each([
  ['*', 'r.example', true],
  ['r.example', 'r.example', true],
  ['R.Example', 'r.example', true],
  ['r.example', 'a.r.example', true],
  ['.r.example', 'a.r.example', true],
  ['*.r.example', 'a.r.example', true],
  ['r.example', 'bar.example', false],
  ['example', 'r.example', true],
  ['a, b r.example', 'r.example', true],
  ['r.example:443', 'r.example', true],
  ['r.example:80', 'r.example', false],
  ['r.example:5000', 'r.example:5000', true],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.0.0.0/33', '10.1.2.3', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['2.3', '10.1.2.3', false],
  ['fd00::/8', '[fd00::1]', true],
  ['[fd00::1]:443', '[fd00::1]', true],
  ['', 'r.example', false],
  [',', 'r.example', false],
])('NO_PROXY=%j spares %s: %s', (none, host, spared) => {
  const env = { https_proxy: proxy, no_proxy: none };
  expect(proxyFor(new URL(`https://${host}/`), env)).toBe(spared ? undefined : proxy);
});
