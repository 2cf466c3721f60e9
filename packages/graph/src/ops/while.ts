import { type Op, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition, type ParseContext } from '../op.ts';
import { BATCH_PRODUCT, type CompiledLoop, compiledLoop, runCompiledLoop } from './loops/compiled-loop.ts';
import {
  type ConditionalLoop,
  conditionalLoop,
  describeConditionalLoop,
  runConditionalLoop,
} from './loops/conditional-loop.ts';
import { type CountedLoop, countedLoop, describeCountedLoop, runCountedLoop } from './loops/counted-loop.ts';

export type WhileAttributes = CountedLoop | ConditionalLoop | CompiledLoop;

/**
 * A loop. Over a subgraph: counted, as ONNX has it and as MNN's converter writes LSTM and GRU, or with a
 * subgraph for the condition, as TensorFlow has it (express/module/WhileModule.cpp, MNN 3.6.1). Or over a list of
 * commands, in models that MNN has decomposed (CPULoop in CPURaster.cpp).
 *
 * Where no state changes its shape and the number of turns is known, the shapes are known beforehand; else
 * what follows the loop is planned during the run.
 */
export const whileOp: OpDefinition<WhileAttributes> = {
  name: 'While',
  opTypes: [OpType.While],
  parse: parseWhile,
  shape(attributes, inputs, where) {
    switch (attributes.kind) {
      case 'counted':
        return describeCountedLoop(attributes, inputs, where);
      case 'conditional':
        return describeConditionalLoop(attributes, inputs, where);
      case 'compiled':
        return [...attributes.described];
    }
  },
  reference(attributes, inputs, outputs) {
    if (attributes.kind !== 'compiled')
      throw new GraphError('While runs subgraphs; it has no reference of its own');
    runCompiledLoop(attributes, inputs, outputs);
  },
  control(attributes) {
    if (attributes.kind === 'counted') return runCountedLoop(attributes);
    return attributes.kind === 'conditional' ? runConditionalLoop(attributes) : undefined;
  },
  cases: () => [
    {
      title: 'compiled: a product per turn',
      attributes: BATCH_PRODUCT,
      inputs: [{ shape: [2, 3, 4] }, { shape: [2, 4, 5] }],
    },
  ],
};

function parseWhile(op: Op, context: ParseContext): WhileAttributes {
  if (op.main?.type === 'LoopParam') return compiledLoop(op.main.value, context);
  if (op.main?.type !== 'WhileParam')
    throw new GraphError(
      `${context.where}: expected a WhileParam or LoopParam parameter, got ${op.main?.type ?? 'none'}`,
    );
  const { body_graph, cond_graph } = op.main.value;
  const body = context.subgraph(body_graph);
  if (cond_graph === undefined) return countedLoop(body, context);
  return conditionalLoop(op.main.value, context.subgraph(cond_graph), body, context);
}
