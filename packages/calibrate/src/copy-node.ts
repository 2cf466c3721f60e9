import { type GraphNode, OPS } from '@mnnquant/graph';
import { createTable, OpType } from '@mnnquant/mnn-format';

/** A node that copies a tensor, so that the copy can be rounded. */
export function copyNode(node: Pick<GraphNode, 'index' | 'name'>, tensor: number, copy: number): GraphNode {
  const { index, name } = node;
  return {
    index,
    name,
    definition: OPS.find((definition) => definition.name === 'Identity')!,
    attributes: undefined,
    inputs: [tensor],
    outputs: [copy],
    source: createTable('Op', { name, type: OpType.Identity }),
  };
}
