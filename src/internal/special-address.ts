import { BlockList, isIP } from 'node:net';

/** What an address is that no server of the public net has. */
export type SpecialAddress = 'loopback' | 'link-local' | 'metadata' | 'unspecified';

const ranges: ReadonlyMap<SpecialAddress, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128', '64:ff9b::7f00:0/104']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10', '64:ff9b::a9fe:0/112']],
  // Where clouds hand out the machine's credentials, besides 169.254.169.254.
  ['metadata', ['fd00:ec2::254/128', 'fd20:ce::254/128', '100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
]);

const lists = [...ranges].map(([kind, subnets]) => ({ kind, list: listOf(subnets) }));

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', prefix] = subnet.split('/');
    list.addSubnet(net, Number(prefix), net.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** What is special about an IP address (RFC 6890), brackets and zone allowed; `undefined` for any other, and for a name. */
export function specialAddress(address: string): SpecialAddress | undefined {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const version = isIP(plain);
  if (version === 0) return undefined;
  return lists.find(({ list }) => list.check(plain, version === 6 ? 'ipv6' : 'ipv4'))?.kind;
}
