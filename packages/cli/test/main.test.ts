import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { OpType, readModel, writeModel } from '@mnnquant/mnn-format';

import { describe, expect, it, onTestFinished } from 'vitest';
import { completionScript } from '../src/command/completion.ts';
import { createCommand } from '../src/command/definition.ts';
import { CONFIGS, EXAMPLES, SHELLS } from '../src/command/examples.ts';
import { SUBCOMMANDS } from '../src/commands/index.ts';
import { parseConfig } from '../src/config/check.ts';
import { VERSION } from '../src/version.ts';
import { run } from './run-main.ts';
import { fill, smallJob, smallNet } from './scratch.ts';

describe('without a job', () => {
  it('asks for the arguments on standard error', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/missing required argument 'SRC\.mnn'\n+\(mnnquant --help tells more\)/);
  });

  it('prints help and version on standard output', async () => {
    const help = await run('--help');
    expect([help.code, help.stderr]).toEqual([0, '']);
    for (const part of [
      'Usage: mnnquant',
      '--memory',
      '--backend <name>',
      '--strict-backend',
      '--quiet',
      '--json',
      'Exit codes: 0 done, 1 failed, 2 ',
    ])
      expect(help.stdout).toContain(part);
    expect(await run('--version')).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it('every config in the help is a config without a warning', async () => {
    const { stdout } = await run('--help');
    const configs = [...stdout.matchAll(/^ {2}\{\n[\s\S]*?^ {2}\}$/gm)].map(([text]) => text);
    expect(configs).toHaveLength(CONFIGS.length);
    for (const config of configs) expect(parseConfig(config, 'help', () => []).warnings, config).toEqual([]);
    for (const part of ['"KL"', '"EMA"', '"debug": true']) expect(configs.join()).toContain(part);
  });

  it('every command in the help is understood', async () => {
    for (const { command } of EXAMPLES) {
      expect((await run('--help')).stdout).toContain(`  ${command}\n`);
      const args = command.replace(/ >.*/, '').split(' ').slice(1);
      const parsed = createCommand()
        .action(() => {})
        .parse(args, { from: 'user' });
      expect(parsed.args).toHaveLength(3);
    }
  });
});

describe('completion', () => {
  it.each(SHELLS)('%s prints a script on standard output', async (shell) => {
    const { code, stdout, stderr } = await run('completion', shell);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(completionScript(createCommand(), shell));
  });

  it('without a shell asks for one', async () => {
    const { code, stdout, stderr } = await run('completion');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /missing required argument 'SHELL'\n+\(mnnquant completion --help tells more\)\n$/,
    );
  });

  it.each(['tcsh', 'constructor'])('with %j names the shells', async (shell) => {
    const { code, stdout, stderr } = await run('completion', shell);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  });

  it('has a help of its own', async () => {
    const { code, stdout } = await run('completion', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: mnnquant completion \[options\] <SHELL>\n/);
  });

  it('is listed in the help with what it does', async () => {
    const { stdout } = await run('--help');
    const [, list] = stdout.replace(/\s+/g, ' ').split(' Commands: ');
    for (const { name, summary } of SUBCOMMANDS) {
      expect(` ${list}`).toContain(` ${name} `);
      expect(list).toContain(summary);
    }
  });

  it('takes no option that stands before its name, which would be lost', async () => {
    const { code, stdout, stderr } = await run('--json', '--threads', '2', 'completion', 'bash');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'error: options of completion stand behind its name, got --threads, --json before it\n',
    );
  });

  describe('as the name of a model', () => {
    async function runIn(...args: readonly string[]) {
      const { source, target, config, folder } = smallJob();
      renameSync(source, join(folder, 'completion'));
      const cwd = process.cwd();
      process.chdir(folder);
      onTestFinished(() => process.chdir(cwd));
      return { ...(await run(...args, target, config)), target };
    }

    it('is read with ./ before it', async () => {
      const { code, target } = await runIn('./completion');
      expect(code).toBe(0);
      expect(existsSync(target)).toBe(true);
    });

    it('is the command without, and the message says how it is given', async () => {
      const { code, stderr, target } = await runIn('completion');
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /\(completion is a command; the file of that name is given as \.\/completion\)\n$/,
      );
      expect(existsSync(target)).toBe(false);
    });

    it('is not mentioned where no such file is there', async () => {
      expect((await run('completion', 'a', 'b')).stderr).not.toContain('./completion');
    });
  });
});

describe('the size after --memory', () => {
  it.each(['0', '-1G', '1T', 'G', '1e9', '', '5 %'])('%j is refused', async (size) => {
    const { code, stderr } = await run(`--memory=${size}`, 'a', 'b', 'c');
    expect(code).toBe(2);
    expect(stderr).toContain('expected a size such as 800M or 2G');
  });

  it.each(['512', '1k', '0.5M', '800MB', '2G', ' 1g '])('%j is taken', async (size) => {
    const { code, stderr } = await run('--memory', size, 'a.mnn', 'b.mnn', 'none.json');
    // The next thing that is wrong.
    expect(code).toBe(2);
    expect(stderr).toContain('cannot read the config file none.json');
  });
});

describe('the name after --backend', () => {
  it('is refused with all that are known', async () => {
    const { code, stderr } = await run('--backend', 'tpu', 'a', 'b', 'c');
    expect(code).toBe(2);
    expect(stderr).toMatch(/'tpu' is invalid\. Allowed choices are auto, cpu, gpu, gpu:webgpu, /);
  });

  it('is refused where it does not go with other options', async () => {
    const { code, stderr } = await run('--backend', 'gpu', '--threads', '2', 'a.mnn', 'b.mnn', 'none.json');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: threads: /);
  });

  it('stands in the summary as JSON', async () => {
    const { source, target, config } = smallJob();
    const { code, stdout } = await run('--backend', 'cpu', '--json', source, target, config);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).backend).toMatchObject({ name: 'cpu', asked: 'cpu', reproducible: true });
  });
});

describe('what is wrong with the model', () => {
  it('is told with code 2 when it is missing', async () => {
    const { target, config } = smallJob();
    const { code, stdout, stderr } = await run('nowhere.mnn', target, config);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: cannot read the model nowhere\.mnn: /);
  });

  it.each<[string, (whole: Uint8Array) => Uint8Array]>([
    ['empty', () => new Uint8Array(0)],
    ['text', () => new TextEncoder().encode('this is no model, though it is long enough to be one')],
    ['cut in half', (whole) => whole.slice(0, whole.length >> 1)],
  ])('is told with code 1 and the name of the file when it is %s', async (_, damage) => {
    const { source, target, config, folder } = smallJob();
    fill(folder, { 'small.mnn': damage(writeModel(smallNet())) });
    const { code, stdout, stderr } = await run(source, target, config);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .*small\.mnn/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(target)).toBe(false);
  });

  it('is told with code 1 when it is int8 already', async () => {
    const { source, target, config, at } = smallJob();
    expect((await run('--quiet', source, target, config)).code).toBe(0);
    const { code, stderr } = await run(target, at('twice.mnn'), config);
    expect(code).toBe(1);
    expect(stderr).toMatch(/small-int8\.mnn is quantized already/);
    expect(existsSync(at('twice.mnn'))).toBe(false);
  });

  it('lists every op that is not supported', async () => {
    const net = smallNet();
    const [input, ...rest] = net.oplists!;
    const strange = rest.map((op) => ({ ...op, type: OpType.Plugin, main: undefined }));
    const { source, target, config } = smallJob({}, { ...net, oplists: [input, ...strange] });
    const { code, stderr } = await run(source, target, config);
    expect(code).toBe(1);
    for (const { name } of strange) expect(stderr).toContain(name);
    expect(stderr).toContain('Plugin');
  });
});

describe('a whole run', () => {
  it('writes the int8 model and its JSON, and leaves nothing else', async () => {
    const { source, target, config, folder } = smallJob();
    const before = readdirSync(folder);
    const { code, stdout } = await run(source, target, config);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Quantize model done!\n$/);
    expect(readdirSync(folder).sort()).toEqual([...before, 'small-int8.mnn', 'small-int8.mnn.json'].sort());
    const { net } = readModel(readFileSync(target));
    for (const { main: parameter } of net.oplists!.slice(1)) {
      const { weight, quanParameter } = parameter!.value as { weight?: unknown; quanParameter?: object };
      expect([weight, quanParameter]).toEqual([undefined, expect.anything()]);
    }
    const rows = JSON.parse(readFileSync(`${target}.json`, 'utf8'));
    expect(rows.map(({ name }: { name: string }) => name)).toEqual(['image', 'conv1', 'conv2']);
    const scales = new Map(net.extraTensorDescribe!.map(({ index, quantInfo }) => [index, quantInfo!.scale]));
    for (const { outputs } of rows) expect(outputs[0].scales[0]).toBe(scales.get(outputs[0].tensorIndex));
  });

  it('gives the same bytes again, with an older result in the way, in one pass or two', async () => {
    const { source, target, config } = smallJob();
    const read = () => [readFileSync(target), readFileSync(`${target}.json`)];
    await run('--quiet', source, target, config);
    const first = read();
    expect((await run(source, target, config)).stdout).not.toContain('two passes');
    expect(read()).toEqual(first);
    expect((await run('--memory', '512', source, target, config)).stdout).toContain('two passes');
    expect(read()).toEqual(first);
  });

  it('--json has the numbers of the summary', async () => {
    const { source, target, config } = smallJob({ winogradOpt: true });
    const { code, stdout, stderr } = await run('--json', source, target, config);
    const outcome = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(outcome).toMatchObject({ source, target, passes: 1, fallbacks: {} });
    expect(outcome.targetBytes).toBe(readFileSync(target).length);
    expect(outcome.warnings).toHaveLength(1);
    expect(stderr).toBe(`warning: ${outcome.warnings[0]}\n`);
  });
});

describe('debug', () => {
  it('prints the layers below the summary, before the last line', async () => {
    const { source, target, config } = smallJob({ debug: true });
    const { code, stdout } = await run(source, target, config);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const at = lines.findIndex((line) => line.startsWith('Layers, worst first: cosine similarity'));
    expect(lines[at - 1]).toMatch(/^Written .*\.debug\.json$/);
    expect(lines.slice(at + 2, at + 5).map((line) => line.split(/ {2,}/).at(-1))).toContain('conv1');
    expect(lines.at(-1)).toBe('Quantize model done!');
  });

  it('is silent with --quiet, and part of --json', async () => {
    const { source, target, config } = smallJob({ debug: true });
    expect((await run('-q', source, target, config)).stdout).toBe('Quantize model done!\n');
    const { stdout } = await run('--json', source, target, config);
    const { debug } = JSON.parse(stdout);
    expect(debug).toEqual(JSON.parse(readFileSync(`${target}.debug.json`, 'utf8')));
    expect(debug.layers).toHaveLength(3);
  });
});
