/** A key of a config and its value. */
export interface JsonProperty {
  readonly key: string;
  readonly value: unknown;
}

/** A JSON object with a line for each property, as a person would write a config. */
export function jsonObject(properties: readonly JsonProperty[]): string {
  const lines = properties.map(({ key, value }) => `  ${jsonProperty(key, value)}`);
  return ['{', lines.join(',\n'), '}'].join('\n');
}

export function jsonProperty(key: string, value: unknown): string {
  return `${JSON.stringify(key)}: ${spaced(value)}`;
}

/** `[1, 2]`, `{ "name": "x" }`; a list of objects has a line for each. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) {
    const isList = value.some((one) => typeof one === 'object');
    return isList
      ? `[\n${value.map((one) => `    ${spaced(one)}`).join(',\n')}\n  ]`
      : `[${value.map(spaced).join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const properties = Object.entries(value).map(([key, own]) => jsonProperty(key, own));
  return `{ ${properties.join(', ')} }`;
}
