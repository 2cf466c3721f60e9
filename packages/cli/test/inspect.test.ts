import { readFileSync, writeFileSync } from 'node:fs';
import {
  type Convolution2D,
  createTable,
  externalizeWeights,
  type Net,
  type Op,
  OpType,
  Usage,
  writeModel,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { formatInspection } from '../src/inspect/format-summary.ts';
import { formatTree } from '../src/inspect/format-tree.ts';
import { inspectModel } from '../src/inspect/index.ts';
import { run } from './run-main.ts';
import { fill, scratchFolder, smallJob, smallNet } from './scratch.ts';

const model = (net: Net) => ({ net, unknownFields: [] });
const inspect = (net: Net, shapes?: Record<string, number[]>) =>
  inspectModel(model(net), { shapes: new Map(Object.entries(shapes ?? {})) });

/** The small network with another convolution for `conv1`. */
function withConvolution(change: (conv: Convolution2D) => Partial<Convolution2D>, type?: number): Net {
  const net = smallNet();
  const [image, conv1, conv2] = net.oplists!;
  if (conv1.main?.type !== 'Convolution2D') throw new Error('conv1 is a convolution');
  const value = { ...conv1.main.value, ...change(conv1.main.value) };
  const changed: Op = { ...conv1, type: type ?? conv1.type, main: { type: 'Convolution2D', value } };
  return { ...net, oplists: [image, changed, conv2] };
}

/** 4 channels of 27 weights in coding 1: two extents of 16 bits, the table, and no more than zeros. */
function coded(levels: number, bits: number): Int8Array {
  return Int8Array.from([
    2,
    4,
    0,
    27,
    0,
    levels % 256,
    ...new Array(levels).fill(0),
    ...new Array(Math.ceil((108 * bits) / 8)).fill(0),
  ]);
}

const quan = (fields: object) => createTable('IDSTQuan', { type: 1, quantScale: 1, ...fields });
const ALPHA = new Float32Array(4).fill(0.1);

describe('a float network', () => {
  // conv1: 3 → 4 channels, conv2: 4 → 2, windows of 3x3, images of 8x6, padded.
  const found = inspect(smallNet());

  it('counts parameters: weights and biases', () => {
    const [one, two] = [3 * 4 * 9 + 4, 4 * 2 * 9 + 2];
    expect(found.parameters).toMatchObject({
      count: one + two,
      bytes: 4 * (one + two),
      scales: { count: 0 },
    });
    expect(found.parameters.byStorage).toEqual([
      { storage: 'float32', external: false, count: one + two, bytes: 4 * (one + two) },
    ]);
    expect(found.ops.map(({ parameters }) => parameters)).toEqual([0, one, two]);
  });

  it('counts multiply-adds and activations', () => {
    const [one, two] = [48 * 4 * 27, 48 * 2 * 36];
    // The worst moment: the image and what conv1 makes of it.
    expect(found.work).toEqual({
      multiplyAdds: one + two,
      uncounted: [],
      activationBytes: 4 * 48 * (3 + 4),
      partial: false,
    });
    expect(found.ops[1]).toMatchObject({ multiplyAdds: one, outputs: [{ shape: [1, 4, 6, 8] }] });
  });

  it('says inputs, outputs, ops and that nothing is quantized', () => {
    expect(found.inputs).toEqual([
      { name: 'image', dtype: 'float32', layout: 'NC4HW4', declared: [1, 3, 6, 8], shape: [1, 3, 6, 8] },
    ]);
    expect(found.outputs).toEqual([
      { name: 'conv2', shape: [1, 2, 6, 8], dtype: 'float32', layout: 'NC4HW4' },
    ]);
    expect(found.opTypes).toEqual([
      { type: 'Convolution', count: 2 },
      { type: 'Input', count: 1 },
    ]);
    expect(found.quantization).toMatchObject({ kind: 'none', tensorsWithScale: 0, hints: [] });
    expect(found.quantization.convolutions).toBeUndefined();
    expect(found.notes).toEqual([]);
  });

  it('of another batch has its multiply-adds', () => {
    expect(inspect(smallNet(), { image: [5, 3, 6, 8] }).work?.multiplyAdds).toBe(
      5 * found.work!.multiplyAdds,
    );
  });
});

describe('a network of any size', () => {
  it('says which shape is missing instead of guessing', () => {
    const found = inspect(smallNet(-1, -1));
    expect(found.work).toBeUndefined();
    expect(found.inputs[0]).not.toHaveProperty('shape');
    expect(found.parameters.count).toBe(186);
    expect(found.notes).toEqual([expect.stringMatching(/size of image open.*--shape image=1,3,N,N$/)]);
  });

  it('is planned for the shape that is given', () => {
    const found = inspect(smallNet(-1, -1), { image: [1, 3, 12, 8] });
    expect(found.work?.multiplyAdds).toBe(2 * inspect(smallNet()).work!.multiplyAdds);
    expect(found.outputs[0].shape).toEqual([1, 2, 12, 8]);
  });

  it.each<[Record<string, number[]>, RegExp]>([
    [{ imag: [1, 3, 6, 8] }, /no input is called "imag"; did you mean "image"\?/],
    [{ image: [1, 4, 6, 8] }, /image: expected shape \[1,3,-1,-1\] \(-1 is free\), got \[1,4,6,8\]/],
    [{ image: [3, 6, 8] }, /image: expected shape/],
    [{ image: [1, 3, 0, 8] }, /image: expected shape/],
  ])('refuses %j', (shapes, message) => {
    expect(() => inspect(smallNet(-1, -1), shapes)).toThrow(message);
  });
});

describe('weights that are stored in fewer bits', () => {
  it.each([
    [
      '8 bits',
      quan({ buffer: coded(256, 8), alpha: ALPHA }),
      { storage: 'int8', bits: 8, scheme: 'symmetric', per: 'channel' },
    ],
    [
      '4 bits of 15 levels',
      quan({ buffer: coded(15, 4), alpha: ALPHA }),
      { storage: 'int4', bits: 4, levels: 15, scheme: 'symmetric', per: 'channel' },
    ],
    [
      '4 bits, shifted',
      quan({ buffer: coded(16, 4), alpha: new Float32Array(8).fill(0.1), readType: 4, aMin: -8 }),
      { storage: 'int4', bits: 4, scheme: 'asymmetric', per: 'channel' },
    ],
    [
      'blocks',
      quan({ buffer: coded(16, 4), alpha: new Float32Array(24).fill(0.1), readType: 12, aMin: -8 }),
      { storage: 'int4', bits: 4, scheme: 'asymmetric', per: 'block', blockSize: 9 },
    ],
    [
      'one scale',
      quan({ buffer: coded(4, 2), alpha: ALPHA.slice(0, 1) }),
      { storage: 'int2', bits: 2, scheme: 'symmetric', per: 'tensor' },
    ],
    ['half floats', quan({ type: 3, buffer: new Int8Array(216) }), { storage: 'float16', bits: 16 }],
    [
      'raw bytes',
      quan({ type: 4, buffer: new Int8Array(108), alpha: ALPHA }),
      { storage: 'int8', bits: 8, scheme: 'symmetric', per: 'channel' },
    ],
  ])('%s', (_, quanParameter, storage) => {
    const found = inspect(withConvolution(() => ({ weight: undefined, quanParameter })));
    expect(found.ops[1].weights).toEqual(storage);
    // As many as the float network has, however they are stored.
    expect(found.parameters.count).toBe(186);
    expect(found.quantization.kind).toBe('weights');
    expect(found.quantization.weights).toContainEqual({ ...storage, layers: 1 });
    expect(found.work?.multiplyAdds).toBe(8640);
  });

  it('those that are not zero', () => {
    // 108 weights of which 2 are stored; steps of 4 bits, a table of two values, an index of 1 bit each.
    const buffer = Int8Array.of(2, 4, 0, 27, 0, 2, 0, 0, 0, 4, 0x11, 2, -1, 1, 0);
    const found = inspect(
      withConvolution(() => ({ weight: undefined, quanParameter: quan({ type: 2, buffer, alpha: ALPHA }) })),
    );
    expect(found.ops[1].weights).toMatchObject({ sparse: true, per: 'channel', bits: 1, storage: 'int1' });
    expect(found.parameters.count).toBe(186);
  });

  it('of old tools, whose ops are int8 by their type', () => {
    const found = inspect(
      withConvolution(
        () => ({
          weight: undefined,
          bias: undefined,
          symmetricQuan: createTable('QuantizedFloatParam', {
            weight: new Int8Array(108),
            bias: new Int32Array(4),
            scale: ALPHA,
          }),
        }),
        OpType.ConvInt8,
      ),
    );
    expect(found.quantization).toMatchObject({
      kind: 'legacy',
      convolutions: { int8: 1, total: 2 },
      multiplyAdds: { int8: 5184, total: 8640 },
    });
    expect(found.ops.map(({ runs }) => runs)).toEqual([undefined, 'int8', undefined]);
    expect(found.parameters.count).toBe(186);
  });

  it('that lie in another file, whether it is there or not', () => {
    const { net } = externalizeWeights(smallNet());
    const found = inspect(net);
    expect(found.parameters).toMatchObject({ count: 186, bytes: 4 * 186 });
    expect(found.parameters.byStorage).toEqual([
      { storage: 'float32', external: true, count: 186, bytes: 744 },
    ]);
    expect(found.work?.multiplyAdds).toBe(8640);
    expect(found.notes.join()).toContain('weight file');
  });

  it('that lie in another file in 4 bits', () => {
    const inside = withConvolution(() => ({
      weight: undefined,
      quanParameter: quan({ buffer: coded(15, 4), alpha: ALPHA }),
    }));
    const found = inspect(externalizeWeights(inside).net);
    expect(found.ops[1].weights).toMatchObject({
      storage: 'int4',
      external: true,
      per: 'channel',
      scheme: 'symmetric',
    });
    expect(found.parameters.count).toBe(186);
  });

  it('that a damaged file makes too many are not asked of memory', () => {
    const huge = { kernelX: 2 ** 31 - 1, kernelY: -7, outputCount: 2 ** 31 - 1, inputCount: 2 ** 31 - 1 };
    for (const common of [huge, { ...huge, kernelY: 7 }]) {
      const { net } = externalizeWeights(smallNet());
      const ops = net.oplists!.map((op): Op => {
        if (op.main?.type !== 'Convolution2D') return op;
        const value = { ...op.main.value, common: { ...op.main.value.common!, ...common } };
        return { ...op, main: { type: 'Convolution2D', value } };
      });
      const found = inspect({ ...net, oplists: ops });
      expect(found.notes[0]).toMatch(/^no shapes behind conv1 \(Convolution\)/);
    }
  });

  it('damaged, are told without a crash', () => {
    for (const buffer of [
      new Int8Array(0),
      Int8Array.of(2),
      Int8Array.of(127, 1, 1),
      Int8Array.of(2, 4, 0, 27, 0, -1),
    ]) {
      const found = inspect(
        withConvolution(() => ({ weight: undefined, quanParameter: quan({ buffer, alpha: ALPHA }) })),
      );
      expect(found.notes.join(), String(buffer)).toMatch(/no shapes behind conv1 \(Convolution\)/);
      for (const type of [1, 2, 3, 4, 7, 8]) {
        const quanParameter = quan({ type, buffer, alpha: ALPHA });
        expect(() => inspect(withConvolution(() => ({ weight: undefined, quanParameter })))).not.toThrow();
      }
    }
  });
});

describe('a quantized network', () => {
  it('has what the tool wrote: scales, int8 layers, weights', async () => {
    const { source, target, config } = smallJob();
    expect((await run('--quiet', source, target, config)).code).toBe(0);
    const { code, stdout } = await run('inspect', '--json', target);
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(found.quantization).toMatchObject({
      kind: 'activations',
      tensorsWithScale: 3,
      zeroPoints: 0,
      clamps: [[-127, 127]],
      convolutions: { int8: 2, total: 2 },
      multiplyAdds: { int8: 8640, total: 8640 },
    });
    expect(found.quantization.weights).toEqual([
      { storage: 'int8', bits: 8, scheme: 'symmetric', per: 'channel', layers: 2 },
    ]);
    expect(found.parameters).toMatchObject({ count: 186, scales: { count: 6 } });
    const written = JSON.parse(readFileSync(`${target}.json`, 'utf8'));
    for (const { name, outputs } of written) {
      const op = found.ops.find((one: { name: string }) => one.name === name);
      expect(op.outputs[0].scale).toBeCloseTo(outputs[0].scales[0], 9);
    }
  });

  it('with zero points was made by EMA, and skipped layers are float with the reason', async () => {
    const { source, target, config } = smallJob({
      feature_quantize_method: 'EMA',
      skip_quant_op_names: ['conv2'],
    });
    await run('--quiet', source, target, config);
    const { stdout } = await run('inspect', '--json', target);
    const { quantization, ops } = JSON.parse(stdout);
    expect(quantization.convolutions).toEqual({ int8: 1, total: 2 });
    expect(quantization.zeroPoints).toBeGreaterThan(0);
    expect(quantization.hints.join()).toContain('EMA');
    expect(ops[2]).toMatchObject({
      runs: 'float',
      reason: expect.any(String),
      weights: { storage: 'float32' },
    });
  });
});

describe('what cannot be evaluated', () => {
  const plugin = (index: number): Net => {
    const net = smallNet();
    const ops = net.oplists!.map((op, i) =>
      i === index ? { ...op, type: OpType.Plugin, main: undefined } : op,
    );
    return { ...net, oplists: ops };
  };

  it('leaves the rest known', () => {
    const found = inspect(plugin(2));
    expect(found.work).toMatchObject({ multiplyAdds: 5184, partial: true });
    expect(found.outputs).toEqual([{ name: 'conv2' }]);
    expect(found.ops[1].outputs[0].shape).toEqual([1, 4, 6, 8]);
    expect(found.notes).toEqual(['no shapes behind conv2 (Plugin): mnnquant cannot evaluate Plugin']);
  });

  it('leaves nothing where it comes first', () => {
    const found = inspect(plugin(1));
    expect(found.work).toBeUndefined();
    expect(found.parameters.count).toBe(74);
    expect(found.notes).toContain('no shapes behind conv1 (Plugin): mnnquant cannot evaluate Plugin');
  });

  it('may be an op whose input does not fit: it is found by name', () => {
    const net = withConvolution(({ common }) => ({ common: { ...common!, kernelX: 0 } }));
    expect(inspect(net).notes[0]).toMatch(
      /^no shapes behind conv1 \(Convolution\): (?!conv1).*expected a kernel/,
    );
  });

  it('may be everything: an empty file of ops', () => {
    const found = inspect({ ...smallNet(), oplists: [], tensorName: [], outputName: undefined });
    expect(found).toMatchObject({ inputs: [], outputs: [], ops: [], parameters: { count: 0 } });
  });

  it('may be wired to tensors that are not there', () => {
    const net = smallNet();
    const [image, conv1, conv2] = net.oplists!;
    const found = inspect({ ...net, oplists: [image, conv1, { ...conv2, inputIndexes: Int32Array.of(99) }] });
    expect(found.notes[0]).toMatch(/^no shapes behind conv2/);
    expect(found.work?.multiplyAdds).toBe(5184);
  });
});

describe('metadata', () => {
  it('are those of the file', () => {
    const net: Net = {
      ...smallNet(),
      mnn_uuid: 'u-1',
      bizCode: 'shop',
      sourceType: 3,
      extraInfo: createTable('ExtraInfo', { version: '3.6.1', name: 'auth', buffer: new Int8Array(7) }),
    };
    expect(inspect(net).metadata).toEqual({
      mnnVersion: '3.6.1',
      uuid: 'u-1',
      bizCode: 'shop',
      source: 'ONNX',
      usage: 'INFERENCE',
      extraInfo: { name: 'auth', bytes: 7 },
      fixedSize: false,
      training: false,
    });
    expect(inspect({ ...net, sourceType: 99, usage: 77 }).metadata).toMatchObject({
      source: 'number 99',
      usage: 'number 77',
    });
    expect(inspect({ ...net, usage: Usage.TRAIN }).metadata.training).toBe(true);
    expect(inspect({ ...net, usage: Usage.INFERENCE_STATIC }).metadata.fixedSize).toBe(true);
  });
});

/** An If whose branches are subgraphs; one has a convolution. */
function branching(): Net {
  const net = smallNet();
  const [image, conv1, conv2] = net.oplists!;
  const body = (name: string, nodes: Op[]) =>
    createTable('SubGraphProto', {
      name,
      inputs: Int32Array.of(0),
      outputs: Int32Array.of(1),
      tensors: ['in', 'out'],
      nodes,
    });
  const input: Op = { ...image, name: 'in' };
  const either: Op = {
    ...conv2,
    name: 'either',
    type: OpType.If,
    main: { type: 'IfParam', value: createTable('IfParam', { then_graph: 'a', else_graph: 'b' }) },
  };
  return {
    ...net,
    oplists: [image, conv1, either],
    subgraphs: [
      body('a', [input, { ...conv1, name: 'inner' }]),
      body('b', [input, { ...conv1, name: 'unary', type: OpType.UnaryOp, main: undefined }]),
    ],
  };
}

describe('subgraphs', () => {
  it('are counted and listed, with what they hold', () => {
    const found = inspect(branching());
    expect(found.subgraphs.map(({ name, ops }) => [name, ops.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect(found.parameters.count).toBe(2 * 112);
    expect(found.opTypes).toContainEqual({ type: 'Input', count: 3 });
    expect(found.ops[2].subgraphs).toEqual(['a', 'b']);
  });

  it('stand below the op that runs them, and once only', () => {
    const lines = formatTree(inspect(branching())).split('\n');
    expect(lines.map((text) => text.replace(/ {2,}\S.*$/, ''))).toEqual(
      [
        'type',
        'Input',
        'Convolution',
        'If',
        '  subgraph a',
        '    Input',
        '    Convolution',
        '  subgraph b',
        '    Input',
        '    UnaryOp',
      ].map((text) => text.replace(/ {2,}\S.*$/, '')),
    );
    const own = branching();
    const [input, , either] = own.oplists!;
    const self = { ...own.subgraphs![0], nodes: [input, either] };
    const circle = { ...own, subgraphs: [self, own.subgraphs![1]] };
    expect(formatTree(inspect(circle)).match(/subgraph a/g)).toHaveLength(2);
  });
});

describe('on a terminal', () => {
  const long = withConvolution(() => ({}));
  const named: Net = {
    ...long,
    oplists: long.oplists!.map((op, i) => ({
      ...op,
      name: i === 1 ? `model/${'x'.repeat(120)}/conv` : op.name,
    })),
  };

  it.each([60, 80, 120])('no line of the tree is wider than %i columns', (columns) => {
    const lines = formatTree(inspect(named), columns).split('\n');
    expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(columns);
    expect(lines[2]).toMatch(/model\/x+…x+\/conv$/);
  });

  it('a pipe gets whole names', () => {
    expect(formatTree(inspect(named))).toContain(named.oplists![1].name);
  });

  it('the summary is broken between words', () => {
    const text = formatInspection(inspect(smallNet(-1, -1)), { path: 'a.mnn', bytes: 1234 }, 60);
    const lines = text.split('\n');
    expect(lines[0]).toBe('Model       a.mnn, 1.23 kB');
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.length).toBeGreaterThan(
      formatInspection(inspect(smallNet(-1, -1)), { path: 'a.mnn', bytes: 1234 }).split('\n').length,
    );
  });

  it('a name cannot steer it', () => {
    const net = { ...smallNet(), tensorName: ['im\u001b[31mage', 'conv1', 'conv2'] };
    const text = formatInspection(inspect(net), { path: 'a.mnn', bytes: 1 });
    expect(text).not.toContain('\u001b');
  });
});

describe('the command', () => {
  it('prints the summary, below the tree where it is asked for', async () => {
    const { source } = smallJob();
    const { code, stdout, stderr } = await run('inspect', source);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Model {7}.*small\.mnn, [\d.]+ kB\n/);
    expect(stdout).toMatch(/^Parameters {2}186 in 744 B: 186 float32 \(744 B\)$/m);
    expect(stdout).toMatch(/^Work {8}8\.64 k multiply-adds; 1\.34 kB of activations/m);
    const tree = (await run('inspect', '--tree', source)).stdout;
    expect(tree).toMatch(/^type +shape +mul-adds +params +weights +op\n/);
    expect(tree).toMatch(/^Convolution +\[1,4,6,8\] +5\.18 k +112 +float32 +conv1$/m);
    expect(tree.endsWith(`\n\n${stdout}`)).toBe(true);
  });

  it('--json has a version, and every key is in the documentation', async () => {
    const { source } = smallJob();
    const found = JSON.parse((await run('inspect', '--json', source)).stdout);
    expect(found.version).toBe(1);
    expect(found.file).toMatchObject({ path: source, bytes: readFileSync(source).length });
    const text = readFileSync(new URL('../../../docs/commands/inspect.md', import.meta.url), 'utf8');
    const keys = (value: object): string[] => Object.keys(value);
    for (const key of [
      ...keys(found),
      ...keys(found.parameters),
      ...keys(found.quantization),
      ...keys(found.metadata),
      ...found.ops.flatMap(keys),
    ])
      expect(text, key).toContain(`\`${key}\``);
  });

  it('takes shapes, and refuses what is none', async () => {
    const { source } = smallJob({}, smallNet(-1, -1));
    for (const shape of ['image=1,3,6,8', 'image=1x3x6x8'])
      expect((await run('inspect', source, '--shape', shape)).stdout).toContain('8.64 k multiply-adds');
    for (const shape of ['1,3,6,8', 'image', 'image=a', 'image=-1,2', '=1,2']) {
      const { code, stderr } = await run('inspect', source, '--shape', shape);
      expect([code, stderr.includes('Expected NAME=SIZES')]).toEqual([2, true]);
    }
    expect((await run('inspect', source, '--shape', 'image=1,3,6,8', '--shape', 'image=1,3,6,9')).code).toBe(
      2,
    );
    expect((await run('inspect', source, '--shape', 'other=1')).stderr).toMatch(
      /^error: --shape: no input is called "other"/,
    );
  });

  it('says what is wrong with a file', async () => {
    const folder = scratchFolder();
    fill(folder, {
      'cut.mnn': writeModel(smallNet()).slice(0, 400),
      'text.mnn': 'hello there',
      'empty.mnn': '',
    });
    for (const name of ['cut', 'text', 'empty']) {
      const { code, stdout, stderr } = await run('inspect', `${folder}/${name}.mnn`);
      expect([code, stdout], name).toEqual([1, '']);
      expect(stderr).toMatch(new RegExp(`^error: .*${name}\\.mnn`));
    }
    expect((await run('inspect', `${folder}/none.mnn`)).code).toBe(2);
  });

  it('says where weights are, and that they are missing', async () => {
    const folder = scratchFolder();
    const { net, bytes } = externalizeWeights(smallNet());
    fill(folder, { 'a.mnn': writeModel(net) });
    const without = (await run('inspect', `${folder}/a.mnn`)).stdout;
    expect(without).toContain(`the weight file ${folder}/a.mnn.weight is not there`);
    writeFileSync(`${folder}/a.mnn.weight`, bytes);
    const { stdout } = await run('inspect', `${folder}/a.mnn`);
    expect(stdout).toContain(`weights in ${folder}/a.mnn.weight (744 B)`);
    expect(stdout).not.toContain('is not there');
  });
});
