import { describe, expect, it } from 'vitest';
import { fileStems } from '../src/samples/input-names.ts';
import { parseNpy } from '../src/samples/npy.ts';
import { asTensorData } from '../src/samples/numbers.ts';
import { parseText } from '../src/samples/text.ts';
import { bytesOf, npy } from './sample-files.ts';

describe('a NumPy array', () => {
  it.each<[string, Uint8Array, number[]]>([
    ['<f8', bytesOf(Float64Array.of(1.5, -2)), [1.5, -2]],
    ['<i8', bytesOf(BigInt64Array.of(3n, -4n)), [3, -4]],
    ['>i4', Uint8Array.of(0, 0, 1, 2, 255, 255, 255, 254), [258, -2]],
    ['>f4', Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0), [1, -2]],
    ['|b1', Uint8Array.of(1, 0), [1, 0]],
    ['|u1', Uint8Array.of(255, 7), [255, 7]],
    ['<f2', Uint8Array.of(0x00, 0x3c, 0x01, 0x80), [1, -(2 ** -24)]],
    ['<f2', Uint8Array.of(0x00, 0xfc, 0xff, 0x7b), [Number.NEGATIVE_INFINITY, 65504]],
  ])('of %s', (descr, body, expected) => {
    const { shape, data } = parseNpy(npy(descr, '2,', body));
    expect(shape).toEqual([2]);
    expect([...(data as Float64Array)]).toEqual(expected);
  });

  it('of no dimension, or of no element', () => {
    expect(parseNpy(npy('|u1', '', Uint8Array.of(9)))).toEqual({ shape: [], data: Float64Array.of(9) });
    expect(parseNpy(npy('|u1', '0, 3', new Uint8Array(0)))).toEqual({
      shape: [0, 3],
      data: new Float64Array(0),
    });
  });

  it('in Fortran order is brought into C order', () => {
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) stores column by column.
    const { data } = parseNpy(npy('|u1', '2, 3', Uint8Array.of(1, 4, 2, 5, 3, 6), 'True'));
    expect([...(data as Float64Array)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each<[string, Uint8Array, string]>([
    ['complex', npy('<c8', '1,', new Uint8Array(8)), 'got the NumPy type "<c8"'],
    ['objects', npy('|O', '1,', new Uint8Array(8)), 'got the NumPy type "|O"'],
    ['text', new TextEncoder().encode('some text of some length'), 'not a NumPy array'],
    ['nothing', new Uint8Array(0), 'not a NumPy array'],
    [
      'a claim without data',
      npy('<f4', '1000000000, 1000000000', new Uint8Array(4)),
      'bytes for [1000000000,1000000000], got 4',
    ],
    ['a short header', npy('<f4', '1,', new Uint8Array(0)).subarray(0, 20), 'header is cut off'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseNpy(bytes)).toThrow(message);
  });
});

describe('numbers for an input', () => {
  it('of integers are whole and in range', () => {
    expect(asTensorData([1, -2], 'int32')).toEqual(Int32Array.of(1, -2));
    expect(() => asTensorData([1, 2 ** 31], 'int32')).toThrow('(int32), got 2147483648 at position 1');
    expect(() => asTensorData([0.5], 'int32')).toThrow('expected whole numbers');
    expect(() => asTensorData([Number.NaN], 'uint8')).toThrow('from 0 to 255 (uint8), got NaN at position 0');
    expect(() => asTensorData([-129], 'int8')).toThrow('got -129');
  });
});

describe('text', () => {
  it('has numbers between white space', () => {
    expect(parseText(' 1\t-2.5e-3\r\n+.5 3.\n\n')).toEqual(Float64Array.of(1, -0.0025, 0.5, 3));
    expect(parseText('')).toEqual(new Float64Array(0));
  });
});

describe('file names of inputs', () => {
  it('hold no character that some system refuses', () => {
    expect(fileStems('a', ['a'])).toEqual(['a']);
    expect(fileStems('a/b:0', ['a/b:0'])).toEqual(['a/b:0', 'a_b_0']);
  });

  it('stay in the folder and are not shared', () => {
    expect(fileStems('../a', ['../a'])).toEqual(['.._a']);
    expect(fileStems('a/b', ['a/b', 'a_b'])).toEqual(['a/b']);
  });
});
