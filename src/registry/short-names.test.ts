import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatName } from './name.ts';
import { resolveName } from './short-names.ts';
import { refusal, writtenSettings } from './testdata/written-settings.ts';

const system = 'etc/containers/registries.conf';
const text = readFileSync(new URL('testdata/registries.conf', import.meta.url), 'utf8');
const recorded = {
  'home/.cache/containers/short-name-aliases.conf': '[aliases]\n"debian" = "quay.example/mine/debian"\n',
};
const one = 'unqualified-search-registries = ["only.example:5000"]\n';
const sha256 = `sha256:${'ab'.repeat(32)}`;

function podman(files: Readonly<Record<string, string>>): ReturnType<typeof writtenSettings> {
  return writtenSettings(files, () => ({ podmanNames: true }));
}

it("a name without a registry is of docker.io unless the user wants podman's", async () => {
  expect(formatName(await resolveName('other', writtenSettings({ [system]: one, ...recorded })))).toBe(
    'docker.io/library/other:latest',
  );
});

describe('a short name as podman has it', () => {
  it.each<[string, Record<string, string>, string]>([
    ['debian', { [system]: text }, 'docker.io/library/debian:latest'],
    ['debian:12', { [system]: text }, 'docker.io/library/debian:12'],
    [`team/tool:1@${sha256}`, { [system]: text }, `quay.example/team/tool:1@${sha256}`],
    ['debian', { [system]: text, ...recorded }, 'quay.example/mine/debian:latest'],
    ['registry.example.com/debian', { [system]: text, ...recorded }, 'registry.example.com/debian:latest'],
    ['localhost/debian', { [system]: one }, 'localhost/debian:latest'],
    ['debian', { [system]: one }, 'only.example:5000/debian:latest'],
    ['a/b:1', { [system]: one }, 'only.example:5000/a/b:1'],
    ['debian', {}, 'docker.io/library/debian:latest'],
    ['a/b', { [system]: '' }, 'docker.io/a/b:latest'],
  ])('%s', async (name, files, full) => {
    expect(formatName(await resolveName(name, podman(files)))).toBe(full);
  });

  it.each<[string, string, string]>([
    ['other:1', text, 'bad-name: registry.example.org/other:1, quay.example/other:1'],
    ['Other', text, 'bad-name: registry docker.io, repository library/Other: a repository is in lower case'],
    ['debian', '[aliases]\ndebian = "quay.example/Debian"', 'bad-name: registry quay.example, repository Debian:'],
    ['debian', '[aliases]\ndebian = 5', `bad-setting: ${system}, aliases: debian is not a text`],
  ])('%s is refused', async (name, conf, detail) => {
    const settings = podman({ [system]: conf });
    expect(await refusal(resolveName(name, settings), settings)).toContain(detail);
  });

  it('does not read what podman recorded where the user names a file', async () => {
    const settings = writtenSettings({ 'named.conf': one, ...recorded }, (folder) => ({
      podmanNames: true,
      registriesFile: `${folder}/named.conf`,
    }));
    expect(formatName(await resolveName('debian', settings))).toBe('only.example:5000/debian:latest');
  });
});
