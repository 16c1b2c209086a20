import { parentPort, workerData } from 'node:worker_threads';
import { ImageError } from '../image/image.ts';
import type { LayerContent } from '../image/layer/collector.ts';
import { type LaneMessage, type LaneTask, runLane } from './lanes.ts';

function send(content: LayerContent): void {
  const memory = [
    ...content.files.map(({ bytes }) => bytes.buffer),
    content.paths.keys.buffer,
    content.paths.kinds.buffer,
  ];
  const transferable = new Set(memory.filter((buffer) => buffer instanceof ArrayBuffer));
  parentPort?.postMessage({ kind: 'content', content } satisfies LaneMessage, [...transferable]);
}

try {
  await runLane(workerData as LaneTask, send);
} catch (error) {
  const known = error instanceof ImageError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  parentPort?.postMessage({ kind: 'failed', code: known?.code, message, detail: known?.detail } satisfies LaneMessage);
}
