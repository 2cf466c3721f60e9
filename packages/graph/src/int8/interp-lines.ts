import type { QuantParams } from '../backend.ts';
import type { InterpAttributes } from '../ops/interp.ts';
import type { TensorData } from '../tensor.ts';
import { clampTo, roundAway, toInt32, wrapByte } from './rounding.ts';

/** Output `at` of a line whose pixels begin at `start` and lie `stride` apart. */
export type LineMaker = (data: TensorData, start: number, stride: number, at: number) => number;

/** For the source coordinates of a line's outputs and its number of pixels. */
type MakeLine = (positions: Float32Array, pixels: number) => LineMaker;

/** How rows are resized, and then columns of what came of them; from q to q. */
export interface LineMakers {
  readonly along: MakeLine;
  readonly across: MakeLine;
}

const f = Math.fround;

export function lineMakers(
  method: InterpAttributes['method'],
  from: QuantParams,
  to: QuantParams,
): LineMakers {
  switch (method) {
    case 'nearest':
      return copying((x) => Math.floor(x));
    case 'nearest-rounded':
      return copying((x) => Math.floor(f(x + f(0.499))));
    case 'bilinear':
      return bilinear(from.zeroPoint, to.zeroPoint);
    case 'cubic':
      return cubic(from.zeroPoint, to);
  }
}

/** Bytes as they are: zero points play no part. */
function copying(nearest: (x: number) => number): LineMakers {
  const make: MakeLine = (positions, pixels) => {
    const places = Int32Array.from(positions, (x) => clampPlace(nearest(x), pixels));
    return (data, start, stride, at) => data[start + places[at] * stride];
  };
  return { along: make, across: make };
}

/** Weights are whole numbers of 1/128, cut; nothing is clamped, so that a byte may run over. */
const WEIGHT_ONE = 128;
const TWO_WEIGHTS = WEIGHT_ONE * WEIGHT_ONE;

function bilinear(zeroFrom: number, zeroTo: number): LineMakers {
  return {
    along(positions, pixels) {
      const { places, weights } = linearTaps(positions, pixels);
      return (data, start, stride, at) => {
        const a = data[start + places[2 * at] * stride] - zeroFrom;
        const b = data[start + places[2 * at + 1] * stride] - zeroFrom;
        return a * weights[2 * at] + b * weights[2 * at + 1];
      };
    },
    across(positions, pixels) {
      const { places, weights } = linearTaps(positions, pixels);
      return (data, start, stride, at) => {
        const a = data[start + places[2 * at] * stride];
        const b = data[start + places[2 * at + 1] * stride];
        const value = a * weights[2 * at] + b * weights[2 * at + 1];
        const half = value < 0 ? -TWO_WEIGHTS / 2 : TWO_WEIGHTS / 2;
        return wrapByte(wrapByte(Math.trunc((value + half) / TWO_WEIGHTS)) + zeroTo);
      };
    },
  };
}

function linearTaps(positions: Float32Array, pixels: number): { places: Int32Array; weights: Int32Array } {
  const places = new Int32Array(2 * positions.length);
  const weights = new Int32Array(2 * positions.length);
  for (const [i, x] of positions.entries()) {
    const floor = Math.floor(x);
    const second = f(x - floor);
    places[2 * i] = clampPlace(floor, pixels);
    places[2 * i + 1] = clampPlace(floor + 1, pixels);
    weights[2 * i] = Math.trunc(f(f(1 - second) * WEIGHT_ONE));
    weights[2 * i + 1] = Math.trunc(f(second * WEIGHT_ONE));
  }
  return { places, weights };
}

function cubic(zeroFrom: number, to: QuantParams): LineMakers {
  return {
    along: (positions, pixels) => cubicLine(positions, pixels, zeroFrom),
    across(positions, pixels) {
      const sum = cubicLine(positions, pixels, 0);
      return (data, start, stride, at) => {
        const value = sum(data, start, stride, at);
        return clampTo(to, toInt32(roundAway(value)) + to.zeroPoint);
      };
    },
  };
}

/** In float32, from left to right. */
function cubicLine(positions: Float32Array, pixels: number, zero: number): LineMaker {
  const places = new Int32Array(4 * positions.length);
  const weights = new Float32Array(4 * positions.length);
  for (const [i, x] of positions.entries()) {
    for (let k = 0; k < 4; k++) places[4 * i + k] = clampPlace(Math.trunc(x) + k - 1, pixels);
    weights.set(cubicWeights(f(x - Math.floor(x))), 4 * i);
  }
  return (data, start, stride, at) => {
    let sum = 0;
    for (let k = 4 * at; k < 4 * at + 4; k++) {
      const product = f((data[start + places[k] * stride] - zero) * weights[k]);
      sum = k === 4 * at ? product : f(sum + product);
    }
    return sum;
  };
}

/**
 * Of the four pixels around, at `t` behind the second. Some of MNN's steps are in double precision, most are not
 * (ResizeFunction.cpp `CubicInterpolation2`).
 */
function cubicWeights(t: number): readonly number[] {
  const [rest, a, d] = [f(1 - t), f(1 + t), f(2 - t)];
  const cube = (factor: number, x: number): number => f(f(f(factor * x) * x) * x);
  const near = f(f(1 - f(f(2.25 * t) * t)) + cube(1.25, t));
  const next = f(1 - f(f(2.25 * rest) * rest)) + 1.25 * rest * rest * rest;
  const far = (x: number): number => f(3 - f(6 * x)) + 3.75 * x * x - cube(0.75, x);
  return [far(a), near, next, far(d)];
}

function clampPlace(at: number, pixels: number): number {
  return Math.min(pixels - 1, Math.max(0, at));
}
