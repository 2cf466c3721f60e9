import { buildGraph, createPlan, GraphError, peakActivationBytes } from '@mnnquant/graph';
import { MNN_DATA_FORMAT, UnaryOpOperation as U } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { main } from './golden/golden-case.ts';
import { addOp, constOp, inputOp, smallNet, unaryOp } from './support/small-net.ts';

/** x → a → b; c = a + b; d is read by nobody and asked for by nobody. */
const DIAMOND = smallNet(
  [
    inputOp('x', 1, 4),
    unaryOp(U.NEG, 'x', 'a'),
    unaryOp(U.ABS, 'a', 'b'),
    unaryOp(U.EXP, 'a', 'd'),
    addOp('a', 'b', 'c'),
  ],
  { outputName: ['c'] },
);

describe('createPlan', () => {
  it('releases a tensor after its last reader and leaves out what no output needs', () => {
    const plan = createPlan(buildGraph(DIAMOND));
    const name = (id: number) => plan.graph.tensorNames[id];
    expect(plan.steps.map(({ node, release }) => [node.name, release.map(name)])).toEqual([
      ['unaryop_a', ['x']],
      ['unaryop_b', []],
      ['binaryop_c', ['a', 'b']],
    ]);
  });

  it('knows how many bytes are alive at the worst step', () => {
    // a, b and c of four floats at the last step.
    expect(peakActivationBytes(createPlan(buildGraph(DIAMOND)))).toBe(3 * 4 * 4);
  });

  it('folds shape arithmetic', () => {
    const net = smallNet([
      inputOp('x', 2, 3, 4),
      { type: 'Shape', inputs: ['x'], outputs: ['s'] },
      constOp('which', 2, 0),
      { type: 'GatherV2', inputs: ['s', 'which'], outputs: ['picked'] },
      constOp('rest', -1),
      { type: 'Concat', inputs: ['picked', 'rest'], outputs: ['target'], main: main('Axis', { axis: 0 }) },
      {
        type: 'Reshape',
        inputs: ['x', 'target'],
        outputs: ['y'],
        main: main('Reshape', { dimType: MNN_DATA_FORMAT.NCHW }),
      },
    ]);
    const plan = createPlan(buildGraph(net));
    expect(plan.steps.map(({ node }) => node.definition.name)).toEqual(['Reshape']);
    const target = net.tensorName!.indexOf('target');
    expect(Array.from(plan.values.get(target)!.data)).toEqual([4, 2, -1]);
    expect(plan.descs.get(net.tensorName!.indexOf('y'))!.shape).toEqual([4, 2, 3]);
  });

  it('leaves out a part of which only the shape is asked', () => {
    const net = smallNet([
      inputOp('x', 2, 3),
      unaryOp(U.EXP, 'x', 'unused'),
      { type: 'Shape', inputs: ['unused'], outputs: ['s'] },
      { type: 'BroadcastTo', inputs: ['x', 's'], outputs: ['y'] },
    ]);
    const plan = createPlan(buildGraph(net));
    expect(plan.steps.map(({ node }) => node.definition.name)).toEqual(['BroadcastTo']);
  });

  it('folds an output that depends on nothing', () => {
    const net = smallNet([
      inputOp('x', 2),
      constOp('k', 3, -4),
      unaryOp(U.ABS, 'k', 'y'),
      unaryOp(U.NEG, 'x', 'z'),
    ]);
    const plan = createPlan(buildGraph(net));
    expect(Array.from(plan.values.get(net.tensorName!.indexOf('y'))!.data)).toEqual([3, 4]);
    expect(plan.steps).toHaveLength(1);
  });
});

describe('input shapes', () => {
  const graph = (...dims: number[]) =>
    buildGraph(smallNet([inputOp('x', ...dims), unaryOp(U.NEG, 'x', 'y')]));
  const planned = (dims: number[], given?: number[]) =>
    createPlan(graph(...dims), new Map(given ? [['x', given]] : [])).inputs[0].desc.shape;

  it('a dynamic batch is 1 unless given', () => {
    expect(planned([-1, 3])).toEqual([1, 3]);
    expect(planned([-1, 3], [7, 3])).toEqual([7, 3]);
    expect(planned([1, -1], [1, 5])).toEqual([1, 5]);
    expect(planned([1, -1], [1, 0])).toEqual([1, 0]);
  });

  it.each([
    ['another dynamic extent must be given', [1, -1], undefined, /size is dynamic \(\[1,-1\]\)/],
    ['a fixed extent cannot change', [1, 3], [1, 4], /expected shape \[1,3\] \(-1 is free\), got \[1,4\]/],
    ['the rank cannot change', [1, 3], [3], /got \[3\]/],
    ['extents are not negative', [-1, 3], [-1, 3], /none negative, got \[-1,3\]/],
    ['extents are whole', [-1, 3], [1.5, 3], /got \[1.5,3\]/],
  ] as const)('%s', (_, dims, given, message) => {
    expect(() => planned([...dims], given && [...given])).toThrow(message);
  });

  it('an unknown name is told with the known ones', () => {
    expect(() => createPlan(graph(1), new Map([['z', [1]]]))).toThrow(
      /no input is called "z"; the model has x/,
    );
  });
});

describe('errors name the op', () => {
  const reshapeTo = (...dims: number[]) =>
    smallNet([
      inputOp('x', 2, 3),
      {
        type: 'Reshape',
        inputs: ['x'],
        outputs: ['y'],
        main: main('Reshape', { dims: Int32Array.from(dims) }),
      },
    ]);

  it.each([
    [
      'a reshape that does not fit',
      reshapeTo(4, 2),
      /reshape_y \(Reshape\): cannot reshape \[2,3\] \(6 elements\) to \[4,2\]/,
    ],
    ['two inferred extents', reshapeTo(-1, -1), /at most one extent of -1/],
    [
      'a convolution of other channels',
      smallNet([
        inputOp('x', 1, 3, 5, 5),
        {
          type: 'Convolution',
          inputs: ['x'],
          outputs: ['y'],
          main: main('Convolution2D', {
            common: { ...baseConvolution(), outputCount: 2, kernelX: 1, kernelY: 1 } as never,
            weight: new Float32Array(4),
            bias: new Float32Array(2),
          }),
        },
      ]),
      /convolution_y \(Convolution\): expected a multiple of 2 input channels, got 3/,
    ],
    [
      'a convolution whose wired weights are missing',
      smallNet([
        inputOp('x', 1, 3, 4, 4),
        {
          type: 'Convolution',
          inputs: ['x', '-'],
          outputs: ['y'],
          main: main('Convolution2D', { common: { ...baseConvolution(), outputCount: 2 } as never }),
        },
      ]),
      /convolution_y \(Convolution\): expected its weights inside or as the second input, got neither/,
    ],
  ] as const)('%s', (_, net, message) => {
    const graph = () => createPlan(buildGraph(net));
    expect(graph).toThrow(GraphError);
    expect(graph).toThrow(message);
  });
});

function baseConvolution() {
  return {
    padX: 0,
    padY: 0,
    strideX: 1,
    strideY: 1,
    dilateX: 1,
    dilateY: 1,
    padMode: 0,
    group: 1,
    inputCount: 0,
  };
}
