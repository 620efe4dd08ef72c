// Linked into the binding beside tfjs-node's own sources: the convolution with 3 by 3 cells of every second cell of a map, which it halves, and both its
// gradients, as products of matrices: what a result is made of is put in a row first. oneDNN is slow at it where channels are few, and has no kernel for the
// gradients of a map with cells around it. All is computed with 32-bit floats; maps may be brain floats. What a part of the work is follows from the shapes alone,
// so that bits do not depend on threads.
#include "products.h"

#ifdef FEWSCOPE_OWN_KERNELS

namespace fewscope {

namespace {

// The map that is halved, and how many results it gives.
struct Halving {
  explicit Halving(const std::vector<int64_t> &shape)
      : h(shape[1]), w(shape[2]), down((h + 1) / 2), across((w + 1) / 2), results(shape[0] * down * across) {}
  bool Makes(const std::vector<int64_t> &shape) const { return shape[0] * down * across == results && shape[1] == down && shape[2] == across; }
  int64_t h, w, down, across, results;
};

// Where a result lies: the number of its image, its row, and its place in the row.
struct Result {
  Result(const Halving &map, int64_t at) : image(at / (map.down * map.across)), y(at / map.across % map.down), x(at % map.across) {}
  void Next(const Halving &map) {
    if (++x < map.across) return;
    x = 0;
    if (++y < map.down) return;
    y = 0;
    image++;
  }
  int64_t image, y, x;
};

// The nine cells that each of some results is made of, [rows, 9 channels]; those outside of the map are 0, as rows without a result are.
template <typename X>
FEWSCOPE_WIDE void Gather(const X *x, const Halving &map, int64_t channels, int64_t first, int64_t count, int64_t rows, float *to) {
  Result at(map, first);
  for (int64_t n = 0; n < count; n++, at.Next(map)) {
    const int64_t left = at.x == 0 ? 1 : 0;
    const int64_t cells = std::min<int64_t>(3, map.w - 2 * at.x + 1) - left;
    for (int64_t i = 0; i < 3; i++, to += 3 * channels) {
      const int64_t y = 2 * at.y - 1 + i;
      const bool inside = y >= 0 && y < map.h;
      if (!inside || cells < 3) Clear(to, 3 * channels);
      if (inside) Copy(x + ((at.image * map.h + y) * map.w + 2 * at.x - 1 + left) * channels, cells * channels, to + left * channels);
    }
  }
  Clear(to, (rows - count) * 9 * channels);
}

// The four results that 2 by 2 cells of the map take part in, [rows, 4 channels]: to the right of their own, their own, below it, and below to the right.
template <typename Y>
FEWSCOPE_WIDE void GatherResults(const Y *y, const Halving &map, int64_t channels, int64_t first, int64_t count, int64_t rows, float *to) {
  Result at(map, first);
  for (int64_t n = 0; n < count; n++, at.Next(map)) {
    const bool beside = at.x + 1 < map.across, below = at.y + 1 < map.down;
    const Y *own = y + (first + n) * channels;
    const Y *cells[4] = {beside ? own + channels : nullptr, own, below ? own + map.across * channels : nullptr,
                         beside && below ? own + (map.across + 1) * channels : nullptr};
    for (const Y *cell : cells) {
      if (cell == nullptr) Clear(to, channels);
      else Copy(cell, channels, to);
      to += channels;
    }
  }
  Clear(to, (rows - count) * 4 * channels);
}

bool IsFilter(const TF_Tensor *tensor) {
  return TF_NumDims(tensor) == 4 && TF_TensorType(tensor) == TF_FLOAT && TF_Dim(tensor, 0) == 3 && TF_Dim(tensor, 1) == 3 &&
         TakesChannels(TF_Dim(tensor, 2)) && TakesChannels(TF_Dim(tensor, 3));
}

// x, filter -> y
void Strided(void *state, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *weights = call.Input(1);
  if (!call.ok() || !IsMap(x) || TF_TensorElementCount(x) == 0 || !IsFilter(weights) || TF_Dim(weights, 2) != TF_Dim(x, 3))
    return call.Fail("a map and a filter of 3 by 3 cells with 8, or a multiple of 16, channels were expected");
  const Halving map(ShapeOf(x));
  const int64_t taken = TF_Dim(weights, 2), columns = TF_Dim(weights, 3), inner = 9 * taken;
  TF_Tensor *y = call.Output(0, static_cast<Settings *>(state)->made, {TF_Dim(x, 0), map.down, map.across, columns});
  if (!call.ok()) return;
  const int64_t panel = PanelOf(columns);
  static thread_local Memory filterMemory;
  float *filter = filterMemory.Take(inner * columns);
  const float *values = static_cast<const float *>(TF_TensorData(weights));
  MoveInParts(columns / panel, inner * columns, [&](int64_t part) { InPanel(values + part * panel, inner, columns, panel, filter + part * panel * inner); });
  const int64_t together = TogetherOf(map.results, inner + columns);
  WithValues(x, [&](auto *given) {
    WithValues(y, [&](auto *made) {
      InParts(map.results, together, [&](int64_t first, int64_t count, int64_t rows) {
        float *cells = PartMemory().Take(rows * (inner + columns));
        float *products = cells + rows * inner;
        Gather(given, map, taken, first, count, rows, cells);
        WithPanel(panel, [&](auto lanes, auto vectors) {
          MultiplyRows<decltype(lanes), decltype(vectors)::value>(cells, rows, inner, inner, filter, columns, products);
        });
        Copy(products, count * columns, made + first * columns);
      });
    });
  });
}

// A corner of 2 by 2 cells: which of the four results it takes part in come first, how many, by which cells of the filter, and how many cells the corners before have.
struct Corner {
  int64_t down, right, first, count;
  int filter[4];
  int64_t before;
};

// The filter's cells are numbered along its rows.
constexpr Corner kCorners[4] = {{0, 0, 1, 1, {4}, 0}, {0, 1, 0, 2, {3, 5}, 1}, {1, 0, 1, 2, {7, 1}, 3}, {1, 1, 0, 4, {6, 8, 2, 0}, 5}};

// The gradient above, filter, x's shape -> gradient of x
void StridedInput(void *state, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *dy = call.Input(0);
  TF_Tensor *weights = call.Input(1);
  TF_Tensor *size = call.Input(2);
  const std::vector<int64_t> shape = call.ok() ? LengthsOf(size, 4) : std::vector<int64_t>();
  if (shape.empty() || !IsMap(dy) || TF_TensorElementCount(dy) == 0 || !IsFilter(weights) || TF_Dim(weights, 3) != TF_Dim(dy, 3))
    return call.Fail("a map, a filter of 3 by 3 cells with 8, or a multiple of 16, channels and a shape were expected");
  const Halving map(shape);
  const int64_t columns = TF_Dim(weights, 2), taken = TF_Dim(weights, 3);
  if (shape[0] != TF_Dim(dy, 0) || shape[3] != columns || !map.Makes(ShapeOf(dy))) return call.Fail("the shape of the map that was halved was expected");
  TF_Tensor *dx = call.Output(0, static_cast<Settings *>(state)->made, shape);
  if (!call.ok()) return;
  const int64_t panel = PanelOf(columns);
  // For each corner the cells of the filter below each other, turned: [count * taken, columns], in panels.
  static thread_local Memory filterMemory;
  float *filters = filterMemory.Take(9 * taken * columns);
  const float *given = static_cast<const float *>(TF_TensorData(weights));
  MoveInParts(4 * (columns / panel), 9 * taken * columns, [&](int64_t part) {
    const Corner &corner = kCorners[part % 4];
    const int64_t k = part / 4 * panel;
    float *to = filters + (corner.before * columns + k * corner.count) * taken;
    for (int64_t cell = 0; cell < corner.count; cell++, to += taken * panel)
      WithLanes(panel, [&](auto lanes) { TurnedInPanel<decltype(lanes)>(given + (corner.filter[cell] * columns + k) * taken, taken, panel, to); });
  });
  const int64_t together = TogetherOf(map.results, 4 * (taken + columns));
  WithValues(dy, [&](auto *above) {
    WithValues(dx, [&](auto *made) {
      InParts(map.results, together, [&](int64_t first, int64_t count, int64_t rows) {
        float *cells = PartMemory().Take(rows * (4 * taken + columns));
        float *products = cells + rows * 4 * taken;
        GatherResults(above, map, taken, first, count, rows, cells);
        for (const Corner &corner : kCorners) {
          const int64_t inner = corner.count * taken;
          WithPanel(panel, [&](auto lanes, auto vectors) {
            MultiplyRows<decltype(lanes), decltype(vectors)::value>(cells + corner.first * taken, rows, 4 * taken, inner, filters + corner.before * taken * columns, columns, products);
          });
          Result place(map, first);
          for (int64_t n = 0; n < count; n++, place.Next(map)) {
            const int64_t y = 2 * place.y + corner.down, x = 2 * place.x + corner.right;
            if (y < map.h && x < map.w) Copy(products + n * columns, columns, made + ((place.image * map.h + y) * map.w + x) * columns);
          }
        }
      });
    });
  });
}

// x, the gradient above -> the filter's gradient
void StridedFilter(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *dy = call.Input(1);
  if (!call.ok() || !IsMap(x) || !IsMap(dy) || TF_TensorElementCount(x) == 0) return call.Fail("two maps were expected");
  const Halving map(ShapeOf(x));
  const int64_t taken = TF_Dim(x, 3), columns = TF_Dim(dy, 3), inner = 9 * taken;
  if (TF_Dim(x, 0) != TF_Dim(dy, 0) || !map.Makes(ShapeOf(dy)) || !TakesChannels(taken) || !TakesChannels(columns))
    return call.Fail("a map and one of half its size with 8, or a multiple of 16, channels were expected");
  TF_Tensor *gradient = call.Output(0, TF_FLOAT, {3, 3, taken, columns});
  if (!call.ok()) return;
  WithValues(x, [&](auto *given) {
    WithValues(dy, [&](auto *above) {
      MultiplyTurned(map.results, inner, above, columns, static_cast<float *>(TF_TensorData(gradient)), [&](int64_t first, int64_t count, float *cells) {
        Gather(given, map, taken, first, count, count, cells);
        return static_cast<const float *>(cells);
      });
    });
  });
}

void *ReadStrided(TF_OpKernelConstruction *construction) { return Read(construction, " U "); }
void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }

}  // namespace

bool RegisterStrided() {
  const char *t = "T: {float, bfloat16}", *u = "U: {float, bfloat16}";
  return Register({"FewscopeStrided", {t, u}, {"x: T", "filter: float"}, {"y: U"}, ReadStrided, Strided}) &&
         Register({"FewscopeStridedInput", {t, u}, {"dy: T", "filter: float", "size: int32"}, {"dx: U"}, ReadStrided, StridedInput}) &&
         Register({"FewscopeStridedFilter", {t, u}, {"x: T", "dy: U"}, {"dfilter: float"}, ReadNothing, StridedFilter});
}

}  // namespace fewscope

#endif
