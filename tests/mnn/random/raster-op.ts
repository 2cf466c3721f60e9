import { MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import type { GoldenCase } from '../../../packages/graph/test/golden/golden-case.ts';
import { raster } from '../../../packages/graph/test/golden/raster-cases.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';
import type { KnownError } from './known-errors.ts';

const LAYOUTS = ['NCHW', 'NC4HW4', 'NHWC'] as const;

/** A tensor of three dimensions and the number of samples 1 before them. */
function source(draw: Draw, whole: boolean) {
  const shape = [1, ...draw.shape(3)];
  return { shape, layout: draw.pick(...LAYOUTS), ...(whole && { dtype: 'int32' as const }) };
}

/** A box of a tensor, its dimensions in any order, some backwards, some repeated. */
function box(draw: Draw, [, ...extents]: readonly number[]) {
  const strides = [extents[1] * extents[2], extents[2], 1];
  const axes = draw.shuffled([0, 1, 2]);
  const starts = extents.map((extent) => draw.int(0, extent - 1));
  let offset = 0;
  const walked = axes.map((axis) => {
    const kind = draw.pick('forwards', 'forwards', 'backwards', 'repeated');
    const start = starts[axis];
    offset += start * strides[axis];
    if (kind === 'repeated') return { stride: 0, extent: draw.int(1, 3) };
    const room = kind === 'forwards' ? extents[axis] - start : start + 1;
    return { stride: kind === 'forwards' ? strides[axis] : -strides[axis], extent: draw.int(1, room) };
  });
  return { offset, strides: walked.map(({ stride }) => stride), size: walked.map(({ extent }) => extent) };
}

/** Boxes of one to three tensors one behind the other, with room around them. */
function regions(draw: Draw): RandomCase {
  const whole = draw.int(0, 4) === 0;
  const inputs = Array.from({ length: draw.int(1, 3) }, () => source(draw, whole));
  const boxes = inputs.map(({ shape }) => box(draw, shape));
  const margin = draw.list(3, 0, 2);
  const [height, width] = [1, 2].map(
    (axis) => Math.max(...boxes.map(({ size }) => size[axis])) + margin[axis],
  );
  let depth = 0;
  const numbers = boxes.map(({ offset, strides, size }) => {
    const start = depth * height * width;
    depth += size[0];
    return [offset, ...strides, start, height * width, width, 1, ...size];
  });
  const format = MNN_DATA_FORMAT[draw.pick(...LAYOUTS)];
  const type: Record<string, number> = draw.bool() ? { code: whole ? 0 : 2, bits: 32, format } : {};
  return raster('', inputs, [1, depth + margin[0], height, width], numbers, type);
}

export const RASTER_OP: Readonly<Record<string, Generator>> = { Raster: regions };

/** Whether a region of packed channels ends inside of a pack of four, before the last channel. */
function endsInsidePack({ main, inputs }: GoldenCase): boolean {
  if (main?.type !== 'Extra') return false;
  const find = (key: string) => main.value.attr?.find((attribute) => attribute.key === key);
  const [packed, format] = [inputs.every(({ layout }) => layout === 'NC4HW4'), find('format')?.i];
  if (!packed || (format !== undefined && format !== MNN_DATA_FORMAT.NC4HW4)) return false;
  const [, channels, height, width] = find('shape')?.list?.i ?? [];
  const numbers = Array.from(find('region')?.list?.i ?? []);
  return inputs.some((_, i) => {
    const [offset, s0, s1, s2, d, h, w] = numbers.slice(11 * i + 4, 11 * i + 11);
    const last = offset + s0 * (d - 1) + s1 * (h - 1) + s2 * (w - 1);
    const end = (Math.floor(last / (height * width)) % channels) + 1;
    return end % 4 !== 0 && end !== channels;
  });
}

export const RASTER_ERRORS: readonly KnownError[] = [
  {
    type: 'Raster',
    when: endsInsidePack,
    why: 'copies whole packs of four channels where all tensors are packed (OpCommonUtils.cpp, turnToPackRegion)',
  },
];
