import type { QuantParams } from '@mnnquant/graph';
import type { MnnModel, Net, Op } from '@mnnquant/mnn-format';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';
import { boundRelu6 } from './bound-relu6.ts';
import { mergeDescribes } from './describes.ts';
import { withFloatWeights } from './float-weights.ts';
import { quantizeConvolution } from './quantize-convolution.ts';
import { rectifierOutputs } from './rectifiers.ts';
import { RewriteError } from './rewrite-error.ts';
import { setPoolsApart } from './set-apart.ts';
import { withTable } from './unary-table.ts';
import { meanOfPlanes } from './whole-mean.ts';

/** What to write into a model. */
export interface QuantizationPlan {
  /** By tensor id (index into `net.tensorName`). Scales are positive and finite. */
  readonly scales: ReadonlyMap<number, QuantParams>;
  /** By op index (position in `net.oplists`): the convolutions to store as int8. */
  readonly weights: ReadonlyMap<number, QuantizedWeights>;
  /** By op index: average pools over whole planes to be written as a mean (`Int8Candidates.means`). */
  readonly means?: ReadonlySet<number>;
  /** By op index: pools, ReLUs and unary ops that are to run in float (`Int8Candidates.apart`). */
  readonly apart?: ReadonlyMap<number, unknown>;
}

/**
 * The int8 model: convolutions with int8 weights, scales on tensors, tables for unary ops.
 *
 * Returns a new model that shares everything it does not change with `model`, which stays as it is.
 * MNN's runtime then decides by itself what runs in int8 (see `predictInt8`).
 *
 * The output of an unfused ReLU gets no describe although it has a scale: the runtime runs a ReLU in
 * int8 only where the output inherits its input's (CPUBackend.cpp `_supportQuant`, MNN 3.6.1).
 *
 * @throws {RewriteError} where a scale or weights do not fit the op or tensor they are for
 */
export function quantizeModel(model: MnnModel, plan: QuantizationPlan): MnnModel {
  const { net } = model;
  checkScales(net, plan.scales);
  checkWeightKeys(net, plan.weights);
  const ops = net.oplists ?? [];
  const { apart = new Map() } = plan;
  const scales = boundRelu6(ops, plan.weights, setPoolsApart(ops, plan.scales, apart));
  const oplists = ops.map((op, index) => rewriteOp(op, index, { ...plan, scales }));
  const inherited = rectifierOutputs(ops, scales, apart);
  const described = new Map([...scales].filter(([tensor]) => !inherited.has(tensor)));
  const extraTensorDescribe = mergeDescribes(net.extraTensorDescribe, described);
  return { ...model, net: { ...net, oplists, extraTensorDescribe } };
}

function rewriteOp(op: Op, index: number, { scales, weights, means, apart }: QuantizationPlan): Op {
  if (means?.has(index)) return meanOfPlanes(op);
  const quantized = weights.get(index);
  if (quantized !== undefined) return quantizeConvolution(op, index, quantized, scales);
  return withTable(withFloatWeights(op, index), apart?.has(index) ? new Map() : scales);
}

function checkScales({ tensorName = [] }: Net, scales: ReadonlyMap<number, QuantParams>): void {
  for (const [tensor, { scale, zeroPoint, min, max }] of scales) {
    if (!Number.isInteger(tensor) || tensor < 0 || tensor >= tensorName.length)
      throw new RewriteError(`tensor ${tensor}: the model has tensors 0 to ${tensorName.length - 1}`);
    const where = `tensor ${tensor} (${tensorName[tensor]})`;
    // A scale of zero leaves the runtime's bias uninitialised (CPUConvolution.cpp, MNN 3.6.1).
    if (!(scale > 0) || !Number.isFinite(Math.fround(scale)) || Math.fround(scale) === 0)
      throw new RewriteError(`${where}: expected a positive finite scale, got ${scale}`);
    if (!(min <= zeroPoint && zeroPoint <= max && min >= -127 && max <= 127 && min < max))
      throw new RewriteError(
        `${where}: expected -127 <= min <= zero point <= max <= 127, got min ${min}, zero point ${zeroPoint}, max ${max}`,
      );
  }
}

function checkWeightKeys({ oplists = [] }: Net, weights: ReadonlyMap<number, QuantizedWeights>): void {
  for (const index of weights.keys())
    if (oplists[index] === undefined)
      throw new RewriteError(`weights for op ${index}: the model has ${oplists.length} ops`);
}
