// NO_PROXY = entry *( "," entry )
// entry    = "*" / [ "." / "*." ] name [ ":" port ] / address [ ":" port ] / address "/" bits
// A name speaks for itself and, with or without a dot before it, for what lies below (as Go and curl read it).
import { BlockList, isIP } from 'node:net';
import { specialAddress } from './special-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that the environment names for an address; never one for this machine itself. */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = (env[name] ?? env[name.toUpperCase()] ?? '').trim();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (proxy === '' || host === 'localhost' || specialAddress(host) === 'loopback') return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const spared = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[\s,]+/).some((entry) => covers(entry, host, port));
  return spared ? undefined : /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  if (entry.includes('/')) return inSubnet(entry, host);
  const [, name = entry, wantedPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const plain = name
    .replace(/^\[|\]$/g, '')
    .replace(/^\*?\./, '')
    .toLowerCase();
  return plain !== '' && (host === plain || (isIP(host) === 0 && host.endsWith(`.${plain}`)));
}

function inSubnet(entry: string, host: string): boolean {
  const [net = '', bits] = entry.split('/');
  const family = isIP(net);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits ?? '')) return false;
  if (Number(bits) > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  return list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
