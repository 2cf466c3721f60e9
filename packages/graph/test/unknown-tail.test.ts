import { buildGraph, createPlan, createReferenceBackend, execute, UnsupportedOpError } from '@mnnquant/graph';
import { createTable, type Net, type OpType, UnaryOpOperation } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { main } from './golden/golden-case.ts';
import { addOp, inputOp, type SmallOp, smallNet, unaryOp } from './support/small-net.ts';

const { NEG, ABS } = UnaryOpOperation;

/** 1 x 1, one channel: twice what it reads. */
function double(from: string, to: string): SmallOp {
  const common = createTable('Convolution2DCommon', {
    outputCount: 1,
    inputCount: 1,
    kernelX: 1,
    kernelY: 1,
  });
  const numbers = { weight: Float32Array.of(2), bias: Float32Array.of(0) };
  return {
    type: 'Convolution',
    inputs: [from],
    outputs: [to],
    main: main('Convolution2D', { common, ...numbers }),
  };
}

const strange = (from: string, to: string, type: SmallOp['type'] = 'Plugin'): SmallOp => ({
  type,
  inputs: [from],
  outputs: [to],
});

const image = inputOp('x', 1, 1, 1, 1);
const separable = (): SmallOp[] => [
  image,
  double('x', 'a'),
  unaryOp(NEG, 'a', 'b'),
  strange('b', 'c'),
  addOp('c', 'a', 'd'),
  unaryOp(ABS, 'a', 'e'),
];

const leaveOut = (net: Net) => buildGraph(net, { leaveOutTail: true });

describe('ops that cannot be evaluated behind the last convolution', () => {
  it('are an error unless asked for', () => {
    expect(() => buildGraph(smallNet(separable()))).toThrow(UnsupportedOpError);
  });

  it('are left out with what follows them', () => {
    const { omitted, nodes, outputs } = leaveOut(smallNet(separable()));
    const cause = { name: 'plugin_c', type: 'Plugin' };
    expect(omitted).toEqual([
      { index: 3, name: 'plugin_c', type: 'Plugin', cause },
      { index: 4, name: 'binaryop_d', type: 'BinaryOp', cause },
    ]);
    expect(nodes.map(({ index }) => index)).toEqual([1, 2, 5]);
    expect(outputs.map(({ name }) => name)).toEqual(['b', 'e']);
  });

  it('may be a variant of an op that is evaluated otherwise', () => {
    const regular = (useRegularNMS: boolean): SmallOp => ({
      ...strange('b', 'c', 'DetectionPostProcess'),
      inputs: ['b', 'b', 'b'],
      main: main('DetectionPostProcessParam', { useRegularNMS, numClasses: 1, maxDetections: 1 }),
    });
    const { omitted } = leaveOut(smallNet([image, double('x', 'a'), unaryOp(NEG, 'a', 'b'), regular(true)]));
    expect(omitted.map(({ type }) => type)).toEqual(['DetectionPostProcess']);
    expect(() => buildGraph(smallNet([image, unaryOp(NEG, 'x', 'b'), regular(true)]))).toThrow(
      /1 op\(s\) of type DetectionPostProcess cannot be evaluated: .* use_regular_nms false, or cut it off before/,
    );
  });

  it('leave the rest as it is', async () => {
    const plan = createPlan(leaveOut(smallNet(separable())));
    const result = await execute(plan, createReferenceBackend(), [new Map([['x', Float32Array.of(3)]])]);
    const [values] = result.outputs;
    expect([values.get('b')?.data[0], values.get('e')?.data[0]]).toEqual([-6, 6]);
  });

  it('leave out outputs that the file names; what they read is one in their place', () => {
    const { outputs } = leaveOut(smallNet(separable(), { outputName: ['d', 'e'] }));
    expect(outputs.map(({ name }) => name)).toEqual(['e', 'b']);
    const twice = leaveOut(smallNet(separable(), { outputName: ['b', 'd'] }));
    expect(twice.outputs.map(({ name }) => name)).toEqual(['b']);
    expect(() => leaveOut(smallNet(separable(), { outputName: ['nowhere'] }))).toThrow('got "nowhere"');
  });

  it('keep alive what they read where the rest asks for its shape only', () => {
    const shape: SmallOp = { type: 'Shape', inputs: ['c'], outputs: ['shape'] };
    const ops = [
      image,
      double('x', 'a'),
      unaryOp(NEG, 'a', 'c'),
      shape,
      strange('shape', 'e'),
      addOp('c', 'e', 'f'),
    ];
    for (const outputName of [[], ['f']]) {
      const plan = createPlan(leaveOut(smallNet(ops, { outputName })));
      expect(plan.graph.outputs.map(({ name }) => name)).toEqual(['c', 'shape']);
      expect(plan.steps.map(({ node }) => node.name)).toEqual(['convolution_a', 'unaryop_c']);
    }
  });

  const refused: [title: string, ops: SmallOp[]][] = [
    ['a convolution follows', [image, double('x', 'a'), strange('a', 'b'), double('b', 'c')]],
    ['a convolution follows later', [...separable(), double('d', 'f')]],
    ['there is no convolution', [image, strange('x', 'a')]],
    ['they tell of a quantized model', [image, double('x', 'a'), strange('a', 'b', 'FloatToInt8')]],
    ['they tell of training', [image, double('x', 'a'), strange('a', 'b', 'ReluGrad')]],
  ];
  it.each(refused)('are an error all the same where %s', (_title, ops) => {
    expect(() => leaveOut(smallNet(ops))).toThrow(UnsupportedOpError);
  });

  it('are an error inside of a subgraph', () => {
    const { oplists, tensorName } = smallNet([image, strange('x', 'a')]);
    const subgraph = createTable('SubGraphProto', { name: 'body', nodes: oplists, tensors: tensorName });
    const net = smallNet([image, double('x', 'a')], { subgraphs: [subgraph] });
    expect(() => leaveOut(net)).toThrow('plugin_a (Plugin)');
  });

  it('must be wired like others', () => {
    expect(() => leaveOut(smallNet([image, double('x', 'a'), strange('later', 'b')]))).toThrow(
      'plugin_b (Plugin): reads tensor 2 (later) before any op writes it',
    );
  });

  it('are none in a model that can be run', () => {
    expect(leaveOut(smallNet([image, double('x', 'a')])).omitted).toEqual([]);
  });

  it('can be of any origin but those', () => {
    for (const type of ['Extra', 'Attention', 'RandomUniform', 'Texture'] as (keyof typeof OpType)[])
      expect(leaveOut(smallNet([image, double('x', 'a'), strange('a', 'b', type)])).omitted).toHaveLength(1);
  });
});
