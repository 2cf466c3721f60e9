import { type Net, NetSourceNames, type Op, OpType, Usage, UsageNames } from '@mnnquant/mnn-format';
import type { InspectedMetadata } from './inspection.ts';

/** Frameworks as people write them. */
const FRAMEWORKS: Readonly<Record<string, string>> = {
  CAFFE: 'Caffe',
  TENSORFLOW: 'TensorFlow',
  TFLITE: 'TensorFlow Lite',
  ONNX: 'ONNX',
  TORCH: 'PyTorch',
};

/** Ops that a network for inference has none of. */
const TRAINING: ReadonlySet<number> = new Set([
  OpType.TrainableParam,
  OpType.BatchNorm,
  OpType.Dropout,
  OpType.Conv2DBackPropFilter,
  OpType.PoolGrad,
  OpType.ReluGrad,
  OpType.SoftmaxGrad,
  OpType.ZeroGrad,
]);

export function inspectMetadata(net: Net, ops: readonly Op[]): InspectedMetadata {
  const { extraInfo, mnn_uuid: uuid, bizCode, sourceType, usage } = net;
  const source = NetSourceNames[sourceType];
  const named = extraInfo?.name || undefined;
  const size = extraInfo?.buffer?.byteLength ?? 0;
  return {
    ...(extraInfo?.version && { mnnVersion: extraInfo.version }),
    ...(uuid && { uuid }),
    ...(bizCode && { bizCode }),
    source: (source !== undefined && FRAMEWORKS[source]) || `number ${sourceType}`,
    usage: UsageNames[usage] ?? `number ${usage}`,
    ...((named || size > 0) && { extraInfo: { ...(named && { name: named }), bytes: size } }),
    fixedSize: usage === Usage.INFERENCE_STATIC,
    training: usage === Usage.TRAIN || ops.some(({ type }) => TRAINING.has(type)),
  };
}
