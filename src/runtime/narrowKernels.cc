// Linked into the binding beside tfjs-node's own sources: the convolution with 3 by 3 cells that keeps a map's size, and its gradients, for images of one or three
// channels and maps of eight, as narrow networks have them where maps are largest. So few do not make up for Winograd's way there and back, so that each product
// is taken as it stands. All is computed with 32-bit floats; maps may be brain floats. What a part of the work is follows from the shapes alone, so that bits do
// not depend on threads.
#include "products.h"

#ifdef FEWSCOPE_OWN_KERNELS

namespace fewscope {

namespace {

// Results beside each other that are computed at once, each in a register.
constexpr int64_t kAtOnce = 8;
// Bytes of what is looked at together.
constexpr int64_t kBand = 1 << 14;

// A map in bands of some rows, those of one image after the other.
struct Bands {
  explicit Bands(const std::vector<int64_t> &shape)
      : h(shape[1]), w(shape[2]), taken(shape[3]), row((w + 2) * taken),
        rows(std::min<int64_t>(h, std::max<int64_t>(2, kBand / (row * static_cast<int64_t>(sizeof(float)))))), ofImage((h + rows - 1) / rows),
        count(shape[0] * ofImage) {}
  // Floats of a band with the cells around it.
  int64_t around() const { return (rows + 2) * row; }
  int64_t h, w, taken, row, rows, ofImage, count;
};

// A band's rows, and the number of the first cell of its image.
struct Band {
  Band(const Bands &map, int64_t at) : first(at % map.ofImage * map.rows), rows(std::min(map.rows, map.h - first)), image(at / map.ofImage * map.h * map.w) {}
  int64_t first, rows, image;
};

float ToFloat(float value) { return value; }
float ToFloat(Brain value) {
  const uint32_t bits = static_cast<uint32_t>(value) << 16;
  float made;
  std::memcpy(&made, &bits, sizeof made);
  return made;
}

// Writes a band with the cells around it, [rows + 2, w + 2, channels]; those outside of the map are 0.
template <typename X>
FEWSCOPE_WIDE void TakeBand(const X *x, const Bands &map, const Band &band, float *to) {
  const int64_t across = map.w * map.taken;
  for (int64_t row = band.first - 1; row <= band.first + band.rows; row++, to += map.row) {
    if (row < 0 || row >= map.h) {
      std::memset(to, 0, map.row * sizeof(float));
      continue;
    }
    const X *from = x + (band.image + row * map.w) * map.taken;
    float *inner = to + map.taken;
    int64_t i = 0;
    for (; i + Eight::kLanes <= across; i += Eight::kLanes) Eight::Put(inner + i, Eight::Take(from + i));
    for (; i < across; i++) inner[i] = ToFloat(from[i]);
    for (int64_t c = 0; c < map.taken; c++) to[c] = inner[across + c] = 0;
  }
}

// Results of a band from it and the filter, [3, 3, taken, columns]; with `side`, onto what lies there.
template <typename W, int kTaken, typename Y>
FEWSCOPE_WIDE void ConvolveBand(const float *around, const float *filter, const Bands &map, const Band &band, int64_t columns, const float *side, Y *y) {
  constexpr int64_t kRun = 3 * kTaken;
  for (int64_t down = 0; down < band.rows; down++) {
    const int64_t row = (band.image + (band.first + down) * map.w) * columns;
    Y *to = y + row;
    for (int64_t left = 0; left < map.w; left += kAtOnce) {
      // The last ones are computed again where they are no whole number of so many.
      const int64_t at = std::min(left, map.w - kAtOnce);
      for (int64_t column = 0; column < columns; column += W::kLanes) {
        typename W::Vector sums[kAtOnce];
        FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) sums[r] = W::All(0);
        for (int i = 0; i < 3; i++) {
          const float *a = around + (down + i) * map.row + at * kTaken;
          const float *b = filter + i * kRun * columns + column;
          for (int64_t k = 0; k < kRun; k++) {
            const typename W::Vector weights = W::Take(b + k * columns);
            FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) sums[r] = W::Onto(W::All(a[r * kTaken + k]), weights, sums[r]);
          }
        }
        if (side != nullptr) {
          FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) sums[r] = sums[r] + W::Take(side + row + (at + r) * columns + column);
        }
        FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) W::Put(to + (at + r) * columns + column, sums[r]);
      }
    }
  }
}

// Adds what a band says of the filter's gradient, [3, 3, taken, columns].
template <typename W, int kTaken, typename Y>
FEWSCOPE_WIDE void AddGradient(const float *around, const Y *above, const Bands &map, const Band &band, int64_t columns, float *gradient) {
  constexpr int kRun = 3 * kTaken;
  const Y *from = above + (band.image + band.first * map.w) * columns;
  for (int64_t column = 0; column < columns; column += W::kLanes) {
    float *to = gradient + column;
    typename W::Vector sums[3 * kRun];
    _Pragma("GCC unroll 32") for (int k = 0; k < 3 * kRun; k++) sums[k] = W::Take(to + k * columns);
    for (int64_t down = 0; down < band.rows; down++) {
      const float *a = around + down * map.row;
      const Y *b = from + down * map.w * columns + column;
      for (int64_t left = 0; left < map.w; left++) {
        const typename W::Vector weights = W::Take(b + left * columns);
        const float *cells = a + left * kTaken;
        // Else what the next cells share with these is kept in registers, which are needed for the sums.
        asm("" : "+r"(cells));
        _Pragma("GCC unroll 32") for (int k = 0; k < 3 * kRun; k++) sums[k] = W::Onto(W::All(cells[k / kRun * map.row + k % kRun]), weights, sums[k]);
      }
    }
    _Pragma("GCC unroll 32") for (int k = 0; k < 3 * kRun; k++) W::Put(to + k * columns, sums[k]);
  }
}

// From eight channels to eight, two of those that are taken at once: a register of sixteen has, for each of the eight that are made, what one gives and then what the
// other gives. A register of eight would leave half of what the processor multiplies undone.
FEWSCOPE_WIDE inline __m512 Pair(const float *from) {
  double both;
  std::memcpy(&both, from, sizeof both);
  return _mm512_castpd_ps(_mm512_set1_pd(both));
}

// Two rows of eight, after each other, as such a register.
FEWSCOPE_WIDE inline __m512 Paired(__m512 rows) {
  return _mm512_permutexvar_ps(_mm512_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15), rows);
}

FEWSCOPE_WIDE inline __m512 Unpaired(__m512 pairs) {
  return _mm512_permutexvar_ps(_mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15), pairs);
}

// The sums of pairs in two such registers.
FEWSCOPE_WIDE inline __m512 SumsOfPairs(__m512 a, __m512 b) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_permutex2var_ps(a, even, b) + _mm512_permutex2var_ps(a, _mm512_add_epi32(even, _mm512_set1_epi32(1)), b);
}

// Pairs of channels in three cells beside each other.
constexpr int64_t kPairs = 12;

FEWSCOPE_WIDE void PairFilter(float *filter) {
  for (int64_t i = 0; i < 3 * kPairs; i++) Store(filter + 16 * i, Paired(Load(filter + 16 * i)));
}

// As ConvolveBand, from a filter in pairs.
template <typename Y>
FEWSCOPE_WIDE void ConvolveEights(const float *around, const float *filter, const Bands &map, const Band &band, const float *side, Y *y) {
  for (int64_t down = 0; down < band.rows; down++) {
    const int64_t row = (band.image + (band.first + down) * map.w) * 8;
    for (int64_t left = 0; left < map.w; left += kAtOnce) {
      const int64_t at = std::min(left, map.w - kAtOnce);
      __m512 sums[kAtOnce];
      FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) sums[r] = _mm512_setzero_ps();
      for (int i = 0; i < 3; i++) {
        const float *a = around + (down + i) * map.row + at * 8;
        for (int64_t k = 0; k < kPairs; k++) {
          const __m512 weights = Load(filter + (i * kPairs + k) * 16);
          FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r++) sums[r] = _mm512_fmadd_ps(Pair(a + r * 8 + 2 * k), weights, sums[r]);
        }
      }
      FEWSCOPE_UNROLL for (int r = 0; r < kAtOnce; r += 2) {
        const int64_t place = row + (at + r) * 8;
        __m512 made = SumsOfPairs(sums[r], sums[r + 1]);
        if (side != nullptr) made = made + Load(side + place);
        Store(y + place, made);
      }
    }
  }
}

// As AddGradient.
template <typename Y>
FEWSCOPE_WIDE void AddGradientOfEights(const float *around, const Y *above, const Bands &map, const Band &band, float *gradient) {
  const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  const Y *from = above + (band.image + band.first * map.w) * 8;
  for (int i = 0; i < 3; i++) {
    float *to = gradient + i * kPairs * 16;
    __m512 sums[kPairs];
    _Pragma("GCC unroll 12") for (int k = 0; k < kPairs; k++) sums[k] = Paired(Load(to + 16 * k));
    for (int64_t down = 0; down < band.rows; down++) {
      const float *cells = around + (down + i) * map.row;
      const Y *b = from + down * map.w * 8;
      for (int64_t left = 0; left < map.w; left++, cells += 8, b += 8) {
        const __m512 weights = _mm512_permutexvar_ps(twice, _mm512_castps256_ps512(Eight::Take(b)));
        // As above.
        asm("" : "+r"(cells));
        _Pragma("GCC unroll 12") for (int k = 0; k < kPairs; k++) sums[k] = _mm512_fmadd_ps(Pair(cells + 2 * k), weights, sums[k]);
      }
    }
    _Pragma("GCC unroll 12") for (int k = 0; k < kPairs; k++) Store(to + 16 * k, Unpaired(sums[k]));
  }
}

bool Takes(int64_t taken, int64_t columns) {
  return (taken == 8 && columns == 8) || ((taken == 1 || taken == 3) && (columns == 8 || columns == 16));
}

// Calls `work` with the kind of register and how many channels the image has.
template <typename Work>
void WithNarrow(int64_t taken, int64_t columns, const Work &work) {
  WithLanes(columns, [&](auto lanes) {
    if (taken == 1) work(lanes, std::integral_constant<int, 1>());
    else work(lanes, std::integral_constant<int, 3>());
  });
}

// x, filter, and a map that is added -> y; or, for eight channels with the filter turned round, the gradient above it, filter -> gradient of x
void Narrow(void *state, TF_OpKernelContext *context) {
  const Settings &settings = *static_cast<Settings *>(state);
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *weights = call.Input(1);
  if (!call.ok() || !IsMap(x) || TF_TensorElementCount(x) == 0 || TF_Dim(x, 2) < kAtOnce || TF_TensorType(weights) != TF_FLOAT || TF_NumDims(weights) != 4)
    return call.Fail("a map and a filter were expected");
  const int64_t taken = TF_Dim(x, 3), columns = TF_Dim(weights, 3);
  if (ShapeOf(weights) != std::vector<int64_t>{3, 3, taken, columns} || !Takes(taken, columns) || (settings.turned && taken < 8))
    return call.Fail("a filter of 3 by 3 cells for an image, or with 8 channels, was expected");
  std::vector<int64_t> shape = ShapeOf(x);
  shape[3] = columns;
  const float *side = call.SideInput(2, settings, shape);
  TF_Tensor *y = call.Output(0, settings.made, shape);
  if (!call.ok()) return;
  const Bands map(ShapeOf(x));
  const float *given = static_cast<const float *>(TF_TensorData(weights));
  std::vector<float> filter(given, given + 9 * taken * columns);
  if (settings.turned) {
    for (int64_t cell = 0; cell < 9; cell++)
      for (int64_t i = 0; i < taken; i++)
        for (int64_t j = 0; j < columns; j++) filter[(cell * taken + i) * columns + j] = given[((8 - cell) * taken + j) * columns + i];
  }
  if (taken == 8) PairFilter(filter.data());
  WithValues(x, [&](auto *from) {
    WithValues(y, [&](auto *made) {
      TheHelpers().Run(map.count, [&](int64_t at) {
        const Band band(map, at);
        float *around = PartMemory().Take(map.around());
        TakeBand(from, map, band, around);
        if (taken == 8) return ConvolveEights(around, filter.data(), map, band, side, made);
        WithNarrow(taken, columns, [&](auto lanes, auto channels) {
          ConvolveBand<decltype(lanes), decltype(channels)::value>(around, filter.data(), map, band, columns, side, made);
        });
      });
    });
  });
}

// x, the gradient above -> the filter's gradient
void NarrowFilter(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *dy = call.Input(1);
  if (!call.ok() || !IsMap(x) || !IsMap(dy) || TF_TensorElementCount(x) == 0) return call.Fail("two maps were expected");
  const std::vector<int64_t> shape = ShapeOf(x), above = ShapeOf(dy);
  const int64_t taken = shape[3], columns = above[3];
  if (!std::equal(shape.begin(), shape.begin() + 3, above.begin()) || !Takes(taken, columns))
    return call.Fail("maps of one size, of an image or with 8 channels, were expected");
  TF_Tensor *gradient = call.Output(0, TF_FLOAT, {3, 3, taken, columns});
  if (!call.ok()) return;
  const Bands map(shape);
  const int64_t size = 9 * taken * columns;
  // Each part has sums of its own.
  const int64_t parts = std::min<int64_t>(64, map.count);
  std::vector<float> sums(parts * size, 0.0f);
  WithValues(x, [&](auto *from) {
    WithValues(dy, [&](auto *upper) {
      TheHelpers().Run(parts, [&](int64_t part) {
        float *around = PartMemory().Take(map.around());
        for (int64_t at = map.count * part / parts; at < map.count * (part + 1) / parts; at++) {
          const Band band(map, at);
          TakeBand(from, map, band, around);
          float *to = sums.data() + part * size;
          if (taken == 8) AddGradientOfEights(around, upper, map, band, to);
          else WithNarrow(taken, columns, [&](auto lanes, auto channels) {
            AddGradient<decltype(lanes), decltype(channels)::value>(around, upper, map, band, columns, to);
          });
        }
      });
    });
  });
  SumParts(sums.data(), parts, size, static_cast<float *>(TF_TensorData(gradient)));
}

void *ReadNarrow(TF_OpKernelConstruction *construction) { return Read(construction, " turned N U "); }
void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }

}  // namespace

bool RegisterNarrow() {
  const char *t = "T: {float, bfloat16}", *u = "U: {float, bfloat16}";
  return Register({"FewscopeNarrow", {t, u, "N: int >= 0", "turned: bool"}, {"x: T", "filter: float", "side: N * float"}, {"y: U"}, ReadNarrow, Narrow}) &&
         Register({"FewscopeNarrowFilter", {t, u}, {"x: T", "dy: U"}, {"dfilter: float"}, ReadNothing, NarrowFilter});
}

}  // namespace fewscope

#endif
