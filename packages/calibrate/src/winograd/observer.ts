import type { TensorBackend } from '@mnnquant/graph';
import type { BatchTensor } from '../ema/index.ts';
import { affineGrid, endsOf, movedRange, type ValueRange } from '../ema/moving-range.ts';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';
import { encodeWinogradAttribute } from './attribute.ts';
import type { WinogradLayer } from './layers.ts';
import { type PositionRanges, tileRanges } from './tile-ranges.ts';
import { winogradWeightScales } from './weight-scales.ts';

/** The runtime rounds the transformed input to -127..127, whatever the clamp of features. */
const CLAMP = 127;
/** For a position that never was anything but zero. */
const UNSEEN = { scale: 1, zeroPoint: 0 };

/**
 * Keeps the moving ranges of the transformed inputs of convolutions, one per position of the tile, and
 * makes their `winogradAttr`. Its `onTensor` is to be called for every tensor of every batch, as
 * `EmaForward` does. The ranges are those of the tensor before it is rounded, as in MNN's tool (3.6.1
 * NN.cpp `_winogradConv`).
 */
export class WinogradObserver {
  readonly layers: readonly WinogradLayer[];
  readonly #backend: TensorBackend;
  readonly #byTensor: ReadonlyMap<number, readonly WinogradLayer[]>;
  readonly #ranges = new Map<number, (ValueRange | undefined)[]>();

  constructor(layers: readonly WinogradLayer[], backend: TensorBackend) {
    this.#backend = backend;
    this.layers = layers;
    this.#byTensor = grouped(layers);
  }

  async onTensor({ tensor, values }: BatchTensor): Promise<void> {
    const layers = this.#byTensor.get(tensor);
    if (layers === undefined) return;
    const data = await Promise.all(values.map((value) => this.#backend.download(value)));
    for (const layer of layers) {
      const parts = data.map((one, index) => rangesOf(layer, one as Float32Array, values[index]!.shape));
      const seen = unionOf(parts);
      const before = this.#ranges.get(layer.index) ?? [];
      this.#ranges.set(
        layer.index,
        seen.map((range, position) => moved(before[position], range)),
      );
    }
  }

  /** The weights by op index, those of the observed layers with their `winogradAttr`. */
  withAttributes(weights: ReadonlyMap<number, QuantizedWeights>): Map<number, QuantizedWeights> {
    const result = new Map(weights);
    for (const layer of this.layers) {
      const own = weights.get(layer.index);
      const winogradAttr = own && this.attribute(layer, own);
      if (winogradAttr !== undefined) result.set(layer.index, { ...own!, winogradAttr });
    }
    return result;
  }

  /** `symmetricQuan.winogradAttr` of a layer with these weights; `undefined` if it was never observed. */
  attribute(layer: WinogradLayer, { quantized, scales }: QuantizedWeights): Int32Array | undefined {
    const ranges = this.#ranges.get(layer.index);
    if (ranges === undefined) return undefined;
    const kernel = layer.geometry.kernel[0];
    const grids = ranges.map((range) => (range && affineGrid(range, CLAMP)) ?? UNSEEN);
    const columns = quantized.length / scales.length;
    const weights = Float32Array.from(quantized, (q, at) => q * scales[Math.floor(at / columns)]!);
    return encodeWinogradAttribute({
      kernel,
      unit: layer.unit,
      inputScales: Float32Array.from(grids, ({ scale }) => scale),
      inputZeroPoints: Int32Array.from(grids, ({ zeroPoint }) => zeroPoint),
      weightScales: winogradWeightScales(weights, scales.length, kernel, layer.unit),
    });
  }
}

function grouped(layers: readonly WinogradLayer[]): Map<number, WinogradLayer[]> {
  const groups = new Map<number, WinogradLayer[]>();
  for (const layer of layers) groups.set(layer.tensor, [...(groups.get(layer.tensor) ?? []), layer]);
  return groups;
}

/** Of a tensor of any size: with stride 1 the output grows with the input. */
function rangesOf(
  { geometry, nhwc, unit }: WinogradLayer,
  data: ArrayLike<number>,
  shape: readonly number[],
): PositionRanges {
  const height = shape[nhwc ? 1 : 2] ?? geometry.inputHeight;
  const width = shape[nhwc ? 2 : 3] ?? geometry.inputWidth;
  return tileRanges({
    data,
    nhwc,
    channels: geometry.inputChannels,
    height,
    width,
    kernel: geometry.kernel[0],
    unit,
    padY: geometry.padTop,
    padX: geometry.padLeft,
    outHeight: geometry.outputHeight + height - geometry.inputHeight,
    outWidth: geometry.outputWidth + width - geometry.inputWidth,
  });
}

function unionOf(parts: readonly PositionRanges[]): ValueRange[] {
  const [first] = parts;
  return Array.from({ length: first?.min.length ?? 0 }, (_, position) => ({
    min: Math.min(...parts.map(({ min }) => min[position]!)),
    max: Math.max(...parts.map(({ max }) => max[position]!)),
  }));
}

/** A batch of nothing but zeros does not count, as for the tensors themselves. */
function moved(before: ValueRange | undefined, now: ValueRange): ValueRange | undefined {
  const grid = affineGrid(now, CLAMP);
  return grid === undefined ? before : movedRange(before, endsOf(grid));
}
