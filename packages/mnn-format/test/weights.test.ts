import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Convolution2D,
  createTable,
  decodeConvolutionWeights,
  encodeInt8Weights,
  encodeWeights,
  type IDSTQuan,
  MnnFormatError,
  ScaleStorageType,
  weightsNeedShapeInt32,
} from '../src/index.ts';
import { halfToFloat, halvesToFloats } from '../src/weights/half.ts';

function coded(quan: Partial<IDSTQuan>): Convolution2D {
  return createTable('Convolution2D', { quanParameter: createTable('IDSTQuan', { quantScale: 1, ...quan }) });
}

const decode = (quan: Partial<IDSTQuan>) => Array.from(decodeConvolutionWeights(coded(quan), 'conv1'));
const bytes = (...values: number[]) => Int8Array.from(values);

describe('encode', () => {
  test('8 bits: extents, a count of 256 stored as 0, the table, q + 128', () => {
    const buffer = encodeInt8Weights(bytes(-128, -1, 0, 1, 2, 127), 2, 3);
    const unsigned = Array.from(new Uint8Array(buffer.buffer));
    expect(unsigned.length).toBe(1 + 4 + 1 + 256 + 6);
    expect(unsigned.slice(0, 6)).toStrictEqual([2, 2, 0, 3, 0, 0]);
    expect(Array.from(buffer.subarray(6, 262))).toStrictEqual(Array.from({ length: 256 }, (_, i) => i - 128));
    expect(unsigned.slice(262)).toStrictEqual([0, 127, 128, 129, 130, 255]);
  });

  test('4 bits: 15 entries, first weight in the high nibble', () => {
    const { buffer, shapeInt32 } = encodeWeights(bytes(-7, 0, 7), 1, 3, 4);
    expect(shapeInt32).toBe(false);
    const table = Array.from({ length: 15 }, (_, i) => i - 7);
    // Indices 0, 7, 14 as nibbles 0 7 e, then padding.
    expect(Array.from(buffer)).toStrictEqual([2, 1, 0, 3, 0, 15, ...table, 0x07, 0xe0 - 256]);
  });

  test('3 bits cross byte borders, highest bit first', () => {
    const { buffer } = encodeWeights(bytes(-3, 3, 0, -3, 1, 2), 2, 3, 3);
    // Indices 0 6 3 0 4 5 = 000 110 011 000 100 101, then padding: 00011001 10001001 01000000.
    expect(Array.from(new Uint8Array(buffer.buffer)).slice(-3)).toStrictEqual([0x19, 0x89, 0x40]);
  });

  test('more than 65535 rows take 32-bit extents', () => {
    expect(weightsNeedShapeInt32(65535, 1)).toBe(false);
    const { buffer, shapeInt32 } = encodeWeights(new Int8Array(65536), 65536, 1, 8);
    expect(shapeInt32).toBe(true);
    expect(Array.from(buffer.subarray(0, 10))).toStrictEqual([2, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
    const conv = coded({ type: 1, buffer, shapeInt32, alpha: new Float32Array(65536).fill(1) });
    expect(decodeConvolutionWeights(conv, 'big').length).toBe(65536);
  });

  test('wrong sizes and weights that do not fit', () => {
    expect(() => encodeInt8Weights(bytes(1, 2, 3), 2, 2)).toThrow('expected 2 x 2 weights, got 3');
    expect(() => encodeWeights(bytes(-8), 1, 1, 4)).toThrow('weight 0: expected -7 to 7, got -8');
    expect(() => encodeWeights(bytes(0), 1, 1, 9)).toThrow('expected 2 to 8 bits per weight, got 9');
  });

  test.each([2, 3, 4, 5, 6, 7, 8])('%i bits come back as q * alpha', (bits) => {
    const limit = bits === 8 ? 128 : 2 ** (bits - 1) - 1;
    const weight = fc.integer({ min: -limit, max: bits === 8 ? 127 : limit });
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 60 }), (row) => {
        const { buffer, shapeInt32 } = encodeWeights(Int8Array.from([...row, ...row]), 2, row.length, bits);
        const expected = [...row.map((q) => q * 0.5), ...row.map((q) => q * -2)].map((value) => value + 0);
        const got = decode({ type: 1, buffer, shapeInt32, alpha: Float32Array.of(0.5, -2) });
        expect(got.map((value) => value + 0)).toStrictEqual(expected);
      }),
      { seed: 5, numRuns: 50 },
    );
  });
});

describe('decode', () => {
  // 1 x 4 weights, table {-5, 1, 9} given in another order; indices of 2 bits 0 1 2 1 = 00 01 10 01.
  const table = bytes(2, 1, 0, 4, 0, 3, 9, -5, 1, 0b00011001);

  test('any table, which counts in ascending order', () => {
    expect(decode({ type: 1, buffer: table, alpha: Float32Array.of(2) })).toStrictEqual([-10, 2, 18, 2]);
  });

  test('quantScale multiplies, unless has_scaleInt', () => {
    const alpha = Float32Array.of(2);
    expect(decode({ type: 1, buffer: table, alpha, quantScale: 3 })).toStrictEqual([-30, 6, 54, 6]);
    expect(decode({ type: 1, buffer: table, alpha, quantScale: 3, has_scaleInt: true })[0]).toBe(-10);
  });

  test('half-precision scales', () => {
    const quan = {
      type: 1,
      buffer: table,
      scaleStorage: ScaleStorageType.FP16,
      alphaFp16: Uint16Array.of(0x4000),
    };
    expect(decode(quan)).toStrictEqual([-10, 2, 18, 2]);
  });

  test('one scale per block', () => {
    expect(decode({ type: 1, buffer: table, alpha: Float32Array.of(1, 10) })).toStrictEqual([-5, 1, 90, 10]);
  });

  test('asymmetric: w = min + (q - aMin) * scale', () => {
    const { buffer } = encodeWeights(bytes(-128, 0, 127, -127), 2, 2, 8);
    const alpha = Float32Array.of(-1, 0.5, 3, 2);
    const expected = [-1, -1 + 128 * 0.5, 3 + 255 * 2, 3 + 2];
    expect(decode({ type: 1, buffer, alpha, readType: 2, aMin: -128 })).toStrictEqual(expected);
    // Old files leave aMin at 0 and mean -128.
    expect(decode({ type: 1, buffer, alpha, readType: 2, aMin: 0 })).toStrictEqual(expected);
  });

  test('raw int8, symmetric and the old asymmetric form', () => {
    const buffer = bytes(-128, 1, 2, 3);
    expect(decode({ type: 4, buffer, alpha: Float32Array.of(2) })).toStrictEqual([-256, 2, 4, 6]);
    const old = { type: 4, buffer, alpha: Float32Array.of(10, 1), quantScale: 0 };
    expect(decode(old)).toStrictEqual([10, 139, 140, 141]);
  });

  test('half floats', () => {
    // 1, -2, 65504, the smallest subnormal, infinity.
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00);
    expect(decode({ type: 3, buffer: new Int8Array(halves.buffer) })).toStrictEqual([
      1,
      -2,
      65504,
      2 ** -24,
      Infinity,
    ]);
  });

  test('all half floats, both ways of widening', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const floats = halvesToFloats(new Uint8Array(halves.buffer));
    halves.forEach((half, i) => {
      if (!Object.is(floats[i], halfToFloat(half))) throw new Error(`half ${half}: ${floats[i]}`);
    });
    expect(Object.is(halfToFloat(0x8000), -0)).toBe(true);
    expect(halfToFloat(0x3555)).toBe(1365 / 4096);
  });

  test('sparse: steps from one entry to the next', () => {
    // 2 x 4 weights; entries at 1, 3, 6 (steps 1, 2, 3 of 2 bits: 01 10 11); table {-4, 5}; indices 0 1 1.
    const buffer = bytes(2, 2, 0, 4, 0, 3, 0, 0, 0, 2, 0b01101100, 2, -4, 5, 0b01100000);
    expect(decode({ type: 2, buffer, alpha: Float32Array.of(1, 2) })).toStrictEqual([
      0, -4, 0, 5, 0, 0, 10, 0,
    ]);
  });

  test('sparse with pairs of scales: gaps hold the integer that stands for 0', () => {
    // Table of 4 entries, 2-bit indices: lowest integer -2. min -1, scale 0.5: 0 is at 2 + -2 = 0.
    const buffer = bytes(2, 1, 0, 3, 0, 1, 0, 0, 0, 2, 0b01000000, 4, -2, -1, 0, 1, 0b11000000);
    const quan = { type: 2, buffer, alpha: Float32Array.of(-1, 0.5), readType: 1, aMin: -2 };
    expect(decode(quan)).toStrictEqual([0, 0.5, 0]);
  });

  test('sparse floats', () => {
    const quan = { index: Uint32Array.of(3, 1), alpha: Float32Array.of(7, 8), weightSize: 5 };
    expect(decode(quan)).toStrictEqual([0, 8, 0, 7, 0]);
  });

  test('plain floats are the view that the model holds', () => {
    const weight = Float32Array.of(1, 2);
    expect(decodeConvolutionWeights({ weight }, 'conv1')).toBe(weight);
  });
});

describe('damaged weights', () => {
  const one = Float32Array.of(1);
  const header = [2, 1, 0, 4, 0];
  test.each<[string, Partial<IDSTQuan>, string]>([
    ['no extents', { type: 1, buffer: bytes(), alpha: one }, 'extents need 1 bytes, 0 are left'],
    ['five extents', { type: 1, buffer: bytes(5, 0, 0), alpha: one }, 'expected 1 to 4 extents'],
    [
      'too few indices',
      { type: 1, buffer: bytes(...header, 1, 0), alpha: one },
      '4 weights of 1 bits need 1 bytes',
    ],
    [
      'an index past the table',
      { type: 1, buffer: bytes(...header, 3, 1, 2, 3, -1), alpha: one },
      'entry 3 of a table of 3',
    ],
    ['no scales', { type: 1, buffer: bytes(...header, 1, 5, 0) }, 'without scales'],
    [
      'an odd number of scales',
      { type: 1, buffer: bytes(...header, 1, 5, 0), alpha: new Float32Array(3) },
      '4 weights cannot be divided among 3 scales',
    ],
    [
      'no scale at all',
      { type: 1, buffer: bytes(...header, 1, 5, 0), alpha: new Float32Array(0) },
      'among 0 scales',
    ],
    [
      'an unknown coding',
      { type: 7, buffer: bytes(1), alpha: one },
      'expected weight coding 1, 2, 3 or 4, got 7',
    ],
    ['half a half float', { type: 3, buffer: bytes(1) }, 'an odd number'],
    [
      'an absurd sparse size',
      { type: 2, buffer: bytes(2, -1, -1, -1, -1, 0, 0, 0, 0), alpha: one },
      'at most 268435456 weights',
    ],
    [
      'a sparse entry outside',
      { type: 2, buffer: bytes(...header, 1, 0, 0, 0, 8, 4, 1, 9, 0), alpha: one },
      'position 4 of 4',
    ],
    ['a sparse float outside', { index: Uint32Array.of(5), alpha: one, weightSize: 5 }, 'position 5 of 5'],
    [
      'an absurd sparse float size',
      { index: Uint32Array.of(5), alpha: one, weightSize: 2 ** 32 - 1 },
      'at most 268435456',
    ],
    ['weights elsewhere', { type: 8 }, 'inline them first'],
  ])('%s', (_, quan, reason) => {
    const attempt = () => decodeConvolutionWeights(coded(quan), 'conv1');
    expect(attempt).toThrow(MnnFormatError);
    expect(attempt).toThrow('conv1: ');
    expect(attempt).toThrow(reason);
  });

  test('no weights', () => {
    expect(() => decodeConvolutionWeights({}, 'conv1')).toThrow('conv1: the convolution has no weights');
    const external = BigInt64Array.of(0n, 4n, 4n);
    expect(() => decodeConvolutionWeights({ external }, 'conv1')).toThrow('.mnn.weight');
  });

  test('random buffers', () => {
    const buffer = fc.int8Array({ maxLength: 60 });
    const small = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        small,
        buffer,
        fc.boolean(),
        (type, start, rest, shapeInt32) => {
          try {
            decode({ type, buffer: Int8Array.from([...start, ...rest]), shapeInt32, alpha: one });
          } catch (error) {
            expect(error).toBeInstanceOf(MnnFormatError);
          }
        },
      ),
      { seed: 3, numRuns: 3000 },
    );
  });
});
