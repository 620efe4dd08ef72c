// Linked into the binding beside tfjs-node's own sources: kernels for training that TensorFlow has in pieces alone, each of which goes over the map once more.
// Batch norm with what stands at the end of a residual block (the shortcut's sum, ReLU) and its gradient; the sum of two gradients; every n-th cell. They take
// 32-bit floats and, where the processor has them, 16-bit brain floats. Sums are kept in 32 bits over short runs and merged in 64, always in the same order,
// so that bits do not depend on threads. They are registered where the processor has AVX-512 and the compiler knows it; elsewhere TensorFlow's own pieces are
// called.
#include "ownKernels.h"

#ifdef FEWSCOPE_OWN_KERNELS

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace fewscope {

// Defined in narrowKernels.cc, pointwiseKernels.cc, rowKernels.cc, stridedKernels.cc, viewKernels.cc and winogradKernels.cc.
bool RegisterNarrow();
bool RegisterPointwise();
bool RegisterRows();
bool RegisterStrided();
bool RegisterViews();
bool RegisterWinograd();

namespace {

// Channels are looked at 64 at a time, four registers. Fewer channels stand several times in 64 values, and each copy is summed for itself at first.
constexpr int64_t kLanes = 16;
constexpr int64_t kBlock = 64;
constexpr int64_t kVectors = kBlock / kLanes;
// Values of a part: what a core's own cache holds together with what is made of them.
constexpr int64_t kPart = 1 << 14;
// Values from which copying them is shared.
constexpr int64_t kMuch = 1 << 18;

// The four registers of a block, from memory and back.
FEWSCOPE_WIDE inline void LoadBlock(const float *from, __m512 (&to)[kVectors]) {
  FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) to[v] = Load(from + v * kLanes);
}
FEWSCOPE_WIDE inline void StoreBlock(float *to, const __m512 (&from)[kVectors]) {
  FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) Store(to + v * kLanes, from[v]);
}

// A map as rows of `wide` values; channel i % channels has value i.
struct Layout {
  int64_t channels = 0;
  int64_t wide = 0;
  int64_t rows = 0;
  int64_t rowsOfPart = 0;
  int64_t parts = 0;

  int64_t First(int64_t part) const { return part * rowsOfPart; }
  int64_t End(int64_t part) const { return std::min(rows, (part + 1) * rowsOfPart); }
  int64_t Copies() const { return wide / channels; }
};

bool LayOut(int64_t channels, int64_t size, Layout *out) {
  if (channels <= 0 || size <= 0) return false;
  const bool few = kBlock % channels == 0;
  if (!few && channels % kBlock != 0) return false;
  out->channels = channels;
  out->wide = few ? kBlock : channels;
  if (size % out->wide != 0) return false;
  out->rows = size / out->wide;
  out->rowsOfPart = std::max<int64_t>(8, kPart / out->wide);
  out->parts = (out->rows + out->rowsOfPart - 1) / out->rowsOfPart;
  return true;
}

// A value for every channel, so often that a row has one for each of its values.
std::vector<float> Spread(const Layout &layout, const std::function<float(int64_t)> &of) {
  std::vector<float> out(layout.wide);
  for (int64_t i = 0; i < layout.wide; i++) out[i] = of(i % layout.channels);
  return out;
}

// Of one part and every column: the sum of what is above the part's first row, and of its squares.
template <typename X>
FEWSCOPE_WIDE void SumPart(const X *x, const Layout &layout, int64_t part, float *shift, float *sums, float *squares) {
  const int64_t first = layout.First(part);
  const int64_t end = layout.End(part);
  for (int64_t at = 0; at < layout.wide; at += kBlock) {
    __m512 base[kVectors];
    __m512 sum[kVectors];
    __m512 square[kVectors];
    FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) {
      base[v] = Load(x + first * layout.wide + at + v * kLanes);
      sum[v] = _mm512_setzero_ps();
      square[v] = _mm512_setzero_ps();
    }
    for (int64_t row = first; row < end; row++) {
      const X *from = x + row * layout.wide + at;
      FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) {
        const __m512 above = _mm512_sub_ps(Load(from + v * kLanes), base[v]);
        sum[v] = _mm512_add_ps(sum[v], above);
        square[v] = _mm512_fmadd_ps(above, above, square[v]);
      }
    }
    StoreBlock(shift + at, base);
    StoreBlock(sums + at, sum);
    StoreBlock(squares + at, square);
  }
}

// Mean and squared distance from it of some values, to which those of others come.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;

  void Take(double otherCount, double otherMean, double otherSquares) {
    const double all = count + otherCount;
    const double apart = otherMean - mean;
    squares += otherSquares + apart * apart * count * otherCount / all;
    mean += apart * otherCount / all;
    count = all;
  }
};

template <typename X>
std::vector<Moments> MomentsOf(const X *x, const Layout &layout) {
  const int64_t wide = layout.wide;
  std::vector<float> found(layout.parts * 3 * wide);
  TheHelpers().Run(layout.parts, [&](int64_t part) {
    float *to = &found[part * 3 * wide];
    SumPart(x, layout, part, to, to + wide, to + 2 * wide);
  });
  std::vector<Moments> moments(layout.channels);
  for (int64_t part = 0; part < layout.parts; part++) {
    const float *from = &found[part * 3 * wide];
    const double count = static_cast<double>(layout.End(part) - layout.First(part));
    for (int64_t i = 0; i < wide; i++) {
      const double above = from[wide + i] / count;
      const double squares = std::max(0.0, from[2 * wide + i] - count * above * above);
      moments[i % layout.channels].Take(count, from[i] + above, squares);
    }
  }
  return moments;
}

// What each channel's values go through, once for each value of a row.
struct Words {
  Words(const Layout &layout, const float *scale, const float *offset, const float *mean, const float *rate)
      : mean(Spread(layout, [=](int64_t i) { return mean[i]; })),
        factor(Spread(layout, [=](int64_t i) { return scale[i] * rate[i]; })),
        offset(Spread(layout, [=](int64_t i) { return offset[i]; })) {}
  std::vector<float> mean;
  std::vector<float> factor;
  std::vector<float> offset;
};

// y = (x - mean) factor + offset, with what a shortcut brings, and negative values as 0. In this order a channel of equal values gives its offset exactly.
template <typename X, typename S, typename Y, bool kSide, bool kRelu>
FEWSCOPE_WIDE void ApplyPart(const X *x, const S *side, Y *y, const Layout &layout, int64_t part, const Words &words) {
  const __m512 zero = _mm512_setzero_ps();
  const int64_t first = layout.First(part);
  const int64_t end = layout.End(part);
  for (int64_t at = 0; at < layout.wide; at += kBlock) {
    __m512 mean[kVectors];
    __m512 factor[kVectors];
    __m512 offset[kVectors];
    LoadBlock(&words.mean[at], mean);
    LoadBlock(&words.factor[at], factor);
    LoadBlock(&words.offset[at], offset);
    for (int64_t row = first; row < end; row++) {
      const int64_t from = row * layout.wide + at;
      FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) {
        __m512 value = _mm512_fmadd_ps(_mm512_sub_ps(Load(x + from + v * kLanes), mean[v]), factor[v], offset[v]);
        if (kSide) value = _mm512_add_ps(value, Load(side + from + v * kLanes));
        // In this order what is no number stays none.
        if (kRelu) value = _mm512_max_ps(zero, value);
        Store(y + from + v * kLanes, value);
      }
    }
  }
}

// The gradient above one part where ReLU let it through, and of every column its sum and that of its product with x - mean. With a shortcut ReLU is looked up
// in y and the gradient is the shortcut's as well; without one it is computed again as it was.
template <typename X, typename S, typename Y, bool kSide, bool kRelu>
FEWSCOPE_WIDE void SumGradients(const Y *dy, const Y *y, const X *x, S *dside, const Layout &layout, int64_t part, const Words &words, float *sums,
                                float *products) {
  const __m512 zero = _mm512_setzero_ps();
  const int64_t first = layout.First(part);
  const int64_t end = layout.End(part);
  for (int64_t at = 0; at < layout.wide; at += kBlock) {
    __m512 mean[kVectors];
    __m512 factor[kVectors];
    __m512 offset[kVectors];
    __m512 sum[kVectors];
    __m512 product[kVectors];
    LoadBlock(&words.mean[at], mean);
    LoadBlock(&words.factor[at], factor);
    LoadBlock(&words.offset[at], offset);
    FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) sum[v] = product[v] = zero;
    for (int64_t row = first; row < end; row++) {
      const int64_t from = row * layout.wide + at;
      FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) {
        const int64_t i = from + v * kLanes;
        __m512 above = Load(dy + i);
        const __m512 value = _mm512_sub_ps(Load(x + i), mean[v]);
        if (kRelu) {
          const __m512 made = kSide ? Load(y + i) : _mm512_fmadd_ps(value, factor[v], offset[v]);
          above = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(made, zero, _CMP_GT_OQ), above);
        }
        if (kSide) {
          Store(dside + i, above);
          // Its sums are of what is read afterwards.
          above = Load(dside + i);
        }
        sum[v] = _mm512_add_ps(sum[v], above);
        product[v] = _mm512_fmadd_ps(above, value, product[v]);
      }
    }
    StoreBlock(sums + at, sum);
    StoreBlock(products + at, product);
  }
}

// dx = factor d + slope (x - mean) + level, with d as above.
template <typename X, typename S, typename Y, bool kSide, bool kRelu>
FEWSCOPE_WIDE void GradientPart(const Y *dy, const X *x, const S *dside, X *dx, const Layout &layout, int64_t part, const Words &words, const float *slope,
                                const float *level) {
  const __m512 zero = _mm512_setzero_ps();
  const int64_t first = layout.First(part);
  const int64_t end = layout.End(part);
  for (int64_t at = 0; at < layout.wide; at += kBlock) {
    __m512 mean[kVectors];
    __m512 factor[kVectors];
    __m512 offset[kVectors];
    __m512 slopes[kVectors];
    __m512 levels[kVectors];
    LoadBlock(&words.mean[at], mean);
    LoadBlock(&words.factor[at], factor);
    LoadBlock(&words.offset[at], offset);
    LoadBlock(slope + at, slopes);
    LoadBlock(level + at, levels);
    for (int64_t row = first; row < end; row++) {
      const int64_t from = row * layout.wide + at;
      FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) {
        const int64_t i = from + v * kLanes;
        const __m512 value = _mm512_sub_ps(Load(x + i), mean[v]);
        __m512 above;
        if (kSide) {
          above = Load(dside + i);
        } else {
          above = Load(dy + i);
          if (kRelu) {
            const __m512 made = _mm512_fmadd_ps(value, factor[v], offset[v]);
            above = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(made, zero, _CMP_GT_OQ), above);
          }
        }
        const __m512 rest = _mm512_fmadd_ps(value, slopes[v], levels[v]);
        Store(dx + i, _mm512_fmadd_ps(above, factor[v], rest));
      }
    }
  }
}

template <typename A, typename B, typename Y>
FEWSCOPE_WIDE void AddVector(const A *a, const B *b, Y *y, bool relu) {
  const __m512 sum = _mm512_add_ps(Load(a), Load(b));
  Store(y, relu ? _mm512_max_ps(_mm512_setzero_ps(), sum) : sum);
}

template <typename A, typename B, typename Y>
FEWSCOPE_WIDE void AddPart(const A *a, const B *b, Y *y, int64_t first, int64_t end, bool relu) {
  int64_t i = first;
  for (; i + kLanes <= end; i += kLanes) AddVector(a + i, b + i, y + i, relu);
  if (i == end) return;
  A lastA[kLanes] = {};
  B lastB[kLanes] = {};
  Y lastY[kLanes];
  std::copy(a + i, a + end, lastA);
  std::copy(b + i, b + end, lastB);
  AddVector(lastA, lastB, lastY, relu);
  std::copy(lastY, lastY + (end - i), y + i);
}

// What a batch norm is given, and the map that it makes.
struct NormCall {
  NormCall(Call *call, const Settings &settings) : settings(settings), x(call->Input(0)) {
    if (x == nullptr || !IsMap(x)) {
      call->Fail("a map was expected");
      return;
    }
    const std::vector<int64_t> shape = ShapeOf(x);
    if (!LayOut(shape[3], TF_TensorElementCount(x), &layout)) call->Fail("channels that divide 64, or are a multiple of it, were expected");
    scale = call->ChannelInput(1, layout.channels);
    offset = call->ChannelInput(2, layout.channels);
    mean = call->ChannelInput(3, layout.channels);
    variance = call->ChannelInput(4, layout.channels);
    side = settings.side ? call->Input(5) : nullptr;
    if (side != nullptr && (!IsMap(side) || ShapeOf(side) != shape)) call->Fail("two maps of one shape were expected");
    y = call->Output(0, settings.made, shape);
  }

  void Apply(const Words &words) const {
    WithValues(x, [&](auto *from) {
      WithValues(settings.side ? side : x, [&](auto *beside) {
        WithValues(y, [&](auto *to) {
          WithFlag(settings.side, [&](auto hasSide) {
            WithFlag(settings.relu, [&](auto hasRelu) {
              TheHelpers().Run(layout.parts, [&](int64_t part) {
                using X = std::remove_pointer_t<decltype(from)>;
                using S = std::remove_pointer_t<decltype(beside)>;
                using Y = std::remove_pointer_t<decltype(to)>;
                ApplyPart<X, S, Y, decltype(hasSide)::value, decltype(hasRelu)::value>(from, beside, to, layout, part, words);
              });
            });
          });
        });
      });
    });
  }

  const Settings &settings;
  TF_Tensor *x = nullptr, *side = nullptr, *y = nullptr;
  Layout layout;
  const float *scale = nullptr, *offset = nullptr, *mean = nullptr, *variance = nullptr;
};

// x, scale, offset, running mean and variance, and what a shortcut brings -> y, new running mean and variance, mean, and 1 / standard deviation
void Norm(void *state, TF_OpKernelContext *context) {
  const Settings &settings = *static_cast<Settings *>(state);
  Call call(context);
  NormCall norm(&call, settings);
  const int64_t channels = norm.layout.channels;
  float *out[4];
  for (int i = 0; i < 4; i++) out[i] = call.ChannelOutput(1 + i, channels);
  if (!call.ok()) return;
  std::vector<Moments> moments;
  WithValues(norm.x, [&](auto *values) { moments = MomentsOf(values, norm.layout); });
  for (int64_t i = 0; i < channels; i++) {
    const double count = moments[i].count;
    const double variance = moments[i].squares / count;
    const double unbiased = count > 1 ? moments[i].squares / (count - 1) : variance;
    out[0][i] = static_cast<float>((1 - settings.momentum) * norm.mean[i] + settings.momentum * moments[i].mean);
    out[1][i] = static_cast<float>((1 - settings.momentum) * norm.variance[i] + settings.momentum * unbiased);
    out[2][i] = static_cast<float>(moments[i].mean);
    out[3][i] = static_cast<float>(1 / std::sqrt(variance + settings.epsilon));
  }
  norm.Apply(Words(norm.layout, norm.scale, norm.offset, out[2], out[3]));
}

// x, scale, offset, mean, variance, and what a shortcut brings -> y
void FixedNorm(void *state, TF_OpKernelContext *context) {
  const Settings &settings = *static_cast<Settings *>(state);
  Call call(context);
  NormCall norm(&call, settings);
  if (!call.ok()) return;
  const int64_t channels = norm.layout.channels;
  std::vector<float> rate(channels);
  for (int64_t i = 0; i < channels; i++) rate[i] = static_cast<float>(1 / std::sqrt(static_cast<double>(norm.variance[i]) + settings.epsilon));
  norm.Apply(Words(norm.layout, norm.scale, norm.offset, norm.mean, rate.data()));
}

// dy, x, scale, offset, mean, 1 / standard deviation, and y where a shortcut came in -> dx, gradients of scale and offset, and that of the shortcut
void NormGradient(void *state, TF_OpKernelContext *context) {
  const Settings &settings = *static_cast<Settings *>(state);
  Call call(context);
  TF_Tensor *dy = call.Input(0);
  TF_Tensor *x = call.Input(1);
  if (!call.ok() || !IsMap(dy) || !IsMap(x) || ShapeOf(dy) != ShapeOf(x)) return call.Fail("two maps of one shape were expected");
  const std::vector<int64_t> shape = ShapeOf(x);
  Layout layout;
  if (!LayOut(shape[3], TF_TensorElementCount(x), &layout)) return call.Fail("channels that divide 64, or are a multiple of it, were expected");
  const int64_t channels = layout.channels;
  const int64_t wide = layout.wide;
  const float *given[4];
  for (int i = 0; i < 4; i++) given[i] = call.ChannelInput(2 + i, channels);
  TF_Tensor *y = settings.side ? call.Input(6) : nullptr;
  if (settings.side && call.ok() && (TF_TensorType(y) != TF_TensorType(dy) || ShapeOf(y) != shape)) call.Fail("a map as its gradient was expected");
  TF_Tensor *dx = call.Output(0, TF_TensorType(x), shape);
  float *out[2];
  for (int i = 0; i < 2; i++) out[i] = call.ChannelOutput(1 + i, channels);
  TF_Tensor *dside = settings.side ? call.Output(3, settings.sideType, shape) : nullptr;
  if (!call.ok()) return;
  const float *scale = given[0], *offset = given[1], *mean = given[2], *rate = given[3];
  const Words words(layout, scale, offset, mean, rate);
  std::vector<float> found(layout.parts * 2 * wide);
  WithValues(x, [&](auto *values) {
    WithValues(dy, [&](auto *above) {
      WithValues(settings.side ? dside : dy, [&](auto *beside) {
        WithFlag(settings.side, [&](auto hasSide) {
          WithFlag(settings.relu, [&](auto hasRelu) {
            using X = std::remove_pointer_t<decltype(values)>;
            using S = std::remove_pointer_t<decltype(beside)>;
            using Y = std::remove_pointer_t<decltype(above)>;
            constexpr bool kSide = decltype(hasSide)::value;
            constexpr bool kRelu = decltype(hasRelu)::value;
            const Y *made = settings.side ? static_cast<const Y *>(TF_TensorData(y)) : nullptr;
            TheHelpers().Run(layout.parts, [&](int64_t part) {
              float *to = &found[part * 2 * wide];
              SumGradients<X, S, Y, kSide, kRelu>(above, made, values, beside, layout, part, words, to, to + wide);
            });
            std::vector<double> sums(channels), products(channels);
            for (int64_t part = 0; part < layout.parts; part++) {
              const float *from = &found[part * 2 * wide];
              for (int64_t i = 0; i < wide; i++) {
                sums[i % channels] += from[i];
                products[i % channels] += from[wide + i];
              }
            }
            const double count = static_cast<double>(layout.rows * layout.Copies());
            for (int64_t i = 0; i < channels; i++) {
              out[0][i] = static_cast<float>(products[i] * rate[i]);
              out[1][i] = static_cast<float>(sums[i]);
            }
            const std::vector<float> slope =
                Spread(layout, [&](int64_t i) { return static_cast<float>(-products[i] / count * rate[i] * rate[i] * words.factor[i]); });
            const std::vector<float> level = Spread(layout, [&](int64_t i) { return static_cast<float>(-sums[i] / count * words.factor[i]); });
            X *to = static_cast<X *>(TF_TensorData(dx));
            TheHelpers().Run(layout.parts, [&](int64_t part) {
              GradientPart<X, S, Y, kSide, kRelu>(above, values, beside, to, layout, part, words, slope.data(), level.data());
            });
          });
        });
      });
    });
  });
}

// Parts of so many values, by as many threads as there are.
template <typename Part>
void RunParts(int64_t size, const Part &part) {
  TheHelpers().Run((size + kPart - 1) / kPart, [&](int64_t at) { part(at * kPart, std::min(size, (at + 1) * kPart)); });
}

// a + b, and negative values as 0 where that is asked, of a's type
void Add(void *state, TF_OpKernelContext *context) {
  const bool relu = static_cast<Settings *>(state)->relu;
  Call call(context);
  TF_Tensor *a = call.Input(0);
  TF_Tensor *b = call.Input(1);
  if (!call.ok() || !IsMap(a) || !IsMap(b) || ShapeOf(a) != ShapeOf(b)) return call.Fail("two maps of one shape were expected");
  TF_Tensor *y = call.Output(0, TF_TensorType(a), ShapeOf(a));
  if (!call.ok()) return;
  const int64_t size = TF_TensorElementCount(a);
  WithValues(a, [&](auto *one) {
    WithValues(b, [&](auto *other) {
      auto *to = static_cast<decltype(one)>(TF_TensorData(y));
      RunParts(size, [&](int64_t from, int64_t end) { AddPart(one, other, to, from, end, relu); });
    });
  });
}

// Every so many cells in both directions, from the first on.
void EveryNth(void *state, TF_OpKernelContext *context) {
  const int64_t stride = static_cast<Settings *>(state)->stride;
  Call call(context);
  TF_Tensor *x = call.Input(0);
  if (!call.ok() || !IsMap(x) || stride < 1) return call.Fail("a map was expected");
  const std::vector<int64_t> shape = ShapeOf(x);
  const int64_t h = (shape[1] + stride - 1) / stride, w = (shape[2] + stride - 1) / stride;
  TF_Tensor *y = call.Output(0, TF_TensorType(x), {shape[0], h, w, shape[3]});
  if (!call.ok()) return;
  const int64_t bytes = shape[3] * TF_DataTypeSize(TF_TensorType(x));
  const char *from = static_cast<const char *>(TF_TensorData(x));
  char *to = static_cast<char *>(TF_TensorData(y));
  TheHelpers().Run(shape[0], [&](int64_t image) {
    for (int64_t i = 0; i < h; i++)
      for (int64_t j = 0; j < w; j++)
        std::memcpy(to + ((image * h + i) * w + j) * bytes, from + ((image * shape[1] + i * stride) * shape[2] + j * stride) * bytes, bytes);
  });
}

// The gradient of that: 0 where nothing was taken. dy, x's shape -> dx
void EveryNthGradient(void *state, TF_OpKernelContext *context) {
  const int64_t stride = static_cast<Settings *>(state)->stride;
  Call call(context);
  TF_Tensor *dy = call.Input(0);
  TF_Tensor *size = call.Input(1);
  const std::vector<int64_t> shape = call.ok() ? LengthsOf(size, 4) : std::vector<int64_t>();
  if (shape.empty() || !IsMap(dy) || stride < 1) return call.Fail("a map and a shape were expected");
  const int64_t h = TF_Dim(dy, 1), w = TF_Dim(dy, 2);
  if (shape[0] != TF_Dim(dy, 0) || shape[3] != TF_Dim(dy, 3) || (shape[1] + stride - 1) / stride != h || (shape[2] + stride - 1) / stride != w)
    return call.Fail("the shape that every so many cells were taken of was expected");
  TF_Tensor *dx = call.Output(0, TF_TensorType(dy), shape);
  if (!call.ok()) return;
  const int64_t bytes = shape[3] * TF_DataTypeSize(TF_TensorType(dy));
  const char *from = static_cast<const char *>(TF_TensorData(dy));
  char *to = static_cast<char *>(TF_TensorData(dx));
  const int64_t image = shape[1] * shape[2] * bytes;
  TheHelpers().Run(shape[0], [&](int64_t at) {
    std::memset(to + at * image, 0, image);
    for (int64_t i = 0; i < h; i++)
      for (int64_t j = 0; j < w; j++)
        std::memcpy(to + at * image + (i * stride * shape[2] + j * stride) * bytes, from + ((at * h + i) * w + j) * bytes, bytes);
  });
}

// Cells that are summed beside each other where there are few channels, so that registers are full.
constexpr int64_t kBeside = 16;

FEWSCOPE_WIDE void AverageOf(const float *x, int64_t cells, int64_t channels, float *to) {
  if (channels < kBeside) {
    float sums[kBeside * kBeside] = {};
    const int64_t size = cells * channels, across = kBeside * channels;
    for (int64_t from = 0; from < size; from += across)
      for (int64_t i = 0; i < std::min(across, size - from); i++) sums[i] += x[from + i];
    for (int64_t i = channels; i < across; i++) sums[i % channels] += sums[i];
    for (int64_t c = 0; c < channels; c++) to[c] = sums[c] / cells;
    return;
  }
  std::memcpy(to, x, channels * sizeof(float));
  for (int64_t cell = 1; cell < cells; cell++)
    for (int64_t c = 0; c < channels; c++) to[c] += x[cell * channels + c];
  for (int64_t c = 0; c < channels; c++) to[c] /= cells;
}

// The mean of each channel over the whole map. [b,h,w,c] -> [b,c]
void Average(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  if (!call.ok() || TF_NumDims(x) != 4 || TF_TensorType(x) != TF_FLOAT || TF_TensorElementCount(x) == 0) return call.Fail("a map of 32-bit floats was expected");
  const int64_t cells = TF_Dim(x, 1) * TF_Dim(x, 2), channels = TF_Dim(x, 3);
  TF_Tensor *y = call.Output(0, TF_FLOAT, {TF_Dim(x, 0), channels});
  if (!call.ok()) return;
  const float *from = static_cast<const float *>(TF_TensorData(x));
  float *to = static_cast<float *>(TF_TensorData(y));
  TheHelpers().Run(TF_Dim(x, 0), [&](int64_t image) { AverageOf(from + image * cells * channels, cells, channels, to + image * channels); });
}

FEWSCOPE_WIDE void SpreadOver(const float *dy, int64_t cells, int64_t channels, float *to) {
  for (int64_t c = 0; c < channels; c++) to[c] = dy[c] / cells;
  for (int64_t cell = 1; cell < cells; cell++) std::memcpy(to + cell * channels, to, channels * sizeof(float));
}

// Its gradient: the same for every cell. dy, x's shape -> dx
void AverageGradient(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *dy = call.Input(0);
  TF_Tensor *size = call.Input(1);
  const std::vector<int64_t> shape = call.ok() ? LengthsOf(size, 4) : std::vector<int64_t>();
  if (shape.empty() || TF_NumDims(dy) != 2 || TF_TensorType(dy) != TF_FLOAT) return call.Fail("32-bit floats for each channel and a shape were expected");
  if (shape[0] != TF_Dim(dy, 0) || shape[3] != TF_Dim(dy, 1) || shape[1] < 1 || shape[2] < 1) return call.Fail("the shape of the map that means were taken of was expected");
  TF_Tensor *dx = call.Output(0, TF_FLOAT, shape);
  if (!call.ok()) return;
  const int64_t cells = shape[1] * shape[2], channels = shape[3];
  const float *from = static_cast<const float *>(TF_TensorData(dy));
  float *to = static_cast<float *>(TF_TensorData(dx));
  TheHelpers().Run(shape[0], [&](int64_t image) { SpreadOver(from + image * channels, cells, channels, to + image * cells * channels); });
}

// Pieces of memory that are copied: one after the other where there is little to do.
struct Piece {
  const float *from;
  float *to;
  int64_t size;
};

void CopyAll(const std::vector<Piece> &pieces, int64_t size) {
  const auto copy = [&](int64_t at) { std::memcpy(pieces[at].to, pieces[at].from, pieces[at].size * sizeof(float)); };
  const int64_t count = static_cast<int64_t>(pieces.size());
  if (size >= kMuch) return TheHelpers().Run(count, copy);
  for (int64_t at = 0; at < count; at++) copy(at);
}

// Tensors of any shapes -> their values one after the other
void Join(void *state, TF_OpKernelContext *context) {
  Call call(context);
  std::vector<Piece> pieces;
  int64_t size = 0;
  for (int i = 0; i < static_cast<Settings *>(state)->count; i++) {
    TF_Tensor *part = call.Input(i);
    if (!call.ok() || TF_TensorType(part) != TF_FLOAT) return call.Fail("32-bit floats were expected");
    pieces.push_back({static_cast<const float *>(TF_TensorData(part)), nullptr, TF_TensorElementCount(part)});
    size += pieces.back().size;
  }
  TF_Tensor *joined = call.Output(0, TF_FLOAT, {size});
  if (!call.ok()) return;
  float *to = static_cast<float *>(TF_TensorData(joined));
  for (Piece &piece : pieces) {
    piece.to = to;
    to += piece.size;
  }
  CopyAll(pieces, size);
}

// Values one after the other, and tensors of the shapes that their parts get -> these parts
void Part(void *state, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *joined = call.Input(0);
  if (!call.ok() || TF_TensorType(joined) != TF_FLOAT) return call.Fail("32-bit floats were expected");
  const float *from = static_cast<const float *>(TF_TensorData(joined));
  const int64_t size = TF_TensorElementCount(joined);
  std::vector<Piece> pieces;
  int64_t taken = 0;
  for (int i = 0; i < static_cast<Settings *>(state)->count; i++) {
    TF_Tensor *like = call.Input(1 + i);
    if (!call.ok()) return;
    const int64_t values = TF_TensorElementCount(like);
    if (taken + values > size) return call.Fail("as many values as the parts have were expected");
    TF_Tensor *part = call.Output(i, TF_FLOAT, ShapeOf(like));
    if (!call.ok()) return;
    pieces.push_back({from + taken, static_cast<float *>(TF_TensorData(part)), values});
    taken += values;
  }
  if (taken != size) return call.Fail("as many values as the parts have were expected");
  CopyAll(pieces, size);
}

// Numbers, each operation rounded by itself, as when TensorFlow does one after the other: products and sums that follow each other are not made one.
constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
struct Rounded {
  __m512 values;
};
FEWSCOPE_WIDE inline Rounded operator+(Rounded a, Rounded b) { return {_mm512_add_round_ps(a.values, b.values, kNearest)}; }
FEWSCOPE_WIDE inline Rounded operator-(Rounded a, Rounded b) { return {_mm512_sub_round_ps(a.values, b.values, kNearest)}; }
FEWSCOPE_WIDE inline Rounded operator*(Rounded a, Rounded b) { return {_mm512_mul_round_ps(a.values, b.values, kNearest)}; }
FEWSCOPE_WIDE inline Rounded operator/(Rounded a, Rounded b) { return {_mm512_div_round_ps(a.values, b.values, kNearest)}; }
FEWSCOPE_WIDE inline Rounded All(float value) { return {_mm512_set1_ps(value)}; }

// The vectors and numbers that an update takes, and the vectors that it makes; beside them one variable's gradient, and its values, which are the first vector's.
struct Update {
  const float *in[4];
  const float *gradient;
  float number[3];
  float *out[3];
  float *values;
};

// Works on so many values, sixteen at a time.
template <typename Move>
FEWSCOPE_WIDE inline void UpdatePart(const Update &update, int ins, int outs, int64_t size, const Move &move) {
  for (int64_t at = 0; at < size; at += 16) {
    const __mmask16 here = First(size - at);
    Rounded in[4], out[3];
    for (int i = 0; i < ins; i++) in[i].values = _mm512_maskz_loadu_ps(here, update.in[i] + at);
    move(in, Rounded{_mm512_maskz_loadu_ps(here, update.gradient + at)}, out);
    for (int i = 0; i < outs; i++) _mm512_mask_storeu_ps(update.out[i] + at, here, out[i].values);
    _mm512_mask_storeu_ps(update.values + at, here, out[0].values);
  }
}

// Takes the call's vectors of one size, and numbers; makes vectors. False where the call has failed.
bool TakeUpdate(Call *call, int ins, int numbers, int outs, Update *update, int64_t *size) {
  for (int i = 0; i < ins; i++) {
    TF_Tensor *tensor = call->Input(i);
    if (tensor == nullptr) return false;
    if (i == 0) *size = TF_TensorElementCount(tensor);
    if (TF_TensorType(tensor) != TF_FLOAT || TF_TensorElementCount(tensor) != *size) call->Fail("vectors of one size were expected");
    update->in[i] = static_cast<const float *>(TF_TensorData(tensor));
  }
  for (int i = 0; i < numbers; i++) {
    const float *number = call->ChannelInput(ins + i, 1);
    if (!call->ok()) return false;
    update->number[i] = *number;
  }
  for (int i = 0; i < outs; i++) {
    TF_Tensor *tensor = call->Output(i, TF_FLOAT, {*size});
    if (tensor == nullptr) return false;
    update->out[i] = static_cast<float *>(TF_TensorData(tensor));
  }
  return call->ok();
}

// Takes so many gradients, and makes values of their shapes, from these inputs and outputs on; as many values together as the vectors have. False where the call has failed.
bool TakeGradients(Call *call, int count, int input, int output, int64_t size, std::vector<Piece> *pieces) {
  int64_t taken = 0;
  for (int i = 0; i < count; i++) {
    TF_Tensor *given = call->Input(input + i);
    if (!call->ok() || TF_TensorType(given) != TF_FLOAT) call->Fail("32-bit floats were expected");
    TF_Tensor *made = call->ok() ? call->Output(output + i, TF_FLOAT, ShapeOf(given)) : nullptr;
    if (made == nullptr) return false;
    pieces->push_back({static_cast<const float *>(TF_TensorData(given)), static_cast<float *>(TF_TensorData(made)), TF_TensorElementCount(given)});
    taken += pieces->back().size;
  }
  if (taken != size) call->Fail("gradients of as many values as the vectors have were expected");
  return call->ok();
}

// An update of a kernel's settings that takes so many vectors and numbers and makes so many vectors.
void RunUpdate(void *state, TF_OpKernelContext *context, int ins, int numbers, int outs, void (*part)(const Update &, const Settings &, int64_t)) {
  Call call(context);
  const Settings &settings = *static_cast<Settings *>(state);
  Update update;
  std::vector<Piece> pieces;
  int64_t size = 0;
  if (!TakeUpdate(&call, ins, numbers, outs, &update, &size) || !TakeGradients(&call, settings.count, ins + numbers, outs, size, &pieces)) return;
  std::vector<int64_t> ends;
  for (const Piece &piece : pieces) ends.push_back((ends.empty() ? 0 : ends.back()) + piece.size);
  RunParts(size, [&](int64_t from, int64_t end) {
    size_t n = std::upper_bound(ends.begin(), ends.end(), from) - ends.begin();
    for (int64_t at = from; at < end; at = std::min(end, ends[n++])) {
      const int64_t within = at - (ends[n] - pieces[n].size);
      Update here = update;
      for (int i = 0; i < ins; i++) here.in[i] += at;
      for (int i = 0; i < outs; i++) here.out[i] += at;
      here.gradient = pieces[n].from + within;
      here.values = pieces[n].to + within;
      part(here, settings, std::min(end, ends[n]) - at);
    }
  });
}

FEWSCOPE_WIDE void AdamWPart(const Update &update, const Settings &settings, int64_t size) {
  const Rounded beta1 = All(settings.beta1), beta2 = All(settings.beta2), share1 = All(settings.share1), share2 = All(settings.share2);
  const Rounded epsilon = All(settings.epsilon), rate = All(update.number[0]), meanRate = All(update.number[1]), squareShare = All(update.number[2]);
  UpdatePart(update, 4, 3, size, [&](const Rounded *in, Rounded g, Rounded *out) FEWSCOPE_WIDE {
    const Rounded w = in[0];
    out[1] = in[1] * beta1 + g * share1;
    out[2] = in[2] * beta2 + g * g * share2;
    const Rounded divisor = Rounded{_mm512_sqrt_round_ps((out[2] / squareShare).values, kNearest)} + epsilon;
    out[0] = w - w * (in[3] * rate) - out[1] * meanRate / divisor;
  });
}

// w, mean, square, decay, rate, mean_rate, square_share, gradients -> new w, mean and square, of Adam with weight decay beside the gradient, and w in pieces
void AdamW(void *state, TF_OpKernelContext *context) { RunUpdate(state, context, 4, 3, 3, AdamWPart); }

FEWSCOPE_WIDE void MomentumPart(const Update &update, const Settings &settings, int64_t size) {
  const Rounded momentum = All(settings.momentum), rate = All(update.number[0]);
  const bool ahead = settings.ahead != 0;
  UpdatePart(update, 3, 2, size, [&](const Rounded *in, Rounded gradient, Rounded *out) FEWSCOPE_WIDE {
    const Rounded w = in[0];
    const Rounded g = gradient + w * in[2];
    out[1] = in[1] * momentum + g;
    out[0] = w - (ahead ? out[1] * momentum + g : out[1]) * rate;
  });
}

// w, velocity, decay, rate, gradients -> new w and velocity, of gradient descent with momentum, which may look one move ahead, and w in pieces
void Momentum(void *state, TF_OpKernelContext *context) { RunUpdate(state, context, 3, 1, 2, MomentumPart); }

void *ReadAdamW(TF_OpKernelConstruction *construction) { return Read(construction, " beta1 beta2 share1 share2 epsilon N "); }
void *ReadMomentum(TF_OpKernelConstruction *construction) { return Read(construction, " momentum ahead N "); }
void *ReadNorm(TF_OpKernelConstruction *construction) { return Read(construction, " epsilon momentum relu N U S "); }
void *ReadFixed(TF_OpKernelConstruction *construction) { return Read(construction, " epsilon relu N U S "); }
void *ReadGradient(TF_OpKernelConstruction *construction) { return Read(construction, " relu N S "); }
void *ReadStride(TF_OpKernelConstruction *construction) { return Read(construction, " stride "); }
void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }
void *ReadCount(TF_OpKernelConstruction *construction) { return Read(construction, " N "); }
void *ReadSum(TF_OpKernelConstruction *construction) { return Read(construction, " relu "); }

bool RegisterAll() {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("fma"))
    return false;
  const char *floats = "{float, bfloat16}";
  const std::string t = std::string("T: ") + floats, s = std::string("S: ") + floats, u = std::string("U: ") + floats;
  const Kernel kernels[] = {
      {"FewscopeNorm", {t.c_str(), s.c_str(), u.c_str(), "N: int >= 0", "relu: bool", "epsilon: float", "momentum: float"},
       {"x: T", "scale: float", "offset: float", "mean: float", "variance: float", "side: N * S"},
       {"y: U", "new_mean: float", "new_variance: float", "batch_mean: float", "batch_rate: float"}, ReadNorm, Norm},
      {"FewscopeFixedNorm", {t.c_str(), s.c_str(), u.c_str(), "N: int >= 0", "relu: bool", "epsilon: float"},
       {"x: T", "scale: float", "offset: float", "mean: float", "variance: float", "side: N * S"}, {"y: U"}, ReadFixed, FixedNorm},
      {"FewscopeNormGradient", {t.c_str(), s.c_str(), u.c_str(), "N: int >= 0", "relu: bool"},
       {"dy: U", "x: T", "scale: float", "offset: float", "mean: float", "rate: float", "y: N * U"},
       {"dx: T", "dscale: float", "doffset: float", "dside: N * S"}, ReadGradient, NormGradient},
      {"FewscopeAdd", {t.c_str(), u.c_str(), "relu: bool"}, {"a: T", "b: U"}, {"y: T"}, ReadSum, Add},
      {"FewscopeAdamW", {"N: int >= 1", "beta1: float", "beta2: float", "share1: float", "share2: float", "epsilon: float"},
       {"w: float", "mean: float", "square: float", "decay: float", "rate: float", "mean_rate: float", "square_share: float", "gradients: N * float"},
       {"new_w: float", "new_mean: float", "new_square: float", "parts: N * float"}, ReadAdamW, AdamW},
      {"FewscopeMomentum", {"N: int >= 1", "momentum: float", "ahead: float"},
       {"w: float", "velocity: float", "decay: float", "rate: float", "gradients: N * float"},
       {"new_w: float", "new_velocity: float", "parts: N * float"}, ReadMomentum, Momentum},
      {"FewscopeAverage", {}, {"x: float"}, {"y: float"}, ReadNothing, Average},
      {"FewscopeAverageGradient", {}, {"dy: float", "size: int32"}, {"dx: float"}, ReadNothing, AverageGradient},
      {"FewscopeJoin", {"N: int >= 1"}, {"parts: N * float"}, {"joined: float"}, ReadCount, Join},
      {"FewscopePart", {"N: int >= 1"}, {"joined: float", "like: N * float"}, {"parts: N * float"}, ReadCount, Part},
      {"FewscopeEveryNth", {t.c_str(), "stride: int"}, {"x: T"}, {"y: T"}, ReadStride, EveryNth},
      {"FewscopeEveryNthGradient", {t.c_str(), "stride: int"}, {"dy: T", "size: int32"}, {"dx: T"}, ReadStride, EveryNthGradient},
  };
  for (const Kernel &kernel : kernels) {
    if (!Register(kernel)) return false;
  }
  return RegisterNarrow() && RegisterPointwise() && RegisterRows() && RegisterStrided() && RegisterViews() && RegisterWinograd();
}

}  // namespace

// Whether the kernels are there, which then are registered.
bool HasFusedKernels() {
  static const bool registered = RegisterAll();
  return registered;
}

// Does a part of a kernel that another thread is at, if there is one left.
bool HelpFusedKernels() { return HasFusedKernels() && TheHelpers().Help(); }

// Says that so many threads more, or fewer, have work of their own or help without being woken.
void OccupyFusedKernels(int threads) {
  if (HasFusedKernels()) TheHelpers().Occupy(threads);
}

}  // namespace fewscope

#else

namespace fewscope {

bool HasFusedKernels() { return false; }
bool HelpFusedKernels() { return false; }
void OccupyFusedKernels(int) {}

}  // namespace fewscope

#endif
