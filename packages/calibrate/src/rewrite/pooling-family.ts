import { elementCount, int8PoolWindows, type PoolAttributes, poolGeometry } from '@mnnquant/graph';
import { AvgPoolCountType, type Op, type Pool, PoolPadType, PoolType } from '@mnnquant/mnn-format';
import type { Family, Surroundings } from './families.ts';
import { isWholeMean } from './whole-mean.ts';

type Around = Omit<Surroundings, 'constants'>;

/**
 * An average over more pixels is left in float: it shrinks to a few steps, of which rounding down twice takes up to one.
 * 3 x 3 is the largest window that networks use in number.
 */
const MOST_AVERAGED = 9;

/** What MNN's int8 kernel for pooling makes of a pool (CPUPoolInt8.cpp, MNN 3.6.1). */
export function poolingFamily(op: Op, around: Around): Family {
  const { inputs, fixedSize } = around;
  if ((op.outputIndexes?.length ?? 0) > 1)
    return { kind: 'float', reason: 'it also gives the places of its maxima' };
  if (isWholeMean(op, inputs[0]) && fixedSize === true)
    return { kind: 'resample', apart: 'the mean of whole planes would be rounded down' };
  if (isWholeMean(op, inputs[0]))
    return {
      kind: 'float',
      reason: 'the mean of whole planes is taken in float, where int8 would round down',
    };
  if (op.main?.type !== 'Pool') return { kind: 'float', reason: 'MNN runs it in pieces' };
  const apart = windowsApart(around) ?? wrongResult(op.main.value, around);
  if (apart !== undefined) return { kind: 'resample', apart };
  // Where a maximum is right, 0 is the zero point: the smallest of int8 would be a negative value.
  const centered = op.main.value.type === PoolType.MAXPOOL && around.asymmetric === true;
  return { kind: 'resample', ...(centered ? { centered } : {}) };
}

function wrongResult(pool: Pool, { nonNegative }: Around): string | undefined {
  if (pool.type === PoolType.MAXPOOL)
    return nonNegative ? undefined : "MNN's int8 maximum on x86 takes negative values for large ones";
  if (countsPadding(pool)) return "MNN's int8 average leaves the padding out, which here counts";
  const large = pool.isGlobal || pool.kernelX * pool.kernelY > MOST_AVERAGED;
  return large ? "MNN's int8 average rounds down, too much for a window of this size" : undefined;
}

/** Whether an average divides by the whole window where it covers padding (MNN 3.6.1 CPUPool.cpp). */
function countsPadding({ countType, padType, padX, padY, pads }: Pool): boolean {
  const padded = padType === PoolPadType.CAFFE && (pads ?? [padX, padY]).some((pad: number) => pad !== 0);
  if (countType !== AvgPoolCountType.DEFAULT) return padded && countType === AvgPoolCountType.INCLUDE_PADDING;
  return padded && pads === undefined;
}

/** Whether the windows of int8 lie elsewhere than those of float, or hold no pixel. */
function windowsApart({ inputs: [input], attributes }: Around): string | undefined {
  if (input === undefined || attributes === undefined || elementCount(input.shape) === 0) return undefined;
  const op = attributes as PoolAttributes;
  const windows = [poolGeometry(op, input, 'Pooling'), int8PoolWindows(op, input, 'Pooling')] as const;
  const reaches = windows.map(({ kernel, stride, padTop, padLeft, ...g }) => [
    ...reach(g.inputHeight, g.outputHeight, kernel[0], stride[0], padTop),
    ...reach(g.inputWidth, g.outputWidth, kernel[1], stride[1], padLeft),
  ]);
  if (String(reaches[0]) !== String(reaches[1]))
    return 'MNN cuts a window that is larger than the image before it places it, in int8';
  const empty = reaches[0]!.some(([from, to]) => from! >= to!);
  return empty ? 'a window holds no pixel, for which MNN divides by zero in int8' : undefined;
}

/** First pixel, and the one behind the last, of every window along an axis. */
function reach(input: number, outputs: number, kernel: number, stride: number, pad: number): number[][] {
  return Array.from({ length: outputs }, (_, at) => {
    const start = at * stride - pad;
    return [Math.max(0, start), Math.min(input, start + kernel)];
  });
}
