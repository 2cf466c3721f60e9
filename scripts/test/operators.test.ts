import { OPS, UNSUPPORTED_ORIGINS } from '@mnnquant/graph';
import { OpType, opTypeName } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { areaProblems } from '../operators/areas.ts';
import { functionLists } from '../operators/functions.ts';
import { operatorsPage } from '../operators/page.ts';
import { operatorRows } from '../operators/rows.ts';

describe('the page of operators', () => {
  const page = operatorsPage();
  const rows = operatorRows();

  it('names every op type of the schema once, as evaluated, as data or as refused', () => {
    const tables = page.split('\n').filter((line) => line.startsWith('| '));
    const first = tables.map((line) => line.split(' | ')[0]);
    const named = first.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect([...named, 'Input', 'Const', 'TrainableParam'].sort()).toEqual(Object.keys(OpType).sort());
  });

  it('has an area for every op, and only for ops', () => {
    const names = OPS.map(({ name }) => name);
    expect(areaProblems(names)).toEqual([]);
    expect(areaProblems([...names, 'Newer'])).toEqual(['Newer: add it to an area in areas.ts']);
    expect(areaProblems(names.slice(1))).toEqual([`${names[0]}: in areas.ts, but no op`]);
  });

  it('tells what is in the code', () => {
    const row = (name: string) => rows.find((item) => item.name === name);
    expect(row('Convolution')).toMatchObject({ kernels: ['wasm', 'GPU'], int8: { answer: 'yes' } });
    expect(row('Convolution')?.parameters).toEqual(expect.arrayContaining(['strideX', 'padMode', 'relu6']));
    expect(row('Permute')).toMatchObject({
      types: ['Permute', 'Transpose'],
      int8: { answer: 'yes, copied' },
    });
    expect(row('UnaryOp')?.int8.answer).toBe('yes, by a table');
    expect(row('Shape')?.int8.answer).toBe('whole numbers');
    expect(row('LSTM')).toMatchObject({ int8: { answer: 'no' } });
    expect(row('If')?.parameters).toContain('then_graph');
  });

  it('says why some of an op stay float', () => {
    const reasons = rows.find(({ name }) => name === 'BinaryOp')?.int8.exceptions.join('; ');
    expect(reasons).toMatch(/MINIMUM, MAXIMUM forgets the scale/);
  });

  it('has cases of every op', () => {
    const plain = rows.filter(({ conformance, answers }) => conformance + answers === 0);
    expect(plain.map(({ name }) => name)).toEqual([]);
  });

  it('lists functions by what the definitions accept', () => {
    const unary = functionLists().find(({ op }) => op === 'UnaryOp');
    expect(unary?.evaluated).toContain('GELU_STANDARD');
  });

  it('gives advice that reads as a sentence', () => {
    for (const { remedy, types } of UNSUPPORTED_ORIGINS) {
      expect(remedy('these ops')).toMatch(/these ops\b.*\.$/);
      for (const type of types) expect(opTypeName(OpType[type as keyof typeof OpType])).toBe(type);
    }
  });
});
