import { expect, it } from 'vitest';
import { specialAddress } from './special-address.ts';

it.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.1.2', 'loopback'],
  ['::1', 'loopback'],
  ['[::1]', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['::ffff:169.254.1.1', 'link-local'],
  ['64:ff9b::a9fe:a9fe', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['febf::1', 'link-local'],
  ['fd00:ec2::254', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['0.0.0.0', 'unspecified'],
  ['::', 'unspecified'],
  ['10.0.0.1', undefined],
  ['192.168.1.1', undefined],
  ['169.253.255.255', undefined],
  ['fec0::1', undefined],
  ['2001:db8::1', undefined],
  ['::ffff:8.8.8.8', undefined],
  ['localhost', undefined],
  ['', undefined],
])('%s is %s', (address, kind) => {
  expect(specialAddress(address)).toBe(kind);
});
