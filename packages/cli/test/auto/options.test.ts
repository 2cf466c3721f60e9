import { expect, it } from 'vitest';
import { auto } from '../../src/commands/auto.ts';

it.each([
  ['90s', 90e3],
  ['10m', 600e3],
  ['1h', 3600e3],
  ['1.5 h', 5400e3],
  [' .5s ', 500],
])('--time %s is %d ms', (text, milliseconds) => {
  const time = auto.options().find(({ long }) => long === '--time')!;
  expect(time.parseArg!(text, undefined)).toBe(milliseconds);
});
