import { program } from '../device/program.ts';
import { clamped, OWN_PIXEL, quotient, wholeNumber } from './dispatch.ts';
import { firstChannel, PLANE, RETURN_FOUR, RETURN_ONE, START } from './pointwise-programs.ts';

/**
 * Of a convolution over [pixels, outputs, samples]. Thread (p, o, z) takes pixel p of output channel `firstOutput` + o, and of
 * the channels of its group those of part z mod `parts`: x [N * C, H, W] · w [C/g, kH * kW, O] → [N * parts, O, P]. The
 * products of one channel are summed by themselves, so that rounding errors stay small.
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
  height: 'integer',
  width: 'integer',
  /** Threads for one row of the output. */
  rowThreads: 'integer',
  kernelHeight: 'integer',
  kernelWidth: 'integer',
  strideY: 'integer',
  strideX: 'integer',
  dilationY: 'integer',
  dilationX: 'integer',
  padTop: 'integer',
  padLeft: 'integer',
  finish: 'integer',
  lo: 'number',
  hi: 'number',
} as const;

/** Where the window begins of a pixel, or of four: `place` counts them row by row. */
const windowStart = (place: string, pixels: 1 | 4): string => `
    ${quotient('row', place, 'rowThreads')}
    const top = row * strideY - padTop;
    const left = (${place} - row * rowThreads) * strideX * ${pixels} - padLeft;`;

export const WINDOW = program({
  name: 'convolution',
  rank: 3,
  parameters: PARAMETERS,
  body: `${OWN_PIXEL}
    ${firstChannel('o')}
    ${windowStart('pixel', 1)}
    let sum = 0.0;
    for (let i = 0; i < partChannels; i++) {
      let part = 0.0;
      for (let ky = 0; ky < kernelHeight; ky++) {
        const iy = top + ky * dilationY;
        if (iy >= 0 && iy < height) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const ix = left + kx * dilationX;
            if (ix >= 0 && ix < width) {
              part += x[plane + i][iy][ix] * w[start + i][ky * kernelWidth + kx][o];
            }
          }
        }
      }
      sum += part;
    }
    ${RETURN_ONE}`,
});

const TOP = wholeNumber('top');
const LEFT = wholeNumber('left');

/** Loops over channels and rows of a window for four neighbouring pixels of a row. */
const overRows = (body: string): string => `${firstChannel('this.thread.y')}
    ${windowStart('this.thread.x', 4)}
    let a = 0.0;
    let b = 0.0;
    let c = 0.0;
    let d = 0.0;
    for (let i = 0; i < partChannels; i++) {
      let partA = 0.0;
      let partB = 0.0;
      let partC = 0.0;
      let partD = 0.0;
      for (let ky = 0; ky < kernelHeight; ky++) {
        if (${TOP} + ky * dilationY >= 0 && ${TOP} + ky * dilationY < height) {
          ${body}
        }
      }
      a += partA;
      b += partB;
      c += partC;
      d += partD;
    }
    ${RETURN_FOUR}`;

/** `into = x` at column `left` + offset of the row, unless that is padding. */
const readInto = (into: string, offset: string): string => `
          if (${LEFT} + ${offset} >= 0 && ${LEFT} + ${offset} < width) {
            ${into} = x[${PLANE} + i][${TOP} + ky * dilationY][${LEFT} + ${offset}];
          }`;

const TAP = `w[${START} + i][ky * kernelWidth + kx][this.thread.y]`;

/** Any stride and dilation: five loads for four products. */
export const WINDOW_WIDE = program({
  name: 'convolution-wide',
  rank: 3,
  width: 4,
  parameters: PARAMETERS,
  body: overRows(`
          for (let kx = 0; kx < kernelWidth; kx++) {
            let valueA = 0.0;
            let valueB = 0.0;
            let valueC = 0.0;
            let valueD = 0.0;
            ${readInto('valueA', 'kx * dilationX')}
            ${readInto('valueB', '(kx * dilationX + strideX)')}
            ${readInto('valueC', '(kx * dilationX + strideX * 2)')}
            ${readInto('valueD', '(kx * dilationX + strideX * 3)')}
            const tap = ${TAP};
            partA += valueA * tap;
            partB += valueB * tap;
            partC += valueC * tap;
            partD += valueD * tap;
          }`),
});

/**
 * Stride and dilation 1 along x: what the next tap reads is what this one has, but for one pixel; nine loads for twelve
 * products of a window three wide.
 */
export const WINDOW_SLIDING = program({
  name: 'convolution-sliding',
  rank: 3,
  width: 4,
  parameters: PARAMETERS,
  body: overRows(`
          let valueA = 0.0;
          let valueB = 0.0;
          let valueC = 0.0;
          let valueD = 0.0;
          ${readInto('valueB', '0')}
          ${readInto('valueC', '1')}
          ${readInto('valueD', '2')}
          for (let kx = 0; kx < kernelWidth; kx++) {
            valueA = valueB;
            valueB = valueC;
            valueC = valueD;
            valueD = 0.0;
            ${readInto('valueD', '(kx + 3)')}
            const tap = ${TAP};
            partA += valueA * tap;
            partB += valueB * tap;
            partC += valueC * tap;
            partD += valueD * tap;
          }`),
});

/** Partial sums [N * parts, O, P], each row with `slack` pixels too many → y [N, O, P], with bias and bounds. */
export const FINISH = program({
  name: 'convolution-sum',
  rank: 3,
  parameters: {
    partial: 'array',
    bias: 'array',
    parts: 'integer',
    slabs: 'integer',
    outWidth: 'integer',
    slack: 'integer',
    lo: 'number',
    hi: 'number',
  },
  body: `${OWN_PIXEL}
    ${quotient('row', 'pixel', 'outWidth')}
    let sum = bias[o];
    for (let s = 0; s < parts; s++) {
      sum += partial[this.thread.z * parts + s][o][pixel + row * slack];
    }
    ${clamped('sum')}
    return sum;`,
});
