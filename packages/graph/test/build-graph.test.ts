import { buildGraph, GraphError } from '@mnnquant/graph';
import { DataType, UnaryOpOperation as U } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { main } from './golden/golden-case.ts';
import { addOp, constOp, inputOp, smallNet, unaryOp } from './support/small-net.ts';

describe('buildGraph', () => {
  it('makes inputs, constants and nodes', () => {
    const net = smallNet([inputOp('x', -1, 3), constOp('k', 1, 2), unaryOp(U.NEG, 'x', 'y')]);
    const graph = buildGraph(net);
    expect(graph.inputs).toEqual([
      { tensor: 0, name: 'x', desc: { shape: [-1, 3], dtype: 'float32', layout: 'NCHW' } },
    ]);
    expect(graph.constants.get(1)).toEqual({
      shape: [2],
      dtype: 'int32',
      layout: 'NCHW',
      data: Int32Array.of(1, 2),
    });
    expect(graph.nodes.map(({ name, index }) => [name, index])).toEqual([['unaryop_y', 2]]);
    expect(graph.producer.get(2)).toBe(graph.nodes[0]);
    expect(graph.consumers.get(0)).toEqual([graph.nodes[0]]);
  });

  it('takes the outputs from the file, else the tensors that nobody reads', () => {
    const ops = [
      inputOp('x', 2),
      unaryOp(U.NEG, 'x', 'y'),
      unaryOp(U.ABS, 'y', 'z'),
      unaryOp(U.EXP, 'x', 'w'),
    ];
    const names = (net: Parameters<typeof buildGraph>[0]) => buildGraph(net).outputs.map(({ name }) => name);
    expect(names(smallNet(ops))).toEqual(['z', 'w']);
    expect(names(smallNet(ops, { outputName: ['y'] }))).toEqual(['y']);
  });

  it('views constants and converts what is not float32 or int32', () => {
    const blob = (fields: object) => {
      const net = smallNet([
        { type: 'Const', outputs: ['k'], main: main('Blob', fields) },
        unaryOp(U.NEG, 'k', 'y'),
      ]);
      return buildGraph(net).constants.get(0)!;
    };
    const floats = Float32Array.of(1, 2);
    expect(blob({ dims: Int32Array.of(2), float32s: floats }).data).toBe(floats);
    const half = {
      dims: Int32Array.of(3),
      dataType: DataType.DT_HALF,
      uint8s: Uint8Array.of(0, 0x3c, 0, 0xc0, 1, 0),
    };
    expect(Array.from(blob(half).data)).toEqual([1, -2, 2 ** -24]);
    const brain = {
      dims: Int32Array.of(1),
      dataType: DataType.DT_BFLOAT16,
      uint8s: Uint8Array.of(0x80, 0xbf),
    };
    expect(Array.from(blob(brain).data)).toEqual([-1]);
    const long = {
      dims: Int32Array.of(2),
      dataType: DataType.DT_INT64,
      int64s: BigInt64Array.of(-5n, 2n ** 63n - 1n),
    };
    expect(Array.from(blob(long).data)).toEqual([-5, 2147483647]);
  });
});

describe('broken wiring is told with its place', () => {
  const x = inputOp('x', 2);
  const cases: [string, Parameters<typeof buildGraph>[0], RegExp][] = [
    [
      'read before written',
      smallNet([unaryOp(U.NEG, 'y', 'z'), x]),
      /unaryop_z \(UnaryOp\): reads tensor 0 \(y\) before/,
    ],
    [
      'written twice',
      smallNet([x, unaryOp(U.NEG, 'x', 'y'), unaryOp(U.ABS, 'x', 'y')]),
      /writes tensor 1, which unaryop_y/,
    ],
    [
      'input outside',
      withIndexes(smallNet([x, unaryOp(U.NEG, 'x', 'y')]), [9], [1]),
      /expected input tensors in 0\.\.1 or -1, got 9/,
    ],
    [
      'output outside',
      withIndexes(smallNet([x, unaryOp(U.NEG, 'x', 'y')]), [0], [-3]),
      /expected output tensors in 0\.\.1, got -3/,
    ],
    [
      'unknown output name',
      smallNet([x, unaryOp(U.NEG, 'x', 'y')], { outputName: ['nobody'] }),
      /got "nobody"/,
    ],
    ['no output', smallNet([x]), /has no output/],
    [
      'wrong parameter',
      smallNet([x, { ...unaryOp(U.NEG, 'x', 'y'), main: main('Axis') }]),
      /expected a parameter of type UnaryOp, got Axis/,
    ],
    ['unknown operation', smallNet([x, unaryOp(99, 'x', 'y')]), /operation 99 is unknown/],
    [
      'constant of another size',
      smallNet([
        {
          type: 'Const',
          outputs: ['k'],
          main: main('Blob', { dims: Int32Array.of(3), float32s: new Float32Array(2) }),
        },
      ]),
      /expected 3 elements for shape \[3\], got 2/,
    ],
    [
      'external constant',
      smallNet([
        { type: 'Const', outputs: ['k'], main: main('Blob', { external: BigInt64Array.of(0n, 4n) }) },
      ]),
      /external weight file/,
    ],
    [
      'two inputs of one name',
      twice(smallNet([x, inputOp('y', 2), addOp('x', 'y', 'z')])),
      /two inputs of the name "x"/,
    ],
  ];
  for (const [title, net, message] of cases) {
    it(title, () => {
      expect(() => buildGraph(net)).toThrow(GraphError);
      expect(() => buildGraph(net)).toThrow(message);
    });
  }
});

function withIndexes(net: ReturnType<typeof smallNet>, inputs: number[], outputs: number[]) {
  const [first, second] = net.oplists!;
  const op = { ...second, inputIndexes: Int32Array.from(inputs), outputIndexes: Int32Array.from(outputs) };
  return { ...net, oplists: [first, op] };
}

function twice(net: ReturnType<typeof smallNet>) {
  return { ...net, tensorName: ['x', 'x', 'z'] };
}
