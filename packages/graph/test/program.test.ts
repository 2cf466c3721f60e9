import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  execute,
  GraphError,
  type GraphNode,
  Program,
  type Sample,
  type TensorBackend,
  type TensorEvent,
} from '@mnnquant/graph';
import { UnaryOpOperation as U } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { CONTROL_NETS } from './golden/control-nets.ts';
import { DATA_SHAPE_NETS } from './golden/data-shape-nets.ts';
import { main } from './golden/golden-case.ts';
import type { ControlNet } from './golden/net-parts.ts';
import { countingBackend } from './support/counting-backend.ts';
import { addOp, constOp, inputOp, smallNet, unaryOp } from './support/small-net.ts';

/** y = |-x| + (-x), and the rest of a split that nobody wired further. */
const NET = smallNet(
  [
    inputOp('x', 4),
    unaryOp(U.NEG, 'x', 'a'),
    unaryOp(U.ABS, 'a', 'b'),
    { type: 'Slice', inputs: ['b'], outputs: ['low', 'high'], main: main('Slice', { sourceType: 3 }) },
    addOp('a', 'b', 'y'),
  ],
  { outputName: ['y', 'low'] },
);

const plan = createPlan(buildGraph(NET));
const sample = (...values: number[]): Sample => new Map([['x', Float32Array.from(values)]]);
const samples = [sample(1, -2, 3, -4), sample(0, 5, -6, 7)];

describe('a run', () => {
  it('gives the outputs of every sample', async () => {
    const { outputs, report } = await execute(plan, countingBackend(), samples);
    expect(Array.from(outputs[0].get('y')!.data)).toEqual([0, 4, 0, 8]);
    expect(Array.from(outputs[1].get('y')!.data)).toEqual([0, 0, 12, 0]);
    expect(Array.from(outputs[1].get('low')!.data)).toEqual([0, 5]);
    expect(report.kernels).toEqual(
      new Map([
        ['UnaryOp', 2],
        ['Slice', 1],
        ['BinaryOp', 1],
      ]),
    );
    expect(report.fallbacks.size).toBe(0);
  });

  it('frees everything, and each activation as soon as nobody needs it', async () => {
    const backend = countingBackend();
    await execute(plan, backend, samples);
    expect(backend.live.size).toBe(0);
    // Per sample a, b, low and high at most: x is gone before b is needed.
    expect(backend.most).toBe(2 * 4);
  });

  it('uploads constants once', async () => {
    const net = smallNet([
      inputOp('x', 2),
      constOp('order', 0),
      { type: 'Transpose', inputs: ['x', 'order'], outputs: ['y'] },
    ]);
    const backend = countingBackend();
    const program = new Program(createPlan(buildGraph(net)), backend);
    for (let i = 0; i < 3; i++) await program.run([sample(1, 2), sample(3, 4)]);
    expect(backend.uploads).toBe(1 + 3 * 2);
    expect(backend.live.size).toBe(1);
    program.dispose();
    program.dispose();
    expect(backend.live.size).toBe(0);
  });

  it('hands out folded outputs and inputs that are outputs', async () => {
    const net = smallNet(
      [inputOp('x', 2), constOp('k', -3), unaryOp(U.ABS, 'k', 'y'), unaryOp(U.NEG, 'x', 'z')],
      {
        outputName: ['y', 'x'],
      },
    );
    const { outputs } = await execute(createPlan(buildGraph(net)), countingBackend(), [sample(1, 2)]);
    expect(Array.from(outputs[0].get('y')!.data)).toEqual([3]);
    expect(Array.from(outputs[0].get('x')!.data)).toEqual([1, 2]);
  });

  it('of no samples gives no outputs', async () => {
    expect((await execute(plan, countingBackend(), [])).outputs).toEqual([]);
  });

  it('keeps doubles in a float64 run', async () => {
    const net = smallNet([inputOp('x', 1), unaryOp(U.EXP, 'x', 'y')]);
    const backend = createReferenceBackend({ precision: 'float64' });
    const { outputs } = await execute(createPlan(buildGraph(net)), backend, [sample(1)]);
    const y = outputs[0].get('y')!.data[0];
    expect(y).toBeCloseTo(Math.E, 14);
    expect(y).not.toBe(Math.fround(y));
  });
});

describe('a visitor', () => {
  it('sees every tensor once it exists for all samples, inputs too', async () => {
    const seen: [string, number, string | undefined][] = [];
    const onTensor = ({ tensor, values, node }: TensorEvent) => {
      seen.push([NET.tensorName![tensor], values.length, node?.name]);
    };
    await execute(plan, countingBackend(), samples, { onTensor });
    expect(seen).toEqual([
      ['x', 2, undefined],
      ['a', 2, 'unaryop_a'],
      ['b', 2, 'unaryop_b'],
      ['low', 2, 'slice_low'],
      ['high', 2, 'slice_low'],
      ['y', 2, 'binaryop_y'],
    ]);
  });

  it('may change values before anybody reads them', async () => {
    const backend = countingBackend();
    const onTensor = async ({ tensor, values }: TensorEvent) => {
      if (NET.tensorName![tensor] !== 'a') return;
      for (const value of values)
        await backend.fakeQuantize(value, { scale: 2, zeroPoint: 0, min: -1, max: 1 });
    };
    const { outputs } = await execute(plan, backend, [sample(1, -2, 3, -4)], { onTensor });
    // -x is [-1, 2, -3, 4]; halves go away from zero and the grid ends at ±2.
    expect(Array.from(outputs[0].get('low')!.data)).toEqual([2, 2]);
    expect(Array.from(outputs[0].get('y')!.data)).toEqual([0, 4, 0, 4]);
  });

  it('is told about progress', async () => {
    const steps: number[][] = [];
    await execute(plan, countingBackend(), samples, { onStep: (...step) => steps.push(step) });
    expect(steps).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
  });
});

describe('an op without a kernel', () => {
  it('runs by its reference and is counted', async () => {
    const backend = countingBackend({ withoutKernel: ['UnaryOp'] });
    const { outputs, report } = await execute(plan, backend, samples);
    expect(Array.from(outputs[0].get('y')!.data)).toEqual([0, 4, 0, 8]);
    expect(report.fallbacks).toEqual(new Map([['UnaryOp', 2]]));
    expect(backend.live.size).toBe(0);
  });

  it('is an error in strict runs', async () => {
    const backend = countingBackend({ withoutKernel: ['BinaryOp'] });
    await expect(execute(plan, backend, samples, {}, { strict: true })).rejects.toThrow(
      /^the backend counting has no kernel for binaryop_y \(BinaryOp\)$/,
    );
    expect(backend.live.size).toBe(0);
  });

  it('is named with all others in strict runs', async () => {
    const backend = countingBackend({ withoutKernel: ['BinaryOp', 'UnaryOp'] });
    const names = plan.steps.map(({ node }) => `${node.name} (${node.definition.name})`);
    const own = names.filter((name) => /BinaryOp|UnaryOp/.test(name));
    expect(own).toHaveLength(3);
    await expect(execute(plan, backend, samples, {}, { strict: true })).rejects.toThrow(
      `the backend counting has no kernel for ${own.join(', ')}`,
    );
  });
});

describe('failures', () => {
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    [
      'a missing input',
      () => run([samples[0], new Map()]),
      /sample 1: input x: expected 4 values for \[4\], got none/,
    ],
    [
      'a wrong size',
      () => run([samples[0], sample(1, 2)]),
      /sample 1: input x: expected 4 values for \[4\], got 2/,
    ],
    [
      'a kernel that throws',
      () => run(samples, { failAt: 'unaryop_b' }),
      /sample 0: unaryop_b \(UnaryOp\): the kernel fails/,
    ],
    ['a visitor that throws', () => run(samples, {}, 'high'), /the visitor fails/],
  ];
  for (const [title, fail, message] of cases) {
    it(`${title}: told with its place, nothing stays allocated`, async () => {
      await expect(fail()).rejects.toThrow(message);
      expect(backend.live.size).toBe(0);
    });
  }

  it('keeps the cause', async () => {
    const error = await run(samples, { failAt: 'unaryop_b' }).catch((reason) => reason);
    expect(error).toBeInstanceOf(GraphError);
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  let backend = countingBackend();
  function run(list: readonly Sample[], options: { failAt?: string } = {}, failVisit?: string) {
    backend = countingBackend(options);
    const onTensor = ({ tensor }: TensorEvent) => {
      if (NET.tensorName![tensor] === failVisit) throw new Error('the visitor fails');
    };
    return execute(plan, backend, list, { onTensor });
  }
});

describe('what a program makes a backend forget', () => {
  /** Nodes that were bound, and those that were forgotten. */
  async function nodesOf({ net, feeds }: ControlNet, forget: boolean) {
    const [bound, forgotten] = [new Set<GraphNode>(), new Set<GraphNode>()];
    const inner = countingBackend();
    const backend: TensorBackend = {
      ...inner,
      bind(node, inputs, outputs) {
        bound.add(node);
        return inner.bind(node, inputs, outputs);
      },
      forget(nodes) {
        for (const node of nodes) forgotten.add(node);
      },
    };
    const given = Object.entries(feeds).map(([name, { data, whole }]) => {
      return [name, whole ? Int32Array.from(data) : Float32Array.from(data)] as const;
    });
    const program = new Program(createPlan(buildGraph(net)), backend);
    await program.run([new Map(given)]);
    program.dispose();
    expect(forgotten.size).toBe(0);
    program.dispose({ forget });
    return { bound, forgotten };
  }

  it.each(Object.entries({ ...CONTROL_NETS, ...DATA_SHAPE_NETS }))(
    'is all it has bound, in subgraphs and behind shapes that the data tell: %s',
    async (_, item) => {
      const { bound, forgotten } = await nodesOf(item, true);
      expect([...bound].filter((node) => !forgotten.has(node))).toEqual([]);
    },
  );

  it('is nothing where it is not asked to', async () => {
    const [item] = Object.values(CONTROL_NETS);
    const { bound, forgotten } = await nodesOf(item!, false);
    expect(bound.size).toBeGreaterThan(1);
    expect(forgotten.size).toBe(0);
  });

  it('is nothing where the backend keeps nothing', () => {
    expect(() => new Program(plan, createReferenceBackend()).dispose({ forget: true })).not.toThrow();
  });
});
