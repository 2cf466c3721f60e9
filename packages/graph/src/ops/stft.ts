import { OpType } from '@mnnquant/mnn-format';
import { cos, sin } from '../math/index.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface StftAttributes {
  /** Only the frequencies up to half the frame's length; the others of a real signal mirror them. */
  readonly oneSided: boolean;
}

/**
 * Fourier transforms of the frames of a signal: signal [B,T], [B,T,1] or, complex, [B,T,2], samples from one
 * frame to the next, window [N] → [B,frames,N or N/2+1,2], real and imaginary part. As ONNX's STFT; the lengths in
 * the op's table are not read (CPUStft.cpp, ShapeStft.cpp, MNN 3.6.1).
 */
export const stft: OpDefinition<StftAttributes> = {
  name: 'Stft',
  opTypes: [OpType.Stft],
  parse: (op, context) => ({ oneSided: parameter(op, 'StftParam', context).abs }),
  shape({ oneSided }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const window = required(inputs, 2, where);
    const complexity = shape[2] ?? 1;
    if ((shape.length !== 2 && shape.length !== 3) || (complexity !== 1 && complexity !== 2))
      throw new GraphError(`${where}: expected a signal [B,T], [B,T,1] or [B,T,2], got [${shape}]`);
    if (dtype !== 'float32' || window.dtype !== 'float32')
      throw new GraphError(
        `${where}: expected floats, got ${dtype} and a window of ${window.dtype}; cast them before`,
      );
    const [step] = knownIntegers(inputs, 1, where);
    if (!(step >= 1))
      throw new GraphError(`${where}: expected at least 1 sample between frames, got ${step}`);
    const [length = 0] = window.shape;
    if (window.shape.length !== 1 || length < 1 || length > shape[1])
      throw new GraphError(
        `${where}: expected a window [n] with n from 1 to ${shape[1]}, the signal's length, got [${window.shape}]`,
      );
    const frames = Math.floor((shape[1] - length) / step) + 1;
    const bins = oneSided ? Math.floor(length / 2) + 1 : length;
    return [{ shape: [shape[0], frames, bins, 2], dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const [signal, step, window] = [0, 1, 2].map((i) => required(inputs, i, 'Stft'));
    const [batch, frames, bins] = y.shape;
    const wave = waveOf(window.data.length);
    for (let b = 0; b < batch; b++)
      for (let f = 0; f < frames; f++) {
        const frame = windowed(signal, b, f * Number(step.data[0]), window);
        transform(frame, wave, y.data.subarray((b * frames + f) * bins * 2), bins);
      }
  },
  cases: () =>
    [
      [[2, 20], 4, 8, true],
      [[2, 20, 1], 3, 8, false],
      [[1, 17, 2], 5, 6, false],
      [[1, 13, 1], 2, 7, true],
      [[2, 9, 2], 9, 9, true],
      [[1, 3], 1, 1, true],
    ].map(([shape, step, length, oneSided]) => ({
      title: `signal [${shape}], ${oneSided ? 'half' : 'all'} of ${length} frequencies`,
      attributes: { oneSided: oneSided as boolean },
      inputs: [
        { shape: shape as number[] },
        { shape: [], dtype: 'int32' as const, data: [step as number] },
        { shape: [length as number] },
      ],
    })),
};

interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** exp(-2πi·k/n) for all k. */
function waveOf(n: number): Complex {
  const angles = Float64Array.from({ length: n }, (_, k) => (-2 * Math.PI * k) / n);
  return { real: angles.map(cos), imaginary: angles.map(sin) };
}

function windowed({ shape, data }: HostTensor, batch: number, start: number, window: HostTensor): Complex {
  const parts = shape[2] ?? 1;
  const first = (batch * shape[1] + start) * parts;
  const part = (offset: number): Float64Array =>
    Float64Array.from(window.data, (weight, i) => weight * data[first + i * parts + offset]);
  return { real: part(0), imaginary: parts === 2 ? part(1) : new Float64Array(window.data.length) };
}

/** Plain sums: windows have a few hundred samples, and nothing is lost to rounding. */
function transform(frame: Complex, wave: Complex, y: HostTensor['data'], bins: number): void {
  const n = frame.real.length;
  for (let bin = 0; bin < bins; bin++) {
    let [real, imaginary] = [0, 0];
    for (let i = 0, turn = 0; i < n; i++) {
      real += frame.real[i] * wave.real[turn] - frame.imaginary[i] * wave.imaginary[turn];
      imaginary += frame.real[i] * wave.imaginary[turn] + frame.imaginary[i] * wave.real[turn];
      turn += bin;
      if (turn >= n) turn -= n;
    }
    y[bin * 2] = real;
    y[bin * 2 + 1] = imaginary;
  }
}
