import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { BinaryOpOperation, ReductionType, UnaryOpOperation } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, main } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';

async function answer(
  type: GoldenCase['type'],
  parameter: GoldenCase['main'],
  ...data: readonly (readonly number[])[]
): Promise<number[]> {
  const inputs = data.map((values) => ({ shape: [values.length], data: values }));
  const { net, feeds } = goldenModel([{ title: type, type, main: parameter, inputs }]);
  const sample = new Map([...feeds].map(([name, feed]) => [name, feed.data]));
  const { outputs } = await execute(createPlan(buildGraph(net)), createReferenceBackend(), [sample]);
  return Array.from([...outputs[0].values()][0].data);
}

const unary = (name: keyof typeof UnaryOpOperation) => main('UnaryOp', { opType: UnaryOpOperation[name] });
const binary = (name: keyof typeof BinaryOpOperation) =>
  main('BinaryOp', { opType: BinaryOpOperation[name] });

/** What MNN 3.6.1 makes of these on x86 is what the comparisons of its vector instructions leave. */
describe('NaN stays NaN, where MNN makes a number of it', () => {
  for (const name of ['ABS', 'EXP', 'EXPM1', 'SIGN', 'SIGMOID', 'TANH'] as const)
    it(name, async () => expect(await answer('UnaryOp', unary(name), [NaN])).toEqual([NaN]));

  for (const [title, type, parameter] of [
    ['ReLU', 'ReLU', main('Relu')],
    ['leaky ReLU', 'ReLU', main('Relu', { slope: 0.25 })],
    ['ReLU6', 'ReLU6', main('Relu6')],
    ['ELU', 'ELU', main('ELU', { alpha: 1 })],
    ['Selu', 'Selu', main('Selu', { alpha: 1, scale: 1 })],
    ['Sigmoid', 'Sigmoid', undefined],
    ['TanH', 'TanH', undefined],
  ] as const)
    it(title, async () => expect(await answer(type, parameter, [NaN])).toEqual([NaN]));

  for (const name of ['MAXIMUM', 'MINIMUM'] as const) {
    it(name, async () => {
      expect(await answer('BinaryOp', binary(name), [NaN, 1], [1, NaN])).toEqual([NaN, NaN]);
    });

    it(`${name} of many`, async () => {
      const operation = ReductionType[name];
      const parameter = main('ReductionParam', { operation, dim: Int32Array.of(0) });
      expect(await answer('Reduction', parameter, [1, NaN, 2])).toEqual([NaN]);
    });
  }
});

describe('what MNN gets wrong at the ends of numbers', () => {
  it('ReLU of -Infinity, which MNN multiplies by 0', async () => {
    expect(await answer('ReLU', main('Relu'), [-Infinity])).toEqual([0]);
  });

  it('the exponential, which MNN ends at e^87', async () => {
    expect(await answer('UnaryOp', unary('EXP'), [Infinity, 1e10, -Infinity])).toEqual([
      Infinity,
      Infinity,
      0,
    ]);
  });

  it('comparisons, of which MNN makes some with bits', async () => {
    expect(await answer('BinaryOp', binary('EQUAL'), [0, NaN], [-0, NaN])).toEqual([1, 0]);
    expect(await answer('BinaryOp', binary('LESS'), [-0, -2, NaN], [0, -1, NaN])).toEqual([0, 1, 0]);
  });
});
