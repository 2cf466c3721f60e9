import { createTable, type MnnModel, type Op, OpType, type TensorDescribe } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { scalesJson } from '../../src/rewrite/scales-json.ts';

type Scales = Readonly<Record<number, readonly [scale: number, zero: number]>>;

function op(name: string | undefined, inputs: number[], outputs: number[], type: number = OpType.ReLU): Op {
  return createTable('Op', {
    name,
    type,
    inputIndexes: inputs.length > 0 ? Int32Array.from(inputs) : undefined,
    outputIndexes: outputs.length > 0 ? Int32Array.from(outputs) : undefined,
  } as Partial<Op>);
}

function model(oplists: readonly Op[], scales: Scales = {}): MnnModel {
  const extraTensorDescribe = Object.entries(scales).map(
    ([index, [scale, zero]]): TensorDescribe =>
      createTable('TensorDescribe', {
        index: Number(index),
        quantInfo: createTable('TensorQuantInfo', { scale, zero }),
      } as Partial<TensorDescribe>),
  );
  return { net: createTable('Net', { oplists, extraTensorDescribe } as never), unknownFields: [] };
}

/** The numbers as the text has them. */
function numbers(text: string, key: 'scales' | 'zeropoint'): string[] {
  return [...text.matchAll(new RegExp(`"${key}": \\[\\s+(\\S+)\\s+\\]`, 'g'))].map(([, number]) => number);
}

describe('scalesJson', () => {
  it('is written as RapidJSON writes it: four spaces, decimal points, a line feed at the end', () => {
    // What RapidJSON's PrettyWriter makes of the calls in MNN 3.6.1 calibration.cpp, dumpTensorScales.
    expect(scalesJson(model([op('relu', [0], [1])], { 0: [0.5, 0], 1: [2, -3] }))).toBe(`[
    {
        "name": "relu",
        "inputs": [
            {
                "tensorIndex": 0,
                "scales": [
                    0.5
                ],
                "zeropoint": [
                    0.0
                ]
            }
        ],
        "outputs": [
            {
                "tensorIndex": 1,
                "scales": [
                    2.0
                ],
                "zeropoint": [
                    -3.0
                ]
            }
        ]
    }
]
`);
  });

  it('leaves out inputs without a scale, and shows outputs without one as 0', () => {
    const text = scalesJson(model([op('add', [0, 1, 2], [3, 4])], { 1: [0.25, 0], 4: [0.5, 0] }));
    const [{ inputs, outputs }] = JSON.parse(text);
    expect(inputs).toEqual([{ tensorIndex: 1, scales: [0.25], zeropoint: [0] }]);
    expect(outputs).toEqual([
      { tensorIndex: 3, scales: [0], zeropoint: [0] },
      { tensorIndex: 4, scales: [0.5], zeropoint: [0] },
    ]);
    expect(numbers(text, 'scales')).toEqual(['0.25', '0.0', '0.5']);
  });

  it('keeps an empty list where no input has a scale, and has no list where there is no tensor', () => {
    const text = scalesJson(model([op('a', [7], [8]), op('b', [], [9]), op('c', [9], [])]));
    const [a, b, c] = JSON.parse(text);
    expect(text).toContain('"inputs": []');
    expect(a.inputs).toEqual([]);
    expect(Object.keys(b)).toEqual(['name', 'outputs']);
    expect(Object.keys(c)).toEqual(['name', 'inputs']);
  });

  it('has the float numbers of the file with all digits of their doubles', () => {
    const text = scalesJson(model([op('r', [0], [1])], { 0: [0.1, 0], 1: [2 ** -20, 0] }));
    // 0.1 as the nearest float32; 2^-20 exactly.
    expect(numbers(text, 'scales')).toEqual(['0.10000000149011612', '9.5367431640625e-7']);
  });

  it('leaves out Raster ops and follows the order of the file', () => {
    const ops = [op('z', [0], [1]), op('raster', [1], [2], OpType.Raster), op('a', [2], [3])];
    expect(JSON.parse(scalesJson(model(ops))).map(({ name }: { name: string }) => name)).toEqual(['z', 'a']);
  });

  it('takes any name for a name', () => {
    const names = ['', 'conv "1"', 'a\\b', '层/卷积', '"scales": [\n 3\n]', 'line\nfeed'];
    const text = scalesJson(model(names.map((name, i) => op(name, [], [i]))));
    expect(JSON.parse(text).map(({ name }: { name: string }) => name)).toEqual(names);
    expect(JSON.parse(scalesJson(model([op(undefined, [], [0])])))[0].name).toBe('');
  });

  it('of a model without ops is an empty list', () => {
    expect(scalesJson(model([]))).toBe('[]\n');
  });
});
