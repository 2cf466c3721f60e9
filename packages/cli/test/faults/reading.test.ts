import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { externalizeWeights, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { fill, photo, smallJob, smallNet } from '../scratch.ts';
import { contents, type Fault, NOT_HERE, runCommand, temporaryFiles } from './fault.ts';

/** A job without results: no run of this file leaves any. */
function fresh(change: Readonly<Record<string, unknown>> = {}) {
  const job = smallJob(change);
  return { ...job, args: [job.source, job.target, job.config], before: contents(job.folder) };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

async function runInto(job: ReturnType<typeof fresh>, fault: Omit<Fault, 'folder'>, ...flags: string[]) {
  const ended = await runCommand([...job.args, ...flags], { fault: { folder: job.folder, ...fault } });
  expect(contents(job.folder).has('small-int8.mnn')).toBe(ended.code === 0);
  expect(temporaryFiles(job.folder)).toEqual([]);
  return ended;
}

describe.skipIf(NOT_HERE)('a file that changes while it is read', () => {
  it.each([
    ['small.mnn', 'grows', { append: base64(new Uint8Array(100)) }],
    ['small.mnn', 'shrinks', { truncate: 40 }],
    ['small.mnn', 'is written anew', { replace: base64(writeModel(smallNet())) }],
    ['config.json', 'grows', { append: base64(Buffer.from(' ')) }],
    ['config.json', 'shrinks', { truncate: 3 }],
  ])('%s %s: a message and no result', async (path, _, action) => {
    const job = fresh();
    const ended = await runInto(job, { call: 'readFileSync', path, when: 'after', action });
    expect([ended.code, ended.stderr.trim()]).toEqual([
      1,
      `error: ${job.at(path)} changed while it was read; start again when nothing writes to it`,
    ]);
  });

  it('a weight file: a message and no result', async () => {
    const job = fresh();
    const { net, bytes } = externalizeWeights(smallNet());
    fill(job.folder, { 'small.mnn': writeModel(net), 'small.mnn.weight': bytes });
    const fault = { call: 'readFileSync', path: '.weight', when: 'after', action: { truncate: 8 } } as const;
    const { code, stderr } = await runInto(job, fault);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/small\.mnn\.weight changed while it was read/),
    ]);
  });

  it.each([
    ['model', 'small.mnn', 2, /^error: cannot read the model .*ENOENT/m],
    ['config', 'config.json', 2, /^error: cannot read the config file .*ENOENT/m],
  ])('that is gone before it is opened, the %s, is told', async (_, path, code, message) => {
    const ended = await runInto(fresh(), { call: 'openSync', path, action: { remove: true } });
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(message)]);
  });

  it('a folder of samples that is gone is told', async () => {
    const job = fresh();
    rmSync(job.at('photos'), { recursive: true });
    const { code, stderr } = await runCommand(job.args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/path: expected a folder, but there is no /)]);
  });
});

describe.skipIf(NOT_HERE)('an image that changes between the two times it is read', () => {
  /** No image is kept. */
  const TIGHT = ['--memory', '1K'];

  it('is read twice here, and fine where it stays', async () => {
    const job = fresh();
    const same = readFileSync(job.at('photos/b.bmp'));
    const fault = { call: 'open', path: 'b.bmp', nth: 2, action: { replace: base64(same) } } as const;
    expect((await runInto(job, fault, ...TIGHT)).code).toBe(0);
  });

  it.each([
    ['is another', { replace: base64(photo(77)) }, /b\.bmp changed since it was read first; start again/],
    ['is longer', { append: 'AAAA' }, /b\.bmp changed since it was read first/],
    ['is no image', { truncate: 10 }, /b\.bmp changed since it was read first/],
    ['is gone', { remove: true }, /could be read before, but not now: ENOENT/],
  ] as const)('%s: a message and no result', async (_, action, message) => {
    const { code, stderr } = await runInto(
      fresh(),
      { call: 'open', path: 'b.bmp', nth: 2, action },
      ...TIGHT,
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  it('array samples alike', async () => {
    const job = fresh({ input_type: 'sequence' });
    const numbers = (value: number) => new Uint8Array(new Float32Array(3 * 6 * 8).fill(value).buffer);
    for (const name of ['a', 'b', 'c']) {
      rmSync(job.at(`photos/${name}.bmp`));
      fill(job.folder, { [`photos/${name}.bin`]: numbers(0.5) });
    }
    const fault = {
      call: 'open',
      path: 'b.bin',
      nth: 2,
      action: { replace: base64(numbers(0.25)) },
    } as const;
    const { code, stderr } = await runInto(job, fault, ...TIGHT);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/b\.bin changed since it was read first/)]);
  });
});

describe.skipIf(NOT_HERE)('a worker that ends in the middle', () => {
  it.each<[string, NonNullable<Fault['worker']>, RegExp]>([
    ['is terminated at once', { terminateAfter: 1 }, /worker 2 of 2 (stopped|could not start)/],
    ['is terminated later', { terminateAfter: 4 }, /worker 2 of 2 (stopped|could not start)/],
    ['throws', { throwAfter: 0 }, /worker \d of 2 (stopped|could not start).*thrown by the test/],
    ['has too little memory', { memory: 1 }, /worker \d of 2 (stopped|could not start).*memory/],
  ])('%s: a message and no result', async (_, worker, message) => {
    const { code, stderr } = await runInto(fresh(), { worker }, '--threads', '2');
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });
});

describe.skipIf(NOT_HERE)('the working directory', () => {
  it('that is gone is told; help and version work there', async () => {
    const job = fresh();
    const shell = `mkdir ${JSON.stringify(job.at('gone'))} && cd ${JSON.stringify(job.at('gone'))} && rmdir ${JSON.stringify(job.at('gone'))}`;
    const { code, stderr } = await runCommand(['a.mnn', 'b.mnn', 'c.json'], { shell });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: the working directory is gone/)]);
    expect((await runCommand(['--version'], { shell })).code).toBe(0);
  });
});

describe.skipIf(process.platform !== 'linux')('names that a terminal would obey, or that are no text', () => {
  it('are escaped in messages, the summary and errors; in JSON as JSON does', async () => {
    const net = smallNet();
    const evil = '卷积\u001b[2J\u0007';
    const job = fresh();
    const oplists = net.oplists!.map((op) => (op.name === 'conv1' ? { ...op, name: evil } : op));
    fill(job.folder, {
      'small.mnn': writeModel({ ...net, oplists }),
      'photos/bad\u001b]0;x.txt': 'no image',
    });
    const config = JSON.parse(readFileSync(job.config, 'utf8'));
    const rewrite = (more: object) => writeFileSync(job.config, JSON.stringify({ ...config, ...more }));
    rewrite({ skip_quant_op_names: [evil], 'ke\u001by': 1, debug: true });
    const shown = await runCommand(job.args);
    expect(shown.code).toBe(0);
    expect(shown.stdout + shown.stderr).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(shown.stdout).toContain('卷积\\u001b[2J\\u0007');
    expect(shown.stderr).toContain('ke\\u001by');
    const { stdout } = await runCommand([...job.args, '--json', '-q']);
    expect(JSON.parse(stdout).skips).toEqual([{ pattern: evil, ops: 1 }]);
    rewrite({ skip_quant_op_names: ['no\u001b'] });
    const refused = await runCommand(job.args);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no\\u001b')]);
    const option = await runCommand(['--\u001b[31m']);
    expect([option.code, option.stderr]).toEqual([2, expect.stringContaining('--\\u001b[31m')]);
  });

  it('that are no UTF-8 are counted and shown, and never said to be missing', async () => {
    const job = fresh();
    writeFileSync(
      Buffer.concat([Buffer.from(job.at('photos/caf')), Buffer.of(0xe9), Buffer.from('.bmp')]),
      photo(1),
    );
    const { code, stdout, stderr } = await runCommand([...job.args, '--json']);
    expect([code, stderr.includes('ENOENT')]).toEqual([0, false]);
    expect(JSON.parse(stdout).images).toEqual({
      used: ['a.bmp', 'b.bmp', 'c.bmp'],
      skipped: [{ name: 'caf\\xe9.bmp', reason: 'has a name that is not UTF-8; rename it' }],
    });
  });
});
