// Makes a Spring-Boot-like archive: stored jars within a jar, over 200 MB. Usage: jar-of-jars.ts FILE.
// The bytes of its classes come from a generator, so that they deflate about as classes do and are the same each time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { zipFile } from '../src/internal/testdata/zip-file.ts';

const jars = 330;
const classes = 40;
const [, , file = ''] = process.argv;
let state = 1;

mkdirSync(dirname(file), { recursive: true });
const inner = Array.from({ length: jars }, (_, index) => ({
  name: `BOOT-INF/lib/part-${index}-1.${index}.0.jar`,
  bytes: jar(index),
  stored: true,
}));
writeFileSync(file, zipFile([...inner, descriptor('app', '1.0.0')]));

function jar(index: number): Buffer {
  const files = Array.from({ length: classes }, (_, number) => ({
    name: `org/example/part${index}/Class${number}.class`,
    bytes: code(32_000),
  }));
  return zipFile([...files, descriptor(`part-${index}`, `1.${index}.0`)]);
}

function descriptor(artifact: string, version: string): { name: string; bytes: Buffer } {
  const text = `groupId=org.example\nartifactId=${artifact}\nversion=${version}\n`;
  return { name: `META-INF/maven/org.example/${artifact}/pom.properties`, bytes: Buffer.from(text) };
}

/** Half of it noise, half of it alike. */
function code(length: number): Buffer {
  const bytes = Buffer.alloc(length, 'org/example/Code');
  for (let at = 0; at < length; at += 2) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}
