import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { inFolder } from './oracle.ts';
import { callPython } from './python-server.ts';

const HANG = `import os, sys, time
open(sys.argv[1], 'w').write(str(os.getpid()))
time.sleep(3600)`;

/** Whether there is such a process, and not only its exit code, which nobody has asked for. */
function alive(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

describeWithMnn('Python scripts of the checks', ({ python }) => {
  const print = (value: number) => callPython(python, ['-c', `print(${value})`]);
  const printed = (value: number) => ({ status: 0, signal: undefined, output: `${value}\n` });

  it('end as they do without a server', () => {
    expect(print(1)).toEqual(printed(1));
    expect(callPython(python, ['-c', 'import sys; sys.exit(3)'])).toMatchObject({ status: 3, output: '' });
    expect(callPython(python, ['-c', 'raise ValueError("why")'])).toMatchObject({
      status: 1,
      output: expect.stringContaining('ValueError: why'),
    });
    const crash = 'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)';
    expect(callPython(python, ['-c', crash])).toEqual({ status: -1, signal: 'SIGSEGV', output: '' });
    expect(print(2)).toEqual(printed(2));
  });

  it('are killed where they hang, and the next ones get their own answers', () => {
    inFolder((folder) => {
      const pidFile = join(folder, 'pid');
      print(1); // starts the server, which is not what shall take long
      expect(() => callPython(python, ['-c', HANG, pidFile], { limit: 5_000 })).toThrow(
        /no answer in 5 s to .*sleep/,
      );
      for (const value of [2, 3, 4]) expect(print(value)).toEqual(printed(value));
      expect(alive(readFileSync(pidFile, 'utf8'))).toBe(false);
    });
  });

  it('get a new server where theirs has ended', () => {
    expect(() =>
      callPython(python, ['-c', 'import os, signal; os.kill(os.getppid(), signal.SIGKILL)']),
    ).toThrow(/ended with SIGKILL/);
    expect(print(5)).toEqual(printed(5));
  });
});
