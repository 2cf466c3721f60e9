/** A Markdown table; `head: false` leaves only its rows. */
export function table(head, rows, { head: withHead = true } = {}) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const top = withHead ? [line(head), `|${'---|'.repeat(head.length)}`] : [];
  return [...top, ...rows.map(line)].join('\n');
}

/** "1.23 (1.20–1.31)" */
export function describeSpread({ median, min, max }, digits) {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** Whole MB of 10^6 bytes. */
export function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}
