import { type Convolution2DCommon, createTable, PadMode, PoolPadType, PoolType } from '@mnnquant/mnn-format';
import { main } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

/** Window, stride, dilation and padding; the window never exceeds the padded image. */
function window(draw: Draw, height: number, width: number): Partial<Convolution2DCommon> {
  const padMode = draw.pick(PadMode.CAFFE, PadMode.CAFFE, PadMode.SAME, PadMode.VALID);
  const side = (size: number) => {
    const kernel = draw.int(1, Math.min(5, size));
    return {
      kernel,
      dilation: kernel === 1 ? 1 : draw.int(1, Math.max(1, Math.floor((size - 1) / (kernel - 1)))),
    };
  };
  const [y, x] = [side(height), side(width)];
  const uneven = padMode === PadMode.CAFFE && draw.bool();
  const pads = { pads: uneven ? Int32Array.from(draw.list(4, 0, 2)) : undefined };
  return {
    kernelY: y.kernel,
    kernelX: x.kernel,
    dilateY: y.dilation,
    dilateX: x.dilation,
    strideY: draw.int(1, 3),
    strideX: draw.int(1, 3),
    padMode,
    ...(padMode === PadMode.CAFFE && !uneven ? { padX: draw.int(0, 2), padY: draw.int(0, 2) } : pads),
    ...draw.pick({}, { relu: true }, { relu6: true }),
  };
}

function convolution(draw: Draw): RandomCase {
  const group = draw.pick(1, 1, 1, 2, 3);
  const channels = group * draw.int(1, 6);
  const x = draw.image({ channels, min: 2, max: 10 });
  const outputCount = group * draw.int(1, 6);
  const fields = window(draw, x.shape[2], x.shape[3]);
  const common = createTable('Convolution2DCommon', { ...fields, group, outputCount, inputCount: channels });
  const count = (outputCount * channels * fields.kernelX! * fields.kernelY!) / group;
  const bias = draw.bool() ? draw.floats(outputCount) : new Float32Array(outputCount);
  return {
    type: 'Convolution',
    main: main('Convolution2D', { common, weight: draw.floats(count), bias }),
    inputs: [x],
  };
}

function depthwise(draw: Draw): RandomCase {
  const channels = draw.int(1, 9);
  const x = draw.image({ channels, min: 2, max: 10 });
  const fields = window(draw, x.shape[2], x.shape[3]);
  const common = createTable('Convolution2DCommon', {
    ...fields,
    group: channels,
    outputCount: channels,
    inputCount: channels,
  });
  return {
    type: 'ConvolutionDepthwise',
    main: main('Convolution2D', {
      common,
      weight: draw.floats(channels * fields.kernelX! * fields.kernelY!),
      bias: draw.floats(channels),
    }),
    inputs: [x],
  };
}

function deconvolution(draw: Draw, isDepthwise: boolean): RandomCase {
  const channels = draw.int(1, 6);
  const group = isDepthwise ? channels : 1;
  const outputCount = isDepthwise ? channels : draw.int(1, 6);
  const x = draw.image({ channels, min: 2, max: 5 });
  const [kernelY, kernelX] = draw.list(2, 2, 4);
  const strides = draw.list(2, 1, 3);
  const padMode = draw.pick(PadMode.CAFFE, PadMode.CAFFE, PadMode.SAME, PadMode.VALID);
  const common = createTable('Convolution2DCommon', {
    kernelY,
    kernelX,
    strideY: strides[0],
    strideX: strides[1],
    dilateY: draw.int(1, 2),
    dilateX: draw.int(1, 2),
    padMode,
    ...(padMode === PadMode.CAFFE &&
      (draw.bool()
        ? { padX: draw.int(0, 1), padY: draw.int(0, 1) }
        : { pads: Int32Array.from(draw.list(4, 0, 1)) })),
    ...(padMode === PadMode.CAFFE &&
      draw.bool() && { outPads: Int32Array.from(strides, (stride) => draw.int(0, stride - 1)) }),
    ...draw.pick({}, { relu: true }, { relu6: true }),
    group,
    outputCount,
    inputCount: channels,
  });
  const count = (channels * outputCount * kernelY * kernelX) / group;
  return {
    type: isDepthwise ? 'DeconvolutionDepthwise' : 'Deconvolution',
    main: main('Convolution2D', { common, weight: draw.floats(count), bias: draw.floats(outputCount) }),
    inputs: [x],
  };
}

function pooling(draw: Draw): RandomCase {
  const x = draw.image({ min: 2, max: 10 });
  const [, , height, width] = x.shape;
  const padType = draw.pick(PoolPadType.CAFFE, PoolPadType.CAFFE, PoolPadType.SAME, PoolPadType.VALID);
  const [kernelY, kernelX] = [draw.int(1, Math.min(4, height)), draw.int(1, Math.min(4, width))];
  // A window must never lie in the padding alone.
  const pad = (kernel: number) => (padType === PoolPadType.CAFFE ? draw.int(0, Math.floor(kernel / 2)) : 0);
  return {
    type: 'Pooling',
    main: main('Pool', {
      isGlobal: draw.int(0, 4) === 0,
      kernelX,
      kernelY,
      strideX: draw.int(1, kernelX),
      strideY: draw.int(1, kernelY),
      padX: pad(kernelX),
      padY: pad(kernelY),
      ...(padType === PoolPadType.CAFFE &&
        draw.int(0, 2) === 0 && {
          pads: Int32Array.of(pad(kernelY), pad(kernelX), pad(kernelY), pad(kernelX)),
        }),
      padType,
      type: draw.pick(PoolType.MAXPOOL, PoolType.AVEPOOL),
      ceilModel: draw.bool(),
      countType: draw.pick(0, 1, 2) as 0,
    }),
    inputs: [x],
  };
}

function prelu(draw: Draw): RandomCase {
  const x = draw.image();
  const slopeCount = draw.pick(1, x.shape[1]);
  return { type: 'PReLU', main: main('PRelu', { slopeCount, slope: draw.floats(slopeCount) }), inputs: [x] };
}

function scale(draw: Draw): RandomCase {
  const x = draw.image();
  const channels = x.shape[1];
  const values = { channels, scaleData: draw.floats(channels), biasData: draw.floats(channels) };
  return { type: 'Scale', main: main('Scale', values), inputs: [x] };
}

function localResponse(draw: Draw): RandomCase {
  return {
    type: 'LRN',
    main: main('LRN', {
      regionType: draw.pick(0, 1),
      localSize: draw.pick(1, 3, 5),
      alpha: draw.number(0.01, 1),
      beta: draw.number(0.25, 1),
      bias: draw.number(0.5, 2),
    }),
    inputs: [draw.image()],
    tolerance: 1e-4,
  };
}

function normalize(draw: Draw): RandomCase {
  const x = draw.image();
  const channelShared = draw.bool();
  return {
    type: 'Normalize',
    main: main('Normalize', {
      acrossSpatial: 0,
      channelShared: channelShared ? 1 : 0,
      eps: draw.number(0.001, 0.1),
      scale: channelShared ? draw.floats(1) : draw.floats(x.shape[1]),
    }),
    inputs: [x],
  };
}

function depthSpace(draw: Draw, toSpace: boolean): RandomCase {
  const blockSize = draw.int(2, 3);
  const channels = toSpace ? blockSize * blockSize * draw.int(1, 3) : draw.int(1, 4);
  const [height, width] = draw.list(2, 1, 3);
  const sides = toSpace ? [height, width] : [height * blockSize, width * blockSize];
  return {
    type: toSpace ? 'DepthToSpace' : 'SpaceToDepth',
    main: main('DepthSpaceParam', { blockSize, mode: draw.pick(0, 1) }),
    inputs: [{ shape: [draw.int(1, 2), channels, ...sides], layout: draw.pick('NCHW', 'NC4HW4') }],
  };
}

function crop(draw: Draw): RandomCase {
  const x = draw.image({ min: 3, max: 8 });
  const axis = draw.int(1, 3);
  const to = x.shape.map((extent, i) => (i < axis ? extent : draw.int(1, extent)));
  const offset = to.slice(axis).map((extent, i) => draw.int(0, x.shape[axis + i] - extent));
  return {
    type: 'Crop',
    main: main('Crop', { axis, offset: Int32Array.from(offset) }),
    inputs: [x, { shape: to, layout: 'NC4HW4' }],
  };
}

function gridSample(draw: Draw): RandomCase {
  const x = draw.image({ min: 2, max: 6 });
  const count = x.shape[0];
  const [height, width] = draw.list(2, 1, 5);
  return {
    type: 'GridSample',
    main: main('GridSample', {
      mode: draw.pick(0, 1) as 0,
      paddingMode: draw.pick(0, 1, 2) as 0,
      alignCorners: draw.bool(),
    }),
    inputs: [x, { shape: [count, height, width, 2] }],
    tolerance: 1e-4,
  };
}

export const IMAGE_OPS: Readonly<Record<string, Generator>> = {
  Convolution: convolution,
  ConvolutionDepthwise: depthwise,
  Deconvolution: (draw) => deconvolution(draw, false),
  DeconvolutionDepthwise: (draw) => deconvolution(draw, true),
  Pooling: pooling,
  PReLU: prelu,
  Scale: scale,
  LRN: localResponse,
  Normalize: normalize,
  DepthToSpace: (draw) => depthSpace(draw, true),
  SpaceToDepth: (draw) => depthSpace(draw, false),
  Crop: crop,
  GridSample: gridSample,
};
