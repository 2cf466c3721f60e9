import sharp from 'sharp';
import type {
  Report,
  ReportError,
  ReportHistogram,
  ReportLayer,
  ReportSample,
  ReportWeights,
} from '../src/report/schema.ts';

const BINS = 128;
const SIDE = 96; // pixels of a preview

/** Numbers from 0 to 1 that look random; the same seed gives the same. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What an SNR means for a cosine where noise and signal are independent. */
function errorOf(snr: number, random: () => number): ReportError {
  const noise = 10 ** (-snr / 10);
  const cosine = 1 / Math.sqrt(1 + noise);
  const sample = Math.floor(random() * 24);
  return {
    cosine,
    snr,
    maxError: 6 * Math.sqrt(noise),
    worst: { sample, name: nameOf(sample), cosine: cosine - (1 - cosine) * (0.5 + random()) },
  };
}

const nameOf = (sample: number): string => `calibration/street_${String(sample).padStart(4, '0')}.jpg`;

function histogramOf(tensor: number, random: () => number, relu: boolean, clips: boolean): ReportHistogram {
  const spread = 0.5 + 3 * random();
  const [min, max] = relu ? [0, spread * 6] : [-spread * 5, spread * 6];
  const step = (max - min) / BINS;
  const counts = Array.from({ length: BINS }, (_, i) => {
    const x = (min + (i + 0.5) * step) / spread;
    return Math.round(200_000 * Math.exp(-Math.abs(x) * 1.6) * (0.8 + 0.4 * random()));
  });
  if (relu) counts[0] *= 6;
  const end = max * (clips ? 0.55 : 0.97);
  const clip = { low: -end, high: end };
  return { tensor, min, max, counts, mean: relu ? spread / 2 : 0.1, deviation: spread, notFinite: 0, clip };
}

function weightsOf(
  op: string,
  type: string,
  channels: number,
  random: () => number,
  uneven: boolean,
): ReportWeights {
  const sizes = Array.from({ length: channels }, () =>
    uneven ? 10 ** (-3 + 3.4 * random()) : 0.2 + 0.3 * random(),
  );
  return {
    op,
    type,
    shape: type === 'Convolution' ? [channels, channels >> 1, 1, 1] : [channels, 1, 3, 3],
    bits: 8,
    min: sizes.map((size) => -size * (0.7 + 0.3 * random())),
    max: sizes.map((size) => size),
    scale: sizes.map((size) => size / 127),
    snr: sizes.map(() => 38 + 8 * random()),
  };
}

interface Made {
  readonly layers: ReportLayer[];
  readonly histograms: ReportHistogram[];
  readonly weights: ReportWeights[];
}

/** Blocks of a narrow and a depthwise convolution and a sum; two layers do harm, the end runs in float. */
function network(count: number, random: () => number): Made {
  const made: Made = { layers: [], histograms: [], weights: [] };
  let noise = 0;
  for (let i = 0; i < count; i++) {
    const block = Math.floor((i - 1) / 4);
    const [type, name] =
      i === 0
        ? ['Input', 'data']
        : i === count - 1
          ? ['Softmax', 'prob']
          : ([
              ['Convolution', `MobilenetV2/expanded_conv_${block}/expand`],
              ['ConvolutionDepthwise', `MobilenetV2/expanded_conv_${block}/depthwise`],
              ['Convolution', `MobilenetV2/expanded_conv_${block}/project`],
              ['BinaryOp', `MobilenetV2/expanded_conv_${block}/add`],
            ][(i - 1) % 4] as [string, string]);
    const bad = i === Math.floor(count * 0.28) * 4 - 2 || i === Math.floor(count * 0.17) * 4 - 1;
    const convolution = type.startsWith('Convolution');
    const own = bad ? 9 + 6 * random() : 34 + 12 * random();
    const int8 = i < count - 1;
    if (int8) noise = noise * (0.92 + 0.08 * random()) + 10 ** (-own / 10);
    made.layers.push({
      op: name,
      type,
      tensor: i,
      tensorName: `${name}:0`,
      order: i,
      int8,
      ...(!int8 && { reason: 'MNN runs Softmax in float' }),
      output: i === count - 1,
      multiplyAdds: convolution ? Math.round(1e5 * 10 ** (2.2 * random())) : 0,
      samples: 24,
      accumulated: errorOf(-10 * Math.log10(noise), random),
      ...(int8 && {
        isolated: errorOf(own, random),
        overflow: bad ? 0.031 : 0.0004 * random(),
        clipped: bad ? 0.029 : 0.0001 * random(),
        scale: 0.01 + 0.05 * random(),
        zeroPoint: 0,
      }),
    });
    const histogram = histogramOf(i, random, type === 'ConvolutionDepthwise', bad);
    made.histograms.push(int8 ? histogram : { ...histogram, clip: undefined });
    if (convolution) made.weights.push(weightsOf(name, type, 16 * (1 + (i % 12)), random, bad));
  }
  return made;
}

/** A photo of a street, roughly; red and blue can be the wrong way round. */
async function preview(
  seed: number,
  swapped: boolean,
): Promise<NonNullable<ReportSample['inputs'][0]['preview']>> {
  const random = randomFrom(seed + 77);
  const horizon = 30 + 20 * random();
  const sun = [SIDE * random(), horizon * 0.5];
  const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE), swapped ? 2 - (i % 3) : i % 3];
    if (Math.hypot(x - sun[0], y - sun[1]) < 7) return [255, 214, 90][c];
    if (y < horizon) return [110 + y, 160 + y * 0.7, 235][c];
    const road = Math.abs(x - SIDE / 2) < (y - horizon) * 0.8 + 2;
    const grain = 18 * random();
    return (road ? [92, 92, 98] : [70, 128 - (y - horizon) * 0.5, 58])[c] + grain;
  });
  const png = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
  return { width: SIDE, height: SIDE, png: `data:image/png;base64,${png.toString('base64')}` };
}

async function samplesOf(count: number): Promise<ReportSample[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      name: nameOf(i),
      ...(i === 5 && { like: 2 }),
      inputs: [
        {
          name: 'data',
          shape: [1, 3, 224, 224],
          min: -1,
          max: 0.9922,
          mean: -0.05 - i / 1000,
          deviation: 0.42,
          ...(i < 8 && { preview: await preview(i, i === 3) }),
        },
      ],
    })),
  );
}

const hash = (digit: string): string => digit.repeat(64);

/** A report of a made-up network that looks like one of a run. */
export async function exampleReport(count = 60): Promise<Report> {
  const random = randomFrom(count);
  const { layers, histograms, weights } = network(count, random);
  const total = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  const [worst, second] = layers
    .filter(({ isolated }) => isolated)
    .sort((a, b) => a.isolated!.cosine! - b.isolated!.cosine!);
  const last = layers[count - 1];
  return {
    version: 1,
    tool: 'mnnquant 0.1.0',
    source: { file: 'mobilenet_v2.mnn', bytes: 14_160_512, sha256: hash('a') },
    written: { file: 'mobilenet_v2-int8.mnn', bytes: 3_690_124, sha256: hash('b') },
    reproduce: {
      command: 'mnnquant mobilenet_v2.mnn mobilenet_v2-int8.mnn config.json --report report.html',
      config: {
        format: 'RGB',
        mean: [127.5, 127.5, 127.5],
        normal: [0.00784314, 0.00784314, 0.00784314],
        width: 224,
        height: 224,
        path: 'calibration/',
        feature_quantize_method: 'KL',
        weight_quantize_method: 'MAX_ABS',
        skip_quant_op_names: ['type:Softmax'],
      },
      configFile: { file: 'config.json', bytes: 312, sha256: hash('c') },
      samplesSha256: hash('d'),
      versions: { mnnquant: '0.1.0', node: '20.19.0', sharp: '0.35.5' },
      device: 'WebAssembly SIMD',
      backend: 'cpu',
      threads: 4,
    },
    summary: {
      convolutions: { int8: weights.length, total: weights.length },
      multiplyAdds: { int8: total, total },
      casts: 2,
      float: [{ reason: 'MNN runs Softmax in float', ops: [{ op: last.op, type: last.type }] }],
      findings: [
        {
          level: 'problem',
          text: `${worst.op} alone costs most: with only this layer in int8 its SNR is ${worst.isolated!.snr!.toFixed(1)} dB, and 2.90 % of its values are clipped.`,
          advice: 'Leave it in float with skip_quant_op_names, or try feature_quantize_method EMA.',
          op: worst.op,
        },
        {
          level: 'warning',
          text: `The weights of ${second.op} differ much from channel to channel: the largest range is 2,300 times the smallest.`,
          advice: 'Quantization-aware training or cross-layer equalization evens them out.',
          op: second.op,
        },
        { level: 'note', text: '24 samples were used; 100 or more give steadier ranges.' },
      ],
      warnings: ['used_image_num: 100 samples asked for, 24 found'],
    },
    outputs: [{ name: 'prob', shape: [1, 1000], error: last.accumulated }],
    layers,
    histograms,
    weights,
    samples: {
      used: 24,
      skipped: [
        { name: 'calibration/notes.txt', reason: 'not an image: no known signature' },
        { name: 'calibration/street_0024.jpg', reason: 'ends after 12,288 of 40,112 bytes' },
      ],
      list: await samplesOf(24),
    },
    timings: [
      { phase: 'read', seconds: 0.21 },
      { phase: 'images', seconds: 1.34 },
      { phase: 'calibrate', seconds: 6.87 },
      { phase: 'measure', seconds: 12.4 },
      { phase: 'write', seconds: 0.08 },
    ],
  };
}
