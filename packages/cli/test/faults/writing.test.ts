import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { externalizeWeights, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { fill, smallJob, smallNet } from '../scratch.ts';
import { COMMAND, contents, type Fault, inTwoLanes, NOT_HERE, runCommand, temporaryFiles } from './fault.ts';

const OUTPUTS = ['small-int8.mnn', 'small-int8.mnn.json', 'small-int8.mnn.weight'];

/** Each of these tests runs the command some dozen times. */
const LONG = { timeout: 300_000 };

const STOPPED_AFTER = 'error: stopped by SIGTERM; all files were written before';

/** A job whose results are there already, of other content; with `weights` in a file of their own. */
function jobOverOlder(weights = false) {
  const job = smallJob();
  const older = Object.fromEntries(
    OUTPUTS.slice(0, weights ? 3 : 2).map((name) => [name, `older ${name}`] as const),
  );
  fill(job.folder, older);
  if (weights) {
    const { net, bytes } = externalizeWeights(smallNet());
    fill(job.folder, { 'small.mnn': writeModel(net), 'small.mnn.weight': bytes });
  }
  return { ...job, args: [job.source, job.target, job.config], before: contents(job.folder) };
}

/** Calls of the file system between the last input and the end, as `[name, how manieth]`. */
async function callsOfWriting(weights: boolean): Promise<[string, number][]> {
  const job = jobOverOlder(weights);
  const log = job.at('photos/log');
  const { code } = await runCommand(job.args, { fault: { folder: job.folder, log } });
  expect(code).toBe(0);
  const counts = new Map<string, number>();
  const calls: [string, number][] = [];
  let writing = false;
  for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
    const name = line.split(' ')[0] as string;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    writing ||= line.startsWith('openSync .small-int8');
    if (writing) calls.push([name, counts.get(name)!]);
  }
  return calls;
}

async function finished(weights: boolean): Promise<Map<string, string>> {
  const job = jobOverOlder(weights);
  expect((await runCommand(job.args)).code).toBe(0);
  return contents(job.folder);
}

/** Each output by itself: what was there, what is to be there, missing, or damaged. */
function states(folder: string, before: Map<string, string>, after: Map<string, string>): string[] {
  const now = contents(folder);
  return OUTPUTS.filter((name) => after.has(name)).map((name) => {
    const content = now.get(name);
    if (content === undefined) return 'missing';
    if (content === before.get(name)) return 'older';
    return content === after.get(name) ? 'new' : 'damaged';
  });
}

describe.skipIf(NOT_HERE).each([false, true])(
  'a failure at every call while results are written (weights in a file: %s)',
  (weights) => {
    it('leaves the older files, nothing else, and a message', LONG, async () => {
      const after = await finished(weights);
      const calls = await callsOfWriting(weights);
      expect(calls.map(([name]) => name)).toEqual(
        expect.arrayContaining(['writeSync', 'fsyncSync', 'renameSync']),
      );
      // Cleaning up is not in the way of a result.
      const harmful = calls.filter(([name]) => name !== 'rmSync' && name !== 'linkSync');
      await inTwoLanes(harmful, async ([call, nth]) => {
        const job = jobOverOlder(weights);
        const fault: Fault = { folder: job.folder, call, nth, action: { code: 'ENOSPC' } };
        const { code, stderr } = await runCommand(job.args, { fault });
        // A folder that cannot be brought to the disk is none to fail for: the files are.
        const got = states(job.folder, job.before, after);
        if (code === 0)
          expect([`${call} ${nth}`, new Set(got)]).toEqual([`${call} ${nth}`, new Set(['new'])]);
        else {
          expect([`${call} ${nth}`, code, new Set(got)]).toEqual([`${call} ${nth}`, 1, new Set(['older'])]);
          expect(stderr).toMatch(/^error: cannot write .*small-int8\.mnn.*ENOSPC/m);
        }
        expect(temporaryFiles(job.folder)).toEqual([]);
      });
    });

    it('as SIGKILL leaves no damaged file, and the next run works and cleans up', LONG, async () => {
      const after = await finished(weights);
      const calls = await callsOfWriting(weights);
      await inTwoLanes(calls, async ([call, nth]) => {
        const job = jobOverOlder(weights);
        const fault: Fault = { folder: job.folder, call, nth, action: { signal: 'SIGKILL' } };
        expect((await runCommand(job.args, { fault })).signal).toBe('SIGKILL');
        const got = states(job.folder, job.before, after);
        const place = `${call} ${nth}: ${got}`;
        expect(place).not.toContain('damaged');
        // An older model with new weights, or the reverse, would be read without complaint.
        if (weights)
          expect(['older,older', 'new,new', 'missing,older', 'missing,new']).toContain(`${got[0]},${got[2]}`);
        else expect(got).not.toContain('missing');
        if (call !== 'renameSync') return;
        const long = new Date(Date.now() - 3_600_000);
        for (const name of temporaryFiles(job.folder)) utimesSync(job.at(name), long, long);
        expect((await runCommand(job.args)).code).toBe(0);
        expect(states(job.folder, job.before, after)).toEqual(OUTPUTS.slice(0, got.length).map(() => 'new'));
      });
    });
  },
);

describe.skipIf(NOT_HERE)('SIGTERM while results are written', () => {
  it('waits until they are', LONG, async () => {
    const after = await finished(false);
    const calls = (await callsOfWriting(false)).filter(([name]) => name !== 'rmSync');
    await inTwoLanes(calls, async ([call, nth]) => {
      const job = jobOverOlder();
      const fault: Fault = { folder: job.folder, call, nth, action: { signal: 'SIGTERM' } };
      const { code, signal, stdout, stderr } = await runCommand(job.args, { fault });
      expect(states(job.folder, job.before, after)).toEqual(['new', 'new']);
      // Where nothing is left to be waited for, the job is done before it is looked at.
      if (code === 0) expect(stdout).toMatch(/Quantize model done!\n$/);
      else expect([signal, stderr.trim().split('\n').at(-1)]).toEqual(['SIGTERM', STOPPED_AFTER]);
      expect(temporaryFiles(job.folder)).toEqual([]);
    });
  });
});

describe.skipIf(NOT_HERE)('no room', () => {
  it('under a limit of the shell for files is told, and leaves the older files', async () => {
    const job = jobOverOlder();
    const { code, stderr } = await runCommand(job.args, { shell: 'ulimit -f 1' });
    expect([code, contents(job.folder)]).toEqual([1, job.before]);
    expect(stderr).toMatch(/^error: cannot write .*small-int8\.mnn.*EFBIG: file too large/m);
    expect(temporaryFiles(job.folder)).toEqual([]);
  });

  it('on the disk is told, and leaves the older files', async ({ skip }) => {
    const job = jobOverOlder();
    // A disk of one page, in a name space of its own: needs root, or a system that lets everybody.
    const target = job.at('photos/full');
    fill(job.folder, { 'photos/full/x': '' });
    const mount = `mount -t tmpfs -o size=4k none ${JSON.stringify(target)}`;
    const list = `ls -A ${JSON.stringify(target)}`;
    const { code: possible } = await runCommand(['--version'], { shell: `unshare -rm sh -c '${mount}'` });
    if (possible !== 0) skip('no file system can be mounted here');
    const args = [job.source, `${target}/out.mnn`, job.config].map((arg) => JSON.stringify(arg)).join(' ');
    const whole = `${mount} && { ${JSON.stringify(process.execPath)} ${JSON.stringify(COMMAND)} ${args} -q; echo "code $?"; ${list}; echo end; }`;
    const { stdout, stderr } = await runCommand(['--version'], {
      shell: `unshare -rm sh -c ${quoted(whole)}`,
    });
    expect(stdout).toMatch(/^code 1\nend\n/);
    expect(stderr).toMatch(/^error: cannot write .*out\.mnn.*ENOSPC: no space left on device/m);
  });
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

describe.skipIf(NOT_HERE)('signals at any moment', () => {
  /** Multiples of the golden ratio spread evenly, the same at every run. */
  const moments = Array.from({ length: 8 }, (_, i) => (i * 0.6180339887) % 1);

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    '%s leaves older or new files, all of them whole',
    LONG,
    async (signal) => {
      const after = await finished(false);
      const started = performance.now();
      const timed = jobOverOlder();
      await runCommand(timed.args);
      const whole = performance.now() - started;
      await inTwoLanes(moments, async (moment) => {
        const job = jobOverOlder();
        const ended = await runCommand(job.args, { stop: { signal, after: moment * whole * 1.1 } });
        const got = states(job.folder, job.before, after);
        expect(got).not.toContain('damaged');
        expect(got).not.toContain('missing');
        if (ended.code === 0) expect(got).toEqual(['new', 'new']);
        if (signal === 'SIGKILL') return;
        expect(temporaryFiles(job.folder)).toEqual([]);
        if (ended.signal !== null) {
          expect(ended.signal).toBe(signal);
          // Before the command has begun nobody can say anything; afterwards it has said that it is done.
          if (ended.stderr !== '' && !ended.stdout.endsWith('Quantize model done!\n'))
            expect(ended.stderr).toMatch(new RegExp(`^error: stopped by ${signal}; `, 'm'));
        }
      });
    },
  );
});

describe.skipIf(NOT_HERE)('temporary files of runs that were killed', () => {
  it('go when they are old and of no process; others stay', async () => {
    const job = jobOverOlder();
    const of = (pid: number) => `.small-int8.mnn.${pid}.0123456789ab.new`;
    // Process 1 is always there.
    fill(job.folder, { [of(4_000_000)]: 'x', [of(1)]: 'x', '.small-int8.mnn.tmp': 'x' });
    const recent = await runCommand(job.args);
    expect([recent.code, temporaryFiles(job.folder)]).toEqual([
      0,
      [of(1), of(4_000_000), '.small-int8.mnn.tmp'].sort(),
    ]);
    const long = new Date(Date.now() - 3_600_000);
    for (const name of temporaryFiles(job.folder)) utimesSync(job.at(name), long, long);
    expect((await runCommand(job.args)).code).toBe(0);
    expect(temporaryFiles(job.folder)).toEqual([of(1), '.small-int8.mnn.tmp'].sort());
    expect(readdirSync(job.folder)).toContain('small-int8.mnn');
  });
});
