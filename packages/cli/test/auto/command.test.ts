import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Net, readModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import type { AutoOutcome } from '../../src/auto/outcome.ts';
import { parseConfig } from '../../src/config/check.ts';
import { type QuantizeOptions, quantizeFile } from '../../src/quantize-file.ts';
import { run } from '../run-main.ts';
import { fill, photo, smallJob, smallNet } from '../scratch.ts';

/** A job with enough photos that some of them are set aside. */
function searchJob(
  change: object = {},
  { photos = 12, net = smallNet(16, 16) }: { photos?: number; net?: Net } = {},
) {
  const job = smallJob({ width: 16, height: 16, ...change }, net);
  const names = Array.from({ length: photos }, (_, i) => `photos/${String(i).padStart(2, '0')}.bmp`);
  fill(job.folder, Object.fromEntries(names.map((name, i) => [name, photo(i + 10)])));
  return job;
}

type Job = ReturnType<typeof searchJob>;

function search({ source, target, config }: Job, options: Partial<QuantizeOptions> = {}) {
  return quantizeFile({ source, target, config, memoryBytes: 2 ** 28, threads: 1, auto: {}, ...options });
}

const bytesOf = ({ target }: Job) => readFileSync(target);
const chosenOf = ({ trials }: AutoOutcome) => trials.filter(({ chosen }) => chosen);

describe('AUTO', () => {
  it('takes the settings that lose least of those tried, and writes a config that makes the same bytes', async () => {
    const job = searchJob();
    const { auto, configFile, prediction } = await search(job);
    expect(auto!.trials.length).toBeGreaterThan(8);
    const [chosen, ...others] = chosenOf(auto!);
    expect(others).toEqual([]);
    // What was passed over is better by chance at most.
    for (const { typical } of auto!.trials) expect(chosen!.typical!).toBeLessThanOrEqual(typical! / 0.9);
    expect(prediction.convolutions).toEqual({ int8: 2, total: 2 });
    expect(auto!.judged).toMatchObject({ samples: 5, own: true, setAside: true });
    expect(configFile).toBe(`${job.target}.config.json`);
    const written = { ...job, target: job.at('again.mnn'), config: configFile! };
    const again = await quantizeFile({ ...written, memoryBytes: 2 ** 28 });
    expect(again.warnings).toEqual([]);
    expect(bytesOf(written)).toEqual(bytesOf(job));
    expect(readFileSync(`${written.target}.json`)).toEqual(readFileSync(`${job.target}.json`));
  });

  it('gives the same with any number of threads and little memory, from the config as from the option', async () => {
    const [one, other] = [searchJob(), searchJob({ feature_quantize_method: 'AUTO' })];
    const first = await search(one);
    const { auto } = await search(other, { auto: undefined, threads: 3, memoryBytes: 2 ** 17 });
    const numbers = ({ trials }: AutoOutcome) => trials.map(({ error, settings }) => ({ error, settings }));
    expect(numbers(auto!)).toEqual(numbers(first.auto!));
    expect(bytesOf(other)).toEqual(bytesOf(one));
  });

  it('keeps what the config says with keys of our own, and other settings', async () => {
    const job = searchJob({
      equalize: false,
      feature_asymmetric: false,
      bias_correction: true,
      quant_bits: 4,
    });
    const { auto, configFile } = await search(job);
    for (const { settings } of auto!.trials)
      expect(settings).toMatchObject({ equalize: false, feature_asymmetric: false, bias_correction: true });
    const { config, warnings } = parseConfig(readFileSync(configFile!, 'utf8'), 'config.json');
    expect(config).toMatchObject({ ...auto!.chosen, quant_bits: 4, width: 16, format: 'RGB' });
    expect(warnings).toEqual([]);
  });

  it('judges by the samples that calibrate where there are few', async () => {
    const { auto } = await search(searchJob({}, { photos: 1 }));
    expect(auto!.judged).toMatchObject({ samples: 4, own: false, setAside: false });
  });

  it('works with one sample, with a constant network, and with samples that are all zero', async () => {
    const zero = { mean: [0, 0, 0], normal: [1e-30, 1e-30, 1e-30] };
    expect((await search(searchJob(zero))).auto!.reached).toBe(true);
    expect((await search(smallJob({ used_sample_num: 1 }) as Job)).auto!.judged.samples).toBe(1);
  });

  it('refuses statistics in files', async () => {
    const job = searchJob();
    await expect(search(job, { saveStats: job.at('stats.npz') })).rejects.toThrow(
      '--save-stats: AUTO observes the samples itself',
    );
  });
});

describe('a target', () => {
  it('is reached with everything in float at the latest, and only what it takes', async () => {
    const job = searchJob();
    // Weights of equalized channels are rounded anew: with everything in float the last bits differ.
    const target = { cosine: 1 - 1e-9 };
    const { auto, prediction } = await search(job, { auto: { target } });
    expect(auto).toMatchObject({ reached: true, target });
    expect(prediction.convolutions.int8).toBe(0);
    expect(auto!.sensitivity.map(({ op }) => op).sort()).toEqual(['conv1', 'conv2']);
    const { config } = parseConfig(readFileSync(`${job.target}.config.json`, 'utf8'), 'config.json');
    expect([...config.skip_quant_op_names].sort()).toEqual(['conv1', 'conv2']);
  });

  it('leaves everything in int8 where it holds so', async () => {
    const { auto, prediction } = await search(searchJob(), { auto: { target: { cosine: 0.5 } } });
    expect(auto).toMatchObject({ reached: true, sensitivity: [], chosen: { skip_quant_op_names: [] } });
    expect(prediction.convolutions.int8).toBe(2);
  });

  it('that nothing reaches ends with the nearest and exit code 3', async () => {
    const job = searchJob();
    const { code, stdout, stderr } = await run(
      'auto',
      ...['--target', 'cosine=1', '--min-int8', '100', job.source, job.target, job.config],
    );
    expect(code).toBe(3);
    expect(stdout).toContain('Target      MISSED, the nearest was written: cosine of at least 1');
    expect(stdout).toContain('Quantize model done!');
    expect(stderr).toContain('   1  ');
    expect(stderr).toMatch(/missed: --target: expected a cosine of at least 1, got 0\.9/);
    expect(readModel(bytesOf(job)).net.oplists).toHaveLength(3);
    const { code: again } = await run(
      '--quiet',
      job.source,
      job.at('again.mnn'),
      `${job.target}.config.json`,
    );
    expect(again).toBe(0);
    expect(readFileSync(job.at('again.mnn'))).toEqual(bytesOf(job));
  });

  it('ends when the time is over, with at least one trial', async () => {
    const { auto } = await search(searchJob(), { auto: { timeMs: 1, target: { cosine: 1 } } });
    expect(auto).toMatchObject({ stopped: 'time', reached: false });
    expect(auto!.trials).toHaveLength(1);
  });

  it('leaves as much in int8 as is asked for', async () => {
    // conv1 has 3 x 4 x 9 multiply-adds a pixel, conv2 4 x 2 x 9: with one of both in float more than 30 % stay.
    const auto = { target: { cosine: 1 - 1e-9 }, minInt8: 0.3 };
    const outcome = await search(searchJob(), { auto });
    expect(outcome.auto!.reached).toBe(false);
    const { int8, total } = outcome.prediction.multiplyAdds;
    expect(int8 / total).toBeGreaterThanOrEqual(0.3);
    expect(int8).toBeLessThan(total);
  });

  it('holds with what the time allowed to judge', async () => {
    const { auto } = await search(searchJob({}, { photos: 120 }), {
      auto: { timeMs: 1, target: { cosine: 0.5 } },
    });
    expect(auto).toMatchObject({ stopped: 'time', reached: true });
    expect(chosenOf(auto!)[0]!.samples).toBeLessThan(auto!.judged.samples);
  });

  it('of accuracy is judged by the label of each sample', async () => {
    const coarse = { width: 1, height: 1, weight_clamp_value: 1, feature_clamp_value: 1 };
    const job = searchJob(coarse, { net: classifier() });
    const names = Array.from({ length: 8 }, (_, i) => `${i}.bmp`);
    fill(job.folder, Object.fromEntries(names.map((name, i) => [`test/${name}`, photo(i + 50)])));
    const accuracyWith = async (lines: readonly string[], maxDrop: number) => {
      fill(job.folder, { 'labels.csv': lines.join('\n') });
      const request = { data: job.at('test'), labels: job.at('labels.csv'), target: { maxDrop } };
      return search(job, { auto: { ...request, timeMs: 1 } });
    };
    // One label at a time says what the float network answers.
    const answers: string[] = [];
    for (const name of names) {
      const { auto, warnings } = await accuracyWith([`${name},0`], 100);
      expect(warnings.join()).toContain('7 of 8 samples that judge have no label');
      answers.push(`${name},${auto!.accuracy === 1 ? 0 : 1}`);
    }
    const { auto } = await accuracyWith(answers, 100);
    expect(auto).toMatchObject({
      accuracy: 1,
      reached: true,
      judged: { samples: 8, own: true, setAside: false },
    });
  });

  it('of accuracy frees layers where labels are missed', async () => {
    const coarse = { width: 1, height: 1, weight_clamp_value: 1, feature_clamp_value: 1 };
    const job = searchJob(coarse, { net: classifier() });
    const names = Array.from({ length: 8 }, (_, i) => `${i}.bmp`);
    fill(job.folder, {
      ...Object.fromEntries(names.map((name, i) => [`test/${name}`, photo(i + 50)])),
      'labels.csv': names.map((name) => `${name},0`).join('\n'),
    });
    const request = { data: job.at('test'), labels: job.at('labels.csv') };
    const whole = (await search(job, { auto: request })).auto!;
    const { auto } = await search(job, { auto: { ...request, target: { maxDrop: 0 } } });
    const chosen = chosenOf(auto!)[0]!;
    expect(auto!.reached).toBe(true);
    expect(chosen.top1).toBeGreaterThanOrEqual(auto!.accuracy!);
    // Some of the settings may hold without.
    if (chosenOf(whole)[0]!.top1! >= auto!.accuracy!) expect(chosen.freed).toEqual([]);
  });
});

/** The small network, whose output is a row of two scores. */
function classifier(): Net {
  return smallNet(1, 1);
}

describe('what is wrong is said before anything is computed', () => {
  it.each<[string[], string]>([
    [['--target', '0.99'], 'expected cosine=x with x from 0 to 1'],
    [['--target', 'cosine=1.5'], 'expected cosine=x with x from 0 to 1'],
    [['--target', 'snr=30'], 'expected cosine=x'],
    [['--max-drop', '-1'], 'expected points of accuracy'],
    [['--max-drop', '1'], '--max-drop needs --labels'],
    ...['10', '10x', '0s', '-1m', 'm', '1m30s', ''].map((time): [string[], string] => [
      [`--time=${time}`],
      `argument '${time}' is invalid. expected a time such as 90s, 10m or 1h`,
    ]),
    [['--min-int8', '0.95'], 'expected percent such as 99; write 0.95% if that is meant'],
    [['--min-int8', '101'], 'expected percent from 0 to 100'],
    [['--label-offset', '1'], '--label-offset needs --labels'],
    [['--labels', 'none.csv'], '--labels: cannot read none.csv'],
    [['--data', 'nowhere'], '--data: expected a folder, but there is no nowhere'],
    [['--report', 'report.txt'], '.html'],
  ])('%j', async (options, message) => {
    const job = searchJob();
    const before = readdirSync(job.folder);
    const { code, stderr } = await run('auto', ...options, job.source, job.target, job.config);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(readdirSync(job.folder)).toEqual(before);
    expect(existsSync(job.target)).toBe(false);
  });
});
