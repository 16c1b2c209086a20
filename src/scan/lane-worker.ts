import { parentPort, workerData } from 'node:worker_threads';
import type { LayerContent } from '../image/layer/collector.ts';
import { type LaneMessage, type LaneTask, runLane } from './lane.ts';
import { sent } from './sent-error.ts';

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
  parentPort?.postMessage({ kind: 'failed', ...sent(error) } satisfies LaneMessage);
}
