import { OpType } from '@mnnquant/mnn-format';
import { tanh } from '../math/index.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { recurrentInputs } from './lstm-cases.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import {
  addRowProducts,
  checkCount,
  copyRow,
  recurrentOutputs,
  sequenceSizes,
  walkSequences,
} from './support/recurrent.ts';

export interface RnnAttributes {
  /** Length of the hidden state. */
  readonly units: number;
}

/**
 * h' = tanh(W x + R h + b) over x [T, N, C] with W [D, H, C], R [D, H, H], b [D, H] and optionally the first state
 * [D, N, H]; D = 2 goes backwards as well. Outputs: every state [T, D, N, H] and the last one [D, N, H]
 * (ShapeLSTM.cpp, GeometryLSTM.cpp, MNN 3.6.1: its parameter is LSTM's).
 */
export const rnn: OpDefinition<RnnAttributes> = {
  name: 'RNN',
  opTypes: [OpType.RNN],
  parse(op, context) {
    const units = parameter(op, 'LSTM', context).outputCount;
    if (units < 1) throw new GraphError(`${context.where}: expected at least 1 unit, got ${units}`);
    return { units };
  },
  shape({ units }, inputs, where) {
    const sizes = sequenceSizes(inputs, units, required(inputs, 1, where).shape[0], where);
    const { directions, features, batch } = sizes;
    checkCount(inputs, 1, [directions, units, features], where);
    checkCount(inputs, 2, [directions, units, units], where);
    if (inputs[3]) checkCount(inputs, 3, [directions, units], where);
    if (inputs[4]) checkCount(inputs, 4, [directions, batch, units], where);
    const { all, last } = recurrentOutputs(sizes, required(inputs, 0, where).layout);
    return [all, last];
  },
  reference({ units }, inputs, [all, last]) {
    const [x, w, r] = [0, 1, 2].map((i) => required(inputs, i, 'RNN').data);
    const [bias, initial] = [inputs[3]?.data, inputs[4]?.data];
    const sizes = sequenceSizes(inputs, units, required(inputs, 1, 'RNN').shape[0], 'RNN');
    const { features } = sizes;
    const sums = new Float64Array(units);
    for (let d = 0; d < sizes.directions; d++) {
      walkSequences(sizes, x, d, [{ initial, last: last?.data }], all.data, (row, [hidden]) => {
        if (bias) copyRow(sums, bias, d * units);
        else sums.fill(0);
        addRowProducts(sums, w, d * units * features, row);
        addRowProducts(sums, r, d * units * units, hidden);
        for (let n = 0; n < units; n++) hidden[n] = tanh(sums[n]);
      });
    }
  },
  cases: () => [
    { title: 'from zero', attributes: { units: 5 }, inputs: recurrentInputs([4, 2, 3], 5, 1, 1) },
    {
      title: 'both ways, given states',
      attributes: { units: 4 },
      inputs: [...recurrentInputs([3, 2, 6], 4, 2, 1), { shape: [2, 2, 4] }],
    },
    {
      title: 'no bias',
      attributes: { units: 2 },
      inputs: recurrentInputs([3, 1, 2], 2, 1, 1).slice(0, 3),
    },
    { title: 'no step', attributes: { units: 2 }, inputs: recurrentInputs([0, 1, 2], 2, 1, 1) },
  ],
};
