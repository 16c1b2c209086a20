// Updates a database again and again from a feed that it rewrites each time: updater-child DATABASE MIRROR TIMES FIRST
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { updateDatabase } from '../database.ts';
import { advisory, fakeSource, feedText } from './fake-source.ts';

const [path = '', mirror = '', times = '1', first = '0'] = process.argv.slice(2);
const source = fakeSource('debian', [{ url: 'https://deb.example/json', ecosystems: ['Debian'] }]);
mkdirSync(join(mirror, 'deb.example'), { recursive: true });
for (let turn = 0; turn < Number(times); turn++) {
  const id = `CVE-${Number(first) + turn}`;
  const more = Array.from({ length: 2000 }, (_, index) => advisory(id, { package: `p${index}` }));
  const text = feedText([advisory(id, {}), ...more, advisory(id, { package: 'zsh' })]);
  writeFileSync(join(mirror, 'deb.example', 'json'), text);
  const result = await updateDatabase({ path, sources: [source], mirror, tool: 'test', env: {} });
  const outcome = result.feeds[0];
  if (outcome?.kind === 'failed') throw outcome.error;
  if (turn === 0) console.log('first');
}
console.log('done');
