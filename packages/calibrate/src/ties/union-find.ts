/** Disjoint sets of whole numbers; a set is known by its smallest member, whatever the order of unions. */
export class UnionFind {
  private readonly parent = new Map<number, number>();

  /** The smallest member of the set that holds `member`. */
  find(member: number): number {
    let root = member;
    for (let next = this.parent.get(root); next !== undefined; next = this.parent.get(root)) root = next;
    for (let at = member; at !== root; ) {
      const next = this.parent.get(at) as number;
      this.parent.set(at, root);
      at = next;
    }
    return root;
  }

  union(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA !== rootB) this.parent.set(Math.max(rootA, rootB), Math.min(rootA, rootB));
  }
}
