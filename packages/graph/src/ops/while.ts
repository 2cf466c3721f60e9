import { type Op, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition, type ParseContext } from '../op.ts';
import {
  type ConditionalLoop,
  conditionalLoop,
  describeConditionalLoop,
  runConditionalLoop,
} from './loops/conditional-loop.ts';
import { type CountedLoop, countedLoop, describeCountedLoop, runCountedLoop } from './loops/counted-loop.ts';

export type WhileAttributes = CountedLoop | ConditionalLoop;

/**
 * A loop over a subgraph: counted, as ONNX has it and as MNN's converter writes LSTM and GRU, or with a
 * subgraph for the condition, as TensorFlow has it (express/module/WhileModule.cpp, MNN 3.6.1).
 *
 * Where no state changes its shape and the number of turns is known, the shapes are known beforehand; else
 * what follows the loop is planned during the run.
 */
export const whileOp: OpDefinition<WhileAttributes> = {
  name: 'While',
  opTypes: [OpType.While],
  parse: parseWhile,
  shape: (attributes, inputs, where) =>
    attributes.kind === 'counted'
      ? describeCountedLoop(attributes, inputs, where)
      : describeConditionalLoop(attributes, inputs, where),
  reference: () => {
    throw new GraphError('While runs subgraphs; it has no reference of its own');
  },
  control: (attributes) =>
    attributes.kind === 'counted' ? runCountedLoop(attributes) : runConditionalLoop(attributes),
  cases: [],
};

function parseWhile(op: Op, context: ParseContext): WhileAttributes {
  if (op.main?.type !== 'WhileParam')
    throw new GraphError(`${context.where}: expected a WhileParam parameter, got ${op.main?.type ?? 'none'}`);
  const { body_graph, cond_graph } = op.main.value;
  const body = context.subgraph(body_graph);
  if (cond_graph === undefined) return countedLoop(body, context);
  return conditionalLoop(op.main.value, context.subgraph(cond_graph), body, context);
}
