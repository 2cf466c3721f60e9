import { expect, it } from 'vitest';
import { shareText } from '../src/share-text.ts';

it.each([
  [0, 0, '0.0 %'],
  [0, 10, '0.0 %'],
  [1, 10_000, '<0.1 %'],
  [5, 10, '50.0 %'],
  [9_999, 10_000, '>99.9 %'],
  [10, 10, '100.0 %'],
])('%d of %d is %s: only all is 100, only nothing is 0', (int8, total, text) => {
  expect(shareText({ int8, total })).toBe(text);
});
