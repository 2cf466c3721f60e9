import { describe, expect, it } from 'vitest';
import {
  decodeWinogradAttribute,
  encodeWinogradAttribute,
  WinogradError,
  type WinogradUnit,
} from '../../src/index.ts';

function unitOf(kernel: number, unit: number, outputs: number): WinogradUnit {
  const positions = (kernel + unit - 1) ** 2;
  return {
    kernel,
    unit,
    inputScales: Float32Array.from({ length: positions }, (_, at) => 1e-30 * 7 ** at),
    inputZeroPoints: Int32Array.from({ length: positions }, (_, at) => ((at * 37) % 255) - 127),
    weightScales: Float32Array.from({ length: positions * outputs }, (_, at) => Math.PI / (at + 1)),
  };
}

describe('winogradAttr', () => {
  it.each([
    [3, 2, 1],
    [3, 4, 5],
    [5, 2, 64],
    [2, 3, 7],
  ])('kernel %i, unit %i, %i channels: comes back as it was', (kernel, unit, outputs) => {
    const given = unitOf(kernel, unit, outputs);
    expect(decodeWinogradAttribute(encodeWinogradAttribute(given), outputs)).toEqual(given);
  });

  it('has the words of MNN: version, units, size, geometry, arrays', () => {
    const words = encodeWinogradAttribute(unitOf(3, 2, 64));
    // What MNN's own tool wrote for a 64-channel layer of cifar_resnet20 begins like this.
    expect([...words.slice(0, 9)]).toEqual([0, 1, 1062, 0, 0, 3, 3, 2, 2]);
    expect(words.length).toBe(3 + 1062);
    expect(new Float32Array(words.buffer)[9 + 32]).toBe(Math.fround(Math.PI));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a scale of %f', (scale) => {
    const given = unitOf(3, 2, 1);
    given.inputScales[3] = scale;
    expect(() => encodeWinogradAttribute(given)).toThrow(WinogradError);
  });

  it('refuses arrays and zero points that do not fit', () => {
    const given = unitOf(3, 2, 1);
    expect(() => encodeWinogradAttribute({ ...given, unit: 4 })).toThrow('expected 36 input scales');
    expect(() => encodeWinogradAttribute({ ...given, weightScales: new Float32Array(17).fill(1) })).toThrow(
      'multiple of 16',
    );
    given.inputZeroPoints[0] = 128;
    expect(() => encodeWinogradAttribute(given)).toThrow('zero points within');
  });

  it('refuses to read another version, several units or another length', () => {
    const words = encodeWinogradAttribute(unitOf(3, 2, 2));
    expect(() => decodeWinogradAttribute(words.with(0, 1), 2)).toThrow('version 0');
    expect(() => decodeWinogradAttribute(words.with(1, 2), 2)).toThrow('1 unit');
    expect(() => decodeWinogradAttribute(words, 3)).toThrow('for 3 channels');
    expect(() => decodeWinogradAttribute(words.with(6, 5), 2)).toThrow('square');
    expect(() => decodeWinogradAttribute(new Int32Array(), 2)).toThrow(WinogradError);
  });
});
