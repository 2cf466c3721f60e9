const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
};

/**
 * Numbers separated by white space, as MNN 3.6.1 reads them (tools/quantization/calibration.cpp); NaN and
 * infinity by name as well, with which MNN's reader stops.
 *
 * @throws {Error} with the line and what stands there
 */
export function parseText(text: string): Float64Array {
  const words = text.match(/\S+/g) ?? [];
  const numbers = new Float64Array(words.length);
  for (const [i, word] of words.entries()) {
    const value = parseNumber(word);
    if (value === undefined) throw new Error(problemAt(text, i, word));
    numbers[i] = value;
  }
  return numbers;
}

function parseNumber(word: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return Number(word);
  const sign = word.startsWith('-') ? -1 : 1;
  const special = SPECIAL[word.replace(/^[+-]/, '').toLowerCase()];
  return special === undefined ? undefined : sign * special;
}

function problemAt(text: string, index: number, word: string): string {
  let left = index;
  const line = text.split('\n').findIndex((row) => {
    const count = row.match(/\S+/g)?.length ?? 0;
    if (left < count) return true;
    left -= count;
    return false;
  });
  const advice = word.includes(',') ? '; separate numbers by spaces, not by commas' : '';
  return `line ${line + 1}: expected a number, got "${word.slice(0, 40)}"${advice}`;
}
