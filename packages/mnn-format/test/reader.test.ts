import { Builder } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import { createTable, MnnFormatError, OpType, readModel, writeModel } from '../src/index.ts';
import { netOf } from './models.ts';
import { secondsSince } from './processor-time.ts';

const FORM = { fileName: 'form.mnn' };
const weight = Float32Array.from({ length: 6 }, (_, i) => i - 2.5);
const sample = writeModel(
  netOf({ type: 'Convolution2D', value: { weight, external: BigInt64Array.of(1n, 24n), bias: undefined } }),
);

function errorOf(bytes: Uint8Array, options: Parameters<typeof readModel>[1] = FORM): MnnFormatError {
  try {
    readModel(bytes, options);
  } catch (error) {
    if (error instanceof MnnFormatError) return error;
    throw error;
  }
  throw new Error('expected an MnnFormatError');
}

function convolution(bytes: Uint8Array) {
  const main = readModel(bytes).net.oplists![0]!.main!;
  if (main.type !== 'Convolution2D') throw new Error(main.type);
  return main.value;
}

describe('views', () => {
  test('vectors share the memory of the file', () => {
    const conv = convolution(sample);
    expect(conv.weight).toStrictEqual(weight);
    expect(conv.weight!.buffer).toBe(sample.buffer);
    expect(conv.external!.buffer).toBe(sample.buffer);
  });

  test('a file that starts on an odd byte is copied once', () => {
    const shifted = new Uint8Array(sample.length + 3);
    shifted.set(sample, 3);
    const conv = convolution(shifted.subarray(3));
    expect(conv.weight).toStrictEqual(weight);
    expect(conv.weight!.buffer).toBe(conv.external!.buffer);
    expect(conv.weight!.buffer).not.toBe(shifted.buffer);
  });

  test('shared memory is read like any other', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(sample.length));
    shared.set(sample);
    expect(convolution(shared).weight).toStrictEqual(weight);
  });
});

/** Root with oplists and tensorName, as the official builder writes it; `op` adds to the only op. */
function build(
  slots: number,
  op: (builder: Builder) => void,
  prepare?: (builder: Builder) => void,
): Uint8Array {
  const builder = new Builder();
  prepare?.(builder);
  const name = builder.createString('x');
  builder.startVector(4, 1, 4);
  builder.addOffset(name);
  const names = builder.endVector();
  builder.startObject(slots);
  op(builder);
  const opTable = builder.endObject();
  builder.startVector(4, 1, 4);
  builder.addOffset(opTable);
  const oplists = builder.endVector();
  builder.startObject(12);
  builder.addFieldOffset(3, oplists, 0);
  builder.addFieldOffset(7, names, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array().slice();
}

describe('files of the official FlatBuffers builder', () => {
  test('fields by their slots, defaults for the rest', () => {
    const { net, unknownFields } = readModel(
      build(8, (builder) => builder.addFieldInt32(5, OpType.Softmax, 0)),
    );
    const op = createTable('Op', { type: OpType.Softmax });
    expect(net).toStrictEqual(createTable('Net', { oplists: [op], tensorName: ['x'] }));
    expect(op.defaultDimentionFormat).toBe(1);
    expect(unknownFields).toStrictEqual([]);
  });

  test('a field of a newer schema is reported', () => {
    const bytes = build(11, (builder) => builder.addFieldInt8(9, 1, 0));
    expect(readModel(bytes).unknownFields).toStrictEqual([
      { place: 'net.oplists[0]', slot: 9, kind: 'field' },
    ]);
  });

  test('a union member of a newer schema is reported', () => {
    let empty = 0;
    const bytes = build(
      8,
      (builder) => {
        builder.addFieldInt8(1, 200, 0);
        builder.addFieldOffset(2, empty, 0);
      },
      (builder) => {
        builder.startObject(0);
        empty = builder.endObject();
      },
    );
    const { net, unknownFields } = readModel(bytes);
    expect(net.oplists![0]!.main).toBeUndefined();
    expect(unknownFields).toStrictEqual([{ place: 'net.oplists[0].main', slot: 1, kind: 'union-member' }]);
  });

  test('a union type without value is reported', () => {
    const bytes = build(8, (builder) => builder.addFieldInt8(1, 9, 0));
    expect(readModel(bytes).unknownFields).toStrictEqual([
      { place: 'net.oplists[0].main', slot: 1, kind: 'union-incomplete' },
    ]);
  });

  test('an enum value of a newer schema stays a number', () => {
    const { net } = readModel(build(8, (builder) => builder.addFieldInt32(5, 4242, 0)));
    expect(net.oplists![0]!.type).toBe(4242);
  });
});

describe('files that are no model', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  test.each<[string, Uint8Array, string]>([
    ['empty', new Uint8Array(0), 'the file is empty'],
    ['three bytes', Uint8Array.of(1, 2, 3), 'only 3 bytes'],
    ['PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13), 'a PNG image'],
    ['JSON', text('{"format": "RGB", "path": "images"}'), 'a JSON or text file'],
    ['prose', text('Not a model at all, but words.'), 'a text file'],
    ['TFLite', Uint8Array.of(28, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33, 0, 0, 0, 0), 'TensorFlow Lite'],
    // The start of an ONNX file: ir_version 7, producer "pytorch".
    [
      'ONNX',
      Uint8Array.of(8, 7, 18, 7, 112, 121, 116, 111, 114, 99, 104, 26, 5, 49, 46, 49, 50, 58),
      'offset',
    ],
    ['zeros', new Uint8Array(64), 'offset 0'],
    ['no ops', withoutOps(), 'no oplists'],
  ])('%s', (_, bytes, reason) => {
    const error = errorOf(bytes);
    expect(error.message).toMatch(/^form\.mnn: .*not an MNN model/);
    expect(error.message).toContain(reason);
  });
});

function withoutOps(): Uint8Array {
  const builder = new Builder();
  builder.startObject(12);
  builder.addFieldInt32(8, 3, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array().slice();
}

describe('damaged files', () => {
  /** `sample` with the 32-bit length of its weights replaced. */
  function withWeightLength(length: number): Uint8Array {
    const bytes = sample.slice();
    const at = convolution(bytes).weight!.byteOffset - 4;
    new DataView(bytes.buffer).setUint32(at, length, true);
    return bytes;
  }

  test('an absurd count names file, place, expected and got', () => {
    const error = errorOf(withWeightLength(0xffffffff));
    expect(error.fileName).toBe('form.mnn');
    expect(error.place).toBe('net.oplists[0].main.Convolution2D.weight');
    expect(error.reason).toMatch(/vector of 4294967295 elements of 4 bytes, but only \d+ bytes are left/);
  });

  test('every truncation is an error', () => {
    // The last bytes may be padding.
    for (let length = 0; length < sample.length - 8; length++) {
      expect(() => readModel(sample.slice(0, length)), `${length} bytes`).toThrow(MnnFormatError);
    }
  });

  test('misaligned vectors are copied', () => {
    // Two bytes behind the root offset: everything else keeps its distances, but not its alignment.
    const shifted = new Uint8Array(sample.length + 2);
    shifted.set(sample.subarray(4), 6);
    const root = new DataView(sample.buffer, sample.byteOffset).getUint32(0, true);
    new DataView(shifted.buffer).setUint32(0, root + 2, true);
    const conv = convolution(shifted);
    expect(conv).toStrictEqual(convolution(sample));
    expect(conv.weight!.buffer).not.toBe(shifted.buffer);
    expect(writeModel(readModel(shifted).net)).toStrictEqual(sample);
  });

  test('tables nested too deep', () => {
    const error = errorOf(sample, { ...FORM, limits: { maxDepth: 2 } });
    expect(error.message).toContain(
      'form.mnn: net.oplists[0].main.Convolution2D: tables nested deeper than 2',
    );
  });
});

/**
 * An op whose attribute holds a list that names its only child list twice, and so on: 2^levels lists
 * from a few bytes each.
 */
function doubling(levels: number): Uint8Array {
  const builder = new Builder();
  const key = builder.createString('k');
  const attribute = (func: number) => {
    builder.startObject(9);
    builder.addFieldOffset(3, key, 0);
    if (func) builder.addFieldOffset(8, func, 0);
    return builder.endObject();
  };
  const twice = (target: number) => {
    builder.startVector(4, 2, 4);
    builder.addOffset(target);
    builder.addOffset(target);
    return builder.endVector();
  };
  let attributes = twice(attribute(0));
  for (let level = 1; level < levels; level++) {
    builder.startObject(2);
    builder.addFieldOffset(1, attributes, 0);
    attributes = twice(attribute(builder.endObject()));
  }
  builder.startObject(2);
  builder.addFieldOffset(1, attributes, 0);
  const plugin = builder.endObject();
  return modelWith(builder, plugin);
}

function modelWith(builder: Builder, plugin: number): Uint8Array {
  builder.startObject(8);
  builder.addFieldInt8(1, 30, 0); // Plugin
  builder.addFieldOffset(2, plugin, 0);
  const op = builder.endObject();
  builder.startVector(4, 1, 4);
  builder.addOffset(op);
  const oplists = builder.endVector();
  builder.startObject(12);
  builder.addFieldOffset(3, oplists, 0);
  builder.addFieldOffset(7, oplists, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array().slice();
}

test('a small file that stands for billions of tables', () => {
  const bytes = doubling(28);
  expect(bytes.length).toBeLessThan(4096);
  const started = process.cpuUsage();
  expect(errorOf(bytes).reason).toMatch(/decodes to more than \d+ bytes from a file of \d+/);
  expect(secondsSince(started)).toBeLessThan(5);
});
