import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tableDescriptors, unionMembers } from '../src/generated/descriptors.ts';
import { OpType, opTypeName } from '../src/index.ts';

const script = new URL('../scripts/generate-schema.mjs', import.meta.url);
const { generateSchema } = (await import(script.href)) as { generateSchema(): Record<string, string> };

describe('generated code', () => {
  for (const [name, text] of Object.entries(generateSchema())) {
    test(`${name} is what the schema generates`, () => {
      const committed = readFileSync(new URL(`../src/generated/${name}`, import.meta.url), 'utf8');
      expect(text).toBe(committed);
    });
  }

  test('a slot for every field, two for a union', () => {
    for (const table of Object.values(tableDescriptors)) {
      let slot = 0;
      for (const field of table.fields) {
        expect(`${table.name}.${field.name} ${field.slot}`).toBe(`${table.name}.${field.name} ${slot}`);
        slot += field.kind === 'union' ? 2 : 1;
      }
      expect(table.slots).toBe(slot);
    }
  });
});

// Numbers of MNN 3.6.1, schema/default/*.fbs.
describe('wire facts', () => {
  test('operator types', () => {
    expect(OpType.Convolution).toBe(12);
    expect(OpType.Interp3D).toBe(122);
    expect(OpType.Raster).toBe(128);
    expect(OpType.Select).toBe(257);
    expect(OpType.ConvInt8).toBe(513);
    expect(OpType.GridSample).toBe(604);
    expect(opTypeName(13)).toBe('ConvolutionDepthwise');
    expect(opTypeName(9999)).toBe('OpType(9999)');
  });

  test('union members', () => {
    const members = unionMembers.OpParameter!;
    expect(members.indexOf('QuantizedAdd')).toBe(1);
    expect(members.indexOf('Convolution2D')).toBe(9);
    expect(members.indexOf('FusedLinearParam')).toBe(103);
    expect(members.length).toBe(104);
  });
});
