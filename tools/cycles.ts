/** Finds the groups of nodes that reach each other (Tarjan's strongly connected components, without recursion). */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const found: string[][] = [];

  const enter = (node: string): { readonly node: string; next: number } => {
    order.set(node, order.size);
    low.set(node, order.size - 1);
    open.push(node);
    isOpen.add(node);
    return { node, next: 0 };
  };
  const lower = (node: string, to: number | undefined): void => {
    low.set(node, Math.min(low.get(node) ?? 0, to ?? Infinity));
  };
  const leave = (node: string): void => {
    if (low.get(node) !== order.get(node)) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const member of group) isOpen.delete(member);
    if (group.length > 1 || graph.get(node)?.includes(node)) found.push(group);
  };

  for (const start of graph.keys()) {
    if (order.has(start)) continue;
    const path = [enter(start)];
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const to = graph.get(step.node)?.[step.next];
      step.next += 1;
      if (to === undefined) {
        path.pop();
        leave(step.node);
        const from = path.at(-1);
        if (from) lower(from.node, low.get(step.node));
      } else if (!order.has(to)) path.push(enter(to));
      else if (isOpen.has(to)) lower(step.node, order.get(to));
    }
  }
  return found;
}
