import { type LayerError, type PixelImage, scalesJson } from '@mnnquant/calibrate';
import type { Graph, TensorBackend } from '@mnnquant/graph';
import { chosenConfig, configFileText } from '../auto/config-file.ts';
import type { BackendOutcome } from '../backend/outcome.ts';
import { checkConfig, type LoadedConfig, parseConfig } from '../config/check.ts';
import type { Config } from '../config/schema.ts';
import { QuantizeError, UsageError } from '../errors.ts';
import { openImageSet } from '../images/image-set.ts';
import { jobOutcome } from '../job/outcome.ts';
import { prepareJob, type Warn } from '../job/prepare.ts';
import { type OnProgress, openSamples, runJob } from '../job/run.ts';
import { hasWeightFile, modelFiles, weightPath } from '../model-files.ts';
import type { QuantizeOutcome } from '../quantize-file.ts';
import { askedFor, sampleWarnings } from '../samples/asked-for.ts';
import { type ImageStore, imageSource } from '../samples/image-samples.ts';
import { compareNames, type SampleSource } from '../samples/opened.ts';
import { type FindWeights, sourceModel } from '../source-model.ts';
import { decodeImageFile } from './decode.ts';

/** An image's file; a page's `File` is one. */
export interface ImageFile {
  readonly name: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface QuantizeBytesOptions {
  /** The float model, `SRC.mnn`. */
  readonly model: Uint8Array;
  /** What lies beside it as `SRC.mnn.weight`, where the model keeps its weights there. */
  readonly weights?: Uint8Array;
  /** The text of a config file, or what it holds. `path` is not looked at and may be missing. */
  readonly config: string | Readonly<Record<string, unknown>>;
  /** In any order: they are used in that of their names, as by the command. */
  readonly images: readonly ImageFile[];
  /** What computes; it is not disposed of. */
  readonly backend: TensorBackend;
  /** Ops without a kernel in the backend are an error that names them, instead of `fallbacks`. */
  readonly strictBackend?: boolean;
  /** Names for messages and the summary; `model.mnn` and `model-int8.mnn` if absent. */
  readonly source?: string;
  readonly target?: string;
  /** Bytes that samples and activations may take while calibrating; 1 GiB if absent. */
  readonly memoryBytes?: number;
  /** Reads images that are neither BMP, TGA nor Netpbm; the browser's own decoder if absent. */
  readonly decode?: (bytes: Uint8Array) => Promise<PixelImage>;
  readonly onProgress?: OnProgress;
  /** Called with each warning as soon as it is known; the outcome has all of them. */
  readonly onWarning?: (message: string) => void;
}

export interface QuantizedBytes {
  /** The content of `DST.mnn`. */
  readonly model: Uint8Array;
  /** The content of `DST.mnn.json`. */
  readonly scales: string;
  /** The content of `DST.mnn.weight`, where the source had its weights in such a file. */
  readonly weights?: Uint8Array;
  /** With `debug`: how far each layer is from the float network, worst first. */
  readonly layers?: readonly LayerError[];
  /** With `AUTO`: the text of a config that makes the same files. */
  readonly config?: string;
  readonly outcome: Omit<QuantizeOutcome, 'debug'>;
}

const DEFAULT_MEMORY_BYTES = 2 ** 30;

/**
 * What the command does between reading and writing files. With the CPU's backend and images that are decoded to the
 * same pixels the bytes are those of the command.
 *
 * @throws {UsageError} where config, model and images do not fit (nothing was computed)
 * @throws {QuantizeError} where there is no readable image, or the model is quantized already
 */
export async function quantize(options: QuantizeBytesOptions): Promise<QuantizedBytes> {
  const started = performance.now();
  const { backend, strictBackend: strict, onProgress, memoryBytes = DEFAULT_MEMORY_BYTES } = options;
  const { source = 'model.mnn', target = 'model-int8.mnn' } = options;
  const warnings: string[] = [];
  const warn: Warn = (messages) => {
    warnings.push(...messages);
    for (const message of messages) options.onWarning?.(message);
  };
  const loaded = configOf(options);
  warn(loaded.warnings);
  const read = sourceModel(options.model, source, weightsOf(options, source));
  const store = storeOf(options);
  const samplesFor = (graph: Graph, config: Config) => samplesOf(graph, config, store);
  const job = await prepareJob(read.model, loaded.config, samplesFor, warn);
  const running = { backend, strict, memoryBytes, onProgress, warn };
  const samples = await openSamples(job, running);
  warn(sampleWarnings(job.config, samples));
  const result = await runJob(job, samples, { ...running, auto: { given: loaded.given } });
  const [model, weights] = modelFiles(result.written, target, hasWeightFile(read));
  return {
    model: model.bytes,
    scales: scalesJson(result.written),
    ...(weights && { weights: weights.bytes }),
    ...(result.measurement && { layers: result.measurement.layers }),
    ...(result.auto && { config: configFileText(chosenConfig(loaded, result.auto)) }),
    outcome: {
      source,
      target,
      sourceBytes: read.bytes,
      targetBytes: model.bytes.length + (weights?.bytes.length ?? 0),
      ...jobOutcome(job, samples, result, backend),
      ...(weights && { weightFile: weights.path }),
      ...(result.auto && { auto: result.auto }),
      backend: backendOutcome(backend),
      fastMath: false,
      warnings,
      seconds: (performance.now() - started) / 1000,
    },
  };
}

/** The backend is the one that was given: there was nothing to choose. */
function backendOutcome({ name, device }: TensorBackend): BackendOutcome {
  const isGpu = name.startsWith('gpu');
  return { name, device, asked: isGpu ? 'gpu' : 'cpu', reproducible: !isGpu };
}

function configOf({ config }: QuantizeBytesOptions): LoadedConfig {
  return typeof config === 'string' ? parseConfig(config, 'config') : checkConfig(config, 'config');
}

function weightsOf({ weights }: QuantizeBytesOptions, source: string): FindWeights {
  let first: string | undefined;
  return (named, wanted) => {
    const path = named ?? weightPath(source);
    if (weights === undefined)
      throw new QuantizeError(`${source} keeps ${wanted} weights in ${path}; give its content as weights`);
    first ??= path;
    if (path !== first)
      throw new QuantizeError(
        `weights: expected a model with one such file, ${source} has ${first} and ${path}`,
      );
    return { path, bytes: weights };
  };
}

function samplesOf(graph: Graph, config: Config, store: ImageStore): SampleSource {
  if (config.input_type !== 'image')
    throw new UsageError(
      'input_type: expected "image"; samples as arrays are read by the command alone, or give calibrate() a SampleSet',
    );
  return imageSource(graph, config, askedFor(config), store);
}

/** @throws {UsageError} where two images have one name, which is how messages tell them apart */
function storeOf({ images, decode }: QuantizeBytesOptions): ImageStore {
  const files = new Map(images.map((file) => [file.name, file]));
  if (files.size < images.length) {
    const names = images.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    throw new UsageError(`images: expected a name for each, "${twice}" is there twice`);
  }
  const names = [...files.keys()].sort(compareNames);
  const hidden = names.filter((name) => name.startsWith('.'));
  return {
    count: names.length,
    open: (preparing) =>
      openImageSet(
        {
          option: 'images',
          place: 'what was given',
          names: names.filter((name) => !name.startsWith('.')),
          skipped: hidden.map((name) => ({ name, reason: 'is hidden (its name begins with a dot)' })),
          read: async (name) => new Uint8Array(await files.get(name)!.arrayBuffer()),
          decode: (bytes, name) => decodeImageFile(bytes, name, decode),
        },
        preparing,
      ),
  };
}
