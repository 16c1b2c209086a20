import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../program.ts';
import { describeCommands } from './commands.ts';
import { completionScript } from './completion.ts';

const nothing = async (): Promise<void> => {};
const actions = {
  scan: nothing,
  scanAll: nothing,
  gate: nothing,
  baseline: nothing,
  policyTest: nothing,
  policyExplain: nothing,
  policyInit: nothing,
  policySchema: nothing,
  dbUpdate: nothing,
  dbStatus: nothing,
  dbSearch: nothing,
  dbConflicts: nothing,
  cacheStatus: nothing,
  cachePrune: nothing,
  completion: nothing,
};
const root = describeCommands(buildProgram('1.2.3', actions));
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-completion-'));
mkdirSync(join(folder, 'files'));
for (const name of ['image.tar', 'two words.tar']) writeFileSync(join(folder, 'files', name), '');
for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(folder, shell), completionScript(shell, root));
afterAll(() => rmSync(folder, { recursive: true }));

const hasScript = spawnSync('script', ['--version']).status === 0;
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

/** What bash offers for the words typed, of which the last is being completed. */
function bashOffers(words: readonly string[]): string[] {
  const script = `
    source "$1"; cd "$2"; shift 2
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    compopt() { :; }
    _seaworthy
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', script, 'bash', join(folder, 'bash'), join(folder, 'files'), 'seaworthy', ...words];
  const { stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('describeCommands', () => {
  it('sees every command, option and choice', () => {
    expect(root.children.map(({ path }) => path.join(' '))).toEqual([
      'seaworthy scan',
      'seaworthy gate',
      'seaworthy baseline',
      'seaworthy policy',
      'seaworthy db',
      'seaworthy cache',
      'seaworthy completion',
    ]);
    const options = new Map(root.children[0]?.options.map(({ long, values }) => [long, values?.kind]));
    expect(Object.fromEntries(options)).toMatchObject({
      '--format': 'choices',
      '--output': 'files',
      '--db': 'files',
      '--mirror': 'files',
      '--platform': 'any',
      '--from': 'choices',
      '--tls-ca': 'files',
      '--hosts-dir': 'files',
      '--all-from': 'references',
      '--lazy': undefined,
      '--no-cache': undefined,
      '--help': undefined,
    });
  });
});

describe.skipIf(!has('bash'))('bash (skipped where it is missing)', () => {
  it.each<[string[], string[]]>([
    [[''], ['scan', 'gate', 'baseline', 'policy', 'db', 'cache', 'completion']],
    [['s'], ['scan']],
    [['--v'], ['--version']],
    [
      ['db', ''],
      ['update', 'status', 'search', 'conflicts'],
    ],
    [
      ['db', 'update', '--'],
      ['--mirror', '--only', '--db', '--verbose', '--quiet', '--help'],
    ],
    [
      ['scan', '--f'],
      ['--format', '--fail-on', '--from'],
    ],
    [
      ['scan', '--format', ''],
      ['table', 'json'],
    ],
    [['scan', 'image.tar', '--format', 'j'], ['json']],
    [
      ['scan', '--format', '='],
      ['table', 'json'],
    ],
    [['scan', '--format', '=', 'j'], ['json']],
    [['scan', '--fail-on', 'm'], ['medium']],
    [['scan', '--platform', 'l'], []],
    [['scan', '--output', ''], []],
    [['scan', 'im'], []],
    [
      ['scan', 'oci'],
      ['oci:', 'oci-archive:'],
    ],
    [['scan', 'oci', ':', 'im'], []],
    [['scan', 'reg'], ['registry://']],
    [
      ['scan', 'con'],
      ['containerd-root:', 'containerd://', 'container://'],
    ],
    [['scan', 'pod'], ['podman://']],
    [['scan', 'registry', ':', '//e'], []],
    [
      ['scan', '--from', ''],
      ['docker', 'podman', 'containerd', 'registry'],
    ],
    [['scan', '--all-from', 'reg'], ['registry:']],
    [['scan', '--all-from', 'fi'], []],
    [
      ['scan', '--tls'],
      ['--tls-ca', '--tls-cert', '--tls-key', '--tls-skip-verify'],
    ],
    [
      ['cache', ''],
      ['status', 'prune'],
    ],
    [['cache', 'prune', '--m'], ['--max-size']],
    [
      ['scan', '-o', 'db', 'd'],
      ['docker-archive:', 'dir:', 'docker://', 'docker-daemon://'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['completion', 'z'], ['zsh']],
    [
      ['nonsense', ''],
      ['scan', 'gate', 'baseline', 'policy', 'db', 'cache', 'completion'],
    ],
    [['scan', '$(touch evil)', ''], []],
  ])('%j offers %j', (words, offered) => {
    expect(bashOffers(words)).toEqual(offered);
  });

  it.skipIf(!hasScript)(
    'completes what is typed at a terminal (needs `script`, which is missing where skipped)',
    () => {
      const typed = [
        `source '${folder}/bash'; seaworthy() { printf '<%s>' "$@"; echo; }`,
        'seaworthy sc\t--form\tj\tim\t--output tw\t--fail-on=h\t',
        'seaworthy db se\topenssl',
        'seaworthy scan oci:im\t',
        'seaworthy scan oci-\t',
        'seaworthy scan regis\texample.org/im\t',
        'exit',
      ];
      const { stdout } = spawnSync('script', ['-qec', 'bash --norc -i', '/dev/null'], {
        input: `${typed.join('\n')}\n`,
        encoding: 'utf8',
        cwd: join(folder, 'files'),
        env: { ...process.env, PS1: '$ ', TERM: 'dumb', INPUTRC: '/dev/null', HOME: folder, HISTFILE: '' },
      });
      const run = stdout.split(/\r?\n/).filter((line) => line.startsWith('<'));
      expect(run).toEqual([
        '<scan><--format><json><image.tar><--output><two words.tar><--fail-on=high>',
        '<db><search><openssl>',
        '<scan><oci:image.tar>',
        '<scan><oci-archive:>',
        '<scan><registry://example.org/im>',
      ]);
    },
  );

  it('is put in force by sourcing it, twice without complaint', () => {
    const line = 'set -eu; source "$1"; source "$1"; complete -p seaworthy';
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line, 'bash', join(folder, 'bash')], {
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'complete -o default -F _seaworthy seaworthy\n', stderr: '' });
  });
});

describe.skipIf(!has('zsh'))('zsh (skipped where it is missing)', () => {
  it('parses and is put in force by sourcing it', () => {
    const line = 'autoload -U compinit; compinit -D -u; source "$1"; source "$1"; print -- $_comps[seaworthy]';
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', line, 'zsh', join(folder, 'zsh')], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '_seaworthy\n', stderr: '' });
  });
});

describe.skipIf(!has('fish'))('fish (skipped where it is missing)', () => {
  it.each([
    ['seaworthy ', ['baseline', 'cache', 'completion', 'db', 'gate', 'policy', 'scan']],
    ['seaworthy cache ', ['prune', 'status']],
    ['seaworthy scan reg', ['registry://']],
    ['seaworthy scan --from ', ['containerd', 'docker', 'podman', 'registry']],
    ['seaworthy db ', ['conflicts', 'search', 'status', 'update']],
    ['seaworthy scan --format ', ['json', 'table']],
    ['seaworthy scan --fail-on m', ['medium']],
    ['seaworthy completion ', ['bash', 'fish', 'zsh']],
    ['seaworthy db update --m', ['--mirror']],
    ['seaworthy scan im', ['image.tar']],
  ])('%j offers %j', (line, offered) => {
    const command = 'source $argv[1]; cd $argv[2]; complete -C $argv[3]';
    const args = ['--no-config', '-c', command, join(folder, 'fish'), join(folder, 'files'), line];
    const { stdout, stderr } = spawnSync('fish', args, { encoding: 'utf8', env: { ...process.env, HOME: folder } });
    expect(stderr).toBe('');
    const words = stdout.split('\n').map((text) => text.split('\t')[0] ?? '');
    expect(words.filter((word) => word !== '').toSorted()).toEqual(offered);
  });
});
