import { buildGraph, createPlan, execute, type Sample } from '@mnnquant/graph';
import { createTable, MNN_DATA_FORMAT, type MnnModel, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import {
  addMoments,
  biasedVariance,
  type ChannelMoments,
  emptyMoments,
} from '../../packages/calibrate/src/batch-norm/moments.ts';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';

const EPSILON = 1e-5;

/** A small network with a BatchNorm behind everything that MNN's converter folds one into, and behind what it does not. */
export function trainingNet(): MnnModel {
  const net = new NetBuilder();
  let at = norm(net, net.input([1, 4, 9, 9], MNN_DATA_FORMAT.NC4HW4), 4, 'bn0');
  at = norm(net, net.convolution(at, { outputs: 8, inputs: 4, kernel: 3 }, 'conv'), 8, 'bn1');
  at = net.op('ReLU', [at], { type: 'Relu', value: createTable('Relu') }, 'relu');
  at = norm(
    net,
    net.convolution(at, { outputs: 8, inputs: 8, kernel: 3, depthwise: true }, 'depthwise'),
    8,
    'bn2',
  );
  const clip = createTable('Relu6', { minValue: 0, maxValue: 6 });
  at = net.op('ReLU6', [at], { type: 'Relu6', value: clip }, 'relu6');
  at = norm(net, deconvolution(net, at, 8, 6, 'deconv'), 6, 'bn3');
  at = norm(net, deconvolution(net, at, 6, 6, 'deconv_depthwise', true), 6, 'bn4');
  const joined = net.op(
    'Concat',
    [at, at],
    { type: 'Axis', value: createTable('Axis', { axis: 1 }) },
    'concat',
  );
  at = norm(net, joined, 12, 'bn5');
  at = norm(net, net.convolution(at, { outputs: 5, inputs: 12 }, 'last'), 5, 'bn6');
  return net.build([net.op('Dropout', [at], undefined, 'dropout')]);
}

function norm(net: NetBuilder, from: number, channels: number, name: string): number {
  const value = createTable('BatchNorm', {
    channels,
    slopeData: net.noise(channels, 2),
    biasData: net.noise(channels, 1),
    meanData: net.noise(channels, 1),
    varData: net.noise(channels, 1).map((one) => one * one + 0.1),
    epsilon: EPSILON,
  });
  return net.op('BatchNorm', [from], { type: 'BatchNorm', value }, name);
}

function deconvolution(
  net: NetBuilder,
  from: number,
  inputs: number,
  outputs: number,
  name: string,
  depthwise = false,
): number {
  const common = createTable('Convolution2DCommon', {
    kernelX: 2,
    kernelY: 2,
    strideX: 2,
    strideY: 2,
    outputCount: outputs,
    inputCount: inputs,
    group: depthwise ? outputs : 1,
  });
  const weight = net.noise((depthwise ? outputs : inputs * outputs) * 4, 0.5);
  const value = createTable('Convolution2D', { common, weight, bias: net.noise(outputs, 0.1) });
  return net.op(
    depthwise ? 'DeconvolutionDepthwise' : 'Deconvolution',
    [from],
    { type: 'Convolution2D', value },
    name,
  );
}

/**
 * The model as a training framework would have exported it: behind every convolution a BatchNorm, and
 * its ReLU or ReLU6 as an op of its own. It computes the same.
 */
export function unfoldConvolutions({ net, ...rest }: MnnModel): MnnModel {
  const tensorName = [...net.tensorName!];
  const noise = new NetBuilder();
  const oplists = net.oplists!.flatMap((op): Op[] => {
    const convolution = op.type === OpType.Convolution || op.type === OpType.ConvolutionDepthwise;
    if (!convolution || op.main?.type !== 'Convolution2D' || op.inputIndexes!.length !== 1) return [op];
    const { common, weight, bias } = op.main.value;
    const channels = common!.outputCount;
    const [slope, mean] = [noise.noise(channels, 0.5).map((one) => one + 1), noise.noise(channels, 0.5)];
    const variance = noise.noise(channels, 0.5).map((one) => one + 1);
    const factor = slope.map((one, c) => one / Math.sqrt(variance[c] + EPSILON));
    const columns = weight!.length / channels;
    const value = {
      ...op.main.value,
      common: { ...common!, relu: false, relu6: false },
      weight: weight!.map((one, i) => one / factor[Math.floor(i / columns)]),
      bias: new Float32Array(channels),
    };
    const tensor = (suffix: string) => Int32Array.of(tensorName.push(`${op.name}${suffix}`) - 1);
    const output = op.outputIndexes!;
    const rectified = common!.relu || common!.relu6;
    const raw = tensor('/raw');
    const normed = rectified ? tensor('/normed') : output;
    const layer = createTable('BatchNorm', {
      channels,
      slopeData: slope,
      biasData: bias!.map((one, c) => one + mean[c] * factor[c]),
      meanData: mean,
      varData: variance,
      epsilon: EPSILON,
    });
    const behind = (name: string, type: number, from: Int32Array, to: Int32Array, main?: Op['main']) =>
      createTable('Op', { name: `${op.name}/${name}`, type, inputIndexes: from, outputIndexes: to, main });
    const unfolded = [
      { ...op, outputIndexes: raw, main: { type: 'Convolution2D' as const, value } },
      behind('bn', OpType.BatchNorm, raw, normed, { type: 'BatchNorm', value: layer }),
    ];
    if (!rectified) return unfolded;
    const clip = { type: 'Relu6' as const, value: createTable('Relu6', { minValue: 0, maxValue: 6 }) };
    const plain = { type: 'Relu' as const, value: createTable('Relu') };
    const [type, main] = common!.relu6 ? [OpType.ReLU6, clip] : [OpType.ReLU, plain];
    return [...unfolded, behind('relu', type, normed, output, main)];
  });
  const unfolded: Net = { ...net, oplists, tensorName, tensorNumber: tensorName.length };
  return { ...rest, net: unfolded };
}

/**
 * The model with the statistics that its BatchNorm layers would have learnt from the samples, all taken
 * as one batch. It computes the same: slope and bias make up for it.
 */
export async function withLearntStatistics(model: MnnModel, samples: readonly Sample[]): Promise<MnnModel> {
  const plan = createPlan(buildGraph(model));
  const moments = new Map<number, ChannelMoments>();
  for (const { node, inputs } of plan.steps)
    if (node.source.type === OpType.BatchNorm) moments.set(node.inputs[0], emptyMoments(inputs[0]!.shape[1]));
  const backend = await createCpuBackend();
  await execute(plan, backend, samples, {
    async onTensor({ tensor, desc, values }) {
      const own = moments.get(tensor);
      for (const value of own ? values : []) addMoments(own!, await backend.download(value), desc);
    },
  });
  await backend.dispose();
  const oplists = model.net.oplists!.map((op) => {
    const own = op.main?.type === 'BatchNorm' ? moments.get(op.inputIndexes![0]) : undefined;
    if (own === undefined || op.main?.type !== 'BatchNorm') return op;
    const { slopeData, biasData, meanData, varData } = op.main.value;
    const variance = biasedVariance(own);
    const factor = slopeData!.map((slope, c) => slope / Math.sqrt(varData![c] + EPSILON));
    const value = {
      ...op.main.value,
      meanData: Float32Array.from(own.mean),
      varData: Float32Array.from(variance),
      slopeData: factor.map((one, c) => one * Math.sqrt(variance[c] + EPSILON)),
      biasData: biasData!.map((bias, c) => bias + (own.mean[c] - meanData![c]) * factor[c]),
    };
    return { ...op, main: { type: 'BatchNorm' as const, value } };
  });
  return { ...model, net: { ...model.net, oplists } };
}
