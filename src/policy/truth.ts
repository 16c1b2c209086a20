import type { Test, Truth } from './policy.ts';

/** Whether all hold (Kleene): false wins over unknown, unknown over true. */
export function all(tests: readonly Test[]): Test {
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (subject) => {
    let truth: Truth = true;
    for (const test of tests) {
      const one = test(subject);
      if (one === false) return false;
      if (one === 'unknown') truth = 'unknown';
    }
    return truth;
  };
}

/** Whether any holds (Kleene): true wins over unknown, unknown over false. */
export function any(tests: readonly Test[]): Test {
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (subject) => {
    let truth: Truth = false;
    for (const test of tests) {
      const one = test(subject);
      if (one === true) return true;
      if (one === 'unknown') truth = 'unknown';
    }
    return truth;
  };
}

/** The opposite; of unknown, unknown. */
export function not(test: Test): Test {
  return (subject) => {
    const truth = test(subject);
    return truth === 'unknown' ? truth : !truth;
  };
}

/** Whether all (`every`) or any of some values have a property, of which each may be unknown. */
export function over<T>(values: readonly T[], holds: (value: T) => Truth, every: boolean): Truth {
  let truth: Truth = every;
  for (const value of values) {
    const one = holds(value);
    if (one === !every) return one;
    if (one === 'unknown') truth = one;
  }
  return truth;
}
