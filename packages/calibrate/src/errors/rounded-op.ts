import type { GraphNode, QuantParams } from '@mnnquant/graph';
import { copyNode } from '../copy-node.ts';
import type { IsolateOp } from './isolated.ts';

/**
 * An op of the int8 network as the float engine computes it: on rounded copies of its inputs, with weights decoded from
 * int8, its result rounded.
 *
 * @param rounding how tensors of the int8 network are rounded
 */
export function roundedOps(rounding: ReadonlyMap<number, QuantParams>): IsolateOp {
  return (chain, fresh) => {
    const nodes: GraphNode[] = [];
    const replaced = new Map<number, number>();
    const rounded = new Map<number, QuantParams>();
    const replace = (tensor: number, name: string): number => {
      const id = fresh.tensor(`${name} (alone)`);
      replaced.set(tensor, id);
      const params = rounding.get(tensor);
      if (params !== undefined) rounded.set(id, params);
      return id;
    };
    for (const node of chain) {
      for (const input of node.inputs) {
        if (replaced.has(input) || !rounding.has(input)) continue;
        const copied = { index: fresh.node(), name: `copy of tensor ${input}` };
        nodes.push(copyNode(copied, input, replace(input, node.name)));
      }
      const inputs = node.inputs.map((id) => replaced.get(id) ?? id);
      const outputs = node.outputs.map((id) => replace(id, node.name));
      nodes.push({ ...node, index: fresh.node(), inputs, outputs });
    }
    const results = new Map(chain.at(-1)!.outputs.map((id) => [id, replaced.get(id)!]));
    return { nodes, results, rounding: rounded };
  };
}
