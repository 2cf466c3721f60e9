import { OpType } from '@mnnquant/mnn-format';
import { sigmoid, tanh } from '../math/index.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { addColumnProducts, checkCount, copyRow } from './support/recurrent.ts';

export interface LstmBlockCellAttributes {
  /** Bound for the cell's magnitude; 0 or less: none. */
  readonly cellClip: number;
  /** Added to the forget gate. */
  readonly forgetBias: number;
  /** Whether the gates see the cell, by inputs 4 to 6. */
  readonly peephole: boolean;
}

/**
 * One step of TensorFlow's long short-term memory (GeometryLSTM.cpp, MNN 3.6.1).
 *
 * Inputs: x [N, C], cell [N, H], hidden state [N, H], weights [C + H, 4H] and, after the peepholes of input, forget
 * and output gate [H], the bias [4H]; gates in the order input, candidate, forget, output. Outputs, all [N, H]:
 * input gate, cell, forget gate, output gate, candidate, tanh of the cell, hidden state.
 */
export const lstmBlockCell: OpDefinition<LstmBlockCellAttributes> = {
  name: 'LSTMBlockCell',
  opTypes: [OpType.LSTMBlockCell],
  parse(op, context) {
    const table = parameter(op, 'LSTMBlockCell', context);
    if (context.inputCount !== 8)
      throw new GraphError(`${context.where}: expected 8 inputs, got ${context.inputCount}`);
    return { cellClip: table.cell_clip, forgetBias: table.forget_bias, peephole: table.use_peephole };
  },
  shape({ peephole }, inputs, where) {
    const x = required(inputs, 0, where);
    const { shape, layout } = required(inputs, 1, where);
    if (x.shape.length !== 2 || shape.length !== 2 || x.shape[0] !== shape[0])
      throw new GraphError(`${where}: expected inputs [N, C] and [N, H], got [${x.shape}] and [${shape}]`);
    const units = shape[1];
    checkCount(inputs, 2, shape, where);
    checkCount(inputs, 3, [x.shape[1] + units, 4 * units], where);
    if (peephole) for (const i of [4, 5, 6]) checkCount(inputs, i, [units], where);
    checkCount(inputs, 7, [4 * units], where);
    const desc: TensorDesc = { shape, dtype: 'float32', layout };
    return Array.from({ length: 7 }, () => desc);
  },
  reference(attributes, inputs, outputs) {
    const [x, cell, hidden, weight, , , , bias] = inputs.map((input) => input!);
    const [batch, units] = cell.shape;
    const features = x.shape[1];
    const [gates, row, state] = [4 * units, features, units].map((count) => new Float64Array(count));
    for (let n = 0; n < batch; n++) {
      gates.set(bias.data);
      copyRow(row, x.data, n * features);
      addColumnProducts(gates, weight.data, 0, row);
      copyRow(state, hidden.data, n * units);
      addColumnProducts(gates, weight.data, features * 4 * units, state);
      finishStep(attributes, gates, inputs, outputs, n * units);
    }
  },
  cases: () => [
    {
      title: 'plain',
      attributes: { cellClip: 0, forgetBias: 1, peephole: false },
      inputs: cellInputs(2, 3, 5),
    },
    {
      title: 'clipped',
      attributes: { cellClip: 0.25, forgetBias: 0, peephole: false },
      inputs: cellInputs(3, 2, 4),
    },
    {
      title: 'peepholes',
      attributes: { cellClip: -1, forgetBias: 0.5, peephole: true },
      inputs: cellInputs(1, 4, 3),
    },
    {
      title: 'no sequence',
      attributes: { cellClip: 0, forgetBias: 1, peephole: false },
      inputs: cellInputs(0, 3, 5),
    },
  ],
};

/** What follows the gates' sums, for the row that begins at `at`. */
function finishStep(
  { cellClip, forgetBias, peephole }: LstmBlockCellAttributes,
  gates: Float64Array,
  inputs: readonly (HostTensor | undefined)[],
  outputs: readonly HostTensor[],
  at: number,
): void {
  const units = gates.length / 4;
  const before = required(inputs, 1, 'LSTMBlockCell').data;
  const [toInput, toForget, toOutput] = [4, 5, 6].map((i) => (peephole ? inputs[i]?.data : undefined));
  for (let k = 0; k < units; k++) {
    const old = before[at + k];
    const input = sigmoid(gates[k] + (toInput ? toInput[k] * old : 0));
    const candidate = tanh(gates[units + k]);
    const forget = sigmoid(gates[2 * units + k] + forgetBias + (toForget ? toForget[k] * old : 0));
    const cell = clip(candidate * input + old * forget, cellClip);
    const output = sigmoid(gates[3 * units + k] + (toOutput ? toOutput[k] * cell : 0));
    const squashed = tanh(cell);
    const results = [input, cell, forget, output, candidate, squashed, squashed * output];
    for (let i = 0; i < outputs.length; i++) outputs[i].data[at + k] = results[i];
  }
}

function clip(value: number, bound: number): number {
  return bound > 0 ? Math.max(Math.min(value, bound), -bound) : value;
}

function cellInputs(batch: number, features: number, units: number) {
  const state = { shape: [batch, units] };
  const peephole = { shape: [units] };
  const weights = { shape: [features + units, 4 * units] };
  const bias = { shape: [4 * units] };
  return [{ shape: [batch, features] }, state, state, weights, peephole, peephole, peephole, bias];
}
