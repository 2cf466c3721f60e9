export { PreprocessError } from './preprocess-error.ts';
export {
  channelCount,
  type PixelFormat,
  type PixelImage,
  type RgbaImage,
  type SampleOptions,
  sampleImage,
  withAlpha,
} from './sample-image.ts';
