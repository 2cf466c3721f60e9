import { describe, expect, it } from 'vitest';
import { UsageError } from '../src/errors.ts';
import { checkedOptions, type QuantizeOptions } from '../src/options.ts';

describe('options of quantizeFile', () => {
  const paths = { source: 'a.mnn', target: 'b.mnn', config: 'c.json' };

  it.each<[string, object, string]>([
    [
      'config',
      { config: { path: 'x' } },
      'config: expected the path of a config file as a string, got an object',
    ],
    [
      'config',
      { config: undefined },
      'config: expected the path of a config file as a string, got undefined',
    ],
    [
      'source',
      { source: Buffer.from('x') },
      'source: expected the path of a model as a string, got an object',
    ],
    ['source', { source: new URL('file:///a') }, 'got a URL (fileURLToPath makes a path of it)'],
    ['target', { target: 3 }, 'target: expected the path of the model to write as a string, got a number'],
  ])('%s of another type is told', (_, change, message) => {
    const check = () => checkedOptions({ ...paths, ...change } as unknown as QuantizeOptions);
    expect(check).toThrow(UsageError);
    expect(check).toThrow(message);
  });
});
