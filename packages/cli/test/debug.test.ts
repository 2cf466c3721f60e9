import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../src/errors.ts';
import { type QuantizeOptions, quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { fill, smallJob } from './scratch.ts';

type Job = ReturnType<typeof smallJob>;

function quantize({ source, target, config }: Job, options: Partial<QuantizeOptions> = {}) {
  return quantizeFile({ source, target, config, memoryBytes: 2 ** 28, ...options });
}

describe('debug', () => {
  it('measures every layer, worst first, and writes the same as JSON', async () => {
    const job = smallJob({ debug: true });
    const { debug } = await quantize(job);
    expect(debug?.samples).toBe(3);
    expect(debug?.layers.map(({ op }) => op).sort()).toEqual(['conv1', 'conv2', 'image']);
    const cosines = debug!.layers.map(({ cosine }) => cosine);
    expect(cosines).toEqual([...cosines].sort((a, b) => a - b));
    // Three layers of eight bits; a wrong zero point or scale would show.
    expect(cosines[0]).toBeGreaterThan(0.99);
    expect(cosines[0]).toBeLessThan(1);
    const written = JSON.parse(readFileSync(`${job.target}.debug.json`, 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(debug)));
    expect(written.model.file).toBe('small-int8.mnn');
    expect(written.model.sha256).toBe(createHash('sha256').update(readFileSync(job.target)).digest('hex'));
    expect(written.layers[0].worst.name).toMatch(/^[abc]\.bmp$/);
  });

  it('changes nothing else, and is the same with little memory', async () => {
    const plain = smallJob();
    const { debug } = await quantize(plain);
    expect(debug).toBeUndefined();
    expect(existsSync(`${plain.target}.debug.json`)).toBe(false);
    const job = smallJob({ debug: true });
    await quantize(job);
    expect(readFileSync(job.target).equals(readFileSync(plain.target))).toBe(true);
    const first = readFileSync(`${job.target}.debug.json`, 'utf8');
    await quantize(job, { memoryBytes: 512 });
    expect(readFileSync(`${job.target}.debug.json`, 'utf8')).toBe(first);
  });

  it('is a step of its own that ends, and a line of the summary', async () => {
    const last = new Map<string, number[]>();
    const job = smallJob({ debug: true });
    const outcome = await quantize(job, {
      onProgress: (phase, done, total) => last.set(phase, [done, total]),
    });
    // Two convolutions, three images, two networks; casts in front of and behind the int8 ones.
    expect(last.get('debug')).toEqual([18, 18]);
    expect(formatSummary(outcome)).toContain(`${job.target}.json, ${job.target}.debug.json`);
  });

  it('never overwrites an input', async () => {
    const job = smallJob({ debug: true });
    fill(job.folder, { 'out.mnn.debug.json': readFileSync(job.config) });
    const colliding = { ...job, config: job.at('out.mnn.debug.json'), target: job.at('out.mnn') };
    await expect(quantize(colliding)).rejects.toThrow(/would overwrite the input .*out\.mnn\.debug\.json/);
    await expect(quantize(colliding)).rejects.toThrow(UsageError);
    expect(readdirSync(job.folder)).not.toContain('out.mnn');
  });

  it('that is no boolean leaves no file', async () => {
    const job = smallJob({ debug: 'yes' });
    await expect(quantize(job)).rejects.toThrow('debug: expected true or false, got "yes"');
    expect(readdirSync(job.folder).sort()).toEqual(['config.json', 'photos', 'small.mnn']);
  });
});
