import { expect, it } from 'vitest';
import { zipFile } from '../../internal/testdata/zip-file.ts';
import { bundleLicenses } from './bundle-license.ts';
import { jarExtractor } from './jar-extractor.ts';
import { maven } from './maven.ts';

it.each<[string | undefined, string[]]>([
  [undefined, []],
  ['', []],
  ['<<EXTERNAL>>', []],
  ['Apache-2.0', ['Apache-2.0']],
  ['https://www.apache.org/licenses/LICENSE-2.0.txt', ['https://www.apache.org/licenses/LICENSE-2.0.txt']],
  ['"Apache-2.0";link="https://www.apache.org/licenses/LICENSE-2.0"', ['Apache-2.0']],
  ['EPL-2.0;description="a, b; c", GPL-2.0-with-classpath-exception', ['EPL-2.0', 'GPL-2.0-with-classpath-exception']],
  ['Apache License, Version 2.0', ['Apache License, Version 2.0']],
  ['The MIT License', ['The MIT License']],
  ['Apache-2.0, MIT,BSD-3-Clause', ['Apache-2.0', 'MIT', 'BSD-3-Clause']],
  ['"Apache License, Version 2.0"', ['Apache License, Version 2.0']],
  ['<<EXTERNAL>>, MIT', ['MIT']],
  ['MIT, MIT', ['MIT']],
  ['"never closed', []],
  ['MIT;link="never closed', []],
])('%j is %j', (text, names) => {
  expect(bundleLicenses(text)).toEqual(names);
});

it('costs little, however it is written', () => {
  const start = performance.now();
  for (const text of [
    ';a="'.repeat(1e6),
    'a;'.repeat(1e6),
    ','.repeat(1e6),
    ' '.repeat(1e6),
    'a;b=c'.repeat(1e6),
    `a${' '.repeat(4000)}"`,
  ])
    bundleLicenses(text);
  expect(performance.now() - start).toBeLessThan(500);
});

function licensesOf(files: Readonly<Record<string, string>>): string[] {
  const bytes = zipFile(Object.entries(files).map(([name, body]) => ({ name, bytes: Buffer.from(body) })));
  const extraction = jarExtractor.open('app/a-1.0.jar', bytes.length);
  extraction.write(bytes);
  const kept = extraction.end()?.bytes ?? new Uint8Array();
  const file = { path: 'app/a-1.0.jar', bytes: kept, layer: { index: 0, diffId: '' }, extractor: jarExtractor.id };
  return maven.catalog({ files: [file] }).packages.map((one) => `${one.name}: ${one.licenses.join(' + ')}`);
}

const manifest = 'Manifest-Version: 1.0\nBundle-License: "Apache-2.0";link="https://x.example/"\n';
const model = `<project><groupId>g</groupId><artifactId>a</artifactId><version>1.0</version>
<licenses><license><name>EPL-2.0</name></license><license><name>MIT</name></license></licenses></project>`;

it.each([
  [
    'the manifest, beside coordinates',
    {
      'META-INF/maven/g/a/pom.properties': 'groupId=g\nartifactId=a\nversion=1.0\n',
      'META-INF/maven/g/a/pom.xml': model,
    },
    ['g:a: Apache-2.0'],
  ],
  ["the project's model, where it is all there is", { 'META-INF/maven/g/a/pom.xml': model }, ['g:a: EPL-2.0 + MIT']],
])('licences of an archive are told by %s', (_, files, expected) => {
  expect(licensesOf({ 'META-INF/MANIFEST.MF': manifest, ...files })).toEqual(expected);
});
