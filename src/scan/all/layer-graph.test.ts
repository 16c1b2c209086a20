import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../../image/image.ts';
import { layerGraph, type Step, sharedFirst } from './layer-graph.ts';

function layer(name: string): Layer {
  const blob = { kind: 'file', path: name, offset: 0, size: 1 } as const;
  return { index: 0, diffId: name, size: 1, mediaType: '', blob };
}

const images = (...chains: readonly string[]): Layer[][] => chains.map((chain) => chain.split('').map(layer));

/** Runs the graph with so many hands, which finish in the order that `pick` says; gives what was done in which order. */
function run(all: readonly (readonly Layer[])[], hands: number, pick: (among: number) => number): string[] {
  const graph = layerGraph(all, new Set());
  const doing: Step[] = [];
  const order: string[] = [];
  for (;;) {
    while (doing.length < hands) {
      const step = graph.next();
      if (step === undefined) break;
      doing.push(step);
    }
    const [step] = doing.splice(pick(doing.length), 1);
    if (step === undefined) return order;
    order.push(step.kind === 'image' ? String(step.at) : step.layer.diffId);
    graph.done(step);
  }
}

const chains = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { maxLength: 5 }), {
  maxLength: 12,
});

describe('the graph', () => {
  it('gives each layer once, and each image once, after all of its layers', () => {
    fc.assert(
      fc.property(chains, fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat()), (names, hands, picks) => {
        const all = names.map((chain) => chain.map(layer));
        const order = run(all, hands, (among) => (among === 0 ? 0 : (picks.next().value ?? 0) % among));
        expect(order.toSorted()).toEqual([...new Set(names.flat()), ...all.map((_, at) => String(at))].toSorted());
        for (const [at, chain] of names.entries())
          for (const name of chain) expect(order.indexOf(name)).toBeLessThan(order.indexOf(String(at)));
      }),
    );
  });

  it('hands an image out before it reads the layers of the next', () => {
    expect(run(images('ab', 'ac', 'de'), 1, () => 0)).toEqual(['a', 'b', '0', 'c', '1', 'd', 'e', '2']);
  });

  it('passes over what was read before', () => {
    const read = new Set(['a']);
    const graph = layerGraph(images('a', 'ab'), read);
    expect([graph.next(), graph.next(), graph.next()]).toMatchObject([
      { kind: 'image', at: 0 },
      { kind: 'layer', layer: { diffId: 'b' } },
      undefined,
    ]);
    expect(read.has('b')).toBe(false);
  });
});

describe('the order', () => {
  it.each([
    { chains: ['ax', 'by', 'bx', 'az', 'bz'], order: [2, 1, 4, 0, 3] },
    { chains: ['c', 'a', 'b'], order: [0, 1, 2] },
    { chains: ['', 'a', ''], order: [0, 1, 2] },
    { chains: ['ab', 'x', 'aa', 'ab'], order: [2, 0, 3, 1] },
  ])('of $chains is $order', ({ chains: names, order }) => {
    const found = sharedFirst(images(...names));
    expect(found.map((at) => names[at])).toEqual(order.map((at) => names[at]));
    expect(new Set(found)).toEqual(new Set(order));
  });
});
