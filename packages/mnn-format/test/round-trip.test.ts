import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unionMembers } from '../src/generated/descriptors.ts';
import { createTable, MnnFormatError, readModel, writeModel } from '../src/index.ts';
import { randomNet } from './models.ts';

describe('write, then read', () => {
  for (const member of unionMembers.OpParameter!.slice(1)) {
    test(`random models with ${member}`, () => {
      fc.assert(
        fc.property(fc.gen(), (generate) => {
          const net = randomNet(generate, member);
          const bytes = writeModel(net);
          const model = readModel(bytes);
          expect(model).toStrictEqual({ net, unknownFields: [] });
          expect(writeModel(model.net)).toStrictEqual(bytes);
        }),
        { seed: 20, numRuns: 8 },
      );
    });
  }

  test('absent and empty vectors stay what they are', () => {
    const net = createTable('Net', {
      oplists: [],
      tensorName: [],
      outputName: undefined,
      extraTensorDescribe: [],
      bizCode: '',
    });
    expect(readModel(writeModel(net)).net).toStrictEqual(net);
  });

  test('NaN, infinities and negative zero', () => {
    const values = [Number.NaN, Infinity, -Infinity, -0];
    const oplists = values.map((slope) => createTable('Op', { main: { type: 'Relu', value: { slope } } }));
    const net = createTable('Net', { oplists, tensorName: [] });
    expect(readModel(writeModel(net)).net).toStrictEqual(net);
  });

  test('strings that are no UTF-8 keep their bytes', () => {
    const bytes = writeModel(createTable('Net', { oplists: [], tensorName: ['ABCDEFGH', 'IJ\u00e9'] }));
    const at = bytes.indexOf('A'.charCodeAt(0));
    // A lone continuation byte, an overlong '/', a surrogate, a lead without its rest, 0xff.
    bytes.set([0x80, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xe2, 0xff], at);
    const { net } = readModel(bytes);
    expect(net.tensorName![0]).toBe('\udc80\udcc0\udcaf\udced\udca0\udc80\udce2\udcff');
    expect(writeModel(net)).toStrictEqual(bytes);
  });
});

describe('the writer refuses', () => {
  const attempt = (fields: object) => () =>
    writeModel(createTable('Net', { oplists: [], tensorName: [], ...fields }));

  test.each<[string, object, string]>([
    [
      'an array where a typed array belongs',
      { oplists: [{ inputIndexes: [1] }] },
      'net.oplists[0].inputIndexes: expected Int32Array, got Array',
    ],
    [
      'a field that the table does not have',
      { oplists: [{ typ: 1 }] },
      "net.oplists[0]: Op has no field 'typ'",
    ],
    [
      'a number that does not fit',
      { preferForwardType: 200 },
      'net.preferForwardType: expected an integer in [-128, 127], got 200',
    ],
    ['a fraction in an integer', { tensorNumber: 1.5 }, 'net.tensorNumber: expected an integer'],
    [
      'an unknown union member',
      { oplists: [{ main: { type: 'Nothing', value: {} } }] },
      "net.oplists[0].main: expected a member of OpParameter, got 'Nothing'",
    ],
    ['a lone surrogate', { bizCode: '\ud800' }, 'net.bizCode: expected text'],
    ['null', { extraInfo: null }, 'net.extraInfo: expected an object (ExtraInfo), got null'],
    [
      'an attribute without key',
      { oplists: [{ main: { type: 'Plugin', value: { attr: [{}] } } }] },
      'net.oplists[0].main.Plugin.attr[0].key: expected a string',
    ],
    ['a model without ops', { oplists: undefined }, 'net: expected oplists'],
  ])('%s', (_, fields, message) => {
    expect(attempt(fields)).toThrow(MnnFormatError);
    expect(attempt(fields)).toThrow(message);
  });

  test('objects that contain themselves', () => {
    const list: { name: string; attr: object[] } = { name: 'loop', attr: [] };
    list.attr.push({ key: 'k', func: list });
    expect(attempt({ oplists: [{ main: { type: 'Plugin', value: { attr: list.attr } } }] })).toThrow(
      'nested deeper',
    );
  });

  test('more than 2^31 - 1 bytes', () => {
    const part = new Float32Array(2 ** 24);
    const oplists = Array.from({ length: 32 }, () =>
      createTable('Op', { main: { type: 'Scale', value: createTable('Scale', { scaleData: part }) } }),
    );
    expect(attempt({ oplists })).toThrow(/the file would have \d+ bytes.*external file/);
  });
});
