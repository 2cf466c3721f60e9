import { OpType } from '@mnnquant/mnn-format';
import { sigmoid, tanh } from '../math/index.ts';
import { GraphError, type OpCase, type OpCaseInput, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorData } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import {
  type Advance,
  addColumnProducts,
  checkCount,
  type RecurrentSizes,
  recurrentOutputs,
  sequenceSizes,
  walkSequences,
} from './support/recurrent.ts';

export interface RnnSequenceGruAttributes {
  /** Length of the hidden state. */
  readonly units: number;
  readonly bidirectional: boolean;
  /** The reset gate acts on R h + b instead of on h. */
  readonly linearBeforeReset: boolean;
  /** Every hidden state as first output, the last one as second; else only the last one. */
  readonly keepAll: boolean;
}

/** Weights and biases of one direction are five inputs in a row. */
const PER_DIRECTION = 5;

/**
 * Gated recurrent unit over x [T, N, C] (ShapeRNNSequenceGRU.cpp, CPURNNSequenceGRU.cpp, MNN 3.6.1).
 *
 * Per direction five inputs: weights of the update and reset gates [C + H, 2H] and their bias [2H], weights of the
 * candidate [C + H, H] and its bias [H], and the biases of the state [3H]. The last input may be the first state
 * [D, N, H]. Outputs: every state [T, D, N, H] and the last one [D, N, H]. MNN leaves zeros in the second half of
 * the latter where it keeps all states; here it is the state that the backward direction ends with.
 */
export const rnnSequenceGru: OpDefinition<RnnSequenceGruAttributes> = {
  name: 'RNNSequenceGRU',
  opTypes: [OpType.RNNSequenceGRU],
  parse(op, { where, inputCount, ...context }) {
    const table = parameter(op, 'RNNParam', { where, inputCount, ...context });
    const { numUnits: units, isBidirectionalRNN: bidirectional } = table;
    if (units < 1) throw new GraphError(`${where}: expected at least 1 unit, got ${units}`);
    const least = 1 + PER_DIRECTION * directionsOf({ bidirectional });
    if (inputCount === 1 && table.fwGateWeight !== undefined)
      throw new GraphError(
        `${where}: its weights are in the op, where MNN 3.6.1 no longer reads them; convert the model again`,
      );
    if (inputCount !== least && inputCount !== least + 1)
      throw new GraphError(`${where}: expected ${least} or ${least + 1} inputs, got ${inputCount}`);
    const { linearBeforeReset, keepAllOutputs: keepAll } = table;
    return { units, bidirectional, linearBeforeReset, keepAll };
  },
  shape(attributes, inputs, where) {
    const { units, keepAll } = attributes;
    const sizes = sequenceSizes(inputs, units, directionsOf(attributes), where);
    checkWeights(sizes, inputs.length, inputs, where);
    const { all, last } = recurrentOutputs(sizes, required(inputs, 0, where).layout);
    return keepAll ? [all, last] : [last];
  },
  reference(attributes, inputs, outputs) {
    const sizes = sequenceSizes(inputs, attributes.units, directionsOf(attributes), 'RNNSequenceGRU');
    const x = required(inputs, 0, 'RNNSequenceGRU').data;
    const initial = inputs[stateIndex(sizes)]?.data;
    const all = attributes.keepAll ? outputs[0].data : undefined;
    const last = outputs[attributes.keepAll ? 1 : 0]?.data;
    for (let d = 0; d < sizes.directions; d++)
      walkSequences(sizes, x, d, [{ initial, last }], all, stepOf(attributes, sizes, d, inputs));
  },
  cases: gruCases,
};

function directionsOf({ bidirectional }: Pick<RnnSequenceGruAttributes, 'bidirectional'>): number {
  return bidirectional ? 2 : 1;
}

function stateIndex({ directions }: RecurrentSizes): number {
  return 1 + PER_DIRECTION * directions;
}

function checkWeights(
  sizes: RecurrentSizes,
  count: number,
  inputs: Parameters<typeof checkCount>[0],
  where: string,
): void {
  const { directions, units, features, batch } = sizes;
  const rows = features + units;
  const shapes = [[rows, 2 * units], [2 * units], [rows, units], [units], [3 * units]];
  for (let d = 0; d < directions; d++)
    for (const [i, shape] of shapes.entries()) checkCount(inputs, 1 + d * PER_DIRECTION + i, shape, where);
  const state = stateIndex(sizes);
  if (count > state && inputs[state]) checkCount(inputs, state, [directions, batch, units], where);
}

/** One step of one direction: z and r are the gates, h' = c + z (h - c) with the candidate c. */
function stepOf(
  { linearBeforeReset }: RnnSequenceGruAttributes,
  { units, features }: RecurrentSizes,
  direction: number,
  inputs: readonly (HostTensor | undefined)[],
): Advance {
  const data = (i: number): TensorData => required(inputs, i, 'RNNSequenceGRU').data;
  const first = 1 + direction * PER_DIRECTION;
  const [gateWeight, gateBias, weight, bias, stateBias] = [0, 1, 2, 3, 4].map((i) => data(first + i));
  const gates = new Float64Array(2 * units);
  const own = new Float64Array(units);
  const ofState = new Float64Array(units);
  const reset = new Float64Array(units);
  const kept = new Float64Array(units);
  return (row, [hidden]) => {
    for (let i = 0; i < 2 * units; i++) gates[i] = gateBias[i] + stateBias[i];
    addColumnProducts(gates, gateWeight, 0, row);
    addColumnProducts(gates, gateWeight, features * 2 * units, hidden);
    for (let i = 0; i < units; i++) {
      own[i] = bias[i];
      ofState[i] = stateBias[2 * units + i];
      reset[i] = sigmoid(gates[units + i]);
    }
    addColumnProducts(own, weight, 0, row);
    if (!linearBeforeReset) for (let i = 0; i < units; i++) kept[i] = hidden[i] * reset[i];
    addColumnProducts(ofState, weight, features * units, linearBeforeReset ? hidden : kept);
    for (let i = 0; i < units; i++) {
      const candidate = tanh(own[i] + (linearBeforeReset ? reset[i] * ofState[i] : ofState[i]));
      hidden[i] = candidate + sigmoid(gates[i]) * (hidden[i] - candidate);
    }
  };
}

function gruCases(): OpCase<RnnSequenceGruAttributes>[] {
  const attributes = { units: 4, bidirectional: false, linearBeforeReset: false, keepAll: true };
  const weights = (features: number): OpCaseInput[] =>
    [
      [features + 4, 8],
      [1, 8],
      [features + 4, 4],
      [1, 4],
      [1, 12],
    ].map((shape) => ({ shape }));
  const x = { shape: [3, 2, 5] };
  return [
    { title: 'from zero', attributes, inputs: [x, ...weights(5)] },
    {
      title: 'linear before reset, given state',
      attributes: { ...attributes, linearBeforeReset: true },
      inputs: [x, ...weights(5), { shape: [1, 2, 4] }],
    },
    {
      title: 'both ways',
      attributes: { ...attributes, bidirectional: true },
      inputs: [x, ...weights(5), ...weights(5), { shape: [2, 2, 4] }],
    },
    {
      title: 'both ways, only the last state',
      attributes: { ...attributes, bidirectional: true, linearBeforeReset: true, keepAll: false },
      inputs: [x, ...weights(5), ...weights(5)],
    },
    { title: 'no step', attributes, inputs: [{ shape: [0, 2, 5] }, ...weights(5)] },
  ];
}
