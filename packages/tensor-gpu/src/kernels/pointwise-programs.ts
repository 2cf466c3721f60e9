import { program } from '../device/program.ts';
import { clamped, OWN_PIXEL, wholeNumber } from './dispatch.ts';

/**
 * Of a product over [pixels, outputs, samples]. Thread (p, o, z) takes pixel p of output channel `firstOutput` + o, and of the
 * channels of its group those of part z mod `parts`: x [N * C, P] · w [C/g, O] → [N * parts, O, P].
 */
const PARAMETERS = {
  x: 'array',
  w: 'array',
  bias: 'array',
  allChannels: 'integer',
  groupChannels: 'integer',
  partChannels: 'integer',
  groupOutputs: 'integer',
  firstOutput: 'integer',
  parts: 'integer',
  slabs: 'integer',
  finish: 'integer',
  lo: 'number',
  hi: 'number',
} as const;

/** The first channel this thread reads, in its group (`start`) and among all planes (`plane`). */
export const firstChannel = (output: 'o' | 'this.thread.y'): string => `
    const sample = Math.floor((this.thread.z + 0.5) / parts);
    const start = (this.thread.z - sample * parts) * partChannels;
    const group = Math.floor((${output} + firstOutput + 0.5) / groupOutputs);
    const plane = sample * allChannels + group * groupChannels + start;`;

export const PLANE = wholeNumber('plane');
export const START = wholeNumber('start');

/** What ends a thread's work on four pixels; parts of sums get bias and bounds when they are added. */
export const RETURN_FOUR = `
    if (finish == 1) {
      const offset = bias[this.thread.y];
      a += offset;
      b += offset;
      c += offset;
      d += offset;
      ${['a', 'b', 'c', 'd'].map(clamped).join('\n      ')}
    }
    return [a, b, c, d];`;

/** Likewise for one pixel. */
export const RETURN_ONE = `
    if (finish == 1) {
      sum += bias[o];
      ${clamped('sum')}
    }
    return sum;`;

export const POINTWISE = program({
  name: 'pointwise',
  rank: 3,
  parameters: PARAMETERS,
  body: `${OWN_PIXEL}
    ${firstChannel('o')}
    let sum = 0.0;
    for (let i = 0; i < partChannels; i++) {
      sum += x[0][plane + i][pixel] * w[0][start + i][o];
    }
    ${RETURN_ONE}`,
});

/** Five loads for four products. The last pixels may lie behind the plane; what comes of them is cut off. */
export const POINTWISE_WIDE = program({
  name: 'pointwise-wide',
  rank: 3,
  width: 4,
  parameters: PARAMETERS,
  body: `${firstChannel('this.thread.y')}
    let a = 0.0;
    let b = 0.0;
    let c = 0.0;
    let d = 0.0;
    for (let i = 0; i < partChannels; i++) {
      const tap = w[0][${START} + i][this.thread.y];
      a += tap * x[0][${PLANE} + i][this.thread.x * 4];
      b += tap * x[0][${PLANE} + i][this.thread.x * 4 + 1];
      c += tap * x[0][${PLANE} + i][this.thread.x * 4 + 2];
      d += tap * x[0][${PLANE} + i][this.thread.x * 4 + 3];
    }
    ${RETURN_FOUR}`,
});
