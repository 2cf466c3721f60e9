const MOBILENET = 'mobilenet_v2_1.0_224_dequant';
const SQUEEZENET = 'squeezenet_v1.1_imagenet';
const RFB = 'RFB-320';
const IMAGENET = ['imagenet150'];
const CALIBRATION = ['calib_imagenet32'];
const FACES = ['faces_calib', 'faces_test'];
const KL = { feature_quantize_method: 'KL', weight_quantize_method: 'MAX_ABS' };
const EMA = { feature_quantize_method: 'EMA', weight_quantize_method: 'MAX_ABS', batch_size: 8 };
const WEIGHT_ADMM = { feature_quantize_method: 'KL', weight_quantize_method: 'ADMM' };
const FEATURE_ADMM = { feature_quantize_method: 'ADMM', weight_quantize_method: 'MAX_ABS' };

/** Preprocessing of the networks of networks.mjs. */
export const NETWORK_INPUT = {
  format: 'RGB',
  mean: [127.5, 127.5, 127.5],
  normal: [0.0078125, 0.0078125, 0.0078125],
  width: 224,
  height: 224,
};

/**
 * The jobs, with MNN's time ÷ ours that is to be reached. `model` and the folders of `images` (the first `count` by name) are
 * those of `MNNQUANT_TEST_DATA`; a `network` is made by networks.mjs, its images by images.mjs.
 */
export const JOBS = [
  job('mobilenet-kl-100', 'MobileNetV2, KL, 100 images', MOBILENET, IMAGENET, 100, KL, 3),
  job('mobilenet-kl-8', 'MobileNetV2, KL, 8 images', MOBILENET, CALIBRATION, 8, KL, 2),
  job('squeezenet-kl-100', 'SqueezeNet 1.1, KL, 100 images', SQUEEZENET, IMAGENET, 100, KL, 3),
  job('rfb-kl-25', 'RFB-320, KL, 25 images', RFB, FACES, 25, KL, 2),
  job('mobilenet-ema-32', 'MobileNetV2, EMA, 32 images, batch 8', MOBILENET, CALIBRATION, 32, EMA, 4),
  job(
    'mobilenet-weight-admm-8',
    'MobileNetV2, KL, weights ADMM, 8 images',
    MOBILENET,
    CALIBRATION,
    8,
    WEIGHT_ADMM,
    8,
  ),
  job('rfb-admm-4', 'RFB-320, ADMM, 4 images', RFB, FACES, 4, FEATURE_ADMM, 20),
  {
    name: 'resnet50-kl-32',
    title: 'ResNet-50 (made-up weights), KL, 32 images',
    network: 'resnet-50',
    count: 32,
    config: { ...NETWORK_INPUT, ...KL },
    goal: 1.5,
  },
];

function job(name, title, model, images, count, config, goal) {
  return { name, title, model, images, count, config, goal };
}
