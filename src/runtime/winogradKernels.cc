// Linked into the binding beside tfjs-node's own sources: the convolution with 3 by 3 cells that keeps a map's size, and both its gradients, by Winograd's way:
// 2 by 2 results at a time take 16 multiplications for each pair of channels instead of 36. oneDNN has it no more for these processors, and has no kernel of
// its own for as few channels as small networks have. All is computed with 32-bit floats; maps may be brain floats. What a part of the work is follows from the
// shapes alone, so that bits do not depend on threads.
// See Lavin and Gray, Fast algorithms for convolutional neural networks (2016), arxiv.org/abs/1509.09308.
#include "products.h"

#ifdef FEWSCOPE_OWN_KERNELS

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace fewscope {

namespace {

// Tiles of 2 by 2 results, each from 4 by 4 cells: 16 numbers of it, its "frequencies", are multiplied each with its own of the filter.
constexpr int64_t kFrequencies = 16;
// For a filter's gradient as many as make up for reading its sums again, but no more than these.
constexpr int64_t kFar = 1 << 20;
// Floats of the frequencies of all tiles that are looked at together where there is one set of sums: 16 MiB.
constexpr int64_t kShared = 1 << 22;
// Values of one cell of a filter from which that is so, and from which it is where there are few tiles.
constexpr int64_t kLargeFilter = 1 << 16;
constexpr int64_t kSmallFilter = 1 << 12;

// From one frequency of so many rows to the next: with a power of two between them all sixteen would want the same few places of the nearest cache.
constexpr int64_t Apart(int64_t rows, int64_t columns) { return rows * columns + 16; }

// A map and its tiles.
struct Tiling {
  explicit Tiling(const std::vector<int64_t> &shape)
      : h(shape[1]), w(shape[2]), channels(shape[3]), down((h + 1) / 2), across((w + 1) / 2), tiles(shape[0] * down * across) {}
  int64_t h, w, channels, down, across, tiles;
};

// Where a tile lies: the image's first value, and the first cell of its results.
struct Place {
  Place(const Tiling &map, int64_t tile) {
    const int64_t inImage = tile % (map.down * map.across);
    image = tile / (map.down * map.across) * map.h * map.w * map.channels;
    y = inImage / map.across * 2;
    x = inImage % map.across * 2;
  }
  void Next(const Tiling &map) {
    x += 2;
    if (x < map.w) return;
    x = 0;
    y += 2;
    if (y < map.h) return;
    y = 0;
    image += map.h * map.w * map.channels;
  }
  int64_t image, y, x;
};

// Frequencies of one tile of a map, those of all channels: 4 by 4 cells, which lie in rows, or are pointed to where some lie outside.
template <typename W, typename X, bool kInside>
FEWSCOPE_WIDE inline void TileFrequencies(const X *base, int64_t row, const X *const *cells, int64_t channels, float *to, int64_t apart) {
  using Vector = typename W::Vector;
  for (int64_t c = 0; c < channels; c += W::kLanes) {
    Vector half[4][4];
    FEWSCOPE_UNROLL for (int j = 0; j < 4; j++) {
      Vector cell[4];
      FEWSCOPE_UNROLL for (int i = 0; i < 4; i++) cell[i] = W::Take(kInside ? base + i * row + j * channels + c : cells[i * 4 + j] + c);
      half[0][j] = cell[0] - cell[2];
      half[1][j] = cell[1] + cell[2];
      half[2][j] = cell[2] - cell[1];
      half[3][j] = cell[1] - cell[3];
    }
    FEWSCOPE_UNROLL for (int i = 0; i < 4; i++) {
      float *row4 = to + i * 4 * apart + c;
      W::Put(row4, half[i][0] - half[i][2]);
      W::Put(row4 + apart, half[i][1] + half[i][2]);
      W::Put(row4 + 2 * apart, half[i][2] - half[i][1]);
      W::Put(row4 + 3 * apart, half[i][1] - half[i][3]);
    }
  }
}

// Frequencies of some tiles: 16 times [rows, channels], of which they are the first. Cells outside of the map are 0.
template <typename W, typename X>
FEWSCOPE_WIDE void MapFrequencies(const X *x, const Tiling &map, const X *zeros, int64_t first, int64_t count, int64_t rows, float *to) {
  const int64_t channels = map.channels;
  const int64_t row = map.w * channels;
  const int64_t apart = Apart(rows, channels);
  Place place(map, first);
  for (int64_t n = 0; n < count; n++, place.Next(map)) {
    float *tile = to + n * channels;
    if (place.y > 0 && place.x > 0 && place.y + 3 <= map.h && place.x + 3 <= map.w) {
      const X *base = x + place.image + (place.y - 1) * row + (place.x - 1) * channels;
      TileFrequencies<W, X, true>(base, row, nullptr, channels, tile, apart);
      continue;
    }
    const X *cells[16];
    for (int64_t i = 0; i < 4; i++) {
      for (int64_t j = 0; j < 4; j++) {
        const int64_t y = place.y + i - 1, left = place.x + j - 1;
        const bool inside = y >= 0 && y < map.h && left >= 0 && left < map.w;
        cells[i * 4 + j] = inside ? x + place.image + y * row + left * channels : zeros;
      }
    }
    TileFrequencies<W, X, false>(nullptr, 0, cells, channels, tile, apart);
  }
}

// 0 for rows without a tile.
void ClearRows(int64_t count, int64_t rows, int64_t channels, float *to) {
  if (count == rows) return;
  for (int64_t f = 0; f < kFrequencies; f++) std::memset(to + f * Apart(rows, channels) + count * channels, 0, (rows - count) * channels * sizeof(float));
}

// Results of some tiles from their frequencies, 16 times [rows, channels]; with `side`, onto what lies there.
template <typename W, typename Y>
FEWSCOPE_WIDE void MapResults(const float *from, int64_t rows, const Tiling &map, int64_t first, int64_t count, const float *side, Y *y) {
  using Vector = typename W::Vector;
  const int64_t channels = map.channels;
  const int64_t row = map.w * channels;
  const int64_t apart = Apart(rows, channels);
  Place place(map, first);
  for (int64_t n = 0; n < count; n++, place.Next(map)) {
    const int64_t corner = place.image + place.y * row + place.x * channels;
    Y *to = y + corner;
    const bool below = place.y + 1 < map.h, beside = place.x + 1 < map.w;
    for (int64_t c = 0; c < channels; c += W::kLanes) {
      const float *at = from + n * channels + c;
      Vector half[2][4];
      FEWSCOPE_UNROLL for (int j = 0; j < 4; j++) {
        const Vector middle = W::Take(at + (4 + j) * apart), other = W::Take(at + (8 + j) * apart);
        half[0][j] = W::Take(at + j * apart) + middle + other;
        half[1][j] = middle - other - W::Take(at + (12 + j) * apart);
      }
      FEWSCOPE_UNROLL for (int i = 0; i < 2; i++) {
        if (i == 1 && !below) break;
        Vector near = half[i][0] + half[i][1] + half[i][2];
        if (side != nullptr) near = near + W::Take(side + corner + i * row + c);
        W::Put(to + i * row + c, near);
        if (!beside) continue;
        Vector next = half[i][1] - half[i][2] - half[i][3];
        if (side != nullptr) next = next + W::Take(side + corner + i * row + channels + c);
        W::Put(to + i * row + channels + c, next);
      }
    }
  }
}

// What would make those results of frequencies, turned round: gradients of the frequencies, in panels: 16 times [channels / panel, rows, panel], of which they are
// the first.
template <typename W, typename Y>
FEWSCOPE_WIDE void ResultFrequencies(const Y *y, const Tiling &map, const Y *zeros, int64_t first, int64_t count, int64_t rows, int64_t panel, float *to) {
  using Vector = typename W::Vector;
  const int64_t channels = map.channels;
  const int64_t row = map.w * channels;
  const int64_t apart = Apart(rows, channels);
  Place place(map, first);
  for (int64_t n = 0; n < count; n++, place.Next(map)) {
    const Y *from = y + place.image + place.y * row + place.x * channels;
    const bool below = place.y + 1 < map.h, beside = place.x + 1 < map.w;
    const Y *cells[4] = {from, beside ? from + channels : zeros, below ? from + row : zeros, below && beside ? from + row + channels : zeros};
    for (int64_t c = 0; c < channels; c += W::kLanes) {
      Vector half[4][2];
      FEWSCOPE_UNROLL for (int j = 0; j < 2; j++) {
        const Vector above = W::Take(cells[j] + c), under = W::Take(cells[2 + j] + c);
        half[0][j] = above;
        half[1][j] = above + under;
        half[2][j] = above - under;
        half[3][j] = W::All(0) - under;
      }
      float *at = to + c / panel * rows * panel + n * panel + c % panel;
      FEWSCOPE_UNROLL for (int i = 0; i < 4; i++) {
        float *row4 = at + i * 4 * apart;
        W::Put(row4, half[i][0]);
        W::Put(row4 + apart, half[i][0] + half[i][1]);
        W::Put(row4 + 2 * apart, half[i][0] - half[i][1]);
        W::Put(row4 + 3 * apart, W::All(0) - half[i][1]);
      }
    }
  }
}

// A filter's size, and whether it is turned round: for the gradient of the map that it goes over, from `out` channels back to `in`.
struct Filter {
  const float *values;
  int64_t in, out;
  bool turned;
};

// Channels that a filter takes which are looked at together.
constexpr int64_t kTaken = 8;

// Cells of a filter that is turned round, for some channels that it takes and some that it makes: [9, made, kTaken]. Brought together first, since those of one channel lie
// far apart, and with many channels all in the same few places of the nearest cache.
FEWSCOPE_WIDE inline void TurnedCells(const Filter &filter, int64_t taken, int64_t first, int64_t made, float *to) {
  for (int64_t cell = 0; cell < 9; cell++) {
    const float *from = filter.values + ((8 - cell) * filter.in + first) * filter.out + taken;
    for (int64_t k = 0; k < made; k++, to += kTaken) Copy(from + k * filter.out, kTaken, to);
  }
}

// Frequencies of a filter for one channel that it takes and some that it makes, from its cells, `apart` each from the next.
template <typename W, typename Cell>
FEWSCOPE_WIDE inline void CellFrequencies(const Cell &take, float *to, int64_t apart) {
  using Vector = typename W::Vector;
  const Vector middle = W::All(0.5f);
  Vector half[4][3];
  FEWSCOPE_UNROLL for (int j = 0; j < 3; j++) {
    Vector cell[3];
    FEWSCOPE_UNROLL for (int i = 0; i < 3; i++) cell[i] = take(i * 3 + j);
    const Vector ends = middle * (cell[0] + cell[2]);
    half[0][j] = cell[0];
    half[1][j] = W::Onto(middle, cell[1], ends);
    half[2][j] = ends - middle * cell[1];
    half[3][j] = cell[2];
  }
  FEWSCOPE_UNROLL for (int i = 0; i < 4; i++) {
    const Vector ends = middle * (half[i][0] + half[i][2]);
    float *row4 = to + i * 4 * apart;
    W::Put(row4, half[i][0]);
    W::Put(row4 + apart, W::Onto(middle, half[i][1], ends));
    W::Put(row4 + 2 * apart, ends - middle * half[i][1]);
    W::Put(row4 + 3 * apart, half[i][2]);
  }
}

// Frequencies of a filter for some channels that it takes, kTaken of them, in panels: [16, columns / panel, taken, panel].
template <typename W>
FEWSCOPE_WIDE void FilterFrequencies(const Filter &filter, int64_t taken, int64_t panel, float *to) {
  const int64_t rows = filter.turned ? filter.out : filter.in, columns = filter.turned ? filter.in : filter.out;
  const auto panelOf = [&](int64_t n, int64_t k) { return to + k / panel * rows * panel + n * panel + k % panel; };
  if (!filter.turned) {
    for (int64_t n = taken; n < taken + kTaken; n++) {
      for (int64_t k = 0; k < columns; k += W::kLanes) {
        const auto take = [&](int64_t cell) FEWSCOPE_WIDE { return W::Take(filter.values + (cell * filter.in + n) * filter.out + k); };
        CellFrequencies<W>(take, panelOf(n, k), rows * columns);
      }
    }
    return;
  }
  float turned[9 * W::kLanes * kTaken];
  for (int64_t k = 0; k < columns; k += W::kLanes) {
    TurnedCells(filter, taken, k, W::kLanes, turned);
    for (int64_t n = 0; n < kTaken; n++) {
      const auto take = [&](int64_t cell) FEWSCOPE_WIDE { return W::Gather(turned + cell * W::kLanes * kTaken + n, kTaken); };
      CellFrequencies<W>(take, panelOf(taken + n, k), rows * columns);
    }
  }
}

// A filter's gradient from that of its frequencies, [parts, 16, in, out], for some of its [in, out].
FEWSCOPE_WIDE void FilterGradient(const float *from, int64_t parts, int64_t size, int64_t first, int64_t end, float *to) {
  const __m512 middle = _mm512_set1_ps(0.5f);
  for (int64_t e = first; e < end; e += Sixteen::kLanes) {
    __m512 half[3][4];
    FEWSCOPE_UNROLL for (int j = 0; j < 4; j++) {
      __m512 sum[4];
      FEWSCOPE_UNROLL for (int i = 0; i < 4; i++) {
        const float *at = from + (i * 4 + j) * size + e;
        sum[i] = Load(at);
        for (int64_t part = 1; part < parts; part++) sum[i] = _mm512_add_ps(sum[i], Load(at + part * kFrequencies * size));
      }
      const __m512 both = _mm512_mul_ps(middle, _mm512_add_ps(sum[1], sum[2]));
      half[0][j] = _mm512_add_ps(sum[0], both);
      half[1][j] = _mm512_mul_ps(middle, _mm512_sub_ps(sum[1], sum[2]));
      half[2][j] = _mm512_add_ps(both, sum[3]);
    }
    FEWSCOPE_UNROLL for (int i = 0; i < 3; i++) {
      const __m512 both = _mm512_mul_ps(middle, _mm512_add_ps(half[i][1], half[i][2]));
      Store(to + (i * 3 + 0) * size + e, _mm512_add_ps(half[i][0], both));
      Store(to + (i * 3 + 1) * size + e, _mm512_mul_ps(middle, _mm512_sub_ps(half[i][1], half[i][2])));
      Store(to + (i * 3 + 2) * size + e, _mm512_add_ps(both, half[i][3]));
    }
  }
}

// Tiles that are looked at together: as many as so many bytes hold, and no more than leave something for others to do.
int64_t TogetherOf(const Tiling &x, int64_t columns, int64_t bytes) {
  const int64_t fit = bytes / (kFrequencies * sizeof(float) * (x.channels + columns));
  const int64_t wanted = std::min(fit, (x.tiles + 3) / 4);
  return std::max<int64_t>(2, std::min<int64_t>(32, wanted / kRows)) * kRows;
}

// One part of a convolution: products of its tiles' frequencies with the filter's.
template <typename W, int kVectors>
FEWSCOPE_WIDE void MultiplyTiles(const float *tiles, int64_t rows, int64_t taken, const float *filter, int64_t columns, float *to) {
  constexpr int64_t kPanel = kVectors * W::kLanes;
  for (int64_t f = 0; f < kFrequencies; f++) {
    const float *a = tiles + f * Apart(rows, taken);
    float *c = to + f * Apart(rows, columns);
    for (int64_t row = 0; row < rows; row += kRows) {
      for (int64_t k = 0; k < columns; k += kPanel) {
        Multiply<W, kVectors>(a + row * taken, taken, 1, filter + (f * columns + k) * taken, taken, c + row * columns + k, columns, false);
      }
    }
  }
}

// The same for a filter's gradient: products of one frequency over some tiles.
template <typename W, int kVectors>
FEWSCOPE_WIDE void MultiplyGradients(int64_t f, const float *tiles, int64_t count, int64_t taken, const float *above, int64_t columns, float *to, bool onto) {
  constexpr int64_t kPanel = kVectors * W::kLanes;
  const float *a = tiles + f * Apart(count, taken);
  for (int64_t k = 0; k < columns; k += kPanel) {
    const float *b = above + f * Apart(count, columns) + k * count;
    for (int64_t c = 0; c < taken; c += kRows) {
      Multiply<W, kVectors>(a + c, 1, taken, b, count, to + (f * taken + c) * columns + k, columns, onto);
    }
  }
}

// x, filter, and a map that is added -> y; or, with the filter turned round, the gradient above it, filter -> gradient of x
void Winograd(void *state, TF_OpKernelContext *context) {
  const Settings &settings = *static_cast<Settings *>(state);
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *weights = call.Input(1);
  if (!call.ok() || !IsMap(x) || TF_NumDims(weights) != 4 || TF_TensorType(weights) != TF_FLOAT) return call.Fail("a map and a filter were expected");
  std::vector<int64_t> shape = ShapeOf(x);
  const Filter filter = {static_cast<const float *>(TF_TensorData(weights)), TF_Dim(weights, 2), TF_Dim(weights, 3), settings.turned};
  const int64_t taken = filter.turned ? filter.out : filter.in, columns = filter.turned ? filter.in : filter.out;
  if (TF_Dim(weights, 0) != 3 || TF_Dim(weights, 1) != 3 || taken != shape[3] || !TakesChannels(taken) || !TakesChannels(columns) || TF_TensorElementCount(x) == 0)
    return call.Fail("a filter of 3 by 3 cells with 8, or a multiple of 16, channels was expected");
  const Tiling from(shape);
  shape[3] = columns;
  const Tiling to(shape);
  const float *side = call.SideInput(2, settings, shape);
  TF_Tensor *y = call.Output(0, settings.made, shape);
  if (!call.ok()) return;
  const int64_t panel = PanelOf(columns);
  static thread_local Memory filterMemory;
  float *frequencies = filterMemory.Take(kFrequencies * taken * columns);
  const int64_t together = std::max<int64_t>(1, 4096 / columns / kTaken) * kTaken;
  WithLanes(columns, [&](auto lanes) {
    TheHelpers().Run((taken + together - 1) / together, [&](int64_t part) {
      for (int64_t i = part * together; i < std::min(taken, (part + 1) * together); i += kTaken) FilterFrequencies<decltype(lanes)>(filter, i, panel, frequencies);
    });
  });
  const int64_t tilesOfPart = TogetherOf(from, columns, kNear);
  const std::vector<float> zeros(taken);
  WithValues(x, [&](auto *given) {
    WithValues(y, [&](auto *made) {
      using X = std::remove_pointer_t<decltype(given)>;
      const X *nothing = reinterpret_cast<const X *>(zeros.data());
      TheHelpers().Run((from.tiles + tilesOfPart - 1) / tilesOfPart, [&](int64_t part) {
        const int64_t first = part * tilesOfPart;
        const int64_t count = std::min(tilesOfPart, from.tiles - first);
        const int64_t rows = (count + kRows - 1) / kRows * kRows;
        float *tiles = PartMemory().Take(kFrequencies * (Apart(rows, taken) + Apart(rows, columns)));
        float *products = tiles + kFrequencies * Apart(rows, taken);
        WithLanes(taken, [&](auto lanes) { MapFrequencies<decltype(lanes)>(static_cast<const X *>(given), from, nothing, first, count, rows, tiles); });
        ClearRows(count, rows, taken, tiles);
        WithPanel(panel, [&](auto lanes, auto vectors) {
          MultiplyTiles<decltype(lanes), decltype(vectors)::value>(tiles, rows, taken, frequencies, columns, products);
        });
        WithLanes(columns, [&](auto lanes) { MapResults<decltype(lanes)>(products, rows, to, first, count, side, made); });
      });
    });
  });
}

// x, the gradient above -> the filter's gradient
void WinogradFilter(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *dy = call.Input(1);
  if (!call.ok() || !IsMap(x) || !IsMap(dy)) return call.Fail("two maps were expected");
  const std::vector<int64_t> shape = ShapeOf(x), above = ShapeOf(dy);
  const int64_t taken = shape[3], columns = above[3];
  if (!std::equal(shape.begin(), shape.begin() + 3, above.begin()) || !TakesChannels(taken) || !TakesChannels(columns) || TF_TensorElementCount(x) == 0)
    return call.Fail("maps of one size with 8, or a multiple of 16, channels were expected");
  TF_Tensor *gradient = call.Output(0, TF_FLOAT, {3, 3, taken, columns});
  if (!call.ok()) return;
  const Tiling from(shape), to(above);
  const int64_t panel = PanelOf(columns);
  const int64_t size = taken * columns;
  // Parts share the tiles, each with sums of its own: there are as many as have some work each and 16 MiB together. With a large filter, or for few tiles, they share the
  // frequencies instead, so that sums are read again once for many tiles; smaller ones are done sooner than a helper comes.
  const int64_t room = (int64_t{1} << 22) / (kFrequencies * size);
  const int64_t most = std::max<int64_t>(1, std::min({int64_t{32}, room, from.tiles / 32}));
  const bool shared = size >= kLargeFilter || (most == 1 && size >= kSmallFilter);
  const int64_t parts = shared ? 1 : most;
  static thread_local Memory sumMemory;
  float *sums = sumMemory.Take(parts * kFrequencies * size);
  const std::vector<float> zeros(std::max(taken, columns));
  WithValues(x, [&](auto *given) {
    WithValues(dy, [&](auto *upper) {
      using X = std::remove_pointer_t<decltype(given)>;
      using Y = std::remove_pointer_t<decltype(upper)>;
      // Frequencies of some tiles, the first of so many rows.
      const auto transform = [&](int64_t first, int64_t count, int64_t rows, float *tiles, float *gradients) {
        WithLanes(taken, [&](auto lanes) {
          MapFrequencies<decltype(lanes)>(static_cast<const X *>(given), from, reinterpret_cast<const X *>(zeros.data()), first, count, rows, tiles);
        });
        WithLanes(columns, [&](auto lanes) {
          ResultFrequencies<decltype(lanes)>(static_cast<const Y *>(upper), to, reinterpret_cast<const Y *>(zeros.data()), first, count, rows, panel, gradients);
        });
      };
      const auto multiply = [&](int64_t f, const float *tiles, int64_t count, const float *gradients, float *sum, bool onto) {
        WithPanel(panel, [&](auto lanes, auto vectors) {
          MultiplyGradients<decltype(lanes), decltype(vectors)::value>(f, tiles, count, taken, gradients, columns, sum, onto);
        });
      };
      if (shared) {
        const int64_t together = std::max<int64_t>(kRows, std::min(from.tiles, kShared / (kFrequencies * (taken + columns))));
        static thread_local Memory tileMemory;
        float *tiles = tileMemory.Take(kFrequencies * (Apart(together, taken) + Apart(together, columns)));
        for (int64_t first = 0; first < from.tiles; first += together) {
          const int64_t count = std::min(together, from.tiles - first);
          float *gradients = tiles + kFrequencies * Apart(count, taken);
          TheHelpers().Run((count + kRows - 1) / kRows, [&](int64_t part) {
            const int64_t row = part * kRows;
            transform(first + row, std::min(kRows, count - row), count, tiles + row * taken, gradients + row * panel);
          });
          TheHelpers().Run(kFrequencies, [&](int64_t f) { multiply(f, tiles, count, gradients, sums, first > 0); });
        }
        return;
      }
      const int64_t together = TogetherOf(from, columns, std::min(kFar, std::max(kNear, 4 * kFrequencies * size * static_cast<int64_t>(sizeof(float)))));
      TheHelpers().Run(parts, [&](int64_t part) {
        const int64_t end = from.tiles * (part + 1) / parts;
        const int64_t start = from.tiles * part / parts;
        float *tiles = PartMemory().Take(kFrequencies * (Apart(together, taken) + Apart(together, columns)));
        for (int64_t first = start; first < end; first += together) {
          const int64_t count = std::min(together, end - first);
          float *gradients = tiles + kFrequencies * Apart(count, taken);
          transform(first, count, count, tiles, gradients);
          for (int64_t f = 0; f < kFrequencies; f++) multiply(f, tiles, count, gradients, sums + part * kFrequencies * size, first > start);
        }
      });
    });
  });
  constexpr int64_t kSome = 1024;
  float *out = static_cast<float *>(TF_TensorData(gradient));
  TheHelpers().Run((size + kSome - 1) / kSome, [&](int64_t part) { FilterGradient(sums, parts, size, part * kSome, std::min(size, (part + 1) * kSome), out); });
}

void *ReadWinograd(TF_OpKernelConstruction *construction) { return Read(construction, " turned N U "); }
void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }

}  // namespace

bool RegisterWinograd() {
  const char *t = "T: {float, bfloat16}", *u = "U: {float, bfloat16}";
  return Register({"FewscopeWinograd", {t, u, "N: int >= 0", "turned: bool"}, {"x: T", "filter: float", "side: N * float"}, {"y: U"}, ReadWinograd, Winograd}) &&
         Register({"FewscopeWinogradFilter", {t, u}, {"x: T", "dy: U"}, {"dfilter: float"}, ReadNothing, WinogradFilter});
}

}  // namespace fewscope

#endif
