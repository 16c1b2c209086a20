import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { type Command, Option } from 'commander';
import type { Place } from '../image/image.ts';
import type { Credentials, RegistrySettings, TlsSettings } from '../registry/registry.ts';
import type { ScanOptions } from '../scan/scan.ts';
import { CliError } from './cli-error.ts';
import { platformOption } from './platform.ts';
import type { World } from './world.ts';

/** Where a name may be looked for; the same as `Place`. */
export const placeChoices: readonly Place[] = ['docker', 'podman', 'containerd', 'registry'];

/** Options that say where an image is and how to get at it, as commander gives them. */
export interface ImageFlags {
  readonly platform?: string;
  readonly from?: string;
  readonly namespace?: string;
  readonly authfile?: string;
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSkipVerify?: boolean;
  readonly plainHttp?: boolean;
  readonly hostsDir?: string;
  readonly registriesConf?: string;
  readonly shortNames?: boolean;
  readonly lazy?: boolean;
}

/** Adds these options to a command. */
export function addImageOptions(command: Command): Command {
  return command
    .optionsGroup('Where images are:')
    .option('--platform <OS/ARCH[/VARIANT]>', 'which of several (default: linux on this architecture)')
    .option('--from <PLACES>', 'where a name is looked for, in order (default: docker,podman,containerd,registry)')
    .option('--namespace <NAME>', "containerd's namespace (default: all)")
    .option('--lazy', 'fetch only what is needed of layers with a table of contents, which is then trusted')
    .optionsGroup('Registries:')
    .option('--authfile <FILE>', "credentials, if not in Docker's or podman's usual files")
    .addOption(new Option('--username <NAME>', 'who to be to the registry').implies({ passwordStdin: true }))
    .option('--password-stdin', 'read the password or token from standard input')
    .option('--plain-http', 'HTTP instead of HTTPS to the registry')
    .option('--tls-ca <FILE>', 'authorities to trust besides those of the system')
    .option('--tls-cert <FILE>', 'certificate to show to the registry')
    .option('--tls-key <FILE>', 'its key')
    .option('--tls-skip-verify', 'trust any certificate')
    .option('--hosts-dir <DIR>', "containerd's folder of HOST/hosts.toml")
    .option('--registries-conf <FILE>', "podman's registries.conf")
    .option('--short-names', "take names without a registry as podman's settings have them, not as Docker Hub's");
}

/** What these options say to a scan. Throws `CliError` (`usage`). */
export function imageOptions(flags: ImageFlags, world: World): Omit<ScanOptions, 'onProgress'> {
  const { env } = world;
  const home = env['HOME'] || homedir();
  return {
    ...(flags.platform === undefined ? {} : { platform: platformOption(flags.platform) }),
    ...(flags.from === undefined ? {} : { places: placesOf(flags.from) }),
    ...(flags.lazy === undefined ? {} : { lazy: flags.lazy }),
    registry: registrySettings(flags, home, world),
    engines: { env, home, ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }) },
  };
}

function placesOf(text: string): Place[] {
  return text.split(',').map((word) => {
    const place = placeChoices.find((choice) => choice === word.trim());
    if (place !== undefined) return place;
    throw new CliError('usage', `--from takes ${placeChoices.join(', ')}, with commas between`, word);
  });
}

function registrySettings(flags: ImageFlags, home: string, { env, version, readInput }: World): RegistrySettings {
  const { authfile, hostsDir, registriesConf, plainHttp, shortNames } = flags;
  const tls = tlsOf(flags);
  const credentials = credentialsOf(flags, readInput);
  return {
    env,
    home,
    userAgent: `seaworthy/${version}`,
    ...(authfile === undefined ? {} : { authFile: authfile }),
    ...(hostsDir === undefined ? {} : { hostsFolder: hostsDir }),
    ...(registriesConf === undefined ? {} : { registriesFile: registriesConf }),
    ...(plainHttp === undefined ? {} : { plainHttp }),
    ...(shortNames === undefined ? {} : { podmanNames: shortNames }),
    ...(tls === undefined ? {} : { tls }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function tlsOf({ tlsCa, tlsCert, tlsKey, tlsSkipVerify }: ImageFlags): TlsSettings | undefined {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new CliError('usage', '--tls-cert and --tls-key go together', `only ${tlsCert ?? tlsKey} is given`);
  const tls = {
    ...(tlsCa === undefined ? {} : { ca: [pemOf(tlsCa, '--tls-ca', 'CERTIFICATE')] }),
    ...(tlsCert === undefined ? {} : { certificate: pemOf(tlsCert, '--tls-cert', 'CERTIFICATE') }),
    ...(tlsKey === undefined ? {} : { key: pemOf(tlsKey, '--tls-key', 'PRIVATE KEY') }),
    ...(tlsSkipVerify === undefined ? {} : { skipVerify: tlsSkipVerify }),
  };
  return Object.keys(tls).length === 0 ? undefined : tls;
}

function credentialsOf(
  { username, passwordStdin }: ImageFlags,
  readInput: World['readInput'],
): Credentials | undefined {
  if (!passwordStdin) return undefined;
  const secret = readInput()?.replace(/\r?\n$/, '') ?? '';
  if (secret === '')
    throw new CliError(
      'usage',
      'there is no password on standard input',
      username === undefined ? '--password-stdin' : '--username reads it there, like --password-stdin',
    );
  return username === undefined ? { kind: 'bearer', token: secret } : { kind: 'basic', username, password: secret };
}

/** A file without what it should hold would be passed over in silence. */
function pemOf(path: string, flag: string, what: string): string {
  const text = textOf(path, flag);
  if (new RegExp(`^-----BEGIN [A-Z ]*${what}-----`, 'm').test(text)) return text;
  throw new CliError('usage', `the file given by ${flag} holds no ${what.toLowerCase()} in PEM`, path);
}

function textOf(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new CliError('usage', `the file given by ${flag} cannot be read`, `${path} (${code})`);
  }
}
