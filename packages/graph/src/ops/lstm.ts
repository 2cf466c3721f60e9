import { OpType } from '@mnnquant/mnn-format';
import { sigmoid, tanh } from '../math/index.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorData, TensorDesc } from '../tensor.ts';
import { lstmCases } from './lstm-cases.ts';
import { type CaffeLstm, caffeLstm, caffeLstmShape, runCaffeLstm } from './support/caffe-lstm.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import {
  addRowProducts,
  checkCount,
  copyRow,
  type RecurrentSizes,
  recurrentOutputs,
  sequenceSizes,
  walkSequences,
} from './support/recurrent.ts';

export interface LstmAttributes {
  /** Length of the hidden state. */
  readonly units: number;
  /** The weights of old models, which have them in the op; else they are inputs. */
  readonly caffe: CaffeLstm | undefined;
}

/**
 * Long short-term memory over x [T, N, C] with weights W [D, 4H, C], R [D, 4H, H], bias [D, 4H] in the gate order
 * input, output, forget, cell, and optionally the first hidden and cell state [D, N, H]; D = 2 goes backwards as
 * well. Outputs: every hidden state [T, D, N, H], the last hidden and the last cell state [D, N, H]
 * (ShapeLSTM.cpp, GeometryLSTM.cpp, MNN 3.6.1; a clipping threshold has no effect there).
 *
 * With a single input it is Caffe's, see {@link caffeLstm}.
 */
export const lstm: OpDefinition<LstmAttributes> = {
  name: 'LSTM',
  opTypes: [OpType.LSTM],
  parse(op, context) {
    const table = parameter(op, 'LSTM', context);
    const units = table.outputCount;
    if (units < 1) throw new GraphError(`${context.where}: expected at least 1 unit, got ${units}`);
    return { units, caffe: context.inputCount === 1 ? caffeLstm(table, context.where) : undefined };
  },
  shape({ units, caffe }, inputs, where) {
    if (caffe) return caffeLstmShape(caffe, required(inputs, 0, where), where);
    const sizes = lstmSizes(units, inputs, where);
    checkWeights(sizes, inputs, where);
    const { all, last } = recurrentOutputs(sizes, required(inputs, 0, where).layout);
    return [all, last, last];
  },
  reference({ units, caffe }, inputs, outputs) {
    if (caffe) runCaffeLstm(caffe, required(inputs, 0, 'LSTM'), outputs[0], runLstm);
    else runLstm(lstmSizes(units, inputs, 'LSTM'), inputs, outputs);
  },
  cases: lstmCases,
};

function lstmSizes(
  units: number,
  inputs: readonly (TensorDesc | HostTensor | undefined)[],
  where: string,
): RecurrentSizes {
  return sequenceSizes(inputs, units, required<TensorDesc | HostTensor>(inputs, 1, where).shape[0], where);
}

function checkWeights(sizes: RecurrentSizes, inputs: readonly (TensorDesc | undefined)[], where: string) {
  const { units, directions, features, batch } = sizes;
  checkCount(inputs, 1, [directions, 4 * units, features], where);
  checkCount(inputs, 2, [directions, 4 * units, units], where);
  if (inputs[3]) checkCount(inputs, 3, [directions, 4 * units], where);
  for (const state of [4, 5]) if (inputs[state]) checkCount(inputs, state, [directions, batch, units], where);
}

/** Inputs and outputs as the op has them. */
function runLstm(
  sizes: RecurrentSizes,
  inputs: readonly (HostTensor | undefined)[],
  outputs: readonly HostTensor[],
): void {
  const [x, w, r] = [0, 1, 2].map((i) => required(inputs, i, 'LSTM').data);
  const [bias, hidden, cell] = [3, 4, 5].map((i) => inputs[i]?.data);
  const [all, lastHidden, lastCell] = [0, 1, 2].map((i) => outputs[i]?.data as TensorData | undefined);
  const { units, features, directions } = sizes;
  const gates = new Float64Array(4 * units);
  const carried = [
    { initial: hidden, last: lastHidden },
    { initial: cell, last: lastCell },
  ];
  for (let d = 0; d < directions; d++) {
    walkSequences(sizes, x, d, carried, all, (row, [h, c]) => {
      if (bias) copyRow(gates, bias, d * gates.length);
      else gates.fill(0);
      addRowProducts(gates, w, d * gates.length * features, row);
      addRowProducts(gates, r, d * gates.length * units, h);
      advance(gates, h, c);
    });
  }
}

function advance(gates: Float64Array, hidden: Float64Array, cell: Float64Array): void {
  const units = hidden.length;
  for (let i = 0; i < units; i++) {
    const forget = sigmoid(gates[2 * units + i]);
    cell[i] = sigmoid(gates[i]) * tanh(gates[3 * units + i]) + forget * cell[i];
    hidden[i] = tanh(cell[i]) * sigmoid(gates[units + i]);
  }
}
