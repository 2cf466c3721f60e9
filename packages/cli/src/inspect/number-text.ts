/** 3.51 M; whole below a thousand. */
export function amount(count: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (count >= size) return `${threeDigits(count / size)} ${unit}`;
  return Number.isInteger(count) ? String(count) : count.toFixed(1);
}

/** As the summary of a run counts: 1 kB is 1000 bytes. */
export function byteText(bytes: number): string {
  return bytes >= 1e3 ? `${amount(bytes)}B` : `${bytes} B`;
}

/** [1,3,?,?], a question mark for what is open. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.map((extent) => (extent < 0 ? '?' : extent)).join(',')}]`;
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
