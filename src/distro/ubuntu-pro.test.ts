import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recognizeDistro } from './release-files.ts';
import { readUbuntuPro, ubuntuProFiles } from './ubuntu-pro.ts';

const genuine = readFileSync(new URL('testdata/ubuntu-pro-status.json', import.meta.url), 'utf8');
const [STATUS = ''] = ubuntuProFiles;
const list = (service: string, ending = 'list'): string => `etc/apt/sources.list.d/ubuntu-${service}.${ending}`;
const changed = (change: object): string => JSON.stringify({ ...JSON.parse(genuine), ...change });
const state = (name: unknown, status: unknown): object => ({ attached: true, services: [{ name, status }] });

describe('services of Ubuntu Pro', () => {
  it.each<[string, Record<string, string>, readonly string[]]>([
    ['nothing is there', {}, []],
    ['the client says esm-infra is enabled', { [STATUS]: genuine }, ['esm-infra']],
    ['the subscription ended', { [STATUS]: changed({ attached: false }) }, []],
    ['the service is disabled', { [STATUS]: JSON.stringify(state('esm-apps', 'disabled')) }, []],
    ['the service is not for containers', { [STATUS]: JSON.stringify(state('fips', 'n/a')) }, []],
    ['attached is a word', { [STATUS]: changed({ attached: 'true' }) }, []],
    ['a name is none', { [STATUS]: JSON.stringify(state(7, 'enabled')) }, []],
    ['a name is a path', { [STATUS]: JSON.stringify(state('../x', 'enabled')) }, []],
    ['the status has no services', { [STATUS]: '{"attached":true}' }, []],
    [
      'apt has a source in one line',
      { [list('esm-apps')]: '# first\ndeb https://esm.ubuntu.com/apps/ubuntu jammy-apps-security main\n' },
      ['esm-apps'],
    ],
    [
      'the source is commented out',
      { [list('esm-infra')]: '# deb https://esm.ubuntu.com/ubuntu xenial-infra-security main\n' },
      [],
    ],
    [
      'only sources of the source are there',
      { [list('esm-infra')]: 'deb-src https://esm.ubuntu.com/ubuntu xenial main\n' },
      [],
    ],
    [
      'apt has a source in deb822',
      {
        [list('esm-infra', 'sources')]:
          'Types: deb\nURIs: https://esm.ubuntu.com/infra/ubuntu\nSuites: noble-infra-security\n',
      },
      ['esm-infra'],
    ],
    [
      'the deb822 source is disabled',
      { [list('esm-infra', 'sources')]: 'Enabled: no\nTypes: deb\nURIs: https://esm.ubuntu.com/infra/ubuntu\n' },
      [],
    ],
    [
      'both say something',
      { [STATUS]: genuine, [list('esm-apps')]: 'deb [arch=amd64] https://esm.ubuntu.com/apps/ubuntu xenial main' },
      ['esm-apps', 'esm-infra'],
    ],
  ])('when %s', (_, files, services) => {
    expect(readUbuntuPro((path) => files[path])).toEqual({ services });
  });

  it.each(['', '{', '[]', '"attached"', '{"attached":true,"services":{}}'])('says that %j is no status', (text) => {
    expect(readUbuntuPro((path) => (path === STATUS ? text : undefined))).toEqual({ services: [], unreadable: STATUS });
  });
});

describe('the distribution', () => {
  const recognized = (id: string, status: string): ReturnType<typeof recognizeDistro> =>
    recognizeDistro(
      new Map([
        ['etc/os-release', Buffer.from(`ID=${id}\nVERSION_ID="16.04"\n`)],
        [STATUS, Buffer.from(status)],
      ]),
    );

  it('has the services of Ubuntu, and not those of a derivative', () => {
    expect(recognized('ubuntu', genuine).distro).toMatchObject({
      ecosystem: 'Ubuntu:16.04:LTS',
      services: ['esm-infra'],
    });
    expect(recognized('pop', genuine).distro).not.toHaveProperty('services');
    expect(recognized('ubuntu', '{}').distro).not.toHaveProperty('services');
  });

  it('tells of a status that cannot be read, which hides no package', () => {
    expect(recognized('ubuntu', '{"attached":').problems).toEqual([
      {
        code: 'corrupt',
        message: 'The status of Ubuntu Pro cannot be read',
        detail: 'which services it has is not known',
        path: '/var/lib/ubuntu-advantage/status.json',
        by: 'distro',
        lossy: false,
      },
    ]);
  });
});
