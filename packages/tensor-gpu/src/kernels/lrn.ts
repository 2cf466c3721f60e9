import { elementCount, type LrnAttributes } from '@mnnquant/graph';
import { view } from '../device/gpu-array.ts';
import { program } from '../device/program.ts';
import type { KernelBinder } from './context.ts';
import { expOf, logOf } from './float-functions.ts';
import { allFloat } from './support.ts';
import { canStart } from './threads.ts';

/** x / base^beta; a base of 0 or below is left to what 1 / 0 and roots of negative numbers give. */
const RESPONSE = `
    const base = bias + ratio * sum;
    ${logOf('logarithm', 'base')}
    const exponent = -beta * logarithm;
    ${expOf('power', 'exponent')}
    return value * power;`;

const PARAMETERS = {
  x: 'array',
  before: 'integer',
  size: 'integer',
  ratio: 'number',
  bias: 'number',
  beta: 'number',
} as const;

/** x [N, C, pixels]: neighbours are the same pixel of other channels. */
const ACROSS = program({
  name: 'response across channels',
  rank: 3,
  parameters: PARAMETERS,
  body: `
    const value = x[this.thread.z][this.thread.y][this.thread.x];
    let sum = 0.0;
    for (let i = 0; i < size; i++) {
      const at = this.thread.y - before + i;
      if (at >= 0.0 && at < this.output.y) {
        const other = x[this.thread.z][at][this.thread.x];
        sum += other * other;
      }
    }
    ${RESPONSE}`,
});

/** x [planes, H, W]: neighbours are pixels of the same channel. */
const WITHIN = program({
  name: 'response within a channel',
  rank: 3,
  parameters: PARAMETERS,
  body: `
    const value = x[this.thread.z][this.thread.y][this.thread.x];
    let sum = 0.0;
    for (let i = 0; i < size; i++) {
      const row = this.thread.y - before + i;
      if (row >= 0.0 && row < this.output.y) {
        let line = 0.0;
        for (let k = 0; k < size; k++) {
          const column = this.thread.x - before + k;
          if (column >= 0.0 && column < this.output.x) {
            const other = x[this.thread.z][row][column];
            line += other * other;
          }
        }
        sum += line;
      }
    }
    ${RESPONSE}`,
});

/** Local response normalization, x / (bias + alpha · mean of the neighbours' squares)^beta. */
export const bindLrn: KernelBinder = ({ device }, node, inputs) => {
  const { withinChannel, localSize, alpha, beta, bias } = node.attributes as LrnAttributes;
  if (!allFloat(inputs)) return undefined;
  const [{ shape }] = inputs;
  const [samples, channels] = shape;
  const extents: readonly [number, number, number] = withinChannel
    ? [shape[3], shape[2], samples * channels]
    : [elementCount(shape.slice(2)), channels, samples];
  if (!canStart(device, extents)) return undefined;
  const args = {
    before: Math.floor(localSize / 2),
    size: localSize,
    ratio: alpha / (withinChannel ? localSize ** 2 : localSize),
    bias,
    beta,
  };
  const response = withinChannel ? WITHIN : ACROSS;
  return async ([x]) => [await device.run(response, { x: view(x!, ...extents), ...args }, extents)];
};
