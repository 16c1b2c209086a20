import type { ImageFile } from '../catalog.ts';
import { readProgram } from '../executable/read-program.ts';
import type { Gatherer } from '../gather.ts';
import { readNativeImageBill } from './cyclone-dx.ts';
import { componentSighting } from './sighting.ts';

const by = 'native-image';

/** Adds what GraalVM built into a program, by the bill of materials in it; nothing of other programs. */
export function addNativeImage(gathered: Gatherer, file: ImageFile): void {
  const program = readProgram(file);
  for (const { of, code, message, detail, lossy } of program?.faults ?? []) {
    if (of === 'java') gathered.problem(code, message, file, detail, lossy);
  }
  if (program?.bill === undefined) return;
  const { root, components } = readNativeImageBill(Buffer.from(program.bill, 'base64'));
  const own = root && gathered.add(componentSighting(root, 'installed', undefined, by, { root: true }), file);
  for (const component of components) {
    const purl = gathered.add(componentSighting(component, 'installed', undefined, by), file);
    if (own !== undefined && purl !== undefined) gathered.relate('contains', own, purl);
  }
}
