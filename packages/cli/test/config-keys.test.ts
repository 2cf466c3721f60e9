import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../src/config/schema.ts';
import { methodEffects } from './key-effects-methods.ts';
import { sampleEffects } from './key-effects-samples.ts';
import { failureOf } from './key-job.ts';
import { refusals } from './key-refusals.ts';

const effects = [...sampleEffects, ...methodEffects];

describe('a key changes the result as docs/config.md says', () => {
  it.each(effects)('%s %s', async (_key, _what, check) => {
    await check();
  });
});

describe('a bad value gives a clear error and leaves no file', () => {
  it.each(refusals)('$key: $change', async ({ change, message, job }) => {
    expect(await failureOf(change, job)).toContain(message);
  });
});

describe('every key', () => {
  /** Any value of these is right. */
  const ignored = ['model', '$schema', 'winogradOptForMobile'];
  const page = readFileSync(new URL('../../../docs/config.md', import.meta.url), 'utf8');

  it.each(Object.keys(configSchema.shape))('%s is documented, has an effect and a refusal', (key) => {
    expect(page).toContain(`\`${key}\``);
    expect(effects.map(([one]) => one)).toContain(key);
    if (!ignored.includes(key)) expect(refusals.map((one) => one.key)).toContain(key);
  });
});
