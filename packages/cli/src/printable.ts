/**
 * What a terminal would obey instead of showing it: control characters but line ends (the command's own texts have
 * several lines), and those that turn the direction of what follows. Joiners and variants stay, which scripts and emoji need.
 */
const COMMANDS = /(?!\n)[\p{Cc}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text for a terminal; what is not shown as it is has the form `\u001b`, as in JSON. */
export function printable(text: string): string {
  return text.replace(COMMANDS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A name in a line of its own. */
export function printableName(name: string): string {
  return printable(name).replaceAll('\n', '\\n');
}
