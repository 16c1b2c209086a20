import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import layers from '../tools/layers.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

/** The lines `| `image/` | what it holds | internal |` of the folder table. */
const table = [...read('ARCHITECTURE.md').matchAll(/^\| `([a-z-]+)\/` \|[^|]*\|([^|]*)\|$/gm)].map(
  ([, folder = '', imports = '']) => ({ folder, imports: imports.trim() }),
);

it('the folder table of ARCHITECTURE.md has exactly the folders of src/', () => {
  expect(table.map(({ folder }) => folder).toSorted()).toEqual(folders);
});

it('the dependency rule lets each folder import what that table says', () => {
  const above = (at: number): string[] => table.slice(0, at).map(({ folder }) => folder);
  const said = table.map(({ folder, imports }, at) => {
    const names = imports === 'nothing of ours' ? [] : imports === 'all above' ? above(at) : imports.split(', ');
    return [folder, names.toSorted()] as const;
  });
  const checked = layers.allowed.map(({ folder, imports }) => [folder, imports.toSorted()] as const);
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(checked));
});

it("CI runs the README's test command", () => {
  const commands = [...read('README.md').matchAll(/^\s*(?:\$ )?(.*\bnpm (?:run )?test\b.*?)\s*(?:#.*)?$/gm)].map(
    ([, command]) => command,
  );
  expect(commands).toEqual(['npm ci && npm test']);
  expect(read('.ci/run').split('\n')).toContain(commands[0]);
  accessSync(join(root, '.ci/run'), constants.X_OK);
});

// A registry that holds one platform's packages only makes npm leave the others out, and then `npm ci` refuses the file.
it('package-lock.json has every optional dependency, of every platform', () => {
  interface Entry {
    readonly version?: string;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Entry>> };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) => {
    const levels = path.split('/node_modules/').map((_, at, names) => names.slice(0, at + 1).join('/node_modules/'));
    const places = ['', ...levels.map((level) => `${level}/`)];
    const isThere = (name: string): boolean => places.some((place) => `${place}node_modules/${name}` in packages);
    return Object.keys(optionalDependencies).filter((name) => !isThere(name));
  });
  expect(missing).toEqual([]);
});
