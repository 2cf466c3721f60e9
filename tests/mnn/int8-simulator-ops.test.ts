import { appendFileSync } from 'node:fs';
import { buildGraph, createPlan, type HostTensor, INT8_OPS, type QuantParams } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { DataType } from '@mnnquant/mnn-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import type { SimulatorCase } from './simulator-case.ts';
import { SIMULATOR_CASES } from './simulator-cases.ts';

/** Of the issue: so many values are the same, the others one step off at most. */
const EQUAL = 0.995;
const STEPS = 1;

/** Error of a division in float32, in steps. */
const WHOLE = 1e-3;

/** They have networks of their own: `int8-simulator.test.ts`. */
const CONVOLUTIONS: ReadonlySet<string> = new Set(['Convolution', 'ConvolutionDepthwise']);

describeWithMnn("an int8 op, as MNN's runtime computes it", ({ python }) => {
  const oracle = new MnnOracle(python);
  let results: (Map<string, NumpyArray> | string)[];
  const made = SIMULATOR_CASES.map((item, seed) => build(item, seed));
  beforeAll(() => {
    results = oracle.runEach(made.map(({ model, feeds }) => ({ net: model.net, inputs: feeds })));
  }, 600_000);
  const tallies = new Map<string, Tally>();
  afterAll(() => writeResults(tallies));

  for (const op of Object.keys(INT8_OPS).filter((name) => !CONVOLUTIONS.has(name)))
    describe(op, () => {
      for (const [i, item] of SIMULATOR_CASES.entries())
        if (item.op === op)
          it(item.title, () => {
            const result = results[i];
            if (typeof result === 'string') throw new Error(result);
            const { count, same, worst } = compare(made[i], item, result.get('x')!.data as Float32Array);
            add(tallies, op, { count, same, worst });
            expect.soft(same / count).toBeGreaterThanOrEqual(EQUAL);
            expect.soft(worst).toBeLessThanOrEqual(STEPS + WHOLE);
          });
    });
});

/** Values that were compared, how many of them are the same, and steps between those that differ the most. */
interface Tally {
  readonly count: number;
  readonly same: number;
  readonly worst: number;
  readonly cases?: number;
}

function add(tallies: Map<string, Tally>, op: string, { count, same, worst }: Tally): void {
  const sum = tallies.get(op) ?? { count: 0, same: 0, worst: 0 };
  tallies.set(op, {
    count: sum.count + count,
    same: sum.same + same,
    worst: Math.max(sum.worst, worst),
    cases: (sum.cases ?? 0) + 1,
  });
}

/** With `MNNQUANT_RESULTS=file` the measured numbers are added to it as a table. */
function writeResults(tallies: ReadonlyMap<string, Tally>): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file) return;
  const rows = [...tallies].map(
    ([op, { cases, count, same, worst }]) =>
      `| ${op} | ${cases} | ${count} | ${((100 * same) / count).toFixed(3)} % | ${worst.toFixed(0)} |`,
  );
  const header = ['| Op | Networks | Values | The same | Most steps apart |', '|---|---|---|---|---|'];
  appendFileSync(file, `${[...header, ...rows].join('\n')}\n`);
}

interface Built {
  readonly model: MnnModel;
  /** What the tensors hold, q. */
  readonly operands: readonly Float32Array[];
  readonly feeds: ReadonlyMap<string, NumpyArray>;
}

function build({ op, main, format, operands, output }: SimulatorCase, seed: number): Built {
  const builder = new NetBuilder();
  const values = operands.map((operand, k) => numbers(operand.shape, operand.params, 31 * seed + k));
  const floats = values.map((value, k) => value.map((q) => dequantized(q, operands[k].params)));
  const tensors = operands.map(({ shape, constant }, k) =>
    constant ? builder.constant(shape, Array.from(floats[k])) : builder.input(shape, format, `in${k}`),
  );
  const y = builder.op(op, tensors, main, 'x');
  const { net, ...rest } = builder.build([y]);
  const described = [...operands.map(({ params }, k) => [tensors[k], params] as const)];
  if (output) described.push([y, output]);
  const extraTensorDescribe = described.map(([index, { scale, zeroPoint: zero, min, max }]) => ({
    index,
    quantInfo: { scale: Math.fround(scale), zero, min, max, type: DataType.DT_INT8 },
  }));
  const feeds = operands.flatMap(({ shape, constant }, k) =>
    constant ? [] : [[`in${k}`, { shape: [1, ...shape], data: floats[k] }] as const],
  );
  return {
    model: { ...rest, net: { ...net, extraTensorDescribe } as typeof net },
    operands: values,
    feeds: new Map(feeds),
  };
}

/** Every q between the ends, the ends and the zero point among the first. */
function numbers(shape: readonly number[], { zeroPoint, min, max }: QuantParams, seed: number): Float32Array {
  let state = seed * 2654435761 + 12345;
  const next = () => {
    state = (Math.imul(state | 0, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const ends = [min, max, Math.min(max, Math.max(min, zeroPoint))];
  const count = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from(
    { length: count },
    (_, i) => ends[i] ?? min + Math.floor(next() * (max - min + 1)),
  );
}

function dequantized(q: number, { scale, zeroPoint }: QuantParams): number {
  return Math.fround((q - zeroPoint) * Math.fround(scale));
}

function compare({ model, operands }: Built, item: SimulatorCase, got: Float32Array): Tally {
  const graph = buildGraph(model);
  const plan = createPlan(graph);
  const [{ node, inputs: descs }] = plan.steps;
  const output = item.output ?? item.operands[0].params;
  const { definition, attributes } = INT8_OPS[item.op];
  const made = attributes(
    node,
    item.operands.map(({ params }) => params),
    [output],
  );
  const inputs = operands.map((data, k) => ({ ...descs[k]!, data }) as HostTensor);
  const [desc] = definition.shape(made as never, inputs, item.title);
  const y = { ...desc, data: new Float32Array(got.length) };
  definition.reference(made as never, inputs, [y]);
  let same = 0;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const steps = Math.abs(got[i] / Math.fround(output.scale) + output.zeroPoint - y.data[i]);
    // What MNN casts back is a whole number of steps; it would not be, had the op run in float.
    if (steps < WHOLE) same++;
    worst = Math.max(worst, steps);
  }
  return { count: got.length, same, worst };
}
