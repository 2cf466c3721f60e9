import { describe, expect, it } from 'vitest';
import { winogradLines } from '../src/winograd-outcome.ts';

describe('what the summary says of winogradOpt', () => {
  it('how many convolutions have attributes, and how many might', () => {
    expect(winogradLines({ layers: ['a'], left: [] })).toEqual([
      'Winograd    1 convolution given its attributes',
    ]);
    expect(winogradLines({ layers: ['a', 'b'], left: ['c'] })).toEqual([
      'Winograd    2 convolutions given its attributes; 1 more could have them, but would gain too little or lose too much exactness',
    ]);
    expect(winogradLines({ layers: [], left: ['c', 'd'] })[0]).toMatch(/^Winograd {4}0 convolutions given/);
  });

  it('nothing where there is nothing to say', () => {
    expect(winogradLines(undefined)).toEqual([]);
    expect(winogradLines({ layers: [], left: [] })).toEqual([]);
  });
});
