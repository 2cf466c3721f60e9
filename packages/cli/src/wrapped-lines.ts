import stringWidth from 'string-width';

/** Where less is left, lines are not broken by us. */
const LEAST = 20;

/**
 * A text in lines that fit a terminal, broken between words only: names and numbers stay whole, to be copied.
 *
 * @param room columns; infinite for a pipe or file, whose lines are not broken
 */
export function wrappedLines(text: string, room: number): string[] {
  if (room < LEAST) return [text];
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(' ')) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    if (line !== undefined && stringWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line ?? ''];
}

/** The same for a text that begins with a label or spaces: its other lines begin as far in. */
export function hangingLines(label: string, text: string, width = Number.POSITIVE_INFINITY): string[] {
  const indent = ' '.repeat(stringWidth(label));
  return wrappedLines(text, width - indent.length).map((line, i) =>
    `${i === 0 ? label : indent}${line}`.trimEnd(),
  );
}
