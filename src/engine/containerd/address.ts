import type { EngineAddress } from '../engine.ts';

/** Who asks, and what was said of the place. */
export interface ContainerdPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly socket?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Where containerd listens, as ctr and nerdctl are told (`CONTAINERD_ADDRESS`, `CONTAINERD_NAMESPACE`). */
export function containerdAddress({ env, socket, namespace }: ContainerdPlace): EngineAddress {
  const path = socket ?? (env['CONTAINERD_ADDRESS'] || '/run/containerd/containerd.sock');
  const chosen = namespace ?? env['CONTAINERD_NAMESPACE'];
  return { kind: 'containerd', socket: path.replace(/^unix:\/\//, ''), ...(chosen ? { namespace: chosen } : {}) };
}
