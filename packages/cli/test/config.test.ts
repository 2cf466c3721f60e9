import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, parseConfig } from '../src/config/check.ts';
import { folderProblems, loadConfig } from '../src/config/load.ts';
import { UsageError } from '../src/errors.ts';
import { fill, scratchFolder } from './scratch.ts';

function check(config: Readonly<Record<string, unknown>>) {
  return checkConfig({ path: scratchFolder(), ...config }, 'config.json', folderProblems);
}

function messageFor(config: Readonly<Record<string, unknown>>): string {
  try {
    check(config);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('the config was accepted');
}

describe('a config', () => {
  it('has the defaults of MNN', () => {
    expect(check({}).config).toMatchObject({
      format: 'BGR',
      center_crop_h: 1,
      center_crop_w: 1,
      feature_quantize_method: 'KL',
      weight_quantize_method: 'MAX_ABS',
      feature_clamp_value: 127,
      weight_clamp_value: 127,
      quant_bits: 8,
      skip_quant_op_names: [],
      input_type: 'image',
    });
  });

  it('without a folder need not name one', () => {
    expect(parseConfig('{"format": "GRAY"} // a page', 'config').config.format).toBe('GRAY');
    expect(parseConfig('{"path": "no/such/folder"}', 'config').warnings).toEqual([]);
    expect(() => parseConfig('{"path": 7}', 'config')).toThrow('path: expected a string, got 7');
  });

  it('takes 0 images as all, as MNN does', () => {
    expect(check({ used_image_num: 0, used_sample_num: 0 }).config.used_image_num).toBe(0);
  });

  it('says nothing about a plain one, about model and $schema', () => {
    expect(check({ format: 'RGB', width: 8, height: 6, model: 'x', $schema: 'y' }).warnings).toEqual([]);
  });
});

describe("a config as MNN's own examples are", () => {
  const methods = {
    used_sample_num: 500,
    feature_quantize_method: 'EMA',
    weight_quantize_method: 'MAX_ABS',
    feature_clamp_value: 127,
    weight_clamp_value: 127,
    batch_size: 32,
    quant_bits: 8,
    skip_quant_op_names: ['conv1', 'conv2'],
    debug: false,
  };
  const pixels = {
    format: 'RGB',
    mean: [103.94, 116.78, 123.68],
    normal: [0.017, 0.017, 0.017],
    width: 224,
    height: 224,
  };
  const crops = { center_crop_h: 0.875, center_crop_w: 0.875 };

  it.each([
    ['images', { ...methods, ...pixels, ...crops, input_type: 'image' }],
    ['images with Winograd', { ...methods, ...pixels, ...crops, input_type: 'image', winogradOpt: true }],
    ['sequences', { ...methods, input_type: 'sequence' }],
    ['the documentation', { ...pixels, used_image_num: 2, feature_quantize_method: 'KL', model: 'net.mnn' }],
    ['numbers as floats', JSON.parse('{"quant_bits": 8.0, "feature_clamp_value": 127.0, "width": 2.24e2}')],
  ])('%s: is taken without a warning', (_, config) => {
    expect(check(config).warnings).toEqual([]);
  });

  it('tells of a mean where values are used as they are', () => {
    expect(check({ ...methods, ...pixels, ...crops, input_type: 'sequence' }).warnings).toEqual([
      'config: no effect with input_type "sequence", whose values are used as they are: ' +
        '"mean", "normal", "center_crop_h", "center_crop_w"',
    ]);
    // Nor is it checked: it need not fit a format.
    expect(check({ input_type: 'sequence', mean: [1] }).warnings).toHaveLength(1);
  });
});

describe('a wrong value names key, expected and got', () => {
  it.each([
    [{ format: 'RBG' }, 'format: expected "RGB", "BGR", "RGBA", "BGRA", "GRAY", got "RBG"'],
    [{ format: 'RGB', mean: [1, 2] }, 'mean: expected 3 numbers for RGB, got 2'],
    [{ format: 'GRAY', normal: [] }, 'normal: expected at least 1 entry, got []'],
    [{ mean: [1, 'a', 3] }, 'mean.1: expected a number, got "a"'],
    [{ mean: [1, 2, 3, 4, 5] }, 'mean: expected at most 4 entries, got [1,2,3,4,5]'],
    [{ mean: [1, 2, Number.POSITIVE_INFINITY] }, 'mean.2: expected a number, got Infinity'],
    [{ normal: 2 }, 'normal: expected an array, got 2'],
    [{ normal: [0, 0, 0] }, 'normal: expected a number that is not 0, all zero would make every input zero'],
    [
      { feature_quantize_method: 'MAGIC' },
      'feature_quantize_method: expected "KL", "ADMM", "EMA", "MSE", "PERCENTILE", "MAX", "AUTO", got "MAGIC"',
    ],
    [{ quant_bits: 9 }, 'quant_bits: expected at most 8, got 9'],
    [{ inputs: [{ shape: [1] }] }, 'inputs.0.name: missing; expected a string'],
    [{ inputs: [{ name: 'a' }, { name: 'a' }] }, 'inputs: expected every input once, got "a" twice'],
    [{ width: 0 }, 'width: expected at least 1, got 0'],
    [{ height: 2.5 }, 'height: expected a whole number, got 2.5'],
    [{ height: '240' }, 'height: expected a number, got "240"'],
    [{ center_crop_h: 0 }, 'center_crop_h: expected more than 0, got 0'],
    [{ center_crop_w: 1.5 }, 'center_crop_w: expected at most 1, got 1.5'],
    [{ used_image_num: -1 }, 'used_image_num: expected at least 0, got -1'],
    [{ feature_clamp_value: 128 }, 'feature_clamp_value: expected at most 127, got 128'],
    [{ weight_clamp_value: 0 }, 'weight_clamp_value: expected at least 1, got 0'],
    [{ skip_quant_op_names: 'conv' }, 'skip_quant_op_names: expected an array, got "conv"'],
    [{ debug: 'yes' }, 'debug: expected true or false, got "yes"'],
    [{ path: 7 }, 'path: expected a string, got 7'],
    [{ path: undefined }, 'path: missing; expected a string'],
    [{ path: '' }, 'path: expected at least 1 character, got ""'],
    [{ path: 'no/such/folder' }, 'path: expected a folder, but there is no no/such/folder (looked from '],
  ])('%j', (config, message) => {
    expect(messageFor(config)).toContain(message);
  });

  it('all of them at once', () => {
    const message = messageFor({
      format: 'X',
      width: -1,
      quant_bits: 1,
      path: 'no/such/folder',
      normal: [0],
    });
    expect(message.split('\n')).toHaveLength(6);
    expect(message).toMatch(/^config\.json:/);
  });

  it('with the keys that may be meant', () => {
    const message = messageFor({ path: undefined, Path: 'photos' });
    expect(message).toContain('path: missing; expected a string\n');
    expect(message).toContain('the key "Path" is unknown and has no effect; did you mean "path"?');
  });

  it('a path that is a file', () => {
    const folder = scratchFolder();
    fill(folder, { 'a.txt': 'x' });
    expect(messageFor({ path: join(folder, 'a.txt') })).toContain('path: expected a folder, got the file');
  });
});

describe('warnings', () => {
  it('are not given for what applies to another method or kind of samples and misleads nobody', () => {
    expect(check({ batch_size: 8, winogradOpt: false, bn: 'fold', debug: false }).warnings).toEqual([]);
    expect(check({ feature_quantize_method: 'KL', weight_quantize_method: 'ADMM' }).warnings).toEqual([]);
    expect(check({ feature_quantize_method: 'EMA', feature_asymmetric: true }).warnings).toEqual([]);
    const percentile = { feature_quantize_method: 'PERCENTILE', feature_percentile: 99 };
    expect(check({ ...percentile, feature_asymmetric: true }).warnings).toEqual([]);
  });

  it.each([
    [
      { feature_percentile: 99.9 },
      'config: "feature_percentile" has no effect with KL: only PERCENTILE uses it',
    ],
    [
      { feature_quantize_method: 'EMA', feature_asymmetric: false },
      'config: "feature_asymmetric": false has no effect: EMA always finds zero points',
    ],
    [{ winogradOpt: true }, 'config: "winogradOpt" has no effect: only EMA uses it'],
    [{ winogradOptForMobile: false }, '"winogradOptForMobile" has no effect: MNN reads "winogradOpt" since'],
    [{ used_image_num: 3, used_sample_num: 4 }, 'used_sample_num takes the place of used_image_num'],
    [{ format: 'GRAY', mean: [1, 2, 3] }, 'config: mean: 3 numbers for GRAY, the first 1 used'],
    [{ normal: [1, 1, 1, 1] }, 'config: normal: 4 numbers for BGR, the first 3 used'],
  ])('%j', (config, message) => {
    const { warnings } = check(config);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(message);
  });

  it('name the nearest known key', () => {
    expect(check({ used_img_num: 3 }).warnings).toEqual([
      'config: the key "used_img_num" is unknown and has no effect; did you mean "used_image_num"?',
    ]);
  });

  it('do not guess where nothing is near', () => {
    expect(check({ zzzzzzzzz: 3 }).warnings[0]).not.toContain('did you mean');
  });
});

describe('a config file', () => {
  it('may have comments and a byte order mark', () => {
    const folder = scratchFolder();
    fill(folder, { 'c.json': `\uFEFF{ // images\n "path": ${JSON.stringify(folder)} }` });
    expect(loadConfig(join(folder, 'c.json')).config.path).toBe(folder);
  });

  it.each([
    ['{\n  "path": "a"\n  "width": 3\n}', /not valid JSON at line 3, column 3: comma expected$/],
    ['', /not valid JSON at line 1, column 1: value expected$/],
    ['{"width": 3, "path": "a", "width": 4}', /c\.json:\n {2}width: expected once, got twice$/],
    ['{"width": 3,}', /not valid JSON at line 1, column 13: property name expected$/],
    ['// nothing', /not valid JSON at line 1, column 11: value expected$/],
    ['{} {}', /not valid JSON at line 1, column 4: end of file expected$/],
    ['[1]', /expected a JSON object, got \[1\]/],
    ['"x"', /expected a JSON object, got "x"/],
  ])('%j is refused with the place', (text, message) => {
    const folder = scratchFolder();
    fill(folder, { 'c.json': text });
    expect(() => loadConfig(join(folder, 'c.json'))).toThrow(message);
    expect(() => loadConfig(join(folder, 'c.json'))).toThrow(UsageError);
  });

  it('that is missing says so', () => {
    expect(() => loadConfig('no/config.json')).toThrow(/cannot read the config file no\/config\.json/);
  });
});
