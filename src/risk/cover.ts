/** Something that can be done: which things it covers, by index, and what it costs, more than 0. */
export interface Candidate {
  readonly covers: readonly number[];
  readonly cost: number;
}

/** What was chosen, in order, and the weight that each newly covers. */
export interface Chosen {
  readonly picks: readonly { readonly index: number; readonly gain: number }[];
  /** `single` where one candidate alone is worth more than all that the greedy choice can pay. */
  readonly by: 'greedy' | 'single';
}

/**
 * Budgeted maximum coverage: always the candidate that newly covers the most weight for its cost and can still be paid; or
 * the single best one, where that is worth more. At least (1 − 1/e)/2 of the best choice (Khuller, Moss, Naor 1999).
 * Weights are not negative. The same input gives the same choice: ties go to the lower index.
 */
export function cover(candidates: readonly Candidate[], weights: readonly number[], budget: number): Chosen {
  const affordable = [...candidates.keys()].filter((index) => (candidates[index]?.cost ?? Infinity) <= budget);
  const picks = greedy(candidates, affordable, weights, budget);
  const total = picks.reduce((sum, { gain }) => sum + gain, 0);
  // More than what the order of a sum makes of it.
  let best = { index: -1, gain: total * (1 + 1e-9) };
  for (const index of affordable) {
    const gain = gainOf(candidates[index]?.covers ?? [], weights, new Set());
    if (gain > best.gain) best = { index, gain };
  }
  return best.index < 0 ? { picks, by: 'greedy' } : { picks: [best], by: 'single' };
}

interface Entry {
  readonly index: number;
  readonly cost: number;
  gain: number;
}

/**
 * A candidate's gain only falls as others are chosen, so what it was before is a bound: only the one at the top of the heap
 * has to be reckoned anew.
 */
function greedy(
  candidates: readonly Candidate[],
  affordable: readonly number[],
  weights: readonly number[],
  budget: number,
): Chosen['picks'] {
  const covered = new Set<number>();
  const picks: { index: number; gain: number }[] = [];
  const heap = newHeap();
  for (const index of affordable) {
    const { covers = [], cost = 1 } = candidates[index] ?? {};
    heap.push({ index, cost, gain: gainOf(covers, weights, covered) });
  }
  let left = budget;
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    if (top.cost > left || top.gain <= 0) continue;
    const covers = candidates[top.index]?.covers ?? [];
    const gain = gainOf(covers, weights, covered);
    if (gain < top.gain) {
      top.gain = gain;
      heap.push(top);
      continue;
    }
    picks.push({ index: top.index, gain });
    for (const thing of covers) covered.add(thing);
    left -= top.cost;
  }
  return picks;
}

function gainOf(covers: readonly number[], weights: readonly number[], covered: ReadonlySet<number>): number {
  let gain = 0;
  for (const thing of new Set(covers)) if (!covered.has(thing)) gain += weights[thing] ?? 0;
  return gain;
}

/** Whether one is to be chosen before the other. */
function isBefore(a: Entry, b: Entry): boolean {
  const difference = a.gain / a.cost - b.gain / b.cost;
  return difference > 0 || (difference === 0 && a.index < b.index);
}

/** A binary heap with the best at the top. */
function newHeap(): { push(entry: Entry): void; pop(): Entry | undefined } {
  const entries: Entry[] = [];
  const swapIfBefore = (child: number, parent: number): boolean => {
    const [a, b] = [entries[child], entries[parent]];
    if (a === undefined || b === undefined || !isBefore(a, b)) return false;
    entries[child] = b;
    entries[parent] = a;
    return true;
  };
  return {
    push(entry) {
      entries.push(entry);
      for (let at = entries.length - 1; at > 0 && swapIfBefore(at, (at - 1) >> 1); at = (at - 1) >> 1);
    },
    pop() {
      const top = entries[0];
      const last = entries.pop();
      if (last === undefined || entries.length === 0) return top;
      entries[0] = last;
      for (let at = 0, next = 1; next < entries.length; next = 2 * at + 1) {
        const [left, right] = [entries[next], entries[next + 1]];
        if (left !== undefined && right !== undefined && isBefore(right, left)) next++;
        if (!swapIfBefore(next, at)) break;
        at = next;
      }
      return top;
    },
  };
}
