/** Columns of a terminal; `undefined` for a pipe or file. Some terminals do not know their size. */
export function terminalWidth({ isTTY, columns }: NodeJS.WriteStream): number | undefined {
  return isTTY ? columns || 80 : undefined;
}
