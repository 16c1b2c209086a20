import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ZipFile, zipFile } from '../../internal/testdata/zip-file.ts';
import { cargo } from '../cargo/cargo.ts';
import type { CatalogResult, ImageFile } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { golang } from '../golang/golang.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readNativeImageBill } from './cyclone-dx.ts';
import { jarExtractor } from './jar-extractor.ts';
import { maven } from './maven.ts';

const testdata = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const layer = { index: 0, diffId: 'sha256:00' };

const springBoot = [
  'ch.qos.logback:logback-classic 1.2.12',
  'ch.qos.logback:logback-core 1.2.12',
  'com.example:api 0.0.1-SNAPSHOT',
  'jakarta.annotation:jakarta.annotation-api 1.3.5',
  'org.apache.logging.log4j:log4j-api 2.17.2',
  'org.apache.logging.log4j:log4j-to-slf4j 2.17.2',
  'org.slf4j:jul-to-slf4j 1.7.36',
  'org.slf4j:slf4j-api 1.7.36',
  'org.springframework.boot:spring-boot 2.7.18',
  'org.springframework.boot:spring-boot-autoconfigure 2.7.18',
  'org.springframework.boot:spring-boot-jarmode-layertools 2.7.18',
  'org.springframework:spring-aop 5.3.31',
  'org.springframework:spring-beans 5.3.31',
  'org.springframework:spring-context 5.3.31',
  'org.springframework:spring-core 5.3.31',
  'org.springframework:spring-expression 5.3.31',
  'org.springframework:spring-jcl 5.3.31',
  'org.yaml:snakeyaml 1.30',
].map((line) => `${line} -`);
const ofBill = springBoot
  .filter((line) => !/layertools|com\.example/.test(line))
  .concat(
    'org.springframework.boot:spring-boot-starter 2.7.18 -',
    'org.springframework.boot:spring-boot-starter-logging 2.7.18 -',
  );
const projects = {
  'src/shop/pom.xml': testdata('shop-pom.xml'),
  'src/api/pom.xml': testdata('api-pom.xml'),
};
const locks = {
  'src/gradle.lockfile': testdata('gradle.lockfile'),
  'src/buildscript-gradle.lockfile': testdata('buildscript-gradle.lockfile'),
};
const unpacked = {
  'app/META-INF/maven/org.yaml/snakeyaml/pom.properties': text(
    '#Generated\ngroupId=org.yaml\nartifactId=snakeyaml\nversion=1.30\n',
  ),
  'app/META-INF/maven/org.yaml/snakeyaml/pom.xml': text(
    '<project><groupId>org.yaml</groupId><artifactId>snakeyaml</artifactId><version>1.30</version><dependencies/></project>',
  ),
};

describeCataloger(
  maven,
  [
    {
      name: 'an archive with others shaded into it',
      files: { 'opt/tool-1.2.0.jar': testdata('tool-1.2.0.jar') },
      expected: [
        'com.example:tool 1.2.0 -',
        'commons-codec:commons-codec 1.15 -',
        'org.slf4j:slf4j-api 1.7.36 -',
        'org.slf4j:slf4j-simple 1.7.36 -',
      ],
    },
    {
      name: 'a web application',
      files: { 'srv/webapps/shop.war': testdata('shop-2.0-SNAPSHOT.war') },
      expected: [
        'com.example:shop 2.0-SNAPSHOT -',
        'commons-codec:commons-codec 1.15 -',
        'org.slf4j:slf4j-api 1.7.36 -',
      ],
    },
    {
      name: 'a Spring Boot application',
      files: { 'app.jar': testdata('api-0.0.1-SNAPSHOT.jar') },
      expected: springBoot,
    },
    {
      name: 'its bill of materials unpacked',
      files: { 'app/META-INF/sbom/application.cdx.json': testdata('application.cdx.json') },
      expected: ofBill.map((line) => `${line} (locked)`).toSorted(),
    },
    {
      name: 'projects of Maven',
      files: projects,
      expected: [
        'aopalliance:aopalliance 1.0 - (locked)',
        'com.example:api 0.0.1-SNAPSHOT - (locked)',
        'com.example:shop 2.0-SNAPSHOT - (locked)',
        'commons-codec:commons-codec 1.15 - (locked)',
        'javax.servlet:javax.servlet-api 4.0.1 - (locked)',
        'junit:junit 4.13.2 - (locked)',
        'org.slf4j:slf4j-api 1.7.36 - (locked)',
      ],
    },
    {
      name: 'lock files of Gradle',
      files: locks,
      expected: [
        'cglib:cglib-nodep 3.2.2 - (locked)',
        'com.fasterxml.jackson.core:jackson-databind 2.9.10.8 - (locked)',
        'com.github.ben-manes:gradle-versions-plugin 0.51.0 - (locked)',
        'com.google.guava:guava 20.0 - (locked)',
        'org.projectlombok:lombok 1.18.24 - (locked)',
      ],
    },
    { name: 'descriptors on disk', files: unpacked, expected: ['org.yaml:snakeyaml 1.30 -'] },
  ],
  { extractor: jarExtractor },
);

describeMutations(maven, [
  projects,
  locks,
  { 'app/META-INF/sbom/application.cdx.json': testdata('application.cdx.json') },
]);

function jar(path: string, bytes: Uint8Array): ImageFile {
  const extraction = jarExtractor.open(path, bytes.length);
  extraction.write(bytes);
  return { path, bytes: extraction.end()?.bytes ?? text(''), layer, extractor: 'jar' };
}

function catalogJar(path: string, files: readonly ZipFile[]): CatalogResult {
  return maven.catalog({ files: [jar(path, zipFile(files))] });
}

const listed = ({ packages }: CatalogResult): string[] => packages.map(({ name, version }) => `${name} ${version}`);
const manifest = (...lines: string[]): ZipFile => ({
  name: 'META-INF/MANIFEST.MF',
  bytes: text(`${['Manifest-Version: 1.0', ...lines].join('\r\n')}\r\n\r\n`),
});
const descriptor = (group: string, artifact: string, version: string): ZipFile => ({
  name: `META-INF/maven/${group}/${artifact}/pom.properties`,
  bytes: text(`groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`),
});
const classFile = (name: string): ZipFile => ({ name: `${name}.class`, bytes: text('') });

describe('archives within archives', () => {
  it('are told by where they are, and as contained in those around', () => {
    const lib = zipFile([descriptor('g', 'lib', '2'), descriptor('h', 'inner', '3')]);
    const war = zipFile([{ name: 'WEB-INF/lib/lib-2.jar', bytes: lib }, descriptor('g', 'web', '1')]);
    const result = catalogJar('opt/all-5.ear', [
      { name: 'web-1.war', bytes: war, stored: true },
      descriptor('g', 'all', '5'),
    ]);
    expect(result.packages.map(({ purl, locations, usage }) => [purl, locations[0]?.within, usage])).toEqual([
      ['pkg:maven/g/all@5', undefined, undefined],
      ['pkg:maven/g/lib@2', 'web-1.war!WEB-INF/lib/lib-2.jar', undefined],
      ['pkg:maven/g/web@1', 'web-1.war', undefined],
      ['pkg:maven/h/inner@3', 'web-1.war!WEB-INF/lib/lib-2.jar!META-INF/maven/h/inner/pom.properties', undefined],
    ]);
    expect(result.relationships?.map(({ kind, from, to }) => `${kind} ${from} ${to}`)).toEqual([
      'contains pkg:maven/g/all@5 pkg:maven/g/web@1',
      'contains pkg:maven/g/lib@2 pkg:maven/h/inner@3',
      'contains pkg:maven/g/web@1 pkg:maven/g/lib@2',
    ]);
  });
  it('list what a bill of materials in them names', () => {
    const bytes = testdata('application.cdx.json');
    const found = catalogJar('a.jar', [{ name: 'META-INF/sbom/application.cdx.json', bytes }]);
    expect(found.packages.map(({ presence }) => presence)).toEqual(ofBill.map(() => 'locked'));
  });
});

describe('what an archive does not say', () => {
  it.each<[string, string, readonly ZipFile[], readonly string[]]>([
    ['group', 'lib/mylib-1.2.jar', [classFile('a/b/C')], ['mylib 1.2']],
    [
      'name',
      'app/app.jar',
      [manifest('Implementation-Title: orders', 'Implementation-Version: 3.1'), classFile('C')],
      ['orders 3.1'],
    ],
    [
      'groups of namesakes',
      'lib/spring-web-0.7.5.jar',
      [classFile('org/myorg/spring/A')],
      ['org.myorg.spring:spring-web 0.7.5'],
    ],
    ['nothing but documentation', 'lib/mylib-1.2-sources.jar', [{ name: 'a/B.java', bytes: text('') }], []],
  ])('%s', (_, path, files, expected) => {
    const result = catalogJar(path, files);
    expect([listed(result), result.problems]).toEqual([expected, []]);
    expect(result.packages.every(({ name, ecosystem }) => name.includes(':') === (ecosystem === 'Maven'))).toBe(true);
    expect(result.packages.map(({ metadata }) => metadata)).toEqual(
      expected.map(() => expect.objectContaining({ certainty: 'guessed' })),
    );
  });
  it.each<[string, string, readonly ZipFile[], readonly boolean[]]>([
    ['a library is missing from the list', 'lib/x.jar', [classFile('a/B')], [true]],
    ['an application has no advisories', 'app.jar', [classFile('BOOT-INF/classes/a/B')], [false]],
    ['a part of Java belongs to Java', 'usr/lib/jvm/java-17/lib/jrt-fs.jar', [classFile('jdk/A')], []],
    ['without classes there is nothing to miss', 'lib/x.jar', [manifest()], []],
    ['a descriptor without a version', 'lib/x.jar', [descriptor('g', 'a', '')], [true]],
  ])('%s', (_, path, files, lossy) => {
    const { packages, problems } = catalogJar(path, files);
    expect([packages, problems.map((problem) => problem.lossy)]).toEqual([[], lossy]);
  });
  it.each<[string, string, readonly ZipFile[], string]>([
    ["Maven's repository", 'root/.m2/repository/a/b/lib/1.0/lib-1.0.jar', [classFile('x/Y')], 'pkg:maven/a.b/lib@1.0'],
    [
      "Gradle's cache",
      'root/.gradle/caches/modules-2/files-2.1/a.b/lib/1.0/abc/lib-1.0.jar',
      [classFile('x/Y')],
      'pkg:maven/a.b/lib@1.0',
    ],
    [
      "Quarkus's names",
      'app/lib/main/org.springframework.spring-core-5.3.31.jar',
      [classFile('org/springframework/core/A')],
      'pkg:maven/org.springframework/spring-core@5.3.31',
    ],
    [
      'a plugin of Jenkins',
      'var/jenkins/plugins/git.jpi',
      [manifest('Short-Name: git', 'Group-Id: org.jenkins-ci.plugins', 'Plugin-Version: 4.11.0 (private-1)')],
      'pkg:maven/org.jenkins-ci.plugins/git@4.11.0',
    ],
    ['tests', 'lib/a-1-tests.jar', [descriptor('g', 'a', '1')], 'pkg:maven/g/a@1?classifier=tests'],
    [
      'a platform',
      'lib/netty-transport-native-epoll-4.1.94.Final-linux-x86_64.jar',
      [manifest('Automatic-Module-Name: io.netty.transport')],
      'pkg:maven/io.netty/netty-transport-native-epoll@4.1.94.Final?classifier=linux-x86_64',
    ],
    [
      'a release of Java',
      'lib/mssql-jdbc-9.4.0.jre8.jar',
      [descriptor('com.microsoft.sqlserver', 'mssql-jdbc', '9.4.0')],
      'pkg:maven/com.microsoft.sqlserver/mssql-jdbc@9.4.0.jre8',
    ],
    [
      'a number in the name',
      'lib/log4j-1.2-api-2.21.0.jar',
      [classFile('org/apache/logging/log4j/A')],
      'pkg:maven/org.apache.logging.log4j/log4j-1.2-api@2.21.0',
    ],
  ])('%s', (_, path, files, purl) => {
    expect(catalogJar(path, files).packages.map((found) => found.purl)).toEqual([purl]);
  });
  it('takes the model where properties were not filled in', () => {
    const folder = 'META-INF/maven/g/a';
    const pom =
      '<project><parent><groupId>g</groupId><version>2</version></parent><artifactId>a</artifactId></project>';
    const files = [
      { name: `${folder}/pom.properties`, bytes: text('groupId=g\nartifactId=a\nversion=${revision}\n') },
      { name: `${folder}/pom.xml`, bytes: text(pom) },
    ];
    expect(listed(catalogJar('a.jar', files))).toEqual(['g:a 2']);
  });
});

describe('projects of Maven', () => {
  const pom = (path: string, body: string): ImageFile => ({ path, bytes: text(`<project>${body}</project>`), layer });
  const parent = '<groupId>g</groupId><artifactId>p</artifactId><version>1</version>';
  const dependency = '<dependency><groupId>${project.groupId}</groupId><artifactId>d</artifactId></dependency>';
  it('take versions from parents, by path and by name', () => {
    const managed =
      '<dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>d</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement>';
    const files = [
      pom(
        'a/m/pom.xml',
        `<parent>${parent}</parent><artifactId>m</artifactId><dependencies>${dependency}</dependencies>`,
      ),
      pom('a/pom.xml', `${parent}<properties><v>4.2</v></properties>${managed}`),
    ];
    const result = maven.catalog({ files });
    expect([listed(result), result.problems]).toEqual([['g:d 4.2', 'g:m 1', 'g:p 1'], []]);
  });
  it('say which versions nothing tells, and end where they refer to themselves', () => {
    const body = `<parent>${parent}<relativePath>.</relativePath></parent><artifactId>p</artifactId><properties><v>\${v}</v></properties>`;
    const files = [
      pom(
        'pom.xml',
        `${body}<dependencies>${dependency.replace('</dep', '<version>${v}</version></dep')}</dependencies>`,
      ),
    ];
    const { packages, problems } = maven.catalog({ files });
    expect([packages.length, problems]).toEqual([1, [expect.objectContaining({ lossy: false, detail: '1: g:d' })]]);
  });
});

describe('programs made of Java', () => {
  it('have a bill of materials in them', () => {
    const { root, components } = readNativeImageBill(gzipSync(testdata('application.cdx.json')));
    expect(root).toEqual({ type: 'maven', namespace: 'com.example', name: 'api', version: '0.0.1-SNAPSHOT' });
    expect(components).toHaveLength(ofBill.length);
    expect(() => readNativeImageBill(text('no gzip'))).toThrow('cannot be unpacked');
  });
  const program = (content: object): ImageFile => ({
    path: 'opt/app',
    bytes: text(JSON.stringify({ format: 'elf', faults: [], ...content })),
    layer,
    extractor: 'executable',
  });
  it('are listed with what was built in, only by their bill', () => {
    const bill = gzipSync(testdata('application.cdx.json')).toString('base64');
    const files = [program({ bill }), program({ go: { version: 'go1.22' } }), program({ rust: '{}' })];
    const { packages, problems, relationships } = maven.catalog({ files });
    expect([problems, packages.length, relationships?.length]).toEqual([[], ofBill.length + 1, ofBill.length]);
    for (const { presence, metadata, usage, name } of packages) {
      expect([presence, metadata]).toEqual([undefined, expect.objectContaining({ identifiedBy: 'native-image' })]);
      expect(usage?.root).toBe(name === 'com.example:api' ? true : undefined);
    }
    for (const other of [golang, cargo]) {
      expect(other.catalog({ files: [program({ bill })] })).toMatchObject({ packages: [], problems: [] });
    }
  });
  it('of older releases have no purls in their bill', () => {
    const components = [{ type: 'library', group: 'io.netty', name: 'netty-codec-http2', version: '4.1.76.Final' }];
    const bill = gzipSync(JSON.stringify({ bomFormat: 'CycloneDX', components })).toString('base64');
    const { packages } = maven.catalog({ files: [program({ bill })] });
    expect(packages).toMatchObject([
      { name: 'io.netty:netty-codec-http2', version: '4.1.76.Final', ecosystem: 'Maven' },
    ]);
  });
  it('tell what could not be read', () => {
    const faults = [
      { of: 'java', code: 'corrupt', message: 'a', lossy: true },
      { of: 'go', code: 'corrupt', message: 'b', lossy: true },
    ];
    expect(maven.catalog({ files: [program({ faults })] }).problems).toMatchObject([{ message: 'a' }]);
  });
});
