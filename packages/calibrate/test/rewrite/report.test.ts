import { buildGraph } from '@mnnquant/graph';
import { createTable } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { scalesJson } from '../../src/rewrite/scales-json.ts';
import { fakeQuantPlan } from '../../src/rewrite/simulate.ts';
import { NetBuilder } from './net-builder.ts';
import { planOf, quantized } from './plans.ts';

function rectifiedChain() {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 }, 'conv "1"');
  const relu = net.op('ReLU', [first], { type: 'Relu', value: createTable('Relu') }, 'relu');
  const last = net.convolution(relu, { outputs: 2, inputs: 8 }, 'conv2');
  const tail = net.op('Softmax', [last], { type: 'Axis', value: createTable('Axis', { axis: 1 }) });
  const model = net.build([tail]);
  return { model, written: quantized(model, { 0: 0.0625, 1: 1, 2: 1, 3: 0.1 }) };
}

describe('fakeQuantPlan', () => {
  it('rounds what int8 ops read and write, inherited scales included, and nothing else', () => {
    const { model, written } = rectifiedChain();
    const graph = buildGraph(written);
    const rounding = fakeQuantPlan(written, graph, predictInt8(written, planOf(model)));
    expect([...rounding.keys()].sort()).toEqual([0, 1, 2, 3]);
    expect(rounding.get(2)).toEqual(rounding.get(1));
    expect(rounding.get(0)).toEqual({ scale: 0.0625, zeroPoint: 0, min: -127, max: 127 });
  });
});

describe('scalesJson', () => {
  it("has the layout of MNN's tool and the numbers of the file", () => {
    const { written } = rectifiedChain();
    const text = scalesJson(written);
    const conv = JSON.parse(text)[1];
    expect(conv.name).toBe('conv "1"');
    expect(conv.outputs).toEqual([{ tensorIndex: 1, scales: [1], zeropoint: [0] }]);
    expect(
      text.startsWith(
        [
          '[',
          '    {',
          '        "name": "input",',
          '        "outputs": [',
          '            {',
          '                "tensorIndex": 0,',
          '                "scales": [',
          '                    0.0625',
          '                ],',
          '                "zeropoint": [',
          '                    0.0',
          '                ]',
          '            }',
          '        ]',
          '    },',
        ].join('\n'),
      ),
    ).toBe(true);
    expect(text).toContain(`${Math.fround(0.1)}`);
    expect(text).toContain('                    1.0\n');
    expect(text.endsWith(']\n')).toBe(true);
  });
});
