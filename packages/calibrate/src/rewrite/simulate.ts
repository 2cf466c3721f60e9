import type { Graph, QuantParams } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { Prediction } from './predict.ts';
import { isRectifier } from './rectifiers.ts';

/**
 * Which tensors MNN will hold in int8, and how they are rounded: for a run of the float engine with
 * activations rounded as the written file says (`TensorBackend.fakeQuantize` after each tensor).
 * The weights need nothing: a graph built from the written model decodes them from int8.
 *
 * @param graph the graph of the written model
 */
export function fakeQuantPlan(
  model: MnnModel,
  graph: Graph,
  prediction: Prediction,
): Map<number, QuantParams> {
  const scales = describedScales(model);
  for (const { inputs, outputs, source } of graph.nodes) {
    const inherited = scales.get(inputs[0] ?? -1);
    if (isRectifier(source) && inherited && !scales.has(outputs[0])) scales.set(outputs[0], inherited);
  }
  const int8 = new Set(prediction.ops.filter((op) => op.int8).map((op) => op.node));
  const touched = new Set(
    graph.nodes.filter((node) => int8.has(node.index)).flatMap((node) => [...node.inputs, ...node.outputs]),
  );
  return new Map([...scales].filter(([tensor]) => touched.has(tensor)));
}

function describedScales({ net }: MnnModel): Map<number, QuantParams> {
  const scales = new Map<number, QuantParams>();
  for (const { index, quantInfo } of net.extraTensorDescribe ?? []) {
    if (quantInfo === undefined || !(quantInfo.scale > 0)) continue;
    const { scale, zero, min, max } = quantInfo;
    scales.set(index, { scale, zeroPoint: zero, min, max });
  }
  return scales;
}
