import type { DeviceTensor, ExecutionPlan, GraphNode, TensorBackend } from '@mnnquant/graph';
import { type BatchNorm, OpType } from '@mnnquant/mnn-format';
import { BatchNormError, type ChannelStatistics, channelAffine } from './affine.ts';
import { addMoments, biasedVariance, channelView, emptyMoments } from './moments.ts';

/** What the running statistics keep of themselves at every batch (MNN 3.6.1 tools/train NN.cpp). */
const MOMENTUM = 0.99;

/** A tensor that now exists for all samples of a batch; their shapes may differ, not their channels. */
export interface BatchValues {
  readonly tensor: number;
  readonly values: readonly DeviceTensor[];
}

interface Layer {
  readonly node: GraphNode;
  readonly where: string;
  readonly parameter: BatchNorm;
  /** Start as the stored statistics. */
  running: ChannelStatistics;
  /** Of the batch that is running. */
  batch: ChannelStatistics | undefined;
}

/**
 * BatchNorm layers as they are in training (MNN 3.6.1 tools/train NN.cpp, BatchNormModule): a batch is
 * normalized by its own mean and biased variance, and running statistics, which start as the stored
 * ones, move by a hundredth towards them.
 *
 * For a visitor of `Program.run` on a plan of the model with its BatchNorm layers. All samples of a run
 * are one batch. On every tensor call {@link normalize} first and {@link measure} last, so that what
 * comes in between (fake quantization) works on what training would have there. In the end
 * `foldBatchNorm(model, statistics())`.
 */
export class BatchNormStatistics {
  readonly #byInput = new Map<number, Layer[]>();
  readonly #byOutput = new Map<number, Layer>();

  /** @throws {BatchNormError} where the stored values of a layer are not usable */
  constructor(plan: ExecutionPlan) {
    for (const { node } of plan.steps) {
      const { type, main } = node.source;
      if (type !== OpType.BatchNorm || main?.type !== 'BatchNorm') continue;
      const where = `${node.name} (BatchNorm)`;
      channelAffine(main.value, where);
      const running = { mean: main.value.meanData!, variance: main.value.varData! };
      const layer: Layer = { node, where, parameter: main.value, running, batch: undefined };
      const [input, output] = [node.inputs[0]!, node.outputs[0]!];
      this.#byInput.set(input, [...(this.#byInput.get(input) ?? []), layer]);
      this.#byOutput.set(output, layer);
    }
  }

  /** Number of BatchNorm layers that run. */
  get size(): number {
    return this.#byOutput.size;
  }

  /** Rewrites the output of a BatchNorm to the batch-normalized one; other tensors stay as they are. */
  async normalize({ tensor, values }: BatchValues, backend: TensorBackend): Promise<void> {
    const layer = this.#byOutput.get(tensor);
    if (layer?.batch === undefined) return;
    const { parameter, where, batch } = layer;
    const stored = channelAffine(parameter, where);
    const wanted = channelAffine(parameter, where, batch);
    // The output is known by its stored map; the quotient of the factors is one of standard deviations.
    const ratio = wanted.factor.map((_, c) =>
      Math.sqrt((parameter.varData![c]! + parameter.epsilon) / (batch.variance[c]! + parameter.epsilon)),
    );
    for (const value of values) {
      const { outer, channels, plane } = channelView(value);
      const data = await backend.download(value);
      for (let n = 0, i = 0; n < outer; n++)
        for (let c = 0; c < channels; c++)
          for (const end = i + plane; i < end; i++)
            data[i] = (data[i]! - stored.offset[c]!) * ratio[c]! + wanted.offset[c]!;
      backend.upload(value, data);
    }
    layer.batch = undefined;
  }

  /**
   * Takes the statistics of a tensor that a BatchNorm reads; other tensors are passed over.
   *
   * @throws {BatchNormError} where a value is not finite
   */
  async measure({ tensor, values }: BatchValues, backend: TensorBackend): Promise<void> {
    const layers = this.#byInput.get(tensor);
    if (layers === undefined || values.length === 0) return;
    const moments = emptyMoments(channelView(values[0]!).channels);
    for (const value of values) addMoments(moments, await backend.download(value), value);
    const batch = { mean: moments.mean, variance: biasedVariance(moments) };
    for (const layer of layers) {
      checkFinite(batch, layer.where);
      layer.batch = batch;
      layer.running = {
        mean: moved(layer.running.mean, batch.mean),
        variance: moved(layer.running.variance, batch.variance),
      };
    }
  }

  /** Running mean and variance by op index (position in `net.oplists`), ready for `foldBatchNorm`. */
  statistics(): ReadonlyMap<number, ChannelStatistics> {
    return new Map([...this.#byOutput.values()].map(({ node, running }) => [node.index, running]));
  }
}

function moved(running: ArrayLike<number>, batch: Float64Array): Float64Array {
  return batch.map((value, c) => MOMENTUM * running[c]! + (1 - MOMENTUM) * value);
}

function checkFinite({ mean, variance }: ChannelStatistics, where: string): void {
  for (let c = 0; c < mean.length; c++) {
    if (Number.isFinite(mean[c]) && Number.isFinite(variance[c])) continue;
    throw new BatchNormError(`${where}: channel ${c} of its input has values that are not finite`);
  }
}
