import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { limitText } from '../internal/limit-text.ts';
import type { Credentials, RegistrySettings } from './registry.ts';
import { badSetting, fieldsOf, parseJsonSetting } from './setting-file.ts';

const maximumMs = 15_000;
const maximumOutput = 64 << 10;
/** How long an answer is good: helpers may ask a server, or the user. */
const rememberedMs = 5 * 60_000;

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Remembered {
  readonly until: number;
  readonly answer: Promise<Credentials | undefined>;
}

const remembered = new WeakMap<RegistrySettings, Map<string, Remembered>>();

/**
 * What `docker-credential-NAME get` says of a server (protocol of docker-credential-helpers); undefined where it knows
 * none. `from` is the file that names the helper. An answer counts for five minutes for the same settings. Throws
 * `RegistryError` (`bad-setting`).
 */
export function askCredentialHelper(
  name: string,
  server: string,
  from: string,
  settings: RegistrySettings,
): Promise<Credentials | undefined> {
  const known = remembered.get(settings) ?? new Map<string, Remembered>();
  remembered.set(settings, known);
  const key = `${name}\n${server}`;
  const before = known.get(key);
  if (before !== undefined && before.until > Date.now()) return before.answer;
  const answer = ask(name, server, from, settings.env);
  known.set(key, { until: Date.now() + rememberedMs, answer });
  answer.catch(() => known.delete(key));
  return answer;
}

async function ask(
  name: string,
  server: string,
  from: string,
  env: RegistrySettings['env'],
): Promise<Credentials | undefined> {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}$/.test(name)) {
    throw badSetting(from, 'the name of a credential helper is letters, digits, ".", "_" and "-"');
  }
  const program = `docker-credential-${name}`;
  const where = `${program} (named in ${from})`;
  const answer = await run(program, server, where, env);
  if (answer.status === 0) return credentialsOf(answer.stdout, where);
  if (/credentials not found/i.test(answer.stdout + answer.stderr)) return undefined;
  throw badSetting(where, `it ended with status ${answer.status}${complaint(answer)}`);
}

function credentialsOf(stdout: string, where: string): Credentials | undefined {
  const fields = fieldsOf(parseJsonSetting(`answer of ${where}`, stdout), `answer of ${where}`);
  const username = fields.text('Username') ?? '';
  const secret = fields.text('Secret') ?? '';
  if (secret === '') return undefined;
  return username === '<token>' ? { kind: 'identity', token: secret } : { kind: 'basic', username, password: secret };
}

/** The first line of what a failed helper said, unless it may hold a secret. */
function complaint(answer: Answer): string {
  const [line = ''] = (answer.stdout.trim() || answer.stderr.trim()).split('\n');
  return line === '' || /[{}]|secret|password/i.test(line) ? '' : `: ${limitText(line, 200)}`;
}

function run(program: string, server: string, where: string, env: RegistrySettings['env']): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(program, ['get'], { env: { ...env }, stdio: 'pipe' });
  } catch (cause) {
    return Promise.reject(badSetting(where, 'it cannot be run', cause));
  }
  const kill = (): void => void child.kill('SIGKILL');
  // Whoever is interrupted leaves nobody behind.
  process.once('exit', kill);
  const texts = { stdout: '', stderr: '' };
  const stop = (what: string): void => {
    kill();
    // A child of the helper may hold its pipes open.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    reject(badSetting(where, what));
  };
  const timer = setTimeout(() => stop(`it gave no answer within ${maximumMs / 1000} seconds`), maximumMs);
  const collect = (which: 'stdout' | 'stderr') => (text: string) => {
    texts[which] += text;
    if (texts[which].length > maximumOutput) stop(`it wrote more than ${maximumOutput >> 10} KiB`);
  };
  child.stdout.setEncoding('utf8').on('data', collect('stdout'));
  child.stderr.setEncoding('utf8').on('data', collect('stderr'));
  child.on('error', (cause: NodeJS.ErrnoException) => {
    reject(
      badSetting(where, cause.code === 'ENOENT' ? 'it is not in PATH' : `it cannot be run (${cause.code})`, cause),
    );
  });
  child.on('close', (status) => resolve({ status, ...texts }));
  // It may end without reading.
  child.stdin.on('error', () => undefined).end(`${server}\n`);
  return promise.finally(() => {
    clearTimeout(timer);
    process.off('exit', kill);
  });
}
