import { isAbsolute } from 'node:path';
import { type EngineAddress, type EngineContainer, EngineError } from '../engine.ts';
import { withContainerd } from './containerd.ts';

/** Where a container keeps what it changed. */
export interface WritableLayer {
  /** The upper folder of its overlay, as containerd sees it. */
  readonly upper: string;
  /** The folders below it, unpacked layers of the image, the lowest first; they hold whiteouts of overlays as it does. */
  readonly lowers: readonly string[];
  /** The overlay keeps its marks in attributes that need no privilege (`userxattr`). */
  readonly userAttributes: boolean;
  /**
   * Chain identifier of the layers below (OCI image config, "Layer ChainID"): what the container really stands on, even
   * where its image's name has moved on. Absent where the snapshot's name is none.
   */
  readonly chainId?: string;
}

interface Mount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

const service = 'containerd.services.snapshots.v1.Snapshots';

/**
 * The writable layer of a container, running or not. Throws `EngineError` (`unsupported` where its snapshotter does not
 * keep changes apart).
 */
export function writableLayer(address: EngineAddress, container: EngineContainer): Promise<WritableLayer> {
  const { snapshot, id } = container;
  if (!snapshot) {
    throw new EngineError('unsupported', 'The container has no snapshot in containerd', id);
  }
  return withContainerd({ ...address, ...container.engine }, async (grpc) => {
    const [{ mounts }, { info }] = await Promise.all([
      grpc.call<{ mounts: readonly Mount[] }>(`${service}/Mounts`, snapshot),
      grpc.call<{ info: { parent: string } | null }>(`${service}/Stat`, snapshot),
    ]);
    const parent = info?.parent ?? '';
    const upper = upperOf(mounts, parent);
    if (upper === undefined) {
      const how = mounts.map(({ type }) => type).join(', ');
      const detail = `${id}: ${snapshot.snapshotter} (${how})`;
      throw new EngineError('unsupported', 'The snapshotter does not keep the changes of a container apart', detail);
    }
    const options = mounts[0]?.options ?? [];
    const userAttributes = options.includes('userxattr');
    return {
      upper,
      lowers: lowersOf(options),
      userAttributes,
      ...(/^sha256:[0-9a-f]{64}$/.test(parent) ? { chainId: parent } : {}),
    };
  });
}

/** From the highest to the lowest, between colons; a colon within is escaped. */
function lowersOf(options: readonly string[]): readonly string[] {
  const text = options.find((option) => option.startsWith('lowerdir='))?.slice('lowerdir='.length) ?? '';
  const paths = text.match(/(?:\\.|[^:\\])+/gs) ?? [];
  return paths.map((path) => path.replaceAll(/\\(.)/gs, '$1')).toReversed();
}

/** Of an overlay its upper folder; of a container without image, all of it. */
function upperOf(mounts: readonly Mount[], parent: string): string | undefined {
  const [mount] = mounts;
  if (mount === undefined || mounts.length > 1) return undefined;
  const option = mount.options.find((text) => text.startsWith('upperdir='))?.slice('upperdir='.length);
  const path = mount.type === 'overlay' ? option : mount.type === 'bind' && parent === '' ? mount.source : undefined;
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
