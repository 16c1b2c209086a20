import layered from './layered-products.json' with { type: 'json' };

const products: ReadonlyMap<string, string> = new Map(Object.entries(layered));

/** The product laid upon a release that a repository's name tells of, as CPE 2.2 URI: `satellite-6.14-for-rhel-8-x86_64-rpms`. */
export function layeredProductOf(repository: string): string | undefined {
  const [, name = '', version, release] = /^([a-z][a-z-]*)-(\d+(?:\.\d+)*)-for-rhel-(\d+)-/.exec(repository) ?? [];
  const product = products.get(name);
  return product === undefined ? undefined : `cpe:/a:redhat:${product}:${version}::el${release}`;
}
