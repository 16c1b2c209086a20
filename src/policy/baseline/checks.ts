import { rootOf } from '../fields.ts';
import type { BaselineFacts } from './facts.ts';
import { addedFiles, type Found, secretNames, unverifiedInstalls, updatesAlone } from './instructions.ts';
import type { ControlResult } from './model.ts';
import words from './words.json' with { type: 'json' };

/** What a check is held against. */
interface CheckContext {
  readonly facts: BaselineFacts;
  /** Whether a base image is trusted; absent where nobody says which are. */
  readonly trusted: ((name: string) => boolean) | undefined;
}

/** What came of a check. */
type CheckResult = Pick<ControlResult, 'status' | 'why'> & { readonly evidence?: readonly string[] };

type Check = (context: CheckContext) => CheckResult;

const baseLabel = 'org.opencontainers.image.base.name';

/** Checks by name, as controls refer to them. Each fails only on evidence and passes only where nothing of it is unknown. */
export const checks: Readonly<Record<string, Check>> = {
  'non-root': ({ facts: { user } }) => {
    const root = rootOf(user);
    if (root === undefined) return unknown('the configuration of the image is not known');
    return root
      ? fail('the image runs as root', [user === '' ? 'no user is named' : `user ${user ?? ''}`])
      : pass('the image names a user that is not root', [`user ${user ?? ''}`]);
  },
  'pod-non-root': ({ facts: { user } }) => {
    const root = rootOf(user);
    if (root === undefined) return unknown('the configuration of the image is not known');
    if (root)
      return fail('a pod that must not run as root refuses the image unless it names another user', [
        user === '' ? 'no user is named' : `user ${user ?? ''}`,
      ]);
    return /^\d/.test(user ?? '')
      ? unknown('the image is ready for it; whether the pod asks for it is not known', [`user ${user ?? ''}`])
      : fail('Kubernetes refuses a user by name where it must not be root: name it by number', [`user ${user ?? ''}`]);
  },
  'trusted-base': ({ facts: { labels }, trusted }) => {
    const base = labels?.[baseLabel];
    if (base === undefined) return unknown('the image does not say which base it was built on');
    if (trusted === undefined) return unknown('which base images are trusted is not said', [base]);
    // A label is what the builder says; it is enough to fail, and to pass only what is signed.
    return trusted(base)
      ? unknown('the image says that its base is a trusted one; nothing proves it', [base])
      : fail('the base image is not among the trusted ones', [base]);
  },
  patched: ({ facts: { patches, complete } }) => {
    if (patches.missing.length > 0) return fail('critical or high flaws of which a fix exists', patches.missing);
    if (patches.unclear.length > 0) return unknown('flaws that may be as grave, or fixable', patches.unclear);
    return complete
      ? pass('no critical or high flaw of which a fix exists')
      : unknown('not every package was assessed');
  },
  signed: ({ facts: { signed } }) => {
    if (signed === undefined) return unknown('signatures were not checked');
    return signed ? pass('the image has a valid signature') : fail('the image has no valid signature');
  },
  healthcheck: ({ facts: { healthcheck } }) => {
    if (healthcheck === undefined) return unknown('the configuration of the image is not known');
    return healthcheck ? pass('there is a HEALTHCHECK') : fail('there is no HEALTHCHECK');
  },
  'health-at-run-time': ({ facts: { healthcheck } }) =>
    healthcheck === true
      ? pass('the image has a HEALTHCHECK, which is run unless it is switched off')
      : unknown('the image has no HEALTHCHECK; one may be given where it is run'),
  'update-alone': ({ facts }) =>
    ofInstructions(
      facts,
      updatesAlone,
      'package lists are updated by themselves, so that a cached layer keeps old ones',
      true,
    ),
  'copy-not-add': ({ facts }) =>
    ofInstructions(facts, addedFiles, 'ADD is used, which unpacks archives and fetches from addresses', true),
  'verified-packages': ({ facts }) =>
    ofInstructions(facts, unverifiedInstalls, 'packages are installed without being verified', false),
  secrets: ({ facts }) => {
    const names = secretNames(facts.instructions ?? [], facts.environment ?? []);
    return names.length > 0
      ? fail('values that look like secrets are in the image’s configuration or history', names)
      : unknown('secrets in files are not looked for');
  },
  setuid: ({ facts: { setuid } }) => {
    if (setuid === undefined) return unknown('permissions of files were not looked at');
    return setuid.length === 0 ? pass('no file has such permissions') : fail('files run with rights of others', setuid);
  },
  'no-sshd': ({ facts: { packages } }) => {
    const there = packages.filter((name) => words.sshServers.includes(name));
    return there.length > 0
      ? fail('a server of SSH is installed', there)
      : unknown('no package of a server of SSH; programs that belong to no package are not looked for');
  },
};

/** Where `proves`, an image of which all instructions are known and none is found passes. */
function ofInstructions(
  { instructions }: BaselineFacts,
  find: (instructions: readonly (string | undefined)[]) => Found,
  why: string,
  proves: boolean,
): CheckResult {
  if (instructions === undefined || instructions.length === 0) return unknown('how the image was built is not known');
  const { found, unclear } = find(instructions);
  if (found.length > 0) return fail(why, found);
  if (unclear || instructions.includes(undefined)) return unknown('how the image was built is not wholly known');
  return proves ? pass('no instruction does so') : unknown('no instruction shows it, which proves nothing');
}

function pass(why: string, evidence: readonly string[] = []): CheckResult {
  return { status: 'pass', why, evidence };
}

function fail(why: string, evidence: readonly string[] = []): CheckResult {
  return { status: 'fail', why, evidence };
}

function unknown(why: string, evidence: readonly string[] = []): CheckResult {
  return { status: 'unknown', why, evidence };
}
