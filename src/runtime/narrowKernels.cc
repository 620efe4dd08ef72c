// Linked into the binding beside tfjs-node's own sources: the convolution with 3 by 3 cells that keeps a map's size, and both its gradients, for maps of eight
// channels, as narrow networks have them where maps are largest. So few do not make up for Winograd's way there and back, so that each product is taken as it
// stands, by registers of eight floats. All is computed with 32-bit floats; maps may be brain floats. What a part of the work is follows from the shapes alone, so
// that bits do not depend on threads.
#include "products.h"

#ifdef FEWSCOPE_OWN_KERNELS

namespace fewscope {

namespace {

constexpr int64_t kChannels = Eight::kLanes;
// Numbers in a row of three cells.
constexpr int64_t kRun = 3 * kChannels;
constexpr int64_t kFilter = 9 * kChannels * kChannels;
// Results beside each other that are computed at once, each in a register.
constexpr int64_t kAtOnce = 8;
// Bytes of what is looked at together.
constexpr int64_t kBand = 1 << 14;

// A map in bands of some rows, those of one image after the other.
struct Bands {
  explicit Bands(const std::vector<int64_t> &shape)
      : h(shape[1]), w(shape[2]), rows(std::min<int64_t>(h, std::max<int64_t>(2, kBand / ((w + 2) * kChannels * static_cast<int64_t>(sizeof(float)))))),
        ofImage((h + rows - 1) / rows), count(shape[0] * ofImage) {}
  int64_t h, w, rows, ofImage, count;
};

struct Band {
  Band(const Bands &map, int64_t at) : first(at % map.ofImage * map.rows), rows(std::min(map.rows, map.h - first)), image(at / map.ofImage * map.h * map.w * kChannels) {}
  int64_t first, rows, image;
};

bool IsNarrow(const TF_Tensor *map) { return IsMap(map) && TF_Dim(map, 3) == kChannels && TF_Dim(map, 2) >= kAtOnce && TF_TensorElementCount(map) > 0; }

// Floats of a band with the cells around it, [rows + 2, w + 2, channels].
int64_t SizeAround(const Bands &map) { return (map.rows + 2) * (map.w + 2) * kChannels; }

// Writes a band with the cells around it; those outside of the map are 0.
template <typename X>
FEWSCOPE_WIDE void TakeBand(const X *x, const Bands &map, const Band &band, float *to) {
  const int64_t across = map.w * kChannels;
  for (int64_t row = band.first - 1; row <= band.first + band.rows; row++, to += across + 2 * kChannels) {
    if (row < 0 || row >= map.h) {
      std::memset(to, 0, (across + 2 * kChannels) * sizeof(float));
      continue;
    }
    const X *from = x + band.image + row * across;
    Eight::Put(to, Eight::All(0));
    for (int64_t i = 0; i < across; i += kChannels) Eight::Put(to + kChannels + i, Eight::Take(from + i));
    Eight::Put(to + kChannels + across, Eight::All(0));
  }
}

// Results of a band from it and the filter, [3, 3, channels, channels].
template <typename Y>
FEWSCOPE_WIDE void ConvolveBand(const float *around, const float *filter, const Bands &map, const Band &band, Y *y) {
  const int64_t row = (map.w + 2) * kChannels;
  for (int64_t down = 0; down < band.rows; down++) {
    Y *to = y + band.image + (band.first + down) * map.w * kChannels;
    for (int64_t left = 0; left < map.w; left += kAtOnce) {
      // The last ones are computed again where they are no whole number of so many.
      const int64_t at = std::min(left, map.w - kAtOnce) * kChannels;
      __m256 sums[kAtOnce];
      FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) sums[r] = Eight::All(0);
      for (int i = 0; i < 3; i++) {
        const float *a = around + (down + i) * row + at;
        const float *b = filter + i * kRun * kChannels;
        for (int64_t k = 0; k < kRun; k++) {
          const __m256 column = Eight::Take(b + k * kChannels);
          FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) sums[r] = Eight::Onto(Eight::All(a[r * kChannels + k]), column, sums[r]);
        }
      }
      FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) Eight::Put(to + at + r * kChannels, sums[r]);
    }
  }
}

// Adds what a band says of the filter's gradient, [3, 3, channels, channels].
template <typename Y>
FEWSCOPE_WIDE void AddGradient(const float *around, const Y *above, const Bands &map, const Band &band, float *gradient) {
  const int64_t row = (map.w + 2) * kChannels;
  const Y *from = above + band.image + band.first * map.w * kChannels;
  for (int i = 0; i < 3; i++) {
    float *to = gradient + i * kRun * kChannels;
    __m256 sums[kRun];
    _Pragma("GCC unroll 24") for (int k = 0; k < kRun; k++) sums[k] = Eight::Take(to + k * kChannels);
    for (int64_t down = 0; down < band.rows; down++) {
      const float *a = around + (down + i) * row;
      const Y *b = from + down * map.w * kChannels;
      for (int64_t left = 0; left < map.w * kChannels; left += kChannels) {
        const __m256 column = Eight::Take(b + left);
        const float *cells = a + left;
        // Else what the next cells share with these is kept in registers, which are needed for the sums.
        asm("" : "+r"(cells));
        _Pragma("GCC unroll 24") for (int k = 0; k < kRun; k++) sums[k] = Eight::Onto(Eight::All(cells[k]), column, sums[k]);
      }
    }
    _Pragma("GCC unroll 24") for (int k = 0; k < kRun; k++) Eight::Put(to + k * kChannels, sums[k]);
  }
}

// x, filter -> y; or, with the filter turned round, the gradient above it, filter -> gradient of x
void Narrow(void *state, TF_OpKernelContext *context) {
  const Settings &settings = *static_cast<Settings *>(state);
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *weights = call.Input(1);
  if (!call.ok() || !IsNarrow(x) || TF_TensorType(weights) != TF_FLOAT || ShapeOf(weights) != std::vector<int64_t>{3, 3, kChannels, kChannels})
    return call.Fail("a map and a filter of 3 by 3 cells with 8 channels were expected");
  TF_Tensor *y = call.Output(0, settings.made, ShapeOf(x));
  if (!call.ok()) return;
  const Bands map(ShapeOf(x));
  const float *given = static_cast<const float *>(TF_TensorData(weights));
  std::vector<float> filter(given, given + kFilter);
  if (settings.turned) {
    for (int64_t cell = 0; cell < 9; cell++)
      for (int64_t i = 0; i < kChannels; i++)
        for (int64_t j = 0; j < kChannels; j++) filter[(cell * kChannels + i) * kChannels + j] = given[((8 - cell) * kChannels + j) * kChannels + i];
  }
  WithValues(x, [&](auto *from) {
    WithValues(y, [&](auto *made) {
      TheHelpers().Run(map.count, [&](int64_t at) {
        const Band band(map, at);
        float *around = PartMemory().Take(SizeAround(map));
        TakeBand(from, map, band, around);
        ConvolveBand(around, filter.data(), map, band, made);
      });
    });
  });
}

// x, the gradient above -> the filter's gradient
void NarrowFilter(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *dy = call.Input(1);
  if (!call.ok() || !IsNarrow(x) || !IsMap(dy) || ShapeOf(dy) != ShapeOf(x)) return call.Fail("two maps of one size with 8 channels were expected");
  TF_Tensor *gradient = call.Output(0, TF_FLOAT, {3, 3, kChannels, kChannels});
  if (!call.ok()) return;
  const Bands map(ShapeOf(x));
  // Each part has sums of its own.
  const int64_t parts = std::min<int64_t>(64, map.count);
  std::vector<float> sums(parts * kFilter, 0.0f);
  WithValues(x, [&](auto *from) {
    WithValues(dy, [&](auto *above) {
      TheHelpers().Run(parts, [&](int64_t part) {
        float *around = PartMemory().Take(SizeAround(map));
        for (int64_t at = map.count * part / parts; at < map.count * (part + 1) / parts; at++) {
          const Band band(map, at);
          TakeBand(from, map, band, around);
          AddGradient(around, above, map, band, sums.data() + part * kFilter);
        }
      });
    });
  });
  SumParts(sums.data(), parts, kFilter, static_cast<float *>(TF_TensorData(gradient)));
}

void *ReadNarrow(TF_OpKernelConstruction *construction) { return Read(construction, " turned U "); }
void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }

}  // namespace

bool RegisterNarrow() {
  const char *t = "T: {float, bfloat16}", *u = "U: {float, bfloat16}";
  return Register({"FewscopeNarrow", {t, u, "turned: bool"}, {"x: T", "filter: float"}, {"y: U"}, ReadNarrow, Narrow}) &&
         Register({"FewscopeNarrowFilter", {t, u}, {"x: T", "dy: U"}, {"dfilter: float"}, ReadNothing, NarrowFilter});
}

}  // namespace fewscope

#endif
