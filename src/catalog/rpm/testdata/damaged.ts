/** Copies of a file, each cut, with bytes flipped, lines doubled or pieces swapped; the same in every run. */
export function* damagedCopies(whole: Uint8Array, count: number): Generator<Uint8Array> {
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let at = 0; at < count; at++) {
    const copy = Uint8Array.from(whole);
    const from = random(copy.length);
    const length = 1 + random(64);
    if (at % 4 === 0) {
      yield copy.subarray(0, from);
    } else if (at % 4 === 1) {
      for (let flips = 1 + random(8); flips > 0; flips--) copy[random(copy.length)] = random(256);
      yield copy;
    } else if (at % 4 === 2) {
      yield Buffer.concat([copy.subarray(0, from), copy.subarray(Math.max(0, from - length))]);
    } else {
      copy.copyWithin(random(copy.length), from, from + length);
      yield copy;
    }
  }
}
