import { describe, expect, it } from 'vitest';
import { printable, printableName } from '../src/printable.ts';

describe('printable', () => {
  it.each([
    ['\u001b[2J', '\\u001b[2J'],
    ['\u0000\u0007\r\t\u007f\u009b', '\\u0000\\u0007\\u000d\\u0009\\u007f\\u009b'],
    ['a\u202eb\u2066c\u2028', 'a\\u202eb\\u2066c\\u2028'],
    // A byte of a name in a model that is no UTF-8.
    ['caf\udce9', 'caf\\udce9'],
  ])('%j is shown as %s', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['two\nlines', '卷积/ReLU', 'é e\u0301', '👩‍👩‍👧‍👦', 'نص', 'की', '\u{1f600}'])(
    '%j stays',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('keeps a name in its line', () => {
    expect(printableName('a\nQuantize model done!')).toBe('a\\nQuantize model done!');
  });
});
