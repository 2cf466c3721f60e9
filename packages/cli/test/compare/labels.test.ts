import { describe, expect, it } from 'vitest';
import { matchLabels, parseLabels } from '../../src/commands/compare/labels.ts';

const read = (text: string): Record<string, number> => Object.fromEntries(parseLabels(text, 'l.csv'));

describe('parseLabels', () => {
  it.each([
    ['plain', 'a.jpg,3\nb.jpg,0\n'],
    ['further columns', 'a.jpg,3,n01440764,tench\nb.jpg,0\n'],
    ['a header', 'file,label\na.jpg,3\nb.jpg,0'],
    ['semicolons, Windows lines and a byte order mark', '\ufeffa.jpg;3\r\nb.jpg;0\r\n'],
    ['tabs, empty lines and spaces', '\na.jpg\t3\n\n b.jpg \t 0 \n'],
    ['paths and quotes', '"val/x/a.jpg",3\n"C:\\set\\b.jpg","0"'],
    ['a line twice', 'a.jpg,3\nb.jpg,0\na.jpg,3'],
  ])('reads %s', (_, text) => {
    expect(read(text)).toEqual({ 'a.jpg': 3, 'b.jpg': 0 });
  });

  it('keeps a comma inside quotes', () => {
    expect(read('"a, b.jpg",1')).toEqual({ 'a, b.jpg': 1 });
  });

  it.each([
    ['nothing', '', 'l.csv: there are no labels in it; expected lines of a file name'],
    ['UTF-16', 'a\0.\0j\0p\0g\0', 'l.csv: expected text in UTF-8, got UTF-16 or no text; save it as CSV'],
    ['a header alone', 'file,label\n', 'l.csv: there are no labels in it'],
    [
      'a name as class',
      'a.jpg,1\nb.jpg,cat',
      'line 2: expected lines of a file name and the number of its class: cat.jpg,281; got "cat" for the class of b.jpg',
    ],
    ['a negative class', 'a.jpg,1\nb.jpg,-1', 'got "-1" for the class of b.jpg'],
    [
      'one column',
      'a.jpg\nb.jpg',
      'line 1: expected lines of a file name and the number of its class: cat.jpg,281; got "a.jpg"',
    ],
    ['two classes', 'a.jpg,1\nx/a.jpg,2', 'l.csv: line 2: a.jpg has the class 2 here and 1 before'],
    ['an open quote', 'a.jpg,1\n"b.jpg,2', 'l.csv: line 2: '],
  ])('refuses %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('matchLabels', () => {
  const labels = parseLabels('a.jpg,3\nb.jpg,0\nc.jpg,1', 'l.csv');

  it('names samples without a label and labels without a sample', () => {
    expect(matchLabels(labels, ['b.jpg', 'x.jpg', 'a.jpg'], 'l.csv')).toEqual({
      classes: [0, undefined, 3],
      missing: ['x.jpg'],
      unused: ['c.jpg'],
    });
  });

  it('refuses labels of other files', () => {
    expect(() => matchLabels(labels, ['x.png', 'y.png'], 'l.csv')).toThrow(
      'l.csv: none of the 2 samples has a label; the first sample is x.png, the first label is of a.jpg',
    );
  });
});
