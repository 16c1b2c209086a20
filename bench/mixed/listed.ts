// Brings both lists to one form: purl type, name and version, each written one way.

/** A package that one of the two lists. */
export interface Listed {
  /** Purl type. */
  readonly type: string;
  readonly name: string;
  readonly version: string;
  /** Where it was found, paths inside archives after `!`. */
  readonly paths: readonly string[];
  readonly presence: 'installed' | 'locked';
  readonly owned: boolean;
  readonly root: boolean;
  /** Absent when it is needed to run. */
  readonly scope?: 'dev' | 'optional';
  /** Whether it was read from a private `package.json`. */
  readonly private: boolean;
  readonly identifiedBy?: string;
}

interface ReportPackage {
  readonly type: string;
  readonly purl: string;
  readonly version: string;
  readonly presence?: 'locked';
  readonly ownedBy?: string;
  readonly usage?: { readonly root?: true; readonly scope?: 'dev' | 'optional' };
  readonly locations: readonly { readonly path: string; readonly within?: string }[];
  readonly metadata: { readonly identifiedBy?: string };
}

/** Packages of a JSON report of Seaworthy. */
export function fromSeaworthy(text: string): Listed[] {
  const { packages }: { packages: ReportPackage[] } = JSON.parse(text);
  return packages.map(({ purl, presence, ownedBy, usage, locations, metadata }) => ({
    ...identity(purl),
    paths: locations.map(({ path, within }) => (within === undefined ? path : `${path}!${within}`)),
    presence: presence ?? 'installed',
    owned: ownedBy !== undefined,
    root: usage?.root === true,
    private: false,
    ...(usage?.scope === undefined ? {} : { scope: usage.scope }),
    ...(metadata.identifiedBy === undefined ? {} : { identifiedBy: metadata.identifiedBy }),
  }));
}

interface Component {
  readonly purl?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** Packages of a CycloneDX document of Trivy; components without purl are its files and the image. */
export function fromTrivy(text: string, privates: ReadonlySet<string>): Listed[] {
  const { components }: { components: Component[] } = JSON.parse(text);
  return components.flatMap(({ purl, properties = [] }) => {
    if (purl === undefined) return [];
    const paths = properties
      .filter(({ name }) => name === 'aquasecurity:trivy:FilePath')
      .map(({ value }) => `/${value}`);
    return [
      {
        ...identity(purl),
        paths,
        presence: 'installed',
        owned: false,
        root: false,
        private: paths.length > 0 && paths.every((path) => privates.has(path)),
      },
    ];
  });
}

/** Types that this Trivy writes and no purl specification knows. */
const purlTypes: ReadonlyMap<string, string> = new Map([['rustbinary', 'cargo']]);

// purl: pkg:type/[namespace/]name@version[?qualifiers][#subpath]
function identity(purl: string): { type: string; name: string; version: string } {
  const match = /^pkg:([^/]+)\/([^?#]+?)(?:@([^?#/]+))?(?:\?([^#]*))?(?:#.*)?$/.exec(purl);
  const [, written = '', path = '', version = '', qualifiers = ''] = match ?? [];
  const type = purlTypes.get(written) ?? written;
  const parts = path.split('/').map(decodeURIComponent);
  const epoch = new URLSearchParams(qualifiers).get('epoch');
  return { type, ...normalised(type, parts, decodeURIComponent(version), epoch) };
}

/**
 * Debian: no namespace, the epoch in the version. PyPI: names by PEP 503. Go: versions without `v`, names in lower case.
 * Maven: `group:artifact`. Composer: lower case.
 */
function normalised(
  type: string,
  parts: readonly string[],
  version: string,
  epoch: string | null,
): { name: string; version: string } {
  const name = parts.join('/');
  switch (type) {
    case 'deb':
      return {
        name: parts.at(-1) ?? '',
        version: epoch !== null && !version.startsWith(`${epoch}:`) ? `${epoch}:${version}` : version,
      };
    case 'pypi':
      return { name: name.toLowerCase().replaceAll(/[-_.]+/g, '-'), version };
    case 'golang':
      return { name: name.toLowerCase(), version: version.replace(/^v/, '') };
    case 'maven':
      return { name: parts.join(':'), version };
    case 'composer':
      return { name: name.toLowerCase(), version };
    default:
      return { name, version };
  }
}
