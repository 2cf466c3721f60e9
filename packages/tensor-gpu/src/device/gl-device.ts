import { type ArrayView, type Extents, GpuArray } from './gpu-array.ts';
import type { Arguments, GpuDevice, GpuMode } from './gpu-device.ts';
import { type GpuJs, type GpuJsInstance, type GpuJsShortcut, LOOP_LIMIT } from './gpu-js.ts';
import { type Parameters, type Program, program, sourceOf } from './program.ts';

const KINDS = { array: 'ArrayTexture(1)', integer: 'Integer', number: 'Float' } as const;

/** Texture units a kernel can read from: the least that WebGL promises. */
const TEXTURE_UNITS = 8;

/** What gpu.js hands back for a result: a texture with one float per texel, in rows of `size[0]`. */
interface Texture {
  readonly texture: WebGLTexture;
  readonly size: ArrayLike<number>;
  delete(): void;
}

/** Values from the host become a texture, and the other way round. */
const COPY = program({ name: 'copy', rank: 1, parameters: { x: 'array' }, body: 'return x[this.thread.x];' });

export interface GlDeviceOptions {
  readonly mode: Exclude<GpuMode, 'webgpu'>;
  /** A context for `headlessgl`; gpu.js makes its own for `webgl2`. */
  readonly context?: unknown;
}

/**
 * Programs as fragment shaders: every array is a texture.
 *
 * @throws where no such context can be had, or it lacks float textures
 */
export async function createGlDevice(js: GpuJs, { mode, context }: GlDeviceOptions): Promise<GpuDevice> {
  const gpu = new js.GPU({ mode, ...(context !== undefined && { context }) });
  const device = new GlDevice(js, gpu, mode);
  await device.start();
  return device;
}

class GlDevice implements GpuDevice {
  readonly mode: Exclude<GpuMode, 'webgpu'>;
  readonly maxArrays = TEXTURE_UNITS;
  readonly wide = false;
  readonly #js: GpuJs;
  readonly #gpu: GpuJsInstance;
  readonly #kernels = new Map<Program, GpuJsShortcut>();
  #upload: GpuJsShortcut | undefined;
  #download: GpuJsShortcut | undefined;
  #gl: WebGLRenderingContext | undefined;
  #sample: Texture | undefined;
  #description = '';
  #maxExtent = 0;
  #usedBytes = 0;
  #isDisposed = false;

  constructor(js: GpuJs, gpu: GpuJsInstance, mode: Exclude<GpuMode, 'webgpu'>) {
    this.#js = js;
    this.#gpu = gpu;
    this.mode = mode;
  }

  get description(): string {
    return this.#description;
  }

  /** Headless GL calls itself ANGLE whatever computes. */
  get isSoftware(): boolean | undefined {
    if (this.mode === 'headlessgl') return undefined;
    return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(this.#description);
  }

  /** The whole of a texture would do; a quarter leaves indices within what shaders compute exactly. */
  get maxArrayBytes(): number {
    return this.#maxExtent ** 2;
  }

  get memoryUse(): { readonly used: number; readonly spare: number } {
    return { used: this.#usedBytes, spare: 0 };
  }

  /** Compiles the ways in and out, which shows whether the mode works at all. */
  async start(): Promise<void> {
    this.#upload = this.#create(COPY, { x: 'Input' }, true);
    const array = await this.upload(new Float32Array(1));
    const { kernel } = this.#upload;
    const expected = this.mode === 'webgl2' ? this.#js.WebGL2Kernel : this.#js.HeadlessGLKernel;
    if (kernel.constructor !== expected)
      throw new Error(`tensor-gpu: asked for ${this.mode}, gpu.js took ${kernel.constructor.name}`);
    this.#gl = kernel.context as WebGLRenderingContext;
    this.#maxExtent = this.#gl.getParameter(this.#gl.MAX_TEXTURE_SIZE);
    this.#description = rendererOf(this.#gl);
    this.#sample = array.storage as Texture;
    this.#download = this.#create(COPY, { x: KINDS.array }, false);
  }

  async upload(data: Float32Array): Promise<GpuArray> {
    this.#checkAlive();
    const upload = this.#upload!;
    upload.kernel.setOutput([data.length]);
    const result = upload(this.#js.input(data, [data.length])) as Texture;
    return this.#array(data.length, result);
  }

  async download(array: GpuArray): Promise<Float32Array> {
    this.#checkAlive();
    const download = this.#download!;
    download.kernel.setOutput([array.count]);
    const data = (await download(this.#handle({ array, extents: [array.count] }))) as Float32Array;
    this.#check('download');
    return data.length === array.count ? data : data.slice(0, array.count);
  }

  async run<P extends Parameters>(
    program: Program<P>,
    args: Arguments<P>,
    output: Extents,
  ): Promise<GpuArray> {
    this.#checkAlive();
    if (program.width !== undefined)
      throw new Error(`tensor-gpu: ${program.name}: this device runs no programs of width ${program.width}`);
    const shortcut = this.#kernels.get(program) ?? this.#translate(program);
    this.#kernels.set(program, shortcut);
    const values = Object.entries(program.parameters).map(([name, kind]) =>
      kind === 'array' ? this.#handle(args[name] as ArrayView) : args[name],
    );
    shortcut.kernel.setOutput(laidOut(output, this.#maxExtent));
    const result = shortcut(...values) as Texture;
    const count = output.reduce<number>((product, extent) => product * extent, 1);
    return this.#array(count, result);
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#gpu.destroy();
    this.#kernels.clear();
    this.#usedBytes = 0;
  }

  #translate(program: Program): GpuJsShortcut {
    const kinds = Object.entries(program.parameters).map(([name, kind]) => [name, KINDS[kind]]);
    return this.#create(program, Object.fromEntries(kinds), true);
  }

  #create(
    definition: Program,
    argumentTypes: Readonly<Record<string, string>>,
    pipeline: boolean,
  ): GpuJsShortcut {
    return this.#gpu.createKernel(sourceOf(definition), {
      output: definition.rank === 1 ? [1] : [1, 1, 1],
      argumentTypes,
      pipeline,
      immutable: pipeline,
      dynamicOutput: true,
      dynamicArguments: true,
      loopMaxIterations: LOOP_LIMIT,
      precision: 'single',
      tactic: 'precision',
      // Reading back without blocking; headless GL has no way to.
      ...(!pipeline && this.mode === 'webgl2' && { asyncMode: true }),
    });
  }

  #array(count: number, texture: Texture): GpuArray {
    const bytes = texture.size[0] * texture.size[1] * 4;
    this.#usedBytes += bytes;
    return new GpuArray(count, texture, () => {
      // Then it went with everything else; its owner may learn of that later.
      if (this.#isDisposed) return;
      this.#usedBytes -= bytes;
      texture.delete();
    });
  }

  /** The texture under other extents; gpu.js tells textures apart by their class, so all get the one of a line. */
  #handle({ array, extents }: ArrayView): unknown {
    const [x, y = 1, z = 1] = extents;
    const prototype = Object.getPrototypeOf(this.#sample);
    return Object.assign(Object.create(prototype), array.storage, {
      output: extents,
      dimensions: [x, y, z],
    });
  }

  #checkAlive(): void {
    if (this.#isDisposed) throw new Error(`tensor-gpu: ${this.mode}: the device was disposed`);
  }

  #check(what: string): void {
    const gl = this.#gl!;
    if (gl.isContextLost()) throw new Error('tensor-gpu: the GL context was lost');
    const code = gl.getError();
    if (code === gl.OUT_OF_MEMORY) throw new Error(`tensor-gpu: ${what}: the GPU is out of memory`);
    if (code !== gl.NO_ERROR) throw new Error(`tensor-gpu: ${what}: GL error ${code}`);
  }
}

/**
 * gpu.js makes the texture of one plane as wide and high as that, even where no texture can be; anything else it lays out
 * in a square. A hair above one plane is cut off where threads are counted.
 */
function laidOut(output: Extents, maxExtent: number): readonly number[] {
  const [x, y = 1, z = 1] = output;
  return z === 1 && y > 1 && Math.max(x, y) > maxExtent ? [x, y, 1 + 2 ** -40] : output;
}

function rendererOf(gl: WebGLRenderingContext): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
}
