// Files that no package manager wrote, for the paths at which it would.
import { zipFile } from '../../src/internal/testdata/zip-file.ts';
import { genuineProgram } from './genuine.ts';

/** Makes the content of the file at a path, given a genuine file of the kind where there is one. */
export type HostileContent = (path: string, genuine: Buffer) => Buffer;

const deep = 10_000;
const huge = 8 << 20;
const longLine = 5 << 20;
const entries = 200_000;

/** Ways to be hostile, by name. */
export const hostileContents: Readonly<Record<string, HostileContent>> = {
  empty: () => Buffer.alloc(0),
  truncated: (_path, genuine) => genuine.subarray(0, Math.ceil(genuine.length * 0.6)),
  '8 MB of noise': once(() => noise(huge)),
  'JSON 10,000 deep': once(() => Buffer.from('{"a":['.repeat(deep / 2) + ']}'.repeat(deep / 2))),
  'JSON 10,000 deep, cut': once(() => Buffer.from('[{"packages":'.repeat(deep / 2))),
  'YAML 10,000 deep': once(() => Buffer.from(`packages:\n  ${'- '.repeat(deep)}a\n`)),
  'YAML 10,000 brackets deep': once(() => Buffer.from(`packages: ${'['.repeat(deep)}${']'.repeat(deep)}\n`)),
  'TOML 10,000 deep': once(() =>
    Buffer.from(`[${Array(deep).fill('a').join('.')}]\npackage = ${'['.repeat(deep)}${']'.repeat(deep)}\n`),
  ),
  'XML 10,000 deep': once(() => Buffer.from('<project>'.repeat(deep) + '</project>'.repeat(deep))),
  'invalid UTF-8': (_path, genuine) => interleaved(genuine, Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80])),
  'keys that are there twice': (path) =>
    syntaxOf(path, { json: twiceJson, yaml: twiceYaml, toml: twiceToml, xml: twiceXml }),
  'keys of every object': (path) =>
    syntaxOf(path, { json: protoJson, yaml: protoYaml, toml: protoToml, xml: protoXml }),
  'one line of 5 MB': once(() => Buffer.alloc(longLine, 'a')),
  'one value of 5 MB': (_path, genuine) => stretched(genuine),
  '200,000 entries': (_path, genuine) => multiplied(genuine),
  'archives in archives, 100 deep': once(() => nested(100)),
  'an archive that lies': once(() => lyingArchive()),
  'a program that lies': once(() => lyingProgram()),
  'references in a round': (path) => cyclic(path),
};

function once(make: () => Buffer): HostileContent {
  let made: Buffer | undefined;
  return () => (made ??= make());
}

/** Bytes of a linear congruential generator: the same in every run. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 7;
  for (let at = 0; at + 4 <= length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

/** A few bytes put between the lines and after the quotes of a text. */
function interleaved(genuine: Buffer, bytes: Buffer): Buffer {
  const inserted = bytes.toString('latin1');
  const text = genuine.subarray(0, 100_000).toString('latin1');
  return Buffer.from(
    text.replace(/["\n:]/g, (found) => found + inserted),
    'latin1',
  );
}

interface Texts {
  readonly json: string;
  readonly yaml: string;
  readonly toml: string;
  readonly xml: string;
}

function syntaxOf(path: string, texts: Texts): Buffer {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/\.xml$|\.props$|\.config$/.test(name)) return Buffer.from(texts.xml);
  if (/\.ya?ml$|^Podfile\.lock$|^pubspec\.lock$|\.yaml\.lock$/.test(name)) return Buffer.from(texts.yaml);
  if (/\.toml$|^(?:poetry|uv|pdm|Cargo)\.lock$/.test(name)) return Buffer.from(texts.toml);
  return Buffer.from(/json|\.lock$|resolved$|spdx$|receipt/i.test(name) ? texts.json : texts.toml + texts.yaml);
}

const twiceJson =
  '{"name":"a","name":"b","version":"1","version":"2","packages":{"x":{"version":"1"},"x":{"version":2}},"packages":[]}';
const twiceYaml = 'name: a\nname: b\nversion: 1\nversion: 2\npackages:\n  x: {version: 1}\n  x: {version: 2}\n';
const twiceToml = 'name = "a"\nname = "b"\nversion = "1"\nversion = "2"\n[x]\na = 1\n[x]\na = 2\n';
const twiceXml = '<a b="1" b="2"><version>1</version><version>2</version></a><a/>';
const inner = '{"version":"1.0.0","polluted":true,"resolved":"1.0.0"}';
const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
const protoMembers = keys.map((key) => `"${key}":${inner}`).join(',');
const protoPaths = keys.map((key) => `"node_modules/${key}":${inner},"${key}/1.0.0":${inner}`).join(',');
const protoJson = `{${protoMembers},"name":"__proto__","version":"1.0.0","packages":{${protoMembers},${protoPaths}},"dependencies":{${protoMembers}},"libraries":{${protoPaths}},"targets":{"__proto__":{${protoPaths}}},"default":{${protoMembers}}}`;
const protoYaml = `${keys.map((key) => `${key}: {polluted: true, version: 1.0.0}\n`).join('')}packages:\n${keys.map((key) => `  ${key}: {polluted: true, version: 1.0.0}\n`).join('')}`;
const protoToml = keys.map((key) => `["${key}"]\npolluted = true\nversion = "1.0.0"\n`).join('');
const protoXml = `<project>${keys.map((key) => `<${key}><version>1.0.0</version></${key}>`).join('')}</project>`;

/** The longest quoted text, or else the last word, made five megabytes long. */
function stretched(genuine: Buffer): Buffer {
  const text = genuine.subarray(0, 100_000).toString('latin1');
  const long = 'a'.repeat(longLine);
  const [quoted] = (text.match(/"[^"\n]{3,}"/g) ?? []).toSorted((a, b) => b.length - a.length);
  return Buffer.from(quoted === undefined ? text.trimEnd() + long : text.replace(quoted, () => `"${long}"`), 'latin1');
}

/** Two hundred thousand of what the genuine file has most of, under names of their own. */
function multiplied(genuine: Buffer): Buffer {
  const text = genuine.subarray(0, 1 << 20).toString('utf8');
  const document = parsed(text);
  if (document === undefined) {
    const times = Math.max(
      1,
      Math.min(Math.ceil(entries / (text.split('\n').length + 1)), Math.floor(huge / (text.length + 1))),
    );
    return Buffer.from(`${text}\n`.repeat(times));
  }
  const [holder, key] = largest(document, [undefined, '']);
  const grown = grow(holder === undefined ? document : (holder as Record<string, unknown>)[key]);
  if (holder === undefined) return Buffer.from(JSON.stringify(grown));
  (holder as Record<string, unknown>)[key] = grown;
  return Buffer.from(JSON.stringify(document));
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

type Place = readonly [holder: object | undefined, key: string];

/** Which list or object in a document has most members. */
function largest(document: unknown, place: Place): Place {
  let best = place;
  let most = 0;
  const visit = (value: unknown, at: Place): void => {
    if (typeof value !== 'object' || value === null) return;
    const members = Object.entries(value);
    if (members.length > most) [best, most] = [at, members.length];
    for (const [key, member] of members) visit(member, [value, key]);
  };
  visit(document, place);
  return best;
}

function grow(value: unknown): unknown {
  const members: [string, unknown][] = Object.entries(value ?? {});
  // As many as eight megabytes hold.
  const size = JSON.stringify(members).length / Math.max(members.length, 1) + 10;
  const count = Math.min(entries, Math.floor(huge / size));
  const made = Array.from({ length: count }, (_, i) => members[i % members.length] ?? (['', ''] as const));
  if (Array.isArray(value)) return made.map(([, member]) => member);
  return Object.fromEntries(made.map(([key, member], i) => [i < members.length ? key : `${key}${i}`, member]));
}

function nested(levels: number): Buffer {
  let bytes: Buffer = Buffer.from('groupId=a\nartifactId=b\nversion=1\n');
  let name = 'META-INF/maven/a/b/pom.properties';
  for (let level = 0; level < levels; level++) {
    bytes = zipFile([{ name, bytes, stored: true }]);
    name = `lib/inner-${level}.jar`;
  }
  return bytes;
}

/** Directory entries whose sizes, places and checksums are not those of the files. */
function lyingArchive(): Buffer {
  const bytes = Buffer.from('Manifest-Version: 1.0\nName: a\nVersion: 1\n');
  const zeros = Buffer.alloc(1 << 20);
  return zipFile([
    { name: 'META-INF/MANIFEST.MF', bytes, size: 0xfffffff0 },
    { name: 'META-INF/maven/a/b/pom.properties', bytes, packed: 0x7fffffff },
    { name: 'a-1.0.dist-info/METADATA', bytes, size: 3, crc: 0 },
    { name: 'EGG-INFO/PKG-INFO', bytes, offset: 0xfffffff0 },
    { name: 'node_modules/a/package.json', bytes: zeros, size: 10 },
    { name: 'lib/b.jar', bytes, method: 99 },
    { name: '../../../etc/passwd', bytes, offset: 0 },
  ]);
}

/** A program of Go whose header and sections point beyond its end, over one another and at themselves. */
function lyingProgram(): Buffer {
  const program = Buffer.from(genuineProgram('go1.18-amd64'));
  const sections = Number(program.readBigUInt64LE(0x28));
  program.writeUInt16LE(0xffff, 0x38);
  program.writeUInt16LE(0xffff, 0x3c);
  for (let at = sections; at + 64 <= program.length && at < sections + 64 * 40; at += 64) {
    program.writeBigUInt64LE(0xffff_ffff_ffff_fff0n, at + 24);
    program.writeBigUInt64LE(0x7fff_ffff_ffff_ffffn, at + 32);
  }
  return program;
}

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from(
  { length: 25 },
  (_, i) =>
    `a${i}: &a${i} [${Array(9)
      .fill(`*a${i === 0 ? '' : i - 1}`)
      .join(', ')}]\n`,
).join('')}packages: *a24\n`;
const entityBomb = `<!DOCTYPE p [<!ENTITY e0 "aaaaaaaaaa">${Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('')}]><project><version>&e20;</version></project>`;
const parentOfItself =
  '<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>${version}</version><relativePath>pom.xml</relativePath></parent><groupId>g</groupId><artifactId>a</artifactId><version>${project.version}</version><properties><a>${b}</a><b>${a}${a}</b></properties><dependencies><dependency><groupId>${a}</groupId><artifactId>${b}</artifactId><version>${a}</version></dependency></dependencies></project>';

const roundOfLinks =
  '{"lockfileVersion":3,"packages":{"":{"name":"a"},"node_modules/a":{"link":true,"resolved":"node_modules/b"},"node_modules/b":{"link":true,"resolved":"node_modules/a"},"node_modules/c":{"link":true,"resolved":"node_modules/c"},"node_modules/d":{"version":"1.0.0"}}}';

/** Documents that lead to themselves, in the terms of the format. */
function cyclic(path: string): Buffer {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const documents: Readonly<Record<string, string>> = {
    'pom.xml': parentOfItself,
    'package.json':
      '{"name":"a","version":"1.0.0","dependencies":{"a":"1.0.0"},"workspaces":["."],"bundleDependencies":["a"]}',
    'package-lock.json': roundOfLinks,
    'npm-shrinkwrap.json': roundOfLinks,
    '.package-lock.json': roundOfLinks,
    'Cargo.lock':
      'version = 3\n[[package]]\nname = "a"\nversion = "1.0.0"\ndependencies = ["b"]\n[[package]]\nname = "b"\nversion = "1.0.0"\ndependencies = ["a", "b"]\n',
    'go.work': 'go 1.22\nuse .\nuse ./.\nreplace a => b v1.0.0\nreplace b v1.0.0 => a v1.0.0\n',
    'go.mod': 'module a\ngo 1.22\nrequire a v1.0.0\nreplace a v1.0.0 => b v1.0.0\nreplace b v1.0.0 => a v1.0.0\n',
    'Gemfile.lock': 'GEM\n  remote: x\n  specs:\n    a (1.0)\n      b\n    b (1.0)\n      a\n\nDEPENDENCIES\n  a\n',
    'composer.lock':
      '{"packages":[{"name":"a/a","version":"1.0","require":{"a/b":"*"}},{"name":"a/b","version":"1.0","require":{"a/a":"*"}}],"packages-dev":[]}',
  };
  const text = documents[name];
  if (text !== undefined) return Buffer.from(text);
  if (name.endsWith('.txt')) return Buffer.from(`-r ${name}\n-c ${name}\n-r ./${name}\n-r ../${name}\na==1.0\n`);
  return syntaxOf(path, {
    json: '{"packages":{"a":{"$ref":"#"}},"dependencies":{"a":{"$ref":"#/dependencies/a"}}}',
    yaml: bomb,
    toml: bomb,
    xml: entityBomb,
  });
}
