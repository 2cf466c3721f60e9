import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../packages/cli/src/commands/doctor/finding.ts';
import { describeWithMnn } from './environment.ts';
import { officialConfig, SUBJECTS } from './subjects.ts';

const CLI = fileURLToPath(new URL('../../packages/cli/bin/mnnquant.js', import.meta.url));

/** Preprocessing of the networks that MNN's tool was not run with, as they were trained, and a folder of images. */
const OTHERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  cifar_resnet56: {
    path: 'cifar10_calib100',
    format: 'RGB',
    mean: [123.675, 116.28, 103.53],
    normal: [0.0171247, 0.017507, 0.0174292],
  },
  mlperf_resnet8_cifar10_float: { path: 'cifar10_calib100', format: 'RGB' },
  vww_96_float: { path: 'calib_imagenet32', format: 'RGB', normal: [1 / 255, 1 / 255, 1 / 255] },
  zqlandmark: {
    path: 'faces_calib',
    format: 'RGB',
    mean: [127.5, 127.5, 127.5],
    normal: [1 / 128, 1 / 128, 1 / 128],
  },
  FastestDet: { path: 'faces_calib', format: 'BGR', normal: [1 / 255, 1 / 255, 1 / 255] },
  yunet_n_320: { path: 'faces_calib', format: 'BGR' },
  selfie_segmentation: { path: 'faces_calib', format: 'RGB', normal: [1 / 255, 1 / 255, 1 / 255] },
};

/** Those whose images have another ratio of sides than the input. */
const SQUARE = [
  'squeezenet',
  'mobilenet',
  'mobilefacenet',
  'vww',
  'zqlandmark',
  'FastestDet',
  'yunet',
  'selfie',
];

describeWithMnn('the doctor, with trained networks', ({ data }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-doctor-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const images = (name: unknown): string => join(data, 'images', String(name));

  /** Problems and warnings, as `check: level`. */
  function found(model: string, config: Readonly<Record<string, unknown>>): string[] {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify(config));
    const args = ['doctor', join(data, 'models/float', `${model}.mnn`), file, '--json'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
      cwd: join(data, 'models/official'),
      encoding: 'utf8',
    });
    if (stdout === '') throw new Error(`mnnquant doctor ended with ${status}: ${stderr}`);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    const worse = findings.filter(({ level }) => level !== 'note');
    expect(status).toBe(worse.some(({ level }) => level === 'problem') ? 3 : 0);
    return worse.map(({ check, level }) => `${check}: ${level}`);
  }

  function expected(model: string): string[] {
    return SQUARE.some((name) => model.startsWith(name)) ? ['stretched: warning'] : [];
  }

  describe('raises no false alarm', () => {
    for (const { model } of SUBJECTS)
      it.each(['KL', 'EMA'])(`${model}, %s`, (method) => {
        expect(found(model, officialConfig(data, model, `${method}-MAX_ABS`))).toEqual(expected(model));
      });

    it.each(Object.entries(OTHERS))('%s', (model, { path, ...config }) => {
      expect(found(model, { ...config, path: images(path) })).toEqual(expected(model));
    });
  });

  describe('finds what is broken', () => {
    const broken = (model: string, change: Readonly<Record<string, unknown>>): string[] => {
      const config = model in OTHERS ? OTHERS[model]! : officialConfig(data, model, 'KL-MAX_ABS');
      const path = model in OTHERS ? images(config.path) : config.path;
      return found(model, { ...config, path, ...change }).filter((one) => !expected(model).includes(one));
    };

    it.each([
      ['cifar_resnet20', { format: 'BGR' }, ['colour-order: warning']],
      ['squeezenet_v1.1_imagenet', { format: 'RGB' }, ['colour-order: warning']],
      ['RFB-320', { width: 240, height: 320 }, ['input-fit: problem', 'input-fit: problem']],
      ['RFB-320', { format: 'GRAY' }, ['config-keys: warning', 'config-keys: warning', 'input-fit: problem']],
      ['RFB-320', { used_image_num: 3 }, ['sample-count: warning']],
      ['RFB-320', { normal: [1, 1, 1] }, ['input-range: warning']],
      ['slim-320', { normal: [1, 1, 1] }, ['input-range: warning']],
      ['cifar_resnet20', { mean: [0, 0, 0], normal: [1, 1, 1] }, ['input-range: warning']],
      ['mobilenet_v2_1.0_224_dequant', { mean: [0, 0, 0], normal: [1, 1, 1] }, ['input-range: warning']],
      ['vww_96_float', { normal: [1, 1, 1] }, ['input-range: warning']],
      ['zqlandmark', { normal: [1, 1, 1] }, ['input-range: warning']],
      ['FastestDet', { normal: [1, 1, 1] }, ['input-range: warning']],
      ['selfie_segmentation', { normal: [1, 1, 1] }, ['input-range: warning']],
      ['mlperf_resnet8_cifar10_float', { normal: [1 / 255, 1 / 255, 1 / 255] }, ['input-range: warning']],
      ['yunet_n_320', { normal: [1 / 255, 1 / 255, 1 / 255] }, ['input-range: warning']],
      ['mobilenet_v2_1.0_224_dequant', { mean: [0, 0, 0] }, ['units: warning']],
    ])('%s with %j', (model, change, findings) => {
      expect(broken(model, change).sort()).toEqual([...findings].sort());
    });

    it('copies, transparent and turned images among those for OCR', () => {
      const config = {
        path: images('ocr'),
        format: 'BGR',
        mean: [127.5, 127.5, 127.5],
        normal: [1 / 127.5, 1 / 127.5, 1 / 127.5],
        width: 192,
        height: 48,
      };
      expect(found('ch_ppocr_mobile_v2.0_cls_infer', config)).toEqual([
        'duplicates: warning',
        'stretched: warning',
        'alpha: warning',
        'exif-rotation: warning',
      ]);
    });
  });
});
