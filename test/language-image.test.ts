// Images with packages of programming languages through the whole pipeline: what is found, where, and which layer
// brought it.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import { ecosystems } from '../src/scan/ecosystems.ts';
import { entriesOf, genuineFiles, genuineTypes } from './images/genuine.ts';
import { jar, type LockedModule, nodeModule, npmLock, pythonPackage } from './images/language-files.ts';
import type { TarEntry } from './images/oci-image.ts';
import { newScanner, placesOf } from './images/scanner.ts';

const { scanned } = newScanner('language-image');

describe('an image with every format', () => {
  let report: Report;
  beforeAll(async () => {
    report = await scanned(...genuineTypes.map((type) => entriesOf(genuineFiles(type))));
  });

  it('no format that is not a distribution’s is left out', () => {
    const others = ecosystems.filter(({ distribution }) => !distribution).map(({ type }) => type);
    expect(genuineTypes.toSorted()).toEqual(others.toSorted());
  });

  it.each<[type: string, name: string, version: string, presence: string, places: string[]]>([
    ['bitnami', 'pgaudit', '17.0.0-8', 'installed', ['/opt/bitnami/postgresql/.spdx-postgresql.spdx']],
    ['brew', 'zlib', '1.3.1', 'installed', ['/home/linuxbrew/.linuxbrew/Cellar/zlib/1.3.1/INSTALL_RECEIPT.json']],
    ['cargo', 'bitflags', '2.13.2', 'locked', ['/srv/fleet/Cargo.lock']],
    ['cocoapods', 'Alamofire', '5.8.1', 'locked', ['/srv/pods/Podfile.lock']],
    [
      'composer',
      'acme/log',
      '1.2.3',
      'installed',
      ['/srv/php/vendor/composer/installed.json', '/srv/php/composer.lock'],
    ],
    ['conan', 'tide', '1.2.11', 'locked', ['/srv/cpp/conan.lock']],
    ['conda', 'six', '1.16.0', 'installed', ['/opt/conda/conda-meta/six-1.16.0-pyh6c4a22f_0.json']],
    ['cran', 'digest', '0.6.31', 'installed', ['/usr/lib/R/site-library/digest/DESCRIPTION', '/srv/r/renv.lock']],
    [
      'cran',
      'BiocGenerics',
      '0.44.0',
      'installed',
      ['/usr/lib/R/site-library/BiocGenerics/DESCRIPTION', '/srv/r/renv.lock'],
    ],
    [
      'gem',
      'rack',
      '2.2.22',
      'installed',
      ['/srv/ruby/vendor/bundle/ruby/3.1.0/specifications/rack-2.2.22.gemspec', '/srv/ruby/Gemfile.lock'],
    ],
    ['gem', 'ruby2_keywords', '0.0.5', 'locked', ['/srv/ruby/Gemfile.lock']],
    [
      'flatpak',
      'org.example.Platform',
      '24.08',
      'installed',
      [
        '/var/lib/flatpak/runtime/org.example.Platform/x86_64/24.08/272617751b4ab71fdd78fbb30f47def79ffc1f3590f2c9d6442fc2a0a1cf158e/metadata',
      ],
    ],
    ['generic', 'nginx', '1.22.1', 'installed', ['/usr/local/sbin/nginx']],
    ['generic', 'openjdk', '17.0.21.1', 'installed', ['/opt/java/openjdk/release']],
    ['golang', 'golang.org/x/text', 'v0.3.2', 'installed', ['/usr/local/bin/harbour']],
    ['golang', 'stdlib', '1.21.13', 'installed', ['/usr/local/bin/harbour']],
    [
      'hackage',
      'base',
      '4.15.1.0',
      'installed',
      ['/var/lib/ghc/package.conf.d/base-4.15.1.0.conf', '/srv/haskell/dist-newstyle/cache/plan.json'],
    ],
    [
      'hex',
      'dep',
      '0.4.2',
      'installed',
      ['/srv/elixir/_build/prod/rel/app/lib/dep-0.4.2/ebin/dep.app', '/srv/elixir/mix.lock'],
    ],
    [
      'luarocks',
      'tide',
      '1.2.0-1',
      'installed',
      ['/usr/local/lib/luarocks/rocks-5.1/tide/1.2.0-1/tide-1.2.0-1.rockspec', '/srv/lua/luarocks.lock'],
    ],
    [
      'maven',
      'org.slf4j:slf4j-api',
      '1.7.36',
      'installed',
      ['/opt/java/tool-1.2.0.jar!/META-INF/maven/org.slf4j/slf4j-api/pom.properties'],
    ],
    [
      'npm',
      'ms',
      '2.0.0',
      'installed',
      [
        '/srv/node/node_modules/debug/node_modules/ms/package.json',
        '/srv/node/packages/tool/node_modules/ms/package.json',
        '/srv/node/node_modules/.package-lock.json',
        '/srv/node/package-lock.json',
      ],
    ],
    ['npm', 'fsevents', '2.3.3', 'locked', ['/srv/node/package-lock.json']],
    ['nuget', 'System.Memory', '4.6.3', 'installed', ['/srv/dotnet/Python.Runtime.deps.json']],
    [
      'pub',
      'args',
      '2.4.2',
      'installed',
      ['/root/.pub-cache/hosted/pub.example.com/args-2.4.2/pubspec.yaml', '/srv/dart/pubspec.lock'],
    ],
    [
      'pypi',
      'requests',
      '2.34.2',
      'installed',
      ['/opt/app/lib/python3.11/site-packages/requests-2.34.2.dist-info/METADATA'],
    ],
    ['pypi', 'requests', '2.31.0', 'installed', ['/opt/app/lib/python3.11/site-packages/pip/_vendor/vendor.txt']],
    ['snap', 'harbour', '3.10', 'installed', ['/snap/harbour/x1/meta/snap.yaml']],
    ['deb', 'libgomp1', '12.3.0-1ubuntu1~22.04', 'installed', ['/snap/harbour/x1/snap/manifest.yaml']],
    ['swift', 'github.com/apple/swift-docc-plugin', '1.4.5', 'locked', ['/srv/swift/Package.resolved']],
    ['wordpress', 'akismet', '5.0.2', 'installed', ['/var/www/html/wp-content/plugins/akismet/akismet.php']],
  ])('%s: %s %s is %s, once, with all its places', (type, name, version, presence, places) => {
    const found = report.packages.filter((one) => one.type === type && one.name === name && one.version === version);
    expect(found.map((one) => [one.presence ?? 'installed', placesOf(one)])).toEqual([[presence, places]]);
  });

  it('every package of each format alone is there, once', async () => {
    const alone = await Promise.all(genuineTypes.map((type) => scanned(entriesOf(genuineFiles(type)))));
    const told = ({ packages }: Report): string[] =>
      packages.map((one) => [one.id, one.presence ?? '', ...placesOf(one)].join(' '));
    expect(told(report).toSorted()).toEqual(alone.flatMap(told).toSorted());
    expect(alone.filter(({ packages }) => packages.length === 0)).toEqual([]);
    const keys = report.packages.map(({ purl }) => purl);
    expect(keys.length).toBe(new Set(keys).size);
  });

  it('each is of the layer that brought it', () => {
    const layers = new Map(genuineTypes.map((type, i) => [type, `RUN ${i}`]));
    const wrong = report.packages.filter(({ foundBy, type, provenance }) => {
      const brought = layers.get(ecosystems.find(({ cataloger }) => cataloger.id === foundBy)?.type ?? type);
      return provenance?.introduced.createdBy !== brought || provenance?.changed.createdBy !== brought;
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it('nothing crashed, and nothing is lost', () => {
    expect(report.problems.filter(({ code, lossy }) => code === 'crash' || lossy)).toEqual([]);
    expect(report.runs.filter(({ status }) => status !== 'ok')).toEqual([]);
  });
});

describe('a lock file and what is installed', () => {
  const lock = npmLock('srv/app', {
    both: { version: '1.0.0' },
    only: { version: '1.0.0' },
    trial: { version: '1.0.0', dev: true },
    tested: { version: '1.0.0', dev: true },
  });
  const installed = [
    nodeModule('srv/app', 'both', '1.0.0'),
    nodeModule('srv/app', 'tested', '1.0.0'),
    nodeModule('srv/app/node_modules/both', 'other', '3.0.0'),
  ];

  it('are one package for each version, whichever layer has which', async () => {
    for (const layers of [[[lock, ...installed]], [[lock], installed], [installed, [lock]]]) {
      const { packages } = await scanned(...layers);
      expect(
        packages.map(({ name, version, presence, usage, locations }) => [
          name,
          version,
          presence,
          usage?.scope,
          locations.length,
        ]),
      ).toEqual([
        ['app', '1.0.0', 'locked', undefined, 1],
        ['both', '1.0.0', undefined, undefined, 2],
        ['only', '1.0.0', 'locked', undefined, 1],
        ['other', '3.0.0', undefined, undefined, 1],
        ['tested', '1.0.0', undefined, 'dev', 2],
        ['trial', '1.0.0', 'locked', 'dev', 1],
      ]);
    }
  });

  it('a locked version other than the installed one is a package of its own', async () => {
    const { packages } = await scanned([lock, nodeModule('srv/app', 'both', '1.0.1')]);
    expect(packages.filter(({ name }) => name === 'both').map(({ version, presence }) => [version, presence])).toEqual([
      ['1.0.0', 'locked'],
      ['1.0.1', undefined],
    ]);
  });
});

describe('which layer brought a package of a language', () => {
  const locked = (modules: Record<string, string>): TarEntry =>
    npmLock(
      'srv/app',
      Object.fromEntries(Object.entries(modules).map(([name, version]): [string, LockedModule] => [name, { version }])),
    );
  const opaque = (path: string): TarEntry => ({ name: `${path}/.wh..wh..opq` });
  const unrelated: TarEntry = { name: 'srv/readme', body: 'x' };
  const site = 'usr/local/lib/python3.12/site-packages';

  it.each<[string, TarEntry[][], string[]]>([
    [
      'a lock file that is replaced',
      [
        [locked({ kept: '1.0.0', raised: '1.0.0', gone: '1.0.0' })],
        [unrelated],
        [locked({ kept: '1.0.0', raised: '2.0.0', added: '1.0.0' })],
      ],
      ['added 1.0.0 locked 2 2', 'app 1.0.0 locked 0 0', 'kept 1.0.0 locked 0 0', 'raised 2.0.0 locked 0 2'],
    ],
    [
      'a package.json that is replaced',
      [
        [nodeModule('srv/app', 'raised', '1.0.0'), nodeModule('srv/app', 'kept', '1.0.0')],
        [nodeModule('srv/app', 'raised', '2.0.0')],
      ],
      ['kept 1.0.0 installed 0 0', 'raised 2.0.0 installed 0 1'],
    ],
    [
      'a package.json that is written again as it was',
      [[nodeModule('srv/app', 'same', '1.0.0')], [nodeModule('srv/app', 'same', '1.0.0')]],
      ['same 1.0.0 installed 0 0'],
    ],
    [
      'a folder of modules that is removed, its lock file left',
      [
        [locked({ gone: '1.0.0' }), nodeModule('srv/app', 'gone', '1.0.0'), nodeModule('srv/app', 'extra', '1.0.0')],
        [{ name: 'srv/app/.wh.node_modules' }],
      ],
      ['app 1.0.0 locked 0 0', 'gone 1.0.0 locked 0 0'],
    ],
    [
      'a folder of modules that is removed and filled again',
      [
        [nodeModule('srv/app', 'gone', '1.0.0'), nodeModule('srv/app', 'back', '1.0.0')],
        [{ name: 'srv/app/.wh.node_modules' }],
        [nodeModule('srv/app', 'back', '1.0.0')],
      ],
      ['back 1.0.0 installed 2 2'],
    ],
    [
      'an opaque folder',
      [
        [nodeModule('srv/app', 'gone', '1.0.0')],
        [opaque('srv/app/node_modules'), nodeModule('srv/app', 'fresh', '1.0.0')],
      ],
      ['fresh 1.0.0 installed 1 1'],
    ],
    [
      'an opaque folder, said after what is in it',
      [[nodeModule('srv/app', 'gone', '1.0.0')], [nodeModule('srv/app', 'fresh', '1.0.0'), opaque('srv')]],
      ['fresh 1.0.0 installed 1 1'],
    ],
    [
      'a file in the place of the folder',
      [[nodeModule('srv/app', 'gone', '1.0.0')], [{ name: 'srv/app', body: '' }, nodeModule('opt', 'fresh', '1.0.0')]],
      ['fresh 1.0.0 installed 1 1'],
    ],
    [
      'a distribution of Python that pip raised',
      [
        [pythonPackage(site, 'six', '1.16.0')],
        [{ name: `${site}/.wh.six-1.16.0.dist-info` }, pythonPackage(site, 'six', '1.17.0')],
      ],
      ['six 1.17.0 installed 1 1'],
    ],
    [
      'a jar that is replaced',
      [[jar('opt/app/lib.jar', 'org.example', 'lib', '1.0')], [jar('opt/app/lib.jar', 'org.example', 'lib', '1.1')]],
      ['org.example:lib 1.1 installed 0 1'],
    ],
  ])('%s', async (_, layers, expected) => {
    const report = await scanned(...layers);
    const told = report.packages.map(
      ({ name, version, presence = 'installed', provenance }) =>
        `${name} ${version} ${presence} ${provenance?.introduced.index} ${provenance?.changed.index}`,
    );
    expect(told.toSorted()).toEqual(expected);
    expect(report.problems).toEqual([]);
  });

  const library = jar('srv/store/0a1b2c', 'org.example', 'lib', '1.0');
  it.each<[string, TarEntry[][], string[]?]>([
    [
      'a hard link',
      [[library, { name: 'opt/app/lib.jar', type: 'hardlink', link: 'srv/store/0a1b2c' }]],
      ['/opt/app/lib.jar', '/srv/store/0a1b2c'],
    ],
    [
      'a hard link from a later layer',
      [[library], [{ name: 'opt/app/lib.jar', type: 'hardlink', link: 'srv/store/0a1b2c' }]],
      ['/opt/app/lib.jar', '/srv/store/0a1b2c'],
    ],
    ['a symbolic link', [[library, { name: 'opt/app/lib.jar', type: 'symlink', link: '../../srv/store/0a1b2c' }]]],
    [
      'a symbolic link in a layer before',
      [[{ name: 'opt/app/lib.jar', type: 'symlink', link: '/srv/store/0a1b2c' }], [library]],
    ],
    [
      'a symbolic link to a hard link',
      [
        [library, { name: 'srv/again', type: 'hardlink', link: 'srv/store/0a1b2c' }],
        [{ name: 'opt/app/lib.jar', type: 'symlink', link: '/srv/again' }],
      ],
      ['/srv/again', '/srv/store/0a1b2c'],
    ],
  ])('a jar that only %s shows to be one is found where it lies', async (_, layers, places = ['/srv/store/0a1b2c']) => {
    const { packages, problems } = await scanned(...layers);
    expect(packages.map((one) => [one.name, one.version, placesOf(one)])).toEqual([['org.example:lib', '1.0', places]]);
    expect(problems).toEqual([]);
  });

  it('a folder of modules behind a link is found where it is, once', async () => {
    const { packages } = await scanned([
      nodeModule('srv/releases/1', 'a', '1.0.0'),
      { name: 'srv/current', type: 'symlink', link: 'releases/1' },
    ]);
    expect(packages.map((one) => [one.name, placesOf(one)])).toEqual([
      ['a', ['/srv/releases/1/node_modules/a/package.json']],
    ]);
  });
});
