import { buildGraph } from '@mnnquant/graph';
import { createTable, DataType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { NetBuilder } from './net-builder.ts';
import { planOf, quantized } from './plans.ts';

/** What is chosen and predicted for the gather of input → convolution → gather of rows → convolution. */
function gather(places: readonly number[], computed = false) {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
  const given = list(net, places);
  const indices = computed ? net.op('BinaryOp', [given, given], sum) : given;
  const axis = { type: 'Axis', value: createTable('Axis', { axis: 2 }) } as const;
  const rows = net.op('GatherV2', [first, indices], axis, 'rows');
  const model = net.build([net.convolution(rows, { outputs: 2, inputs: 8 })]);
  const plan = planOf(model);
  const { nodes } = int8Candidates(buildGraph(model), plan);
  const { ops, commands, casts } = predictInt8(quantized(model, { [first]: 0.02, [rows]: 0.02 }), plan);
  const op = ops.find(({ name }) => name === 'rows')!;
  const ran = commands.map(({ type, int8 }) => type + (int8 ? '*' : '')).join(' ');
  return { choice: nodes.get(op.node), int8: op.int8, ran: `${ran}, casts ${casts}` };
}

const sum = { type: 'BinaryOp', value: createTable('BinaryOp', { opType: 0 }) } as const;

function list(net: NetBuilder, values: readonly number[]): number {
  const value = createTable('Blob', {
    dims: Int32Array.of(values.length),
    dataType: DataType.DT_INT32,
    int32s: Int32Array.from(values),
  });
  return net.op('Const', [], { type: 'Blob', value });
}

/** What MNN 3.6.1 runs of them: `tests/mnn/int8-ops.test.ts`. */
describe('a gather', () => {
  it.each([[[3]], [[2, 0]]])('of the places %j is a copy of int8 values', (places) => {
    const { choice, int8, ran } = gather(places);
    expect(choice).toBe('int8');
    expect(int8).toBe(true);
    expect(ran).toBe('Convolution* Raster* Convolution*, casts 1');
  });

  it('takes places that are computed from constants', () => {
    expect(gather([1], true).int8).toBe(true);
  });

  it('of three places is a loop in float', () => {
    const { choice, int8, ran } = gather([3, 1, 2]);
    expect(choice).toEqual({ float: expect.stringContaining('more than two places') });
    expect(int8).toBe(false);
    expect(ran).toBe('Convolution* While Convolution*, casts 3');
  });
});
