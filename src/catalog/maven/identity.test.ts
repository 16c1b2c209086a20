import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ArchiveFacts } from './facts.ts';
import { readFileName } from './file-name.ts';
import { identify } from './identity.ts';

type Row = [
  string,
  string,
  readonly string[],
  Readonly<Record<string, string>>,
  readonly [string, string, string, string][],
];

const rows = readFileSync(new URL('testdata/artifacts.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** What is concluded of each artifact, beside the coordinates by which it was downloaded. */
const concluded = rows.map(([truth, file, packages, manifest, descriptors]) => {
  const [, artifact, version] = truth.split(':');
  const facts: ArchiveFacts = {
    path: '',
    descriptors: descriptors.map(([group, name, number, kind]) => ({
      group,
      artifact: name,
      version: number,
      path: `META-INF/maven/${group}/${name}/pom.${kind === 'xml' ? 'xml' : 'properties'}`,
    })),
    manifest,
    classes: packages.length > 0,
    packages,
    application: false,
  };
  const { own } = identify(facts, `opt/lib/${file || `${artifact}-${version}.jar`}`);
  return { truth, said: own && `${own.group}:${own.artifact}:${own.version}`, certainty: own?.certainty };
});

describe('artifacts of Maven Central', () => {
  it('are many', () => {
    expect(concluded.length).toBeGreaterThan(250);
  });
  it('are not mistaken without saying so', () => {
    expect(concluded.filter(({ truth, said, certainty }) => truth !== said && certainty !== 'guessed')).toEqual([]);
  });
  it('are recognized, at least 97 of 100', () => {
    const wrong = concluded.filter(({ truth, said }) => truth !== said);
    expect(wrong.length / concluded.length).toBeLessThan(0.03);
  });
  it('have no other group when the group is not known', () => {
    const guessed = concluded.filter(({ truth, said }) => truth !== said).map(({ said }) => said);
    expect(guessed.filter((said) => !said?.startsWith(':'))).toEqual([]);
  });
});

describe('names of files', () => {
  it.each([
    ['a/spring-core-5.3.31.jar', ['spring-core', '5.3.31', '']],
    ['kafka_2.13-3.1.0.jar', ['kafka_2.13', '3.1.0', '']],
    ['guava-30.0-jre.jar', ['guava', '30.0-jre', '']],
    ['log4j-1.2-api-2.17.1.jar', ['log4j-1.2-api', '2.17.1', '']],
    ['foo-1.0-beta-2.jar', ['foo', '1.0-beta-2', '']],
    ['foo-1.0-SNAPSHOT-tests.jar', ['foo', '1.0-SNAPSHOT', 'tests']],
    ['com.google.guava_30.1.0.v20210127-2300.jar', ['com.google.guava', '30.1.0.v20210127-2300', '']],
    ['jboss-servlet-api_4.0_spec-2.0.0.Final.jar', ['jboss-servlet-api_4.0_spec', '2.0.0.Final', '']],
    ['x.war!WEB-INF/lib/a-1.jar', ['a', '1', '']],
    ['app.jar', ['app', '', '']],
    ['h2.jar', ['h2', '', '']],
    ['-1.jar', ['-1', '', '']],
  ])('%s', (path, expected) => {
    const { artifact, version, classifier } = readFileName(path);
    expect([artifact, version, classifier]).toEqual(expected);
  });
  it('cost little, whatever they are', () => {
    const start = performance.now();
    for (const part of ['-1', '_1.', 'a-', '1.2_']) readFileName(`${part.repeat(100_000)}.jar`);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
