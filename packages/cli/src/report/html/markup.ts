/** Text that is HTML already: whatever came from outside is escaped in it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; nothing is shown for `false`, `undefined` and `''`. */
export type Part = Markup | string | number | false | undefined | readonly Part[];

/**
 * HTML from a template. Every value in it is escaped, for text and for attributes in double quotes; only other markup
 * goes in as it is. A value never stands for the name of a tag or attribute.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, i) => (i === 0 ? text : markup(parts[i - 1]) + text)).join(''));
}

function markup(part: Part): string {
  if (part === false || part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(markup).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * Data as the content of `<script type="application/json">`: the content of a script ends at `</script` whatever stands
 * around it, and `<!--` changes how it is read, so that no angle bracket is left.
 */
export function scriptJson(data: unknown): Markup {
  const json = JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(json);
}
